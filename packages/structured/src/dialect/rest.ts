import type { Shape } from "../shape.ts";

/** The name of the property that holds a value as JSON text, where a vendor takes no recursion and the value may be a text itself. */
export const JSON_TEXT = "json_text";

/** Whether a value may be a text among others, so that its JSON text has to be told from it. */
export const mayBeText = ({ options }: Shape): boolean =>
  options.some(({ kind }) => kind === "string" || kind === "enum");

/** The name of the property that holds what an open object has besides its known properties, as a list of pairs. */
export const REST = "additional_properties";

/** {@link REST}, or where the object has a property of that name itself, another one. */
export function restOf({ exact }: Shape): string {
  let name = REST;
  while (exact.has(name)) name += "_";
  return name;
}
