import { JSON_TEXT } from "../dialect/rest.ts";
import { newNode } from "../reader/node.ts";
import { isNumber, literal } from "../reader/chars.ts";
import type { Memo, Node, Repair } from "../reader/node.ts";
import type { Shape } from "../shape.ts";
import { coerceObject } from "./object.ts";
import { DROPPED, EMPTY, LIST, SINGLE, also, better, fit, misfit, noted, within } from "./outcome.ts";
import type { Context, Issue, Outcome } from "./outcome.ts";
import { coerceScalar, isNull } from "./scalar.ts";

/** Sets a property as plain data, whatever its name. */
export function put(target: Record<string, unknown>, key: string, value: unknown): void {
  if (key === "__proto__")
    Object.defineProperty(target, key, { value, enumerable: true, writable: true, configurable: true });
  else target[key] = value;
}

/** The value of a node that nothing is known about. */
export function toPlain(node: Node): unknown {
  if (node.kind === "text") return node.text;
  if (node.kind === "array") return node.items.map(toPlain);
  if (node.kind === "object") {
    const out: Record<string, unknown> = {};
    for (let i = 0; i < node.items.length; i++) put(out, node.keys[i] ?? "", toPlain(node.items[i] as Node)); // in step
    return out;
  }
  const value = literal(node.text);
  if (value !== undefined) return value;
  return isNumber(node.text) ? Number(node.text.replaceAll("_", "")) : node.text;
}

/** Whether the shape takes null, or a value that is missing. */
export function nullable(shape: Shape): boolean {
  if (shape.kind === "null" || shape.kind === "any") return true;
  if (shape.kind === "enum") return shape.labels.some((label) => label.value === null);
  return shape.kind === "union" && shape.options.some((option) => option !== shape && nullable(option));
}

/** What stands for a value that is missing under `full`: an empty list or map, null where it may be null. */
export function fallback(shape: Shape): { readonly value: unknown } | undefined {
  if (shape.kind === "array") return { value: shape.type === "set" ? new Set() : [] };
  if (shape.kind === "map") return { value: shape.type === "map" ? new Map() : {} };
  if (nullable(shape)) return { value: null };
  if (shape.kind === "union") for (const option of shape.options) if (fallback(option)) return fallback(option);
  return undefined;
}

/** Collects the parts of a list or object. */
export interface Gathering {
  cost: number;
  notes: Repair[] | undefined;
  issues: Issue[] | undefined;
}

/** A gathering of nothing yet. */
export const newGathering = (cost = 0): Gathering => ({ cost, notes: undefined, issues: undefined });

/** Notes what was done to a part. */
export const note = (sum: Gathering, kind: string, key: string | number, node: Node): void => {
  (sum.notes ??= []).push(noted(kind, node, key));
};

/** Adds a part's cost and notes to the whole. */
export function gather(into: Gathering, part: Outcome, key: string | number): void {
  into.cost += 10 * part.cost;
  if (part.notes) into.notes = [...(into.notes ?? []), ...within(part.notes, key)].slice(0, 200);
  if (part.issues) (into.issues ??= []).push(...within(part.issues, key).slice(0, 50));
}

function list(context: Context, node: Node, shape: Shape): Outcome {
  const inner = shape.items as Shape; // every array has items
  const done = (items: unknown[]): unknown => (shape.type === "set" ? new Set(items) : items);
  const items: unknown[] = [];
  const sum = newGathering();
  if (node.kind !== "array") {
    const text = fromText(context, node, shape);
    if (text) return text;
    if (context.mode === "off" || (context.mode === "safe" && isNull(node))) return misfit(context, node, "a list");
    const only = coerce(context, node, inner);
    if (only.issues && context.mode !== "full") return misfit(context, node, "a list");
    if (!only.issues) items.push(only.value);
    return {
      value: done(items),
      cost: 1 + (only.issues ? 1 : 10 * only.cost),
      notes: [noted("single-to-list", node), ...(only.notes ? within(only.notes, 0) : [])],
      issues: undefined,
      tags: LIST | SINGLE | (only.issues ? EMPTY | DROPPED : 0),
    };
  }
  let dropped = 0;
  for (let i = 0; i < node.items.length; i++) {
    const item = node.items[i] as Node; // within bounds
    const outcome = coerce(context, item, inner);
    if (outcome.issues && context.mode === "full") {
      dropped++;
      sum.cost += 1 + i;
      note(sum, "dropped-item", i, item);
      continue;
    }
    if (outcome.cost !== 0) gather(sum, outcome, i);
    items.push(outcome.value);
  }
  return {
    value: done(items),
    ...total(sum),
    tags: LIST | (dropped > 0 ? DROPPED : 0) | (items.length === 0 ? EMPTY : 0),
  };
}

/** What was gathered, as an outcome's fields. */
export const total = (sum: Gathering): Pick<Outcome, "cost" | "notes" | "issues"> => ({
  cost: sum.issues ? Infinity : sum.cost,
  notes: sum.notes,
  issues: sum.issues,
});

