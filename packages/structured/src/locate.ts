import { coerce } from "./coerce/coerce.ts";
import { entriesOf, propertyOf } from "./coerce/object.ts";
import type { Context } from "./coerce/outcome.ts";
import { isScalar } from "./coerce/scalar.ts";
import { restOf } from "./dialect/rest.ts";
import { kept } from "./kept.ts";
import { newNode, recall } from "./reader/node.ts";
import type { Node } from "./reader/node.ts";
import type { Shape } from "./shape.ts";

/** The shape that made a value, of those that it may have. */
function chosen(context: Context, node: Node, shape: Shape | undefined): Shape | undefined {
  let at = shape;
  for (let depth = 0; at?.kind === "union" && depth < 8; depth++) {
    const whole = coerce(context, node, at);
    at = at.options.find((option) => coerce(context, node, option) === whole);
  }
  return at;
}

type Part = readonly [node: Node | undefined, shape: Shape | undefined];

/** Finds what stands in the text for a part of a value; an empty node in its place where nothing does. */
export function newLocator(context: Context): (root: Node, shape: Shape, path: readonly (string | number)[]) => Node {
  const keptItems = new Map<Node, readonly Node[]>();

  /** The part of that name, and its shape. */
  const step = (node: Node, shape: Shape | undefined, part: string | number): Part => {
    const { kind = "any", properties = [], prefix = [], items, keys, rest } = shape ?? {};
    const name = String(part);
    const property = properties.find((one) => one.name === name);
    if (shape && property) {
      if (node.kind === "array" && node.items.length === 1) return step(node.items[0] as Node, shape, part);
      const exact = node.keys.lastIndexOf(property.alias);
      const like = (key: string): boolean => propertyOf(shape, key, context.mode !== "off") === property;
      return [node.items[exact < 0 ? node.keys.findIndex(like) : exact], property.shape];
    }
    if (kind === "map" || kind === "object") {
      const more = context.encoded && shape ? node.keys.indexOf(restOf(shape)) : -1;
      const entries = entriesOf(node.items[more] ?? node);
      const named = (key: Node | undefined): boolean =>
        key !== undefined && keys !== undefined && String(coerce(context, key, keys).value) === name;
      const found = entries.findLast(([key]) => key?.text === name) ?? entries.find(([key]) => named(key));
      return [found?.[1], rest];
    }
    const at = Number(part);
    const inner = prefix[at] ?? items;
    if (node.kind === "object" && inner) {
      if (kind === "array") return [node, inner]; // a single item
      const rest = node.items[node.keys.indexOf("rest")];
      return [node.items[node.keys.indexOf(name)] ?? rest?.items[at - prefix.length], inner];
    }
    if (kind === "array" && inner && context.mode === "full") {
      // those that did not fit were left out
      const fits = kept(keptItems, node, () => node.items.filter((item) => !coerce(context, item, inner).issues));
      return [fits[at], inner];
    }
    return [node.items[node.kind === "object" ? node.keys.lastIndexOf(name) : at], inner];
  };

  return (root, shape, path) => {
    let node = root;
    let at: Shape | undefined = shape;
    for (const part of path) {
      recall(node);
      if (isScalar(node)) return node; // a text that holds it, or a single item
      const [next, inner] = step(node, chosen(context, node, at), part);
      if (!next) return newNode("bare", node.start);
      node = next;
      at = inner;
    }
    return node;
  };
}
