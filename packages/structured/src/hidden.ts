import { fold } from "./coerce/match.ts";
import type { Shape } from "./shape.ts";

/**
 * Whether a valid value has an unknown key that only differs in spelling from an optional property that it lacks: a
 * validator would drop it in silence.
 */
export function hides(value: unknown, shape: Shape): boolean {
  if (typeof value !== "object" || value === null) return false;
  if (Array.isArray(value)) {
    const { items } = shape;
    return shape.kind === "array" && items !== undefined && value.some((item) => hides(item, items));
  }
  const object = value as Record<string, unknown>; // no array, not null
  return (
    shape.kind === "object" &&
    Object.keys(object).some((key) => {
      const property = shape.exact.get(key);
      if (property) return hides(object[key], property.shape);
      const meant = shape.folded.get(fold(key));
      return meant !== undefined && !Object.hasOwn(object, meant.alias);
    })
  );
}
