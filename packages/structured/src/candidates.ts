import { coerce, composite, toPlain } from "./coerce/coerce.ts";
import {
  DEFAULTS,
  DROPPED,
  EMPTY,
  IMPLIED,
  LIST,
  OBJECT,
  PROSE,
  SINGLE,
  also,
  better,
  misfit,
  surface,
} from "./coerce/outcome.ts";
import type { Coercion, Context, Inner, Outcome } from "./coerce/outcome.ts";
import { isPlain } from "./reader/chars.ts";
import { readJson } from "./reader/json.ts";
import { newNode } from "./reader/node.ts";
import type { Node, Repair, RepairKind, Root } from "./reader/node.ts";
import { end, newReader, write } from "./reader/reader.ts";
import type { Reader } from "./reader/reader.ts";
import type { Source } from "./reader/source.ts";
import { isRewritten, opener, plain } from "./reader/plain.ts";
import { textOf, unquote } from "./reader/unquote.ts";
import { isText, isTextOrNull } from "./shape.ts";
import type { Program, Shape } from "./shape.ts";

/** Bounds on a text, and how far values may be bent. */
export interface ReadOptions {
  readonly coercion: Coercion;
  readonly maxDepth: number;
  readonly maxLength: number;
  readonly encoded: boolean;
}

/** What coercion works with. A budget in proportion to the text bounds the work. */
export function newContext(reader: Reader, options: ReadOptions): Context {
  const budget = { left: 10_000 + 4 * reader.source.length() };
  const read: Context["read"] = (outer, text, { start }, from) => {
    const inner = newReader(options);
    // what stands in the whole as it is has its places there
    const at = start + from;
    const verbatim = outer.source.slice(at + 1, at + text.length - 1) === text.slice(1, -1);
    if (verbatim) inner.base = at;
    write(inner, text);
    end(inner);
    const root = inner.roots[0];
    if (!root || inner.fault) return undefined;
    const place = verbatim ? {} : { source: inner.source, at: outer.at ?? start };
    return { node: root.node, repairs: inner.repairs, context: { ...outer, ...place, inner: outer.inner + 1 } };
  };
  return {
    mode: options.coercion,
    encoded: options.encoded,
    source: reader.source,
    inner: 0,
    at: undefined,
    read,
    budget,
    search: options.coercion === "full",
  };
}

/** Whether a value of a shape may be of a kind. */
const wants = (shape: Shape, fits: (kind: Shape["kind"]) => boolean, depth = 0): boolean =>
  shape.kind === "union"
    ? depth < 8 && shape.options.some((option) => wants(option, fits, depth + 1))
    : fits(shape.kind);

/** A candidate and what came of it. */
export interface Candidate {
  readonly outcome: Outcome;
  readonly node: Node;
  readonly context: Context;
  /** What was mended in its text. */
  readonly repairs: readonly Repair[];
}

/** One that was found, and the node of the text that it stands in. */
interface Found extends Omit<Candidate, "repairs"> {
  readonly outer: Node;
}

/** How many candidates are tried, so that nobody's validator is asked about hundreds. */
const MAX_TRIES = 4;

/** What an aside costs: more than anything that stands in its place. */
export const ASIDE = 1e9;

/** What code within a sentence costs: more than what its fit usually does. */
const EXAMPLE = 1000;

/** What speaks against a root besides its fit: unfinished values, code and asides in prose, and what is empty come last. */
export function handicap({ node, fenced }: Root, { slice }: Source): number {
  const [first] = node.items;
  if (fenced) return node.done ? 0 : 5;
  const around = slice(Math.max(0, node.start - 1), node.start) + slice(node.end, node.end + 1);
  // an aside such as [see below], a footnote such as [1]
  const aside =
    node.kind === "array" &&
    !/^\n{0,2}$/.test(around) &&
    first?.kind === "bare" &&
    (node.items.length === 1 || typeof toPlain(first) === "string");
  const bracketed = /\([^)\n]*$/.test(slice(Math.max(0, node.start - 100), node.start)) ? 1 : 0;
  return (node.done ? 0 : 5) + bracketed + (aside || !first ? ASIDE : around === "``" ? EXAMPLE : 0);
}

