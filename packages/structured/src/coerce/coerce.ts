import { JSON_TEXT, mayBeText } from "../dialect/rest.ts";
import { isNumber, literal } from "../reader/chars.ts";
import { readJson } from "../reader/json.ts";
import type { Memo, Node } from "../reader/node.ts";
import { newNode, recall } from "../reader/node.ts";
import type { Shape } from "../shape.ts";
import { closest } from "./closest.ts";
import type { Failed } from "./closest.ts";
import { coerceObject } from "./object.ts";
import {
  AMBIGUOUS,
  DROPPED,
  EMPTY,
  LIST,
  NOTHING,
  SINGLE,
  also,
  better,
  fit,
  gather,
  misfit,
  note,
  surface,
  unclear,
} from "./outcome.ts";
import type { Context, Outcome } from "./outcome.ts";
import { coerceScalar, isNull } from "./scalar.ts";

/** Sets a property as plain data, whatever its name. */
export function put(target: Record<string, unknown>, key: string, value: unknown): void {
  if (key === "__proto__")
    Object.defineProperty(target, key, { value, enumerable: true, writable: true, configurable: true });
  else target[key] = value;
}

/** The value of a node that nothing is known about. That of a list or object is made once, when it is complete. */
export function toPlain(node: Node): unknown {
  if (node.kind === "text") return node.text;
  if (node.kind !== "bare") {
    const known = node.done ? memoOf(node, undefined) : undefined;
    if (known) return known.outcome;
    recall(node);
    const items = node.items.map(toPlain);
    const out: Record<string, unknown> = {};
    for (const [i, key] of node.keys.entries()) put(out, key, items[i]);
    const value = node.kind === "array" ? items : out;
    node.memo = { shape: undefined, outcome: value, next: node.memo };
    return value;
  }
  const value = literal(node.text);
  if (value !== undefined) return value;
  return isNumber(node.text) ? Number(node.text.replaceAll("_", "")) : node.text;
}

/** Whether the shape takes null, or a value that is missing. A union may hold itself, so what was `seen` is passed over. */
export const nullable = (shape: Shape, seen: Set<Shape> = new Set()): boolean =>
  shape.kind === "null" ||
  shape.kind === "any" ||
  shape.labels.some(({ value }) => value === null) ||
  shape.options.some((option) => !seen.has(option) && nullable(option, seen.add(option)));

/** What stands for a value that is missing under `full`: an empty list or map, null where it may be null. */
export function fallback(shape: Shape, seen: Set<Shape> = new Set()): { readonly value: unknown } | undefined {
  if (nullable(shape)) return { value: null };
  if (shape.checks.length > 0) return undefined; // what has bounds has to be there
  if (shape.kind === "array") return { value: shape.type === "set" ? new Set() : [] };
  if (shape.kind === "map") return { value: shape.type === "map" ? new Map() : {} };
  for (const option of shape.options) {
    const found = seen.has(option) ? undefined : fallback(option, seen.add(option));
    if (found) return found;
  }
  return undefined;
}

function list(context: Context, node: Node, shape: Shape): Outcome {
  const full = context.mode === "full";
  const single = node.kind !== "array";
  const items: unknown[] = [];
  const out = fit(items, LIST);
  if (single) {
    const text = fromText(context, node, shape);
    if (text) return text;
    if (context.mode === "off" || (!full && isNull(node))) return misfit(context, node, shape);
    out.cost = 1;
    out.tags |= SINGLE;
    note(out, "single-to-list", node);
  }
  for (const [i, item] of (single ? [node] : node.items).entries()) {
    let part = coerce(context, item, shape.items as Shape); // every array has items
    // 1,2 is one number, or two
    if (single && ["number", "bigint"].includes(typeof part.value) && /^[^.]*\d,\d[^.]*$/.test(node.text))
      part = misfit(context, node, "one number or a list of them", undefined, AMBIGUOUS);
    if (part.issues && full && !unclear(part)) {
      out.cost += 1 + i;
      out.tags |= DROPPED;
      note(out, "dropped-item", item, i);
      continue;
    }
    if (part.issues && single) return unclear(part) ? part : misfit(context, node, shape);
    if (part.cost !== 0) gather(out, part, i, full ? 1 : 10);
    items.push(part.value);
  }
  if (items.length === 0) {
    out.tags |= EMPTY;
    if (single) out.cost += 1000; // as much as one that is made up
  }
  if (shape.type === "set") out.value = new Set(items);
  return out;
}

