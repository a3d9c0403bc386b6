import { isNumber, literal } from "../reader/chars.ts";
import type { Node } from "../reader/node.ts";
import type { Shape } from "../shape.ts";
import { match } from "./match.ts";
import { words } from "./words.ts";
import { parseNumber, searchNumber } from "./number.ts";
import { FROM_JSON, also, bent, fit, misfit, raw } from "./outcome.ts";
import type { Context, Outcome } from "./outcome.ts";

const scalar = (node: Node): boolean => node.kind === "text" || node.kind === "bare";

/** The value of a bare that is a literal; undefined when it is none. */
const literalOf = (node: Node): boolean | null | undefined => (node.kind === "bare" ? literal(node.text) : undefined);

/** Whether a node says that there is nothing. */
export const isNull = (node: Node): boolean => literalOf(node) === null;

/** One item of a list in place of the list: the only one, or in `full` the first that fits. */
export function fromList(context: Context, node: Node, read: (item: Node) => Outcome): Outcome | undefined {
  if (node.kind !== "array" || context.mode === "off") return undefined;
  if (context.mode === "safe" && node.items.length !== 1) return undefined;
  let best: Outcome | undefined;
  for (const item of node.items) {
    const outcome = read(item);
    if (!outcome.issues && (!best || outcome.cost < best.cost)) best = outcome;
  }
  return best && also(best, node.items.length === 1 ? 1 : 2, "list-to-single", node, best.tags | FROM_JSON);
}

function string(context: Context, node: Node): Outcome {
  if (node.kind === "text") return fit(node.text);
  if (node.kind === "bare") {
    if (isNull(node)) return misfit(context, node, "a string");
    if (literalOf(node) === undefined && !isNumber(node.text)) return fit(node.text);
    return context.mode === "off"
      ? misfit(context, node, "a string")
      : bent(node.text, 2, "number-to-string", node, FROM_JSON);
  }
  if (node.kind === "array" && node.items.length === 1 && node.items[0] && scalar(node.items[0])) {
    const single = fromList(context, node, (item) => string(context, item));
    if (single) return single;
  }
  if (context.mode !== "full") return misfit(context, node, "a string");
  return bent(raw(context, node), 2, "json-to-string", node, FROM_JSON);
}

function number(context: Context, node: Node, integer: boolean): Outcome {
  const expected = integer ? "an integer" : "a number";
  if (!scalar(node)) {
    return fromList(context, node, (item) => number(context, item, integer)) ?? misfit(context, node, expected);
  }
  if (literalOf(node) !== undefined) return misfit(context, node, expected);
  const exact = node.kind === "bare" && isNumber(node.text);
  let found = exact
    ? Number(node.text.replaceAll("_", ""))
    : context.mode === "off"
      ? undefined
      : parseNumber(node.text);
  let cost = exact ? 0 : 1;
  if (found === undefined && context.search) {
    found = searchNumber(node.text);
    cost = 3;
  }
  if (found === undefined || !Number.isFinite(found)) return misfit(context, node, expected);
  if (integer && !Number.isInteger(found)) {
    if (context.mode !== "full") return misfit(context, node, expected);
    return bent(Math.round(found), cost + 1, "rounded", node);
  }
  return cost === 0 ? fit(found) : bent(found, cost, cost === 1 ? "string-to-number" : "number-in-text", node);
}

function bigint(context: Context, node: Node): Outcome {
  const expected = "an integer";
  if (!scalar(node)) return fromList(context, node, (item) => bigint(context, item)) ?? misfit(context, node, expected);
  const { text } = node;
  const digits = text.replace(/^(-?)0+(?=\d)/, "$1").replace(/n$/, "");
  if (/^-?\d+$/.test(digits)) return fit(BigInt(digits));
  const plain = text.replace(/[,_\s]/g, "");
  if (context.mode !== "off" && /^[-+]?\d+$/.test(plain))
    return bent(BigInt(plain.replace("+", "")), 1, "string-to-number", node);
  const other = isNumber(text) ? Number(text) : undefined;
  if (other !== undefined && Number.isSafeInteger(other)) return fit(BigInt(other));
  return misfit(context, node, expected);
}

const WORDS: Readonly<Record<string, boolean>> = { true: true, yes: true, false: false, no: false };
const TRUTH = [
  { value: true, texts: ["true"] },
  { value: false, texts: ["false"] },
];