/**
 * The values that a text may mean, best first: what stands in it as JSON, several of these as a list, the content of code
 * fences, and the text itself.
 */
export function candidates(reader: Reader, program: Program, options: ReadOptions): Candidate[] {
  const { root: shape } = program;
  const context = newContext(reader, options);
  const text = reader.source.slice();
  const full = options.coercion === "full";
  const trimmed = text.trim();
  const out: Found[] = [];
  const add = (
    outer: Node,
    weight: number,
    kind?: RepairKind,
    inner: Inner = { node: outer, context, repairs: [] },
  ): void => {
    const { node } = inner;
    const found = coerce(inner.context, node, shape);
    // an object has to be written as one: a sentence is none, though its only property would take it
    let outcome = found.tags & PROSE ? misfit(inner.context, node, shape) : surface(inner, found);
    outcome =
      kind && !outcome.issues ? also(outcome, weight, kind, outer) : { ...outcome, cost: outcome.cost + weight };
    out.push({ outcome, node, context: inner.context, outer });
  };
  /** What is mended where a text is itself the value. */
  const itself = (node: Node): RepairKind | undefined =>
    readJson(trimmed)?.value === toPlain(node) ? undefined : node.kind === "bare" ? "literal" : "unquoted";
  if (isText(shape) && (full || trimmed !== "")) {
    const node = newNode("text", 0, textOf(text, options.coercion), text.length);
    add(node, 0, itself(node));
    const other = newNode("text", 0, unquote(trimmed), text.length);
    if (other.text !== node.text) add(other, 1, itself(other)); // where bounds take only that
    return rank(reader, shape, out, 0);
  }
  const { blocks } = reader;
  const found = isTextOrNull(shape) ? [] : reader.roots;
  const finals = found.filter((root) => !root.draft);
  // a footnote is no number, and what it stands in is the whole text
  const lists = wants(shape, (kind) => composite(kind) || kind === "any");
  const roots = (finals.length > 0 ? finals : found).filter((root) => lists || handicap(root, reader.source) < ASIDE);
  const fenced = roots.filter((root) => root.fenced);
  for (const root of roots) {
    const weight = handicap(root, reader.source) + (fenced.length > 0 && !root.fenced ? 1 : 0);
    // or a JSON text within a JSON string
    const inner = root.node.kind === "text" ? context.read(context, root.node.text, root.node, 1) : undefined;
    if (inner) add(root.node, weight + 1, "inner-json", inner);
    else if (root.node.kind !== "text") add(root.node, weight);
  }
  for (const node of blocks) add(node, 0);
  const single = out.length;
  // where one is a list by itself, the others are no items beside it; one made of a single value, or of which nothing is left,
  // may be an item
  const complete = out.some(
    ({ outcome: { issues, tags, notes } }) =>
      !issues &&
      (tags & LIST
        ? !(tags & SINGLE) && !(tags & EMPTY && tags & DROPPED) && !notes?.some(({ kind }) => kind === "single-to-list")
        : tags & OBJECT && !(tags & (IMPLIED | DEFAULTS))),
  );
  // one value a line is a list, too
  const lines = roots.every(
    ({ node }, i) => i === 0 || /^[\s,]*$/.test(text.slice(roots[i - 1]?.node.end, node.start)),
  );
  // so are several in a sentence, of those that may be items
  const items = out.filter(({ outcome: { issues, tags } }) => !issues && tags & SINGLE);
  const least = Math.min(...items.map(({ outcome }) => outcome.cost)) + EXAMPLE;
  const parts = (fenced.length > 0 ? fenced : roots)
    .map(({ node }) => node)
    .filter((node) => full || lines || items.some(({ outer, outcome }) => outer === node && outcome.cost < least));
  if (parts.length > 1 && !complete) {
    const all = newNode("array", parts[0]?.start ?? 0, "", parts.at(-1)?.end);
    all.items.push(...parts);
    add(all, 0, "several-to-list");
  }
  // the text itself, for what needs no brackets; beside a value it is only what it says as a whole
  const quoted = /^".*"$/s.test(trimmed);
  const alone = roots.length === 0;
  const has = (...kinds: Shape["kind"][]): boolean => wants(shape, (kind) => kinds.includes(kind));
  const reads = alone
    ? (full || wants(shape, (kind) => !composite(kind))) && (blocks.length === 0 || !has("any"))
    : quoted
      ? has("enum", "string")
      : full && has("enum") && !has("string");
  if (trimmed !== "" && reads) {
    const node = newNode(
      quoted || !isPlain(trimmed) ? "text" : "bare",
      text.indexOf(trimmed),
      quoted ? unquote(trimmed) : trimmed,
      text.trimEnd().length,
    );
    if (alone) add(node, Math.min(blocks.length, 1), itself(node));
    else add(node, full ? 6 : 0, itself(node), { node, context: { ...context, search: false }, repairs: [] });
  }
  const rewritten = isRewritten(text);
  const tuple = /^\(.*\)$/s.test(trimmed) && has("array", "tuple");
  // a list of which nothing was left is no better than none
  const none = out.every(({ outcome: { issues, tags } }) => issues || (tags & SINGLE && tags & EMPTY));
  if (options.coercion !== "off") {
    const whole = newNode("text", 0, text, text.length);
    const lacks = opener(trimmed, (name) => program.open || program.names.has(name), has("array"));
    const opened = lacks === "" ? undefined : context.read(context, lacks + text, whole, 0);
    const other = rewritten || tuple || none ? plain(text) : text;
    // with its opener a text has to be JSON
    if (opened?.repairs.length === 0) add(whole, -1e9, "rewritten", opened);
    else if (other !== text) {
      const inner = context.read(context, other, whole, 0);
      if (inner && (lists || inner.node.kind !== "array")) add(whole, rewritten ? -1e9 : 1, "rewritten", inner);
    }
  }
  if (out.length === 0) {
    const node = newNode("bare", 0, trimmed, text.length);
    return [{ outcome: misfit(context, node, "JSON"), node, context, repairs: [] }];
  }
  return rank(reader, shape, out, single);
}

