import type { Shape } from "../shape.ts";

const named = (shape: Shape): string => {
  const names = shape.properties.filter((property) => property.required).map((property) => property.alias);
  return names.length === 0 ? "an object" : `an object with ${names.slice(0, 12).join(", ")}`;
};

/** A shape in a few words, for messages. */
export function words(shape: Shape): string {
  switch (shape.kind) {
    case "enum":
      return shape.labels
        .map((label) => JSON.stringify(label.texts[0]))
        .slice(0, 20)
        .join(" or ");
    case "object":
      return named(shape);
    case "array":
    case "tuple":
      return "a list";
    case "map":
      return "an object";
    case "union":
      return [...new Set(shape.options.map(words))].join(" or ");
    case "any":
      return "a value";
    case "null":
      return "null";
    case "boolean":
      return "true or false";
    case "integer":
    case "bigint":
      return "an integer";
    default:
      return `a ${shape.kind}`;
  }
}