function boolean(context: Context, node: Node): Outcome {
  const found = literalOf(node);
  if (typeof found === "boolean") return fit(found);
  if (found === null || context.mode === "off") return misfit(context, node, "true or false");
  if (!scalar(node))
    return fromList(context, node, (item) => boolean(context, item)) ?? misfit(context, node, "true or false");
  const word = WORDS[node.text.trim().toLowerCase()];
  if (word !== undefined) return bent(word, 1, "string-to-boolean", node);
  const { label } = context.search ? match(TRUTH, node.text, true) : {};
  return label ? bent(label.value, 3, "boolean-in-text", node) : misfit(context, node, "true or false");
}

function date(context: Context, node: Node): Outcome {
  const expected = "a date in ISO 8601";
  if (!scalar(node)) return fromList(context, node, (item) => date(context, item)) ?? misfit(context, node, expected);
  const iso = /^[+-]?\d{4,6}-\d{2}(-\d{2})?([T ]\d{2}:\d{2}|$)/.test(node.text.trim());
  if (!iso && context.mode !== "full") return misfit(context, node, expected);
  const value = new Date(node.kind === "bare" && isNumber(node.text) ? Number(node.text) : node.text.trim());
  if (Number.isNaN(value.getTime())) return misfit(context, node, expected);
  return iso ? fit(value) : bent(value, 1, "string-to-date", node);
}

/** Whether a label's value is what a node holds, type and all. */
function equals(node: Node, value: unknown): boolean {
  if (typeof value === "string")
    return (node.kind === "text" || (node.kind === "bare" && literalOf(node) === undefined)) && node.text === value;
  if (node.kind !== "bare") return false;
  if (typeof value === "number") return isNumber(node.text) && Number(node.text) === value;
  if (typeof value === "bigint") return /^-?\d+$/.test(node.text) && BigInt(node.text) === value;
  return literalOf(node) === value;
}

function labelled(context: Context, node: Node, shape: Shape): Outcome {
  const { labels } = shape;
  if (scalar(node)) {
    const own = labels.find((label) => label.texts[0] === String(label.value) && equals(node, label.value));
    if (own) return fit(own.value);
    if (isNull(node) && labels.every((label) => label.value !== null)) return misfit(context, node, words(shape));
  }
  const texts = labels.filter((label) => typeof label.value === "string");
  if (context.mode === "off") {
    const found = texts.find((label) => label.texts[0] === node.text && scalar(node));
    return found ? fit(found.value) : misfit(context, node, words(shape));
  }
  const full = context.mode === "full";
  if (full && node.kind === "object" && node.items.length === 1 && node.items[0] && scalar(node.items[0])) {
    const outcome = labelled(context, node.items[0], shape);
    if (!outcome.issues) return also(outcome, 2, "object-to-single", node);
  }
  if (!full && !scalar(node))
    return fromList(context, node, (item) => labelled(context, item, shape)) ?? misfit(context, node, words(shape));
  const text = scalar(node) ? node.text : raw(context, node);
  const found = match(texts, text, full);
  if (found.ambiguous)
    return misfit(context, node, words(shape), undefined, `ambiguous: several of ${words(shape)} fit`);
  if (found.label) {
    const cost = (scalar(node) ? 0 : 2) + (found.how === "substring" ? 2 : found.how ? 1 : 0);
    return cost === 0 ? fit(found.label.value) : bent(found.label.value, cost, `label-${found.how ?? "in-json"}`, node);
  }
  // numbers and booleans as labels: read as such, then compared
  for (const label of labels) {
    if (typeof label.value === "string" || label.value === null) continue;
    const outcome =
      typeof label.value === "boolean"
        ? boolean(context, node)
        : typeof label.value === "bigint"
          ? bigint(context, node)
          : number(context, node, Number.isInteger(label.value));
    if (!outcome.issues && outcome.value === label.value) return outcome;
  }
  return misfit(context, node, words(shape));
}

/** A value that is no list and no object. */
export function coerceScalar(context: Context, node: Node, shape: Shape): Outcome {
  switch (shape.kind) {
    case "string":
      return string(context, node);
    case "number":
      return number(context, node, false);
    case "integer":
      return number(context, node, true);
    case "boolean":
      return boolean(context, node);
    case "bigint":
      return bigint(context, node);
    case "date":
      return date(context, node);
    case "enum":
      return labelled(context, node, shape);
    case "null": {
      const value = shape.type === "undefined" ? undefined : shape.type === "nan" ? Number.NaN : null;
      if (isNull(node)) return fit(value);
      return context.mode === "full" ? bent(value, 110, "null-for-value", node) : misfit(context, node, "null");
    }
    default:
      return misfit(context, node, "nothing");
  }
}
