import { coerce, composite } from "./coerce/coerce.ts";
import { DEFAULTS, DROPPED, IMPLIED, LIST, OBJECT, PROSE, SINGLE, also, better, misfit } from "./coerce/outcome.ts";
import type { Coercion, Context, Outcome } from "./coerce/outcome.ts";
import { isNumber, literal } from "./reader/chars.ts";
import { newNode } from "./reader/node.ts";
import type { Node, Root } from "./reader/node.ts";
import { end, newReader, write } from "./reader/reader.ts";
import type { Reader } from "./reader/reader.ts";
import { isRewritten, plain } from "./reader/plain.ts";
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
    write(inner, text);
    end(inner);
    const root = inner.roots[0];
    if (!root || inner.fault) return undefined;
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

/** Whether a value of a shape may be of a kind. */
const wants = (shape: Shape, fits: (kind: Shape["kind"]) => boolean, depth = 0): boolean =>
  shape.kind === "union"
    ? depth < 8 && shape.options.some((option) => wants(option, fits, depth + 1))
    : fits(shape.kind);

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
  const trimmed = text.trim();
  if (shape.kind === "string" && shape.type === undefined && (full || trimmed !== "")) {
    // a text is itself, whatever stands in it
    const node = newNode("text", 0, full ? text : unquote(trimmed), text.length);
    return [{ outcome: coerce(context, node, shape), node }];
  }
  const out: Candidate[] = [];
  const add = (node: Node, weight: number, start = context): void => {
    let outcome = coerce(start, node, shape);
    // an object has to be written as one: a sentence is none, though its only property would take it
    if (outcome.tags & PROSE) outcome = misfit(start, node, shape);
    out.push({ outcome: { ...outcome, cost: outcome.cost + weight }, node });
  };
  const { blocks } = reader;
  const finals = reader.roots.filter((root) => !root.draft);
  const roots = finals.length > 0 ? finals : reader.roots;
  const fenced = roots.filter((root) => root.fenced);
  for (const root of roots) {
    const weight = handicap(root, fenced.length > 0, text);
    // or a JSON text within a JSON string
    const inner = root.node.kind === "text" ? context.read(root.node.text, context) : undefined;
    if (inner) add(inner.node, weight + 1, inner.context);
    else if (root.node.kind !== "text") add(root.node, weight);
  }
  for (const block of blocks) add(block.node, 0);
  const complete = out.some(
    ({ outcome: { issues, tags } }) =>
      !issues && (tags & LIST ? !(tags & (SINGLE | DROPPED)) : tags & OBJECT && !(tags & (IMPLIED | DEFAULTS))),
  );
  // one value a line is a list, too
  const lines = roots.every(
    ({ node }, i) => i === 0 || /^[\s,]*$/.test(text.slice(roots[i - 1]?.node.end, node.start)),
  );
  if (roots.length > 1 && (full || lines) && !complete) {
    const all = newNode("array", roots[0]?.node.start ?? 0, "", roots.at(-1)?.node.end);
    for (const root of fenced.length > 0 ? fenced : roots) all.items.push(root.node);
    add(all, 0);
  }
  // the text itself, for what needs no brackets; beside a value it is only what it says as a whole
  const quoted = trimmed.length > 1 && trimmed.startsWith('"') && trimmed.endsWith('"');
  const alone = roots.length === 0;
  const has = (...kinds: Shape["kind"][]): boolean => wants(shape, (kind) => kinds.includes(kind));
  const reads = alone
    ? (full || wants(shape, (kind) => !composite(kind))) && (blocks.length === 0 || !has("any"))
    : full
      ? has("enum") && !has("string")
      : quoted && has("enum", "string");
  if (trimmed !== "" && reads) {
    const node = newNode(
      quoted || (!isNumber(trimmed) && literal(trimmed) === undefined) ? "text" : "bare",
      text.indexOf(trimmed),
      quoted ? unquote(trimmed) : trimmed,
      text.trimEnd().length,
    );
    if (alone) add(node, Math.min(blocks.length, 1));
    else add(node, full ? 2 : 0, { ...context, search: false });
  }
  const rewritten = isRewritten(text);
  if (options.coercion !== "off" && (rewritten || out.every(({ outcome }) => outcome.issues))) {
    const other = plain(text);
    const inner = other === text ? undefined : context.read(other, context);
    const outcome = inner && coerce(inner.context, inner.node, shape);
    if (inner && outcome && !outcome.issues)
      out.push({ outcome: also(outcome, rewritten ? -1e9 : 2, "rewritten", inner.node), node: inner.node });
  }
  if (out.length === 0) {
    const node = newNode("bare", 0, trimmed, text.length);
    return [{ outcome: misfit(context, node, "JSON"), node }];
  }
  const size = ({ node }: Candidate): number => node.end - node.start;
  const first = out.reduce((a, b) => {
    // of those that do not fit, the longest says most; so it does where anything fits
    const alike = a.outcome.issues ? b.outcome.issues : shape.kind === "any" && a.outcome.cost === b.outcome.cost;
    return (alike && size(b) > size(a)) || better(a.outcome, b.outcome) ? b : a;
  });
  const others = out.filter((candidate) => candidate !== first && !candidate.outcome.issues);
  const own = new Set(roots.map(({ node }) => node));
  if (own.has(first.node) && others.some(({ outcome, node }) => outcome.cost < ASIDE && own.has(node)))
    return [{ ...first, outcome: also(first.outcome, 0, "one-of-several", first.node) }, ...others];
  return [first, ...others];
}
