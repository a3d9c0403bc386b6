import { isRecord } from "@llm/core";
import { fold } from "./coerce/match.ts";
import type { Shape } from "./shape.ts";

/**
 * Whether a valid value has an unknown key that only differs in spelling from an optional property that it lacks: a
 * validator would drop it in silence.
 */
export function hides(value: unknown, shape: Shape): boolean {
  if (Array.isArray(value)) {
    const { items } = shape;
    return shape.kind === "array" && items !== undefined && value.some((item) => hides(item, items));
  }
  return (
    shape.kind === "object" &&
    isRecord(value) &&
    Object.keys(value).some((key) => {
      const property = shape.exact.get(key);
      if (property) return hides(value[key], property.shape);
      const meant = shape.folded.get(fold(key));
      return meant !== undefined && !Object.hasOwn(value, meant.alias);
    })
  );
}
