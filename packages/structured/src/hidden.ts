import { fold } from "./coerce/match.ts";
import type { Shape } from "./shape.ts";

/**
 * Whether a valid value has an unknown key that only differs in spelling from an optional property that it lacks: a
 * validator would drop it in silence.
 */
export function hides(value: unknown, shape: Shape): boolean {
  if (typeof value !== "object" || value === null) return false;
  if (shape.kind === "array") {
    const { items } = shape;
    return items !== undefined && Array.isArray(value) && value.some((item) => hides(item, items));
  }
  if (shape.kind !== "object" || Array.isArray(value)) return false;
  const object = value as Record<string, unknown>; // no array, not null
  for (const key of Object.keys(object)) {
    const property = shape.exact.get(key);
    if (property) {
      if (hides(object[key], property.shape)) return true;
      continue;
    }
    const meant = shape.folded.get(fold(key));
    if (meant && !Object.hasOwn(object, meant.alias)) return true;
  }
  return false;
}