function tuple(context: Context, node: Node, shape: Shape): Outcome {
  let items: (Node | undefined)[] = node.items;
  let listed = node.kind === "array";
  const { minItems } = shape.schema;
  const least = typeof minItems === "number" ? minItems : shape.prefix.length;
  if (node.kind === "object" && (context.encoded || (context.mode !== "off" && items.length > 0))) {
    // a vendor's dialect writes a tuple as an object of numbered properties, and of nothing else
    const at = new Map(node.keys.map((key, i) => [key, node.items[i] as Node])); // in step
    const rest = at.get("rest");
    items = [];
    for (let i = 0; at.has(String(i)) || (context.encoded && i >= least && i < shape.prefix.length); i++)
      items.push(at.get(String(i)));
    listed = at.size === items.filter(Boolean).length + (rest ? 1 : 0);
    if (rest) items.push(...rest.items);
  }
  if (!listed) return fromText(context, node, shape) ?? misfit(context, node, shape);
  const values: unknown[] = [];
  const out = fit(values, LIST);
  if (node.kind === "object" && !context.encoded) note(out, "other-form", node);
  for (let i = 0; i < Math.max(items.length, shape.prefix.length); i++) {
    const inner = shape.prefix[i] ?? shape.items;
    const item = items[i];
    if (!inner) {
      const more = item as Node; // past the prefix
      if (context.mode !== "full") gather(out, misfit(context, more, "no more items"), i);
      else note(out, "dropped-item", more, i);
    } else if (item && !(context.encoded && i >= least && isNull(item) && !nullable(inner))) {
      const part = coerce(context, item, inner);
      gather(out, part, i);
      while (values.length < i) values.push(undefined); // each in its own place
      values.push(part.value);
    } else if (i < least) {
      const value = context.mode === "full" ? fallback(inner) : undefined;
      if (value) {
        values.push(value.value);
        note(out, "missing", node, i);
      } else
        gather(out, misfit(context, newNode("bare", node.start), "more items", undefined, "an item is missing"), i);
    }
  }
  return out;
}

