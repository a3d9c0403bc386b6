import { LESS, QUOTE, SLASH } from "./chars.ts";
import { commentAt, followed } from "./lookahead.ts";
import type { Answer, Sight } from "./lookahead.ts";
import { newNode } from "./node.ts";
import type { Node, Repair, Root } from "./node.ts";
import { newSource } from "./source.ts";
import type { Source } from "./source.ts";

/** What the reader may be told. */
export interface ReaderOptions {
  /** Names of properties that may appear. They tell a quote within a text from one that ends it. */
  readonly names?: ReadonlySet<string> | undefined;
  /** Other names may appear, too. True when there are no names. */
  readonly open?: boolean | undefined;
  /** How deep containers may nest. */
  readonly maxDepth: number;
  /** How long the text may be, in UTF-16 units. */
  readonly maxLength: number;
}

/** A bound that was reached. */
export interface Fault {
  readonly reason: "too-deep" | "too-large";
  readonly offset: number;
}

/** How many values are kept as candidates, and how many repairs are listed. */
export const MAX_ROOTS = 256;
export const MAX_REPAIRS = 100;

// What the machine expects next: `READ` of reader.ts goes by these numbers.
export const PROSE = 0;
export const KEY = 1;
export const AFTER_KEY = 2;
export const VALUE = 3;
export const ITEM = 4;
export const STRING = 5;
export const BARE = 6;
export const LINE_COMMENT = 7;
export const BLOCK_COMMENT = 8;
export const TRIPLE = 9;
export const STOPPED = 10;

/** The state of a reader: one object, so that the functions that work on it are the same for all readers. */
export interface Machine extends Sight {
  readonly source: Source;
  readonly roots: Root[];
  readonly blocks: Root[];
  readonly repairs: Repair[];
  readonly maxDepth: number;
  readonly maxLength: number;
  fault: Fault | undefined;
  /** What has arrived and is not consumed; where it begins in the source; and where the machine is in it. */
  text: string;
  base: number;
  pos: number;
  ended: boolean;
  state: number;
  /** Where a comment returns to. */
  back: number;
  /** The open containers, and how many of them are arrays. */
  readonly stack: Node[];
  arrays: number;
  /** A comma, or the opening of the container, came before. */
  comma: boolean;
  key: string | undefined;
  /** The string or unquoted value that grows, and whether it is a key. */
  current: Node | undefined;
  isKey: boolean;
  /** How often a value has begun or ended. */
  version: number;
  /** What ends the current string. */
  quote: number;
  /** Straight double quotes taken for content. */
  quotes: number;
  /** Braces open in the content. */
  braces: number;
  /** Brackets that an unquoted value has opened. */
  round: number;
  curly: number;
  square: number;
  /** The open tag of reasoning. */
  thought: string;
  /** Where the content of the open fence begins, or -1; and how many roots there were. */
  fence: number;
  fenceRoots: number;
}

/** A machine at the beginning of a text. */
export const newMachine = (options: ReaderOptions): Machine => ({
  source: newSource(),
  roots: [],
  blocks: [],
  repairs: [],
  names: options.names ?? new Set(),
  open: options.open ?? options.names === undefined,
  maxDepth: options.maxDepth,
  maxLength: options.maxLength,
  fault: undefined,
  text: "",
  base: 0,
  pos: 0,
  ended: false,
  state: PROSE,
  back: PROSE,
  stack: [],
  arrays: 0,
  comma: true,
  key: undefined,
  current: undefined,
  isKey: false,
  version: 0,
  quote: QUOTE,
  quotes: 0,
  braces: 0,
  round: 0,
  curly: 0,
  square: 0,
  thought: "",
  fence: -1,
  fenceRoots: 0,
});

export function repair(m: Machine, kind: string, at: number = m.pos): void {
  if (m.repairs.length < MAX_REPAIRS) m.repairs.push({ kind, path: [], offset: m.base + at });
}

export function attach(m: Machine, node: Node): void {
  m.version++;
  const parent = m.stack.at(-1);
  if (parent === undefined) {
    if (m.roots.length >= MAX_ROOTS) m.roots.pop();
    m.roots.push({ node, draft: m.thought !== "", fenced: m.fence >= 0 });
    return;
  }
  if (parent.kind === "object") parent.keys.push(m.key ?? "");
  parent.items.push(node);
  if (!m.comma) repair(m, "missing-comma");
  m.comma = false;
  m.key = undefined;
}

export function settle(m: Machine): void {
  const top = m.stack.at(-1);
  m.state = top === undefined ? PROSE : top.kind === "object" ? KEY : ITEM;
}

export function openContainer(m: Machine, kind: "object" | "array"): void {
  if (m.stack.length >= m.maxDepth) {
    m.fault = { reason: "too-deep", offset: m.base + m.pos };
    m.state = STOPPED;
    return;
  }
  const node = newNode(kind, m.base + m.pos);
  attach(m, node);
  m.stack.push(node);
  if (kind === "array") m.arrays++;
  m.comma = true;
  m.pos++;
  settle(m);
}

/** Closes the innermost container; `done` when its own closer stands at `pos`. */
export function closeContainer(m: Machine, done: boolean): void {
  const node = m.stack.pop();
  if (node === undefined) return;
  m.version++;
  if (node.kind === "array") m.arrays--;
  node.done = true;
  node.end = m.base + m.pos + (done ? 1 : 0);
  if (!done) repair(m, "missing-closer");
  m.comma = false;
  m.key = undefined;
  settle(m);
}

export function closeAll(m: Machine): void {
  while (m.stack.length > 0) closeContainer(m, false);
}

/** A closer at `pos`: closes its container and those within that were left open; a stray one is skipped. */
export function closeWith(m: Machine, kind: "object" | "array"): void {
  const count = kind === "array" ? m.arrays : m.stack.length - m.arrays;
  if (count === 0) {
    repair(m, "wrong-closer");
    m.pos++;
    return;
  }
  while (m.stack.at(-1)?.kind !== kind) closeContainer(m, false);
  closeContainer(m, true);
  m.pos++;
}

export function finish(m: Machine, done: boolean): void {
  const node = m.current;
  m.current = undefined;
  if (node === undefined) return;
  if (!m.isKey) m.version++;
  node.end = m.base + m.pos;
  node.done = done;
  if (node.kind === "bare") {
    node.text = node.text.trim();
    // what was left out
    if (/^(\.{3}|…)$/.test(node.text) && m.stack.at(-1)?.kind === "array") m.stack.at(-1)?.items.pop();
  }
  if (m.isKey) {
    m.isKey = false;
    m.key = node.text;
    m.state = AFTER_KEY;
  } else settle(m);
}

/** Comments and what force-closes containers, between tokens. True: dealt with; "wait"; false: something else. */
export function between(m: Machine, c: number): Answer {
  const comment = commentAt(m, m.pos);
  if (comment === true) {
    m.back = m.state;
    repair(m, "comment");
    m.state = c === SLASH && m.text.charCodeAt(m.pos + 1) === 42 ? BLOCK_COMMENT : LINE_COMMENT;
    m.pos += m.state === BLOCK_COMMENT ? 2 : 1;
    return true;
  }
  if (comment === "wait") return "wait";
  if (c === LESS) {
    const tag = followed(m, m.pos, SLASH, false);
    if (tag === true) closeAll(m);
    return tag;
  }
  return false;
}
