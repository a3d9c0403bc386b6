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

/** What may be mended, guessed or converted. */
export type RepairKind =
  // where the value stands
  | "extracted" // other text stood around it: prose, a fence, tags
  | "one-of-several" // other values fitted, too
  | "several-to-list" // several values are the items of a list
  | "inner-json" // a JSON text within a string, or a tuple
  | "rewritten" // a whole text whose signs were none of JSON's
  // in its text
  | "missing-comma"
  | "comma" // one too many, or a semicolon in its place
  | "missing-colon" // or another sign in its place
  | "missing-closer"
  | "wrong-closer"
  | "missing-value" // a key without one: both were dropped
  | "unquoted" // a key or a text
  | "quotes" // others than JSON's
  | "inner-quote" // within a text, without an escape
  | "joined" // strings with a plus between them
  | "escape" // one that JSON does not have
  | "unescaped" // a line break or another control character within a string
  | "literal" // of Python or JavaScript; a number that JSON writes otherwise
  | "comment"
  | "dropped-text"
  // in the value
  | "key" // another spelling of a property's name
  | "implied-key" // the only property, from a value in place of its object
  | "dropped-key" // one that the schema does not have
  | "dropped-value" // of a property: one that does not fit, or null in place of none
  | "dropped-item"
  | "dropped-entry" // of a map
  | "missing" // a value made up for one that is not there: null, an empty list or map
  | "default" // of the JSON Schema
  | "null-for-value"
  | "single-to-list"
  | "list-to-single"
  | "object-to-single"
  | "other-form" // a map from a list of pairs, a tuple from an object of numbered properties, a Map from an object
  | "string-to-number"
  | "number-in-text"
  | "rounded"
  | "string-to-boolean"
  | "boolean-in-text"
  | "string-to-date"
  | "number-to-string" // or true or false
  | "json-to-string" // a list or object as it stands
  | "label-case" // a label in another case; without accents; without punctuation
  | "label-accents"
  | "label-punctuation"
  | "label-name" // a label by its description, or without quotes where it looks like a number or literal
  | "label-substring" // the one that a text names
  | "label-in-json"; // the one that a list or object names

/** Something that was mended, guessed or converted on the way from the text to the value. None: JSON.parse gives the value. */
export interface Repair {
  readonly kind: RepairKind;
  /** Where in the value, as far as known. */
  readonly path: readonly (string | number)[];
  /** Where in the text, in UTF-16 units; of what was mended within a text that stands there escaped, where that begins. */
  readonly offset: number;
}
