import { coerce, composite } from "./coerce/coerce.ts";
import { DEFAULTS, DROPPED, IMPLIED, LIST, OBJECT, PROSE, SINGLE, better, misfit } from "./coerce/outcome.ts";
import type { Coercion, Context, Outcome } from "./coerce/outcome.ts";
import { words } from "./coerce/words.ts";
import { isNumber, literal } from "./reader/chars.ts";
import { newNode } from "./reader/node.ts";
import type { Node, Root } from "./reader/node.ts";
import { newReader } from "./reader/reader.ts";
import type { Reader } from "./reader/reader.ts";
import { ESCAPED, plain } from "./reader/plain.ts";
import { unquote } from "./reader/unquote.ts";
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
  const read: Context["read"] = (text, outer) => {
    const inner = newReader(options);
    inner.write(text);
    inner.end();
    const root = inner.roots[0];
    if (!root || inner.fault()) return undefined;
    return { node: root.node, context: { ...outer, source: inner.source, inner: outer.inner + 1 } };
  };
  return {
    mode: options.coercion,
    encoded: options.encoded,
    source: reader.source,
    inner: 0,
    read,
    budget,
    search: options.coercion === "full",
  };
}

/** Whether a shape may be read from plain text: something besides objects and lists. */
function wants(shape: Shape, kind: (kind: Shape["kind"]) => boolean, depth = 0): boolean {
  if (shape.wrapped && shape.items) return wants(shape.items, kind, depth + 1);
  if (shape.kind === "union") return depth < 8 && shape.options.some((option) => wants(option, kind, depth + 1));
  return kind(shape.kind);
}

/** A candidate and what came of it. */
export interface Candidate {
  readonly outcome: Outcome;
  readonly node: Node;
}

/** What an aside costs: more than anything that stands in its place. */
const ASIDE = 1e9;

/** How plausible a root is besides its fit: drafts, unfinished values and asides in prose come last. */
const handicap = (root: Root, fences: boolean, text: string): number => {
  const first = root.node.items[0];
  // an aside such as [see below], a footnote such as [1]
  const aside =
    root.node.kind === "array" &&
    !root.fenced &&
    !(/^\n?$/.test(text.charAt(root.node.start - 1)) && /^\n?$/.test(text.charAt(root.node.end))) &&
    first?.kind === "bare" &&
    (root.node.items.length === 1 || (literal(first.text) === undefined && !isNumber(first.text)));
  return (
    (root.node.done ? 0 : 5) +
    (aside ? ASIDE : 0) +
    (fences && !root.fenced ? 1 : 0) +
    (first || root.fenced ? 0 : ASIDE)
  );
};

/**
 * The values that a text may mean, best first: what stands in it as JSON, several of these as a list, the content of code
 * fences, and the text itself.
 */
export function candidates(reader: Reader, program: Program, options: ReadOptions): Candidate[] {
  const { root: shape } = program;
  const context = newContext(reader, options);
  const text = reader.source.slice();
  const full = options.coercion === "full";
  if (shape.kind === "string" && shape.type === undefined && !shape.wrapped && (full || text.trim() !== "")) {
    // a text is itself, whatever stands in it
    const node = newNode("text", 0, full ? text : unquote(text.trim()));
    node.end = text.length;
    return [{ outcome: coerce(context, node, shape), node }];
  }
  const out: (Candidate & { readonly weight: number })[] = [];
  const add = (node: Node, weight: number, start = context): void => {
    let outcome = coerce(start, node, shape);
    // an object has to be written as one: a sentence is none, though its only property would take it
    if (outcome.tags & PROSE) outcome = misfit(start, node, words(shape));
    out.push({ outcome: outcome.issues ? outcome : { ...outcome, cost: outcome.cost + weight }, node, weight });
  };
  const finals = reader.roots.filter((root) => !root.draft);
  const roots = finals.length > 0 ? finals : reader.roots;
  const fences = roots.some((root) => root.fenced);
  for (const root of roots) {
    const weight = handicap(root, fences, text);
    if (root.node.kind !== "text") {
      add(root.node, weight);
      continue;
    }
    const inner = context.read(root.node.text, context); // a JSON text within a JSON string
    if (inner) add(inner.node, weight + 1, inner.context);
  }
  for (const block of reader.blocks) add(block.node, 0);
  const whole = out.some(
    ({ outcome: { issues, tags } }) =>
      !issues && (tags & LIST ? !(tags & (SINGLE | DROPPED)) : tags & OBJECT && !(tags & (IMPLIED | DEFAULTS))),
  );
  // one value a line is a list, too
  const lines = roots.every(
    ({ node }, i) => i === 0 || /^[\s,]*$/.test(text.slice(roots[i - 1]?.node.end, node.start)),
  );
  if (roots.length > 1 && (full || lines) && !whole) {
    const all = newNode("array", roots[0]?.node.start ?? 0);
    const chosen = fences ? roots.filter((root) => root.fenced) : roots;
    for (const root of chosen) all.items.push(root.node);
    all.end = roots.at(-1)?.node.end ?? 0;
    all.done = true;
    add(all, 0);
  }
  // the text itself, for what needs no brackets
  const trimmed = text.trim();
  const scalar = (kind: Shape["kind"]): boolean => !composite(kind);
  const named = (kind: Shape["kind"]): boolean => kind === "enum" || kind === "string";
  const quoted = trimmed.length > 1 && trimmed.startsWith('"') && trimmed.endsWith('"');
  const bare = roots.length === 0;
  if (trimmed !== "" && (bare ? full || wants(shape, scalar) : (full || quoted) && wants(shape, named))) {
    const node = newNode(
      quoted || (!isNumber(trimmed) && literal(trimmed) === undefined) ? "text" : "bare",
      text.indexOf(trimmed),
    );
    node.text = quoted ? unquote(trimmed) : trimmed;
    node.end = node.start + trimmed.length;
    node.done = true;
    if (bare) {
      if (!(wants(shape, (kind) => kind === "any") && reader.blocks.length > 0))
        add(node, reader.blocks.length > 0 ? 1 : 0);
    } else if (!full) add(node, 0);
    else if (wants(shape, (kind) => kind === "enum") && !wants(shape, (kind) => kind === "string"))
      add(node, 2, { ...context, search: false });
  }
  const escaped = ESCAPED.test(text);
  if (options.coercion !== "off" && (escaped || out.every(({ outcome }) => outcome.issues))) {
    const other = plain(text);
    const inner = other === text ? undefined : context.read(other, context);
    if (inner && !coerce(inner.context, inner.node, shape).issues) add(inner.node, escaped ? -1e9 : 2, inner.context);
  }
  if (out.length === 0) {
    const nothing = newNode("bare", 0, trimmed);
    nothing.end = text.length;
    return [{ outcome: misfit(context, nothing, "JSON"), node: nothing }];
  }
  let best = 0;
  for (let i = 1; i < out.length; i++) {
    const a = out[best];
    const b = out[i];
    if (!a || !b) continue;
    const longer =
      shape.kind === "any" &&
      a.outcome.cost === b.outcome.cost &&
      b.node.end - b.node.start > a.node.end - a.node.start;
    // of those that do not fit, the longest says most
    const says = a.outcome.issues && b.outcome.issues && b.node.end - b.node.start > a.node.end - a.node.start;
    if (longer || says || better(a.outcome, b.outcome)) best = i;
  }
  const first = out[best];
  return first ? [first, ...out.filter((candidate) => candidate !== first && !candidate.outcome.issues)] : out;
}
