import { fold } from "./coerce/match.ts";
import { kept } from "./kept.ts";
import type { Shape } from "./shape.ts";

/**
 * Whether a valid value may have an unknown key that only differs in spelling from an optional property that it lacks: a
 * validator would drop it in silence. Each pair of a value and a union is looked at once.
 */
export function hides(value: unknown, shape: Shape, seen: Map<unknown, Set<Shape>> = new Map()): boolean {
  if (typeof value !== "object" || value === null) return false;
  if (shape.kind === "union") {
    const known = kept(seen, value, () => new Set<Shape>());
    return !known.has(shape) && known.add(shape) && shape.options.some((option) => hides(value, option, seen));
  }
  const inner = (part: unknown, of: Shape | undefined): boolean => of !== undefined && hides(part, of, seen);
  if (Array.isArray(value)) return value.some((item, i) => inner(item, shape.prefix[i] ?? shape.items));
  return Object.entries(value).some(([key, part]) => {
    const property = shape.exact.get(key);
    if (property) return inner(part, property.shape);
    const meant = shape.folded.get(fold(key));
    return (meant !== undefined && !Object.hasOwn(value, meant.alias)) || inner(part, shape.rest);
  });
}
