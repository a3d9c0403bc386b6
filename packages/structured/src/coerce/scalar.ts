import { isNumber, literal } from "../reader/chars.ts";
import type { Node } from "../reader/node.ts";
import type { Shape } from "../shape.ts";
import { coerce, toPlain } from "./coerce.ts";
import { LONG, keyOf, match, ownOf } from "./match.ts";
import { parseNumber, searchNumber } from "./number.ts";
import { AMBIGUOUS, FROM_JSON, MAX_CHOICES, NOTHING, OTHER, also, bent, fit, misfit, raw } from "./outcome.ts";
import type { Context, Outcome } from "./outcome.ts";

/** What a reading gives: undefined when the node does not fit. */
type Read = Outcome | undefined;

/** Whether a node is no list and no object. */
export const isScalar = (node: Node | undefined): node is Node & { readonly kind: "text" | "bare" } =>
  node?.kind === "text" || node?.kind === "bare";

/** Whether a node says that there is nothing. */
export const isNull = (node: Node): boolean => node.kind === "bare" && literal(node.text) === null;

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
  if (isScalar(node)) {
    const plain = toPlain(node);
    if (typeof plain === "string") return fit(plain);
    return plain === null || context.mode === "off"
      ? undefined
      : bent(node.text, 2, "number-to-string", node, FROM_JSON);
  }
  const single = node.items.length === 1 && isScalar(node.items[0]) ? fromList(context, node, shape) : undefined;
  if (single || context.mode !== "full") return single;
  return bent(raw(context, node), 2, "json-to-string", node, FROM_JSON);
}

function number(context: Context, node: Node, shape: Shape): Read {
  const plain = toPlain(node);
  const text = typeof plain === "string";
  // 1.000 of what is counted may be a thousand
  if (text && shape.kind === "integer" && /(?<![\d.,])[1-9]\d{0,2}\.\d{3}(?![\d.,])/.test(plain)) return undefined;
  let found = text ? (context.mode === "off" ? undefined : parseNumber(plain)) : plain;
  let cost = text ? 1 : 0;
  if (found === undefined && context.search) {
    found = searchNumber(node.text);
    cost = 3;
  }
  if (typeof found !== "number" || !Number.isFinite(found)) return undefined;
  if (shape.kind === "integer" && !Number.isInteger(found)) {
    return context.mode === "full"
      ? bent(Math.trunc(found + Math.sign(found) / 2), cost + 1, "rounded", node)
      : undefined;
  }
  if (cost === 0) return fit(found, Number.isInteger(found) && !Number.isSafeInteger(found) ? OTHER : 0);
  return bent(found, cost, cost === 1 ? "string-to-number" : "number-in-text", node);
}

function bigint(context: Context, node: Node): Read {
  const { text } = node;
  const off = context.mode === "off";
  const given = off ? text : text.trim();
  const grouped = /^-?[1-9]\d{0,2}(,\d{3})+n?$/.test(given); // 1,5 is not 15
  const plain = given.replace(off ? /n$/ : grouped ? /n$|,/g : /n$|_/g, "");
  const digits = /^-?\d+$/.test(plain);
  const bare = node.kind === "bare";
  const safe = Number.isSafeInteger(isNumber(text) ? Number(text) : Number.NaN);
  if (!digits && !safe) return undefined;
  const value = BigInt(digits ? plain : Number(text));
  // what a number holds exactly is one, where it may be either
  if (plain === text && (digits || bare)) return fit(value, bare && safe ? OTHER : 0);
  return bent(value, 1, "string-to-number", node);
}

const TRUTH = ["true", "false"].map((value) => ({ value, texts: [value] }));

function boolean(context: Context, node: Node): Read {
  const found = toPlain(node);
  if (typeof found === "boolean") return fit(found);
  if (context.mode === "off") return undefined;
  const text = node.text.trim();
  const word = /^(true|yes|(false|no))$/i.exec(text);
  if (word) return bent(word[2] === undefined, 1, "string-to-boolean", node);
  if (!context.search) return undefined;
  const { label, ambiguous } = match(TRUTH, text, "full");
  if (label) return bent(label.value === "true", 3, "boolean-in-text", node);
  // a yes or no, and more about it
  const first = !ambiguous && /^(?:yes|(no))[,;.!](?=\s|$)(?!.*\b(?:yes|no|true|false|but|if|unless)\b)/is.exec(text);
  return first ? bent(first[1] === undefined, 3, "boolean-in-text", node) : undefined;
}

