import type { Shape } from "../shape.ts";

const WORDS: Partial<Readonly<Record<Shape["kind"], string>>> = {
  any: "a value",
  never: "nothing",
  null: "null",
  boolean: "true or false",
  integer: "an integer",
  bigint: "an integer",
  date: "a date in ISO 8601",
  array: "a list",
  tuple: "a list",
};

/** A shape in a few words, for messages; "" for a union of which the words are being sought, or one too deep within others. */
export function words(shape: Shape, outer: readonly Shape[] = []): string {
  const { kind } = shape;
  if (kind === "union") {
    if (outer.includes(shape) || outer.length > 3) return "";
    const options = shape.options.slice(0, 8).map((option) => words(option, [...outer, shape]));
    return [...new Set(options.filter((option) => option !== ""))].join(" or ");
  }
  if (kind === "enum") {
    const texts = shape.labels
      .slice(0, 20)
      .map(({ value, texts: [text] }) => (typeof value === "string" ? JSON.stringify(text) : String(value)));
    return texts.join(" or ");
  }
  const required = shape.properties.filter((property) => property.required).map((property) => property.alias);
  if (required.length > 0) return `an object with ${required.slice(0, 12).join(", ")}`;
  return WORDS[kind] ?? (kind === "object" || kind === "map" ? "an object" : `a ${kind}`);
}
