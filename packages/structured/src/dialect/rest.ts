/** The name of the property that holds a value as JSON text, where a vendor takes no recursion and the value may be a text itself. */
export const JSON_TEXT = "json_text";

/** The name of the property that holds what an open object has besides its known properties, as a list of pairs. */
export const REST = "additional_properties";