const size = ({ node }: Found): number => node.end - node.start;

/** The best of what was found, best first, each with all that was mended. The first ones are `single` values of the text. */
function rank({ source, repairs }: Reader, shape: Shape, found: readonly Found[], single: number): Candidate[] {
  const whole = source.slice().trim().length;
  const own = new Set(found.slice(0, single));
  const ranked: Candidate[] = [];
  for (let left = found; left.length > 0 && ranked.length < MAX_TRIES;) {
    const best = left.reduce((a, b) => {
      // of those that do not fit, the longest says most; so it does where anything fits
      const alike = a.outcome.issues ? b.outcome.issues : shape.kind === "any" && a.outcome.cost === b.outcome.cost;
      return (alike && size(b) > size(a)) || better(a.outcome, b.outcome) ? b : a;
    });
    left = left.filter((one) => one !== best && !one.outcome.issues);
    const { outer, node, context } = best;
    let { outcome } = best;
    // a text that is itself the value, or was rewritten, is not what the reader made of it
    const within = own.has(best) || outer.kind === "array" ? repairs : [];
    if (!outcome.issues) {
      const bound = outcome.cost < ASIDE ? ASIDE : Infinity;
      if (own.has(best) && left.some((one) => own.has(one) && one.outcome.cost < bound))
        outcome = also(outcome, 0, "one-of-several", outer);
      if (outer.end - outer.start < whole) outcome = also(outcome, 0, "extracted", outer);
    }
    ranked.push({
      outcome,
      node,
      context,
      repairs: within.filter(({ offset }) => offset >= outer.start && offset <= outer.end),
    });
  }
  return ranked;
}
