import type { Node, Repair } from "../reader/node.ts";
import type { Source } from "../reader/source.ts";

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
  /** Reads a JSON text that stands within a string. */
  readonly read: (text: string, context: Context) => { readonly node: Node; readonly context: Context } | undefined;
  /** Numbers and booleans are looked for within longer texts. */
  readonly search: boolean;
  /** The work left: pairs of a value and a shape. */
  readonly budget: { left: number };
}

/** What a shape made of a node. */
export interface Outcome {
  readonly value: unknown;
  /** How far it was bent: 0 is an exact fit. Costs of parts weigh ten times those of the whole, as in BAML's scoring. */
  readonly cost: number;
  readonly notes: readonly Repair[] | undefined;
  /** Present: it does not fit, and `value` is at best a part. */
  readonly issues: readonly Issue[] | undefined;
  readonly tags: number;
}

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

/** An exact fit. */
export const fit = (value: unknown, tags = 0): Outcome => ({
  value,
  cost: 0,
  notes: undefined,
  issues: undefined,
  tags,
});

/** What was done to a node. */
export const noted = (kind: string, node: Node, ...path: (string | number)[]): Repair => ({
  kind,
  path,
  offset: node.start,
});

/** A fit after a conversion. */
export const bent = (value: unknown, cost: number, kind: string, node: Node, tags = 0): Outcome => ({
  value,
  cost,
  notes: [noted(kind, node)],
  issues: undefined,
  tags,
});

/** The same outcome at more cost, with one more note. */
export const also = (
  outcome: Outcome,
  cost: number,
  kind: string,
  node: Node,
  tags: number = outcome.tags,
): Outcome => ({
  ...outcome,
  cost: outcome.cost + cost,
  notes: [noted(kind, node), ...(outcome.notes ?? [])],
  tags,
});

/** What stands in the text for a node. */
export const raw = (context: Context, node: Node): string => context.source.slice(node.start, node.end);

/** The beginning of a text as it may stand in a message; undefined for another node. */
export const quote = (node: Node): string | undefined =>
  node.kind === "text" ? JSON.stringify(node.text.slice(0, 100)) : undefined;

/** No fit. */
export function misfit(context: Context, node: Node, expected: string, value?: unknown, message?: string): Outcome {
  const received = quote(node) ?? raw(context, node).slice(0, 100);
  return {
    value,
    cost: Infinity,
    notes: undefined,
    issues: [
      {
        path: [],
        message: message ?? `expected ${expected}, received ${received}`,
        expected,
        received,
        offset: node.start,
      },
    ],
    tags: 0,
  };
}

/** Moves issues or notes of a part to its place in the whole. */
export const within = <T extends { readonly path: readonly (string | number)[] }>(
  parts: readonly T[],
  key: string | number,
): T[] => parts.map((part) => ({ ...part, path: [key, ...part.path] }));

/** Whether `b` is to be preferred to `a`, which came first. */
export function better(a: Outcome, b: Outcome): boolean {
  if (b.issues) return false;
  if (a.issues) return true;
  // a list made up for one value is worse than anything else, null in place of a value is worse, an empty list made up the last resort
  const last = ({ tags }: Outcome): number =>
    tags & SINGLE ? (tags & EMPTY ? 3 : 1) : tags & NOTHING ? 2 : tags & FROM_JSON ? 1 : 0;
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