function tuple(context: Context, node: Node, shape: Shape): Outcome {
  let items = node.items;
  if (node.kind === "object") {
    // a vendor's dialect writes a tuple as an object of numbered properties
    const at = new Map(node.keys.map((key, i) => [key, node.items[i] as Node] as const)); // in step
    items = [];
    for (let i = 0; at.has(String(i)); i++) items.push(at.get(String(i)) as Node); // just seen
    const rest = at.get("rest");
    if (rest?.kind === "array") items.push(...rest.items);
    if (items.length === 0) return misfit(context, node, "a list");
  } else if (node.kind !== "array") return fromText(context, node, shape) ?? misfit(context, node, "a list");
  const sum = newGathering();
  const out: unknown[] = [];
  const { minItems } = shape.schema;
  const least = typeof minItems === "number" ? minItems : shape.prefix.length;
  for (let i = 0; i < Math.max(items.length, shape.prefix.length); i++) {
    const inner = shape.prefix[i] ?? shape.items;
    const item = items[i];
    if (!inner) {
      if (context.mode === "full") break;
      gather(sum, misfit(context, item ?? node, "no more items"), i);
    } else if (item && !(context.encoded && i >= least && isNull(item) && !nullable(inner))) {
      const part = coerce(context, item, inner);
      gather(sum, part, i);
      out.push(part.value);
    } else if (i < least) {
      const value = context.mode === "full" ? fallback(inner) : undefined;
      if (value) out.push(value.value);
      else gather(sum, misfit(context, node, "more items", undefined, "an item is missing"), i);
    }
  }
  return { value: out, ...total(sum), tags: LIST };
}

/** A list, map or object that was written as a JSON text within a string. */
export function fromText(context: Context, node: Node, shape: Shape): Outcome | undefined {
  if ((context.mode === "off" && !context.encoded) || context.inner >= 8) return undefined;
  const text = node.text.trim();
  const tuple = node.kind === "bare" && text.startsWith("(") && text.endsWith(")");
  if (!tuple && (node.kind !== "text" || !/^[{["]/.test(text))) return undefined;
  const inner = context.read(tuple ? `[${text.slice(1, -1)}]` : node.text, context);
  if (!inner) return undefined;
  const outcome = coerce(inner.context, inner.node, shape);
  return outcome.issues ? undefined : also(outcome, 2, "inner-json", node);
}

function union(context: Context, node: Node, shape: Shape): Outcome {
  const { options } = shape;
  const none = isNull(node) || (context.encoded && node.kind === "text" && node.text === "null");
  let best: Outcome | undefined;
  const issues: Issue[] = [];
  if (none) {
    const option = options.find((one) => one.kind === "null");
    if (option && (node.kind === "bare" || !options.some((one) => one.kind === "string")))
      return coerceScalar(context, newNode("bare", node.start, "null"), option);
  }
  for (const option of options) {
    const outcome = coerce(context, node, option);
    if (outcome.issues) issues.push(...outcome.issues);
    if (!best || better(best, outcome)) best = outcome;
    if (best.cost === 0 && best.tags === 0) break; // nothing beats an exact scalar that came first
  }
  if (!best) return misfit(context, node, "nothing");
  if (!best.issues || options.length === 1) return best;
  // what got furthest says most: the option whose own parts were wrong, rather than the whole
  const deep = issues.filter((issue) => issue.path.length > 0);
  if (deep.length > 0 && node.kind !== "text") return { ...best, issues: deep.slice(0, 10) };
  return misfit(context, node, [...new Set(issues.map((issue) => issue.expected))].slice(0, 8).join(" or "));
}

function unwrapped(context: Context, node: Node, shape: Shape): Outcome {
  const inner = shape.items as Shape; // what is wrapped
  const i = node.kind === "object" ? node.keys.indexOf("value") : -1;
  const value = node.items[i];
  return value && node.items.length === 1 ? coerce(context, value, inner) : coerce(context, node, inner);
}

function any(context: Context, node: Node): Outcome {
  if (context.encoded && node.kind === "text") {
    const text = node.text.trim();
    try {
      return fit(JSON.parse(text) as unknown);
    } catch {
      const inner = /^[{[]/.test(text) ? context.read(text, context) : undefined;
      if (inner) return fit(toPlain(inner.node));
    }
  }
  return fit(toPlain(node), node.kind === "array" ? LIST : 0);
}

function dispatch(context: Context, node: Node, shape: Shape): Outcome {
  switch (shape.kind) {
    case "any":
      return any(context, node);
    case "array":
      return list(context, node, shape);
    case "tuple":
      return tuple(context, node, shape);
    case "object":
    case "map":
      return coerceObject(context, node, shape);
    case "union":
      return union(context, node, shape);
    default:
      return coerceScalar(context, node, shape);
  }
}

/** Stands for the outcome of a pair that is being worked on: a value that would contain itself does not fit. */
const RUNNING: Outcome = { ...fit(undefined), cost: Infinity, issues: [] };

function memoOf(node: Node, shape: Shape): Memo | undefined {
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
  if (shape.wrapped) return unwrapped(context, node, shape);
  if (context.encoded && node.keys.length === 1 && node.keys[0] === JSON_TEXT && context.inner < 8) {
    const inner = context.read(`[${node.items[0]?.text}]`, context);
    const only = inner?.node.items[0];
    if (only) return coerce({ ...inner.context, encoded: false }, only, shape);
  }
  let memo: Memo | undefined;
  if (composite(shape.kind) || (shape.kind === "union" && node.items.length > 0)) {
    memo = memoOf(node, shape);
    if (memo) return memo.outcome as Outcome; // only this function writes it
    if (--context.budget.left < 0) return misfit(context, node, "less work");
    node.memo = memo = { shape, outcome: RUNNING, next: node.memo };
  }
  let outcome = dispatch(context, node, shape);
  if (!outcome.issues && shape.checks.length > 0) {
    for (const check of shape.checks) {
      const wrong = check(outcome.value);
      if (wrong !== undefined) {
        outcome = misfit(context, node, wrong, outcome.value);
        break;
      }
    }
  }
  if (memo) memo.outcome = outcome;
  return outcome;
}
