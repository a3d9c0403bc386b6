import { isNumber, literal } from "../reader/chars.ts";
import type { Node } from "../reader/node.ts";
import type { Shape } from "../shape.ts";
import { match } from "./match.ts";
import { parseNumber, searchNumber } from "./number.ts";
import { FROM_JSON, NOTHING, also, bent, fit, misfit, raw } from "./outcome.ts";
import type { Context, Outcome } from "./outcome.ts";
import { words } from "./words.ts";

/** What a reading gives: undefined when the node does not fit. */
type Read = Outcome | undefined;

const isScalar = (node: Node | undefined): node is Node => node?.kind === "text" || node?.kind === "bare";

/** The value of a bare that is a literal; undefined when it is none. */
const literalOf = (node: Node): boolean | null | undefined => (node.kind === "bare" ? literal(node.text) : undefined);

/** Whether a node says that there is nothing. */
export const isNull = (node: Node): boolean => literalOf(node) === null;

/** One item of a list in place of the list: the only one, or in `full` the first that fits best. */
function fromList(context: Context, node: Node, shape: Shape): Read {
  if (node.kind !== "array" || context.mode === "off") return undefined;
  if (context.mode === "safe" && node.items.length !== 1) return undefined;
  let best: Read;
  for (const item of node.items) {
    const outcome = coerceScalar(context, item, shape);
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

function number(context: Context, node: Node, integer: boolean): Read {
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
  if (integer && !Number.isInteger(found)) {
    return context.mode === "full" ? bent(Math.round(found), cost + 1, "rounded", node) : undefined;
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
const TRUTH = [true, false].map((value) => ({ value, texts: [String(value)] }));

function boolean(context: Context, node: Node): Read {
  const found = literalOf(node);
  if (typeof found === "boolean") return fit(found);
  if (found === null || context.mode === "off") return undefined;
  const word = WORDS.get(node.text.trim().toLowerCase());
  if (word !== undefined) return bent(word, 1, "string-to-boolean", node);
  const { label } = context.search ? match(TRUTH, node.text, true) : {};
  return label && bent(label.value, 3, "boolean-in-text", node);
}

function date(context: Context, node: Node): Read {
  const text = node.text.trim();
  const iso = /^[+-]?\d{4,6}-\d{2}(-\d{2})?([T ]\d{2}:\d{2}|$)/.test(text);
  if (!iso && context.mode !== "full") return undefined;
  const value = new Date(node.kind === "bare" && isNumber(text) ? Number(text) : text);
  if (Number.isNaN(value.getTime())) return undefined;
  return iso ? fit(value) : bent(value, 1, "string-to-date", node);
}

/** Whether a label's value is what a node holds, type and all. */
function equals(node: Node, value: unknown): boolean {
  if (typeof value === "string") return node.text === value && (node.kind === "text" || literalOf(node) === undefined);
  if (node.kind !== "bare") return false;
  if (typeof value === "number") return isNumber(node.text) && Number(node.text) === value;
  return typeof value === "bigint" ? node.text === String(value) : literalOf(node) === value;
}

function labelled(context: Context, node: Node, shape: Shape): Read {
  const { labels } = shape;
  const scalar = isScalar(node);
  if (scalar) {
    const own = labels.find((label) => label.texts[0] === String(label.value) && equals(node, label.value));
    if (own) return fit(own.value);
    if (isNull(node)) return undefined;
  }
  const named = labels.filter((label) => typeof label.value === "string");
  if (context.mode === "off") {
    const found = scalar ? named.find((label) => label.texts[0] === node.text) : undefined;
    return found && fit(found.value);
  }
  const full = context.mode === "full";
  if (full && node.kind === "object" && node.items.length === 1 && isScalar(node.items[0])) {
    const outcome = labelled(context, node.items[0], shape);
    if (outcome && !outcome.issues) return also(outcome, 2, "object-to-single", node);
  }
  if (!full && !scalar) return fromList(context, node, shape);
  const found = match(named, scalar ? node.text : raw(context, node), full);
  if (found.ambiguous) {
    return misfit(context, node, words(shape), undefined, `ambiguous: several of ${words(shape)} fit`);
  }
  if (found.label) {
    const cost = (scalar ? 0 : 2) + (found.how === "substring" ? 2 : found.how ? 1 : 0);
    if (cost === 0) return fit(found.label.value);
    return bent(found.label.value, cost, `label-${found.how ?? "in-json"}`, node, scalar ? 0 : FROM_JSON);
  }
  // numbers and booleans as labels: read as such, then compared
  for (const { value } of labels) {
    if (typeof value === "string" || value === null) continue;
    const kind = typeof value === "number" ? (Number.isInteger(value) ? "integer" : "number") : typeof value;
    const outcome = coerceScalar(context, node, { ...shape, kind: kind as Shape["kind"] }); // boolean, bigint or these
    if (!outcome.issues && outcome.value === value) return outcome;
  }
  return undefined;
}

function read(context: Context, node: Node, shape: Shape): Read {
  switch (shape.kind) {
    case "string":
      return string(context, node, shape);
    case "enum":
      return labelled(context, node, shape);
    case "null": {
      const value = shape.type === "undefined" ? undefined : shape.type === "nan" ? Number.NaN : null;
      if (isNull(node)) return fit(value);
      return context.mode === "full" ? bent(value, 110, "null-for-value", node, NOTHING) : undefined;
    }
    default:
  }
  if (!isScalar(node)) return fromList(context, node, shape);
  switch (shape.kind) {
    case "number":
    case "integer":
      return number(context, node, shape.kind === "integer");
    case "boolean":
      return boolean(context, node);
    case "bigint":
      return bigint(context, node);
    case "date":
      return date(context, node);
    default:
      return undefined;
  }
}

/** A value that is no list and no object. */
export const coerceScalar = (context: Context, node: Node, shape: Shape): Outcome =>
  read(context, node, shape) ?? misfit(context, node, words(shape));
