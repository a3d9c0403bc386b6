import type { Node, Repair, RepairKind } from "../reader/node.ts";
import type { Source } from "../reader/source.ts";
import type { Shape } from "../shape.ts";
import { words } from "./words.ts";

/** Something that does not fit the schema. */
export interface Issue {
  /** Where in the value. */
  readonly path: readonly (string | number)[];
  readonly message: string;
  /** What the schema wants, in words. */
  readonly expected: string;
  /** What stands in the text, cut to 100 characters; absent when nothing does. */
  readonly received?: string;
  /** Where it stands in the text, in UTF-16 units. */
  readonly offset: number;
}

/** An issue before it is put into words: most never are. */
export interface Misfit {
  readonly path: readonly (string | number)[];
  readonly context: Context;
  /** What stands there; an empty one, where something is missing. */
  readonly node: Node;
  readonly expected: string | Shape;
  /** What is wrong, where it is not just another kind of value. */
  readonly problem: string | undefined;
}

/** Several labels fit. */
export const AMBIGUOUS = "ambiguous";

/** An issue in words. */
export function report({ path, context, node, expected, problem }: Misfit): Issue {
  const wanted = typeof expected === "string" ? expected : words(expected);
  const { start, end } = node;
  const received =
    node.kind === "text"
      ? JSON.stringify(node.text.slice(0, 100))
      : context.source.slice(start, Math.min(end, start + 100));
  const message =
    problem === AMBIGUOUS
      ? `ambiguous: several of ${wanted} fit`
      : (problem ?? `expected ${wanted}, received ${received}`);
  return { path, message, expected: wanted, ...(received && { received }), offset: context.at ?? start };
}

/** How far values may be bent to fit. See the table in the README. */
export type Coercion = "off" | "safe" | "full";

/** What coercion needs to know. */
export interface Context {
  readonly mode: Coercion;
  /** The model answers in a vendor's dialect: see `dialect/lower.ts`. */
  readonly encoded: boolean;
  readonly source: Source;
  /** How many JSON texts within strings have been entered. */
  readonly inner: number;
  /** Where all of it is said to stand in the whole text, where that does not hold it as it is. */
  readonly at: number | undefined;
  /** Reads a JSON text that stands within a node, so many characters after its start. */
  readonly read: (context: Context, text: string, outer: Node, from: number) => Inner | undefined;
  /** Numbers and booleans are looked for within longer texts. */
  readonly search: boolean;
  /** The work left: pairs of a value and a shape. */
  readonly budget: { left: number };
}

/** A JSON text that stands within another, read. */
export interface Inner {
  readonly node: Node;
  readonly context: Context;
  readonly repairs: readonly Repair[];
}

/** What a shape made of a node. While parts are gathered it changes; then no more. */
export interface Outcome {
  value: unknown;
  /** How far it was bent: 0 is an exact fit. Costs of parts weigh ten times those of the whole, as in BAML's scoring. */
  cost: number;
  notes: Repair[] | undefined;
  /** Present: it does not fit, and `value` is at best a part. */
  issues: Misfit[] | undefined;
  tags: number;
}

/** The least cost: of what is listed and yet as good as exact. */
export const TRIFLE = 1e-300;

/** How many items of a list may be tried in its place. */
export const MAX_CHOICES = 256;

/** A list made of a single value. */
export const SINGLE = 1;
export const LIST = 2;
export const OBJECT = 4;
/** An object of which nothing was there. */
export const DEFAULTS = 8;
/** An object made of its only property. */
export const IMPLIED = 16;
/** A text made of an object or list, or one value picked from a list. */
export const FROM_JSON = 32;
/** Some items did not fit and were left out. */
export const DROPPED = 64;
export const EMPTY = 128;
/** An object made of plain text. */
export const PROSE = 256;
/** Null in place of a value that is there: the last resort. */
export const NOTHING = 512;
/** A number that JSON writes as it stands and that the other of number and bigint holds better. */
export const OTHER = 1024;

/** A fit: exact, unless it comes at a cost. */
export const fit = (value: unknown, tags = 0, cost = 0): Outcome => ({
  value,
  cost,
  notes: undefined,
  issues: undefined,
  tags,
});

