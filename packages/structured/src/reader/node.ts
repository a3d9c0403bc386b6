import type { Shape } from "../shape.ts";

/** What a piece of text turned out to be. A `bare` is an unquoted number, literal or word. */
export type NodeKind = "object" | "array" | "text" | "bare";

/** What a shape made of a node, and the next of these. */
export interface Memo {
  /** Undefined: its plain value. */
  readonly shape: Shape | undefined;
  outcome: unknown;
  readonly next: Memo | undefined;
}

/** One value as it stands in the text, finished or still growing. */
export interface Node {
  kind: NodeKind;
  /** Where it begins in the whole text, in UTF-16 units. */
  readonly start: number;
  /** Where it ends, exclusive; as far as it was read while it grows. */
  end: number;
  /** Its own closer, or what must follow it, was seen. */
  done: boolean;
  /** Of a text: the content, unescaped. Of a bare: what stands there. */
  text: string;
  /** Of an object: the keys, in step with `items`. */
  keys: string[];
  /** Of an object or array: the values. */
  items: Node[];
  /** What shapes made of it, remembered so that no pair is worked on twice. Most nodes meet one shape. */
  memo: Memo | undefined;
  /** The typed value that grows with it; or what gives its parts back, see {@link forget}. */
  view: unknown;
}

/** Lets the parts of a finished container go, and remembers who can give them back. */
export function forget(node: Node, recall: ((node: Node) => void) | undefined): void {
  if (!recall) return;
  node.items = node.keys = none;
  node.view = recall;
}

/** Gives a container its parts back, where they were let go. */
export function recall(node: Node): void {
  if (typeof node.view !== "function") return;
  (node.view as (node: Node) => void)(node); // the only function that stands there
  node.view = undefined;
}

const none: never[] = [];

/** A node that begins; with an `end`, one that is complete. */
export const newNode = (kind: NodeKind, start: number, text = "", end?: number): Node => ({
  kind,
  start,
  end: end ?? start,
  done: end !== undefined,
  text,
  keys: kind === "object" ? [] : none,
  items: kind === "object" || kind === "array" ? [] : none,
  memo: undefined,
  view: undefined,
});

/** A candidate for the answer: a value found in the text. */
export interface Root {
  readonly node: Node;
  /** It stands within a block of reasoning: a draft. */
  draft: boolean;
  /** It stands within a code fence. */
  readonly fenced: boolean;
}

/** Something that was mended, guessed or converted on the way from the text to the value. */
export interface Repair {
  /**
   * In the text: `missing-comma`, `missing-colon`, `missing-closer`, `wrong-closer`, `missing-value`, `unquoted`, `quotes`,
   * `inner-quote`, `comment`, `escape`, `dropped-text`; `rewritten` of a whole text whose signs were none of JSON's;
   * `one-of-several` where others fitted alike. In the value: see the table of coercions.
   */
  readonly kind: string;
  /** Where in the value, as far as known. */
  readonly path: readonly (string | number)[];
  /** Where in the text, in UTF-16 units. */
  readonly offset: number;
}
