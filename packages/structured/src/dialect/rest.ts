/** The name of the property that holds what an open object has besides its known properties, as a list of pairs. */
export const REST = "additional_properties";
