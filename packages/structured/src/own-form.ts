import { kept } from "./kept.ts";
import { newNode } from "./reader/node.ts";
import type { Node } from "./reader/node.ts";
import type { Shape } from "./shape.ts";

const forms = new WeakMap<Node, Node>();

/**
 * What a vendor's dialect writes in another form, as what it stands for, with the parts that are there: a map from a list of
 * pairs, a tuple from an object of numbered properties. Undefined for all else.
 */
export function ownForm(node: Node, { kind, type, prefix }: Shape): Node | undefined {
  const map = node.kind === "array" && kind === "map" && type === undefined;
  if (!map && (node.kind !== "object" || kind !== "tuple")) return undefined;
  const own = kept(forms, node, () => newNode(map ? "object" : "array", node.start));
  if (own.done) return own;
  own.done = node.done;
  const part = ({ keys, items }: Node, name: string): Node | undefined => items[keys.indexOf(name)];
  const rest = part(node, "rest");
  for (let i = own.items.length; ; i++) {
    const pair = map ? node.items[i] : undefined;
    const key = pair && part(pair, "key");
    const item = pair
      ? part(pair, "value")
      : i < prefix.length
        ? part(node, String(i))
        : rest?.items[i - prefix.length];
    if (!item || (map && !key?.done)) return own;
    own.items.push(item);
    if (key) own.keys.push(key.text);
  }
}
