import { coerce } from "./coerce/coerce.ts";
import { propertyOf } from "./coerce/object.ts";
import { better } from "./coerce/outcome.ts";
import { isNull } from "./coerce/scalar.ts";
import type { Context, Outcome } from "./coerce/outcome.ts";
import type { Node } from "./reader/node.ts";
import type { Shape } from "./shape.ts";

/** What is written for a shape; undefined for what is no list or object. */
export const kindOf = ({ kind, type }: Shape): "object" | "array" | undefined => {
  if (type !== undefined) return undefined;
  return kind === "object" || kind === "map" ? "object" : kind === "array" || kind === "tuple" ? "array" : undefined;
};

/** How many keys decide which option of a union an object is: more would not be linear. */
export const DECISIVE = 32;

/** Whether some of an object's properties say when it shows, or show before they are there. */
const waits = ({ properties }: Shape): boolean =>
  properties.some(({ shape: { readiness } }) => readiness.needed || readiness.state);

/**
 * The option of a union that a container will most likely be: the one with most of its keys, or whose labels fit; undefined
 * while there are several of which one says when it shows. A complete one is what it comes to.
 */
export function likelyShape(context: Context, node: Node, shape: Shape, depth = 0): Shape | undefined {
  if (shape.kind !== "union") return shape;
  if (depth > 8) return undefined;
  let best: Shape | undefined;
  let most = -1;
  let open = false;
  let made: Outcome | undefined;
  for (const option of shape.options) {
    const inner = likelyShape(context, node, option, depth + 1);
    if (!inner || (inner.kind !== "any" && kindOf(inner) !== node.kind)) continue;
    const whole = node.done ? coerce(context, node, inner) : undefined;
    if (whole && !whole.issues && (!made || better(made, whole))) [best, made] = [inner, whole];
    if (made) continue;
    let score = 0;
    node.keys.slice(0, DECISIVE).forEach((key, i) => {
      const property = propertyOf(inner, key, true);
      const item = node.items[i];
      if (!property || !item) return;
      score += 1;
      const missing = context.encoded && !property.required && isNull(item); // as a vendor's dialect says it
      if (property.shape.kind === "enum" && item.done && !missing)
        score += coerce(context, item, property.shape).issues ? -100 : 10;
    });
    if (score > most) {
      most = score;
      best = inner;
      open = false;
    } else if (score === most) open ||= waits(inner) || waits(best as Shape); // there is one
  }
  if (open && !node.done) return undefined;
  return best ?? shape.options.find((option) => option.kind === "string");
}