const ISO =
  /^([+-]?\d{4,6}-\d{2}(?:-(\d{2}))?)(?:([T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)( ?(?:Z|UTC|GMT|[+-]\d{2}:?\d{2}))?)?$/i;

/** What says nothing more of a date that is in UTC unless it has an offset. */
const FILLER = /(?<=\d)(?:st|nd|rd|th|z)\b|\b(?:of|at|on|the|utc|gmt)\b|\(.*\)/gi;
const TIME = /\d+(?::\d\d)+(?:\.\d+)?(?:\s*[ap]m\b)?(\s*[+-]\d\d:?\d\d)?/i;
const DAY_WORD = /^(?:(?:jan|feb|mar|apr|jun|jul|aug|sep|oct|nov|dec|sun|mon|tue|wed|thu|fri|sat)[a-z]*|may)$/i;

/**
 * A date in other words than ISO 8601's, of which nothing is made up and which is the same anywhere: with a day and four
 * digits of the year, and without a month that may be the day.
 */
function dateInWords(source: string): Date | undefined {
  if (source.length > 100) return undefined;
  const text = source.replace(FILLER, " ");
  const [time = "", offset] = TIME.exec(text) ?? [];
  const day = text.replace(time, " ");
  if (day.match(/[^\W\d]+/g)?.some((word) => !DAY_WORD.test(word))) return undefined;
  const date = new Date(`${day} UTC`);
  const read = [date.getUTCMonth() + 1, date.getUTCDate(), date.getUTCFullYear()];
  const written = (day.match(/\d+/g) ?? []).map(Number);
  if (written.length < 3) read.shift(); // its month is a word
  else if (!/^\D*\d{4}/.test(day) && read[0] !== read[1] && Number(read[1]) < 13) return undefined;
  // the 30th of February is none of March
  if (written.length !== read.length || !read.every((one) => written.includes(one))) return undefined;
  return new Date(offset ? text : `${text} UTC`);
}

function date(context: Context, node: Node): Read {
  const text = node.text.trim();
  const [iso, start = "", day, time, zone] = ISO.exec(text) ?? [];
  if (iso === undefined) {
    if (context.mode !== "full") return undefined;
    const number = node.kind === "bare" && isNumber(text) ? Number(text) : undefined;
    // a smaller number is one of seconds, or a year
    const value = number === undefined ? dateInWords(text) : Math.abs(number) < 1e11 ? undefined : new Date(number);
    return value && !Number.isNaN(value.getTime()) ? bent(value, 1, "string-to-date", node) : undefined;
  }
  const value = new Date(time && !zone ? `${text.replace(" ", "T")}Z` : text);
  // Date makes March of the 30th of February
  if (day !== undefined && new Date(start).getUTCDate() !== Number(day)) return undefined;
  return Number.isNaN(value.getTime()) ? undefined : fit(value);
}

const FALSE_KEY = /["']?[^"':,{}]{0,64}["']?\s?:\s?(?:false|null|none|0(?![\d.]))/gi;

function label(context: Context, node: Node, shape: Shape): Read {
  const { labels } = shape;
  const { mode } = context;
  const scalar = isScalar(node);
  const full = mode === "full";
  const { own, kinds } = ownOf(labels);
  const exact = scalar && own.get(toPlain(node));
  if (exact) return fit(exact.value);
  if (isNull(node)) return undefined;
  if (full && node.kind === "object" && node.items.length === 1 && isScalar(node.items[0])) {
    const outcome = label(context, node.items[0], shape);
    if (outcome && !outcome.issues) return also(outcome, 2, "object-to-single", node);
  }
  if (!scalar && (!full || node.end - node.start > LONG)) return fromList(context, node, shape);
  let text = scalar ? node.text : raw(context, node);
  // a key is no label where its value says no
  if (full && text.length <= LONG && /^\s*[{[]/.test(text)) text = text.replace(FALSE_KEY, "");
  const found = match(labels, text, mode);
  if (found.ambiguous) return misfit(context, node, shape, undefined, AMBIGUOUS);
  if (found.label) {
    const { how = scalar ? "name" : "in-json" } = found;
    const cost = (scalar ? 0 : 2) + (how === "substring" ? 2 : how === "in-json" ? 0 : 1);
    return bent(found.label.value, cost, `label-${how}`, node, scalar ? 0 : FROM_JSON);
  }
  if (!scalar) return fromList(context, node, shape);
  // numbers and booleans as labels: read as such, then compared
  for (const kind of kinds) {
    const outcome = READ[kind]?.(context, node, shape);
    if (outcome && own.has(keyOf(outcome.value))) return outcome;
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