/** Notes what was done to a node, or to a part of one. What has notes is not exact. */
export const note = (outcome: Outcome, kind: RepairKind, node: Node, ...path: (string | number)[]): void => {
  outcome.cost += TRIFLE;
  (outcome.notes ??= []).push({ kind, path, offset: node.start });
};

/** A fit after a conversion. */
export const bent = (value: unknown, cost: number, kind: RepairKind, node: Node, tags = 0): Outcome => {
  const out = fit(value, tags, cost);
  note(out, kind, node);
  return out;
};

/** The same outcome at more cost, with one more note. */
export const also = (
  outcome: Outcome,
  cost: number,
  kind: RepairKind,
  node: Node,
  tags: number = outcome.tags,
): Outcome => {
  const out = bent(outcome.value, outcome.cost + cost, kind, node, tags);
  if (outcome.notes) out.notes?.push(...outcome.notes);
  return out;
};

/** What came of an inner text, with all that was mended in it where that is in the whole. */
export function surface({ context: { at }, repairs }: Inner, outcome: Outcome): Outcome {
  const notes = [...repairs, ...(outcome.notes ?? [])];
  const placed = at === undefined ? notes : notes.map((one) => ({ ...one, offset: at }));
  return { ...outcome, cost: outcome.cost + TRIFLE, notes: placed };
}

/** Whether several labels fit somewhere in it: that is no value which may be left out. */
export const unclear = ({ issues }: Outcome): boolean | undefined =>
  issues?.some(({ problem }) => problem === AMBIGUOUS);

/** What stands in the text for a node. */
export const raw = (context: Context, node: Node): string => context.source.slice(node.start, node.end);

/** No fit. */
export function misfit(
  context: Context,
  node: Node,
  expected: string | Shape,
  value?: unknown,
  problem?: string,
): Outcome {
  const out = fit(value, 0, Infinity);
  out.issues = [{ path: [], context, node, expected, problem }];
  return out;
}

/** Moves issues or notes of a part to their place in the whole, which keeps the first of them. */
function within<T extends { readonly path: readonly (string | number)[] }>(
  whole: T[] | undefined,
  parts: readonly T[] | undefined,
  key: string | number,
): T[] | undefined {
  if (!parts) return whole;
  const out = whole ?? [];
  for (let i = 0; i < parts.length && out.length < 200; i++) {
    const part = parts[i] as T; // within bounds
    out.push({ ...part, path: [key, ...part.path] });
  }
  return out;
}

/** Adds a part's cost, notes and issues to the whole. */
export function gather(whole: Outcome, part: Outcome, key: string | number, weight = 10): void {
  whole.cost += weight * part.cost;
  whole.notes = within(whole.notes, part.notes, key);
  whole.issues = within(whole.issues, part.issues, key);
}

/** Whether `b` is to be preferred to `a`, which came first. */
export function better(a: Outcome, b: Outcome): boolean {
  if (b.issues) return false;
  if (a.issues) return true;
  // a list made up for one value is worse than anything else, null in place of a value is worse, and an empty list made up
  // is the last resort
  const last = ({ tags }: Outcome): number =>
    tags & SINGLE ? (tags & EMPTY ? 3 : 1) : tags & NOTHING ? 2 : tags & (FROM_JSON | OTHER) ? 1 : 0;
  if (last(a) !== last(b)) return last(b) < last(a);
  const both = a.tags & b.tags;
  if (both & LIST) {
    if (a.tags & DROPPED && a.tags & EMPTY && !(b.tags & DROPPED)) return true;
    if (b.tags & DROPPED && b.tags & EMPTY && !(a.tags & DROPPED)) return false;
  }
  if (both & OBJECT) {
    if ((a.tags ^ b.tags) & IMPLIED) return (a.tags & IMPLIED) !== 0;
    if ((a.tags ^ b.tags) & DEFAULTS) return (a.tags & DEFAULTS) !== 0;
  }
  const composite = LIST | OBJECT;
  if (!(a.tags & composite) && b.tags & composite && a.tags & FROM_JSON) return true;
  if (!(b.tags & composite) && a.tags & composite && b.tags & FROM_JSON) return false;
  return b.cost < a.cost;
}
