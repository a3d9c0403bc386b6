import { isNumber, literal } from "../reader/chars.ts";
import type { Node } from "../reader/node.ts";
import type { Shape } from "../shape.ts";
import { coerce } from "./coerce.ts";
import { LONG, match, ownOf } from "./match.ts";
import type { Label } from "./match.ts";
import { parseNumber, searchNumber } from "./number.ts";
import { AMBIGUOUS, FROM_JSON, MAX_CHOICES, NOTHING, also, bent, fit, misfit, raw } from "./outcome.ts";
import type { Context, Outcome } from "./outcome.ts";

/** What a reading gives: undefined when the node does not fit. */
type Read = Outcome | undefined;

/** Whether a node is no list and no object. */
export const isScalar = (node: Node | undefined): node is Node & { readonly kind: "text" | "bare" } =>
  node?.kind === "text" || node?.kind === "bare";

/** The value of a bare that is a literal; undefined when it is none. */
const literalOf = (node: Node): boolean | null | undefined => (node.kind === "bare" ? literal(node.text) : undefined);

/** Whether a node says that there is nothing. */
export const isNull = (node: Node): boolean => literalOf(node) === null;

/** One item of a list in place of the list: the only one, or in `full` the first that fits best. */
function fromList(context: Context, node: Node, shape: Shape): Read {
  if (node.kind !== "array" || context.mode === "off") return undefined;
  if (context.mode === "safe" && node.items.length !== 1) return undefined;
  let best: Read;
  for (const item of node.items.slice(0, MAX_CHOICES)) {
    const outcome = coerce(context, item, shape);
    if (!outcome.issues && (!best || outcome.cost < best.cost)) best = outcome;
  }
  return best && also(best, node.items.length === 1 ? 1 : 2, "list-to-single", node, best.tags | FROM_JSON);
}

function string(context: Context, node: Node, shape: Shape): Read {
  if (node.kind === "text") return fit(node.text);
  if (node.kind === "bare") {
    if (isNull(node)) return undefined;
    if (literalOf(node) === undefined && !isNumber(node.text)) return fit(node.text);
    return context.mode === "off" ? undefined : bent(node.text, 2, "number-to-string", node, FROM_JSON);
  }
  const single = node.items.length === 1 && isScalar(node.items[0]) ? fromList(context, node, shape) : undefined;
  if (single || context.mode !== "full") return single;
  return bent(raw(context, node), 2, "json-to-string", node, FROM_JSON);
}

function number(context: Context, node: Node, shape: Shape): Read {
  if (literalOf(node) !== undefined) return undefined;
  const exact = node.kind === "bare" && isNumber(node.text);
  let found = exact ? Number(node.text.replaceAll("_", "")) : undefined;
  let cost = exact ? 0 : 1;
  if (!exact && context.mode !== "off") found = parseNumber(node.text);
  if (found === undefined && context.search) {
    found = searchNumber(node.text);
    cost = 3;
  }
  if (found === undefined || !Number.isFinite(found)) return undefined;
  if (shape.kind === "integer" && !Number.isInteger(found)) {
    return context.mode === "full"
      ? bent(Math.trunc(found + Math.sign(found) / 2), cost + 1, "rounded", node)
      : undefined;
  }
  return cost === 0 ? fit(found) : bent(found, cost, cost === 1 ? "string-to-number" : "number-in-text", node);
}

function bigint(context: Context, node: Node): Read {
  const { text } = node;
  const digits = text.replace(/n$/, "");
  if (/^-?\d+$/.test(digits)) return fit(BigInt(digits));
  const plain = text.replace(/[,_\s]/g, "");
  if (context.mode !== "off" && /^-?\d+$/.test(plain)) return bent(BigInt(plain), 1, "string-to-number", node);
  const other = isNumber(text) ? Number(text) : Number.NaN;
  return Number.isSafeInteger(other) ? fit(BigInt(other)) : undefined;
}

const WORDS = new Map([
  ["true", true],
  ["yes", true],
  ["false", false],
  ["no", false],
]);
const TRUTH = ["true", "false"].map((value) => ({ value, texts: [value] }));