/** A list, map or object that was written as a JSON text within a string, or a list as a tuple. */
export function fromText(context: Context, node: Node, shape: Shape): Outcome | undefined {
  if ((context.mode === "off" && !context.encoded) || context.inner >= 8) return undefined;
  const text = node.text.trim();
  const tuple = node.kind === "bare" && /^\(.*\)$/s.test(text);
  if (!tuple && !/^[{["]/.test(text)) return undefined; // an unquoted text never begins so
  const inner = context.read(context, tuple ? `[${text.slice(1, -1)}]` : node.text, node, tuple ? 0 : 1);
  const list = inner?.node.kind === "array";
  // [1] before a sentence is no list
  if (!inner || (text.startsWith("[") && inner.node.end - inner.node.start < text.length)) return undefined;
  const outcome = surface(inner, coerce(inner.context, inner.node, shape));
  // a list of which an item does not fit is no text of another one
  return !outcome.issues ? also(outcome, 2, "inner-json", node) : list ? outcome : undefined;
}

function union(context: Context, node: Node, shape: Shape): Outcome {
  const { options } = shape;
  const none = options.find((one) => one.kind === "null");
  if (none && isNull(node)) return coerceScalar(context, node, none);
  let best: Outcome | undefined;
  let several: Outcome | undefined;
  const failed: Failed[] = [];
  for (const option of options) {
    const outcome = coerce(context, node, option);
    const { issues } = outcome;
    if (issues) failed.push({ option, outcome, issues });
    if (!best || better(best, outcome)) best = outcome;
    if (unclear(outcome)) several ??= outcome;
    if (best.cost === 0 && best.tags === 0) break; // nothing beats an exact scalar that came first
  }
  if (several && best && best.tags & NOTHING) return several;
  if (!best) return misfit(context, node, "nothing");
  // what is written as JSON text may be null
  if (none && best.issues && context.encoded && node.text === "null")
    return coerceScalar(context, newNode("bare", node.start, "null"), none);
  return !best.issues || options.length === 1 ? best : closest(context, node, shape, failed);
}

/** What stands in the text for a root: where that goes wrapped in an object, its `value`. */
export function unwrapped(node: Node, { wrapped }: Shape): Node {
  const [value = node] = wrapped && node.keys.length === 1 && node.keys[0] === "value" ? node.items : [];
  return value;
}

function any(context: Context, node: Node): Outcome {
  if (context.encoded && node.kind === "text") {
    const exact = readJson(node.text);
    if (exact) return fit(exact.value);
    const inner = /^\s*[{[]/.test(node.text) ? context.read(context, node.text, node, 1) : undefined;
    if (inner) return surface(inner, fit(toPlain(inner.node)));
  }
  return fit(toPlain(node), node.kind === "array" ? LIST : 0);
}

/** What makes a value of a shape, by its kind; {@link coerceScalar} where nothing stands here. */
const MAKE: Readonly<Partial<Record<Shape["kind"], (context: Context, node: Node, shape: Shape) => Outcome>>> = {
  any,
  array: list,
  tuple,
  object: coerceObject,
  map: coerceObject,
  union,
};

/** Stands for the outcome of a pair that is being worked on: a value that would contain itself does not fit. */
const RUNNING: Outcome = { ...fit(undefined, 0, Infinity), issues: [] };

function memoOf(node: Node, shape: Shape | undefined): Memo | undefined {
  let memo = node.memo;
  while (memo && memo.shape !== shape) memo = memo.next;
  return memo;
}

/** Whether a shape is a list, a map or an object. */
export const composite = (kind: Shape["kind"]): boolean =>
  kind === "array" || kind === "tuple" || kind === "object" || kind === "map";

/**
 * Makes a value of a shape from a node. Each pair of a node and a shape is worked on once, so that unions of unions stay
 * linear.
 */
export function coerce(context: Context, node: Node, shape: Shape): Outcome {
  if (shape.wrapped) return coerce(context, unwrapped(node, shape), shape.items as Shape); // what is wrapped
  if (
    context.encoded &&
    node.keys.length === 1 &&
    node.keys[0] === JSON_TEXT &&
    context.inner < 8 &&
    mayBeText(shape)
  ) {
    const [written = node] = node.items;
    const inner = context.read({ ...context, encoded: false }, `[${written.text}]`, written, 0);
    const only = inner?.node.items[0];
    if (only) return surface(inner, coerce(inner.context, only, shape));
  }
  let memo: Memo | undefined;
  if (composite(shape.kind) || shape.kind === "union" || node.items.length > 0) {
    memo = memoOf(node, shape);
    if (memo) return memo.outcome as Outcome; // only this function writes it
    if (--context.budget.left < 0) return misfit(context, node, "less work");
    recall(node);
    node.memo = memo = { shape, outcome: RUNNING, next: node.memo };
  }
  let outcome = (MAKE[shape.kind] ?? coerceScalar)(context, node, shape);
  if (!outcome.issues) {
    for (const check of shape.checks) {
      const wrong = check(outcome.value);
      if (wrong === undefined) continue;
      outcome = misfit(context, node, wrong, outcome.value);
      break;
    }
  }
  if (memo) memo.outcome = outcome;
  return outcome;
}