function boolean(context: Context, node: Node): Read {
  const found = literalOf(node);
  if (typeof found === "boolean") return fit(found);
  if (found === null || context.mode === "off") return undefined;
  const word = WORDS.get(node.text.trim().toLowerCase());
  if (word !== undefined) return bent(word, 1, "string-to-boolean", node);
  const { label } = context.search ? match(TRUTH, node.text, "full") : {};
  return label && bent(label.value === "true", 3, "boolean-in-text", node);
}

function date(context: Context, node: Node): Read {
  const text = node.text.trim();
  const iso = /^[+-]?\d{4,6}-\d{2}(-\d{2})?([T ]\d{2}:\d{2}|$)/.test(text);
  if (!iso && context.mode !== "full") return undefined;
  const value = new Date(node.kind === "bare" && isNumber(text) ? Number(text) : text);
  if (Number.isNaN(value.getTime())) return undefined;
  // Date makes March of the 30th of February
  const day = /^(?:\d{4}|[+-]\d{6})-\d{2}-(\d{2})/.exec(text);
  if (day && new Date(day[0]).getUTCDate() !== Number(day[1])) return undefined;
  return iso ? fit(value) : bent(value, 1, "string-to-date", node);
}

/** The label whose value a node holds, type and all. */
function ownLabel(shape: Shape, node: Node): Label | undefined {
  const { own } = ownOf(shape.labels);
  const { text } = node;
  if (node.kind === "text") return own.get(text);
  const known = literal(text);
  if (known !== undefined) return own.get(known);
  return own.get(text) ?? own.get(`${text}n`) ?? (isNumber(text) ? own.get(Number(text)) : undefined);
}

function label(context: Context, node: Node, shape: Shape): Read {
  const { labels } = shape;
  const { mode } = context;
  const scalar = isScalar(node);
  const full = mode === "full";
  const exact = scalar && ownLabel(shape, node);
  if (exact) return fit(exact.value);
  if (isNull(node) || (!scalar && mode === "off")) return undefined;
  if (full && node.kind === "object" && node.items.length === 1 && isScalar(node.items[0])) {
    const outcome = label(context, node.items[0], shape);
    if (outcome && !outcome.issues) return also(outcome, 2, "object-to-single", node);
  }
  if (!scalar && (!full || node.end - node.start > LONG)) return fromList(context, node, shape);
  const found = match(labels, scalar ? node.text : raw(context, node), mode);
  if (found.ambiguous) return misfit(context, node, shape, undefined, AMBIGUOUS);
  if (found.label) {
    const cost = (scalar ? 0 : 2) + (found.how === "substring" ? 2 : found.how ? 1 : 0);
    if (cost === 0) return fit(found.label.value);
    return bent(found.label.value, cost, `label-${found.how ?? "in-json"}`, node, scalar ? 0 : FROM_JSON);
  }
  if (!scalar) return fromList(context, node, shape);
  // numbers and booleans as labels: read as such, then compared
  const { own, kinds } = ownOf(labels);
  for (const kind of kinds) {
    const outcome = READ[kind]?.(context, node, shape);
    if (outcome && own.has(typeof outcome.value === "bigint" ? `${outcome.value}n` : outcome.value)) return outcome;
  }
  return undefined;
}

function nothing(context: Context, node: Node, shape: Shape): Read {
  const value = shape.type === "undefined" ? undefined : shape.type === "nan" ? Number.NaN : null;
  if (isNull(node)) return fit(value);
  return context.mode === "full" ? bent(value, 110, "null-for-value", node, NOTHING) : undefined;
}

/** What reads a scalar, by the kind of its shape. The first three also take lists and objects. */
const READ: Readonly<Record<string, (context: Context, node: Node, shape: Shape) => Read>> = {
  string,
  enum: label,
  null: nothing,
  number,
  integer: number,
  boolean,
  bigint,
  date,
};
const ANY: ReadonlySet<string> = new Set(["string", "enum", "null"]);

/** A value that is no list and no object. */
export const coerceScalar = (context: Context, node: Node, shape: Shape): Outcome =>
  (isScalar(node) || ANY.has(shape.kind) ? READ[shape.kind]?.(context, node, shape) : fromList(context, node, shape)) ??
  misfit(context, node, shape);
