import { isJson, isPlain } from "./chars.ts";
import { newNode } from "./node.ts";
import type { Node, Repair, RepairKind, Root } from "./node.ts";
import { newSource } from "./source.ts";
import type { Source } from "./source.ts";

/** What the reader may be told. */
export interface ReaderOptions {
  /** Names of properties that may appear. They tell a quote within a text from one that ends it. */
  readonly names?: ReadonlySet<string> | undefined;
  /** Other names may appear, too. True when there are no names. */
  readonly open?: boolean | undefined;
  /** Nothing is looked for: the text is itself. */
  readonly verbatim?: boolean | undefined;
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

// What the machine expects next: `step` of reader.ts goes by these numbers.
export const PROSE = 0;
export const KEY = 1;
export const AFTER_KEY = 2;
export const VALUE = 3;
export const STRING = 4;
export const TRIPLE = 5;
export const BARE = 6;
export const COMMENT = 7;
export const VERBATIM = 8;

/** The state of a reader: one object, so that the functions that work on it are the same for all readers. */
export interface Machine extends Required<ReaderOptions> {
  readonly names: ReadonlySet<string>;
  readonly open: boolean;
  readonly verbatim: boolean;
  readonly source: Source;
  /** Values found so far; the last may still be open. */
  readonly roots: Root[];
  /** Texts that code fences hold and that are no object or array. */
  readonly blocks: Node[];
  /** What was mended in the text; at most {@link MAX_REPAIRS} of it. */
  readonly repairs: Repair[];
  /** A bound was reached; nothing is read any more. */
  fault: Fault | undefined;
  /** What has arrived and is not consumed; where it begins in the source; and where the machine is in it. */
  text: string;
  /** The length of `text`. */
  size: number;
  base: number;
  pos: number;
  /** No more will come. */
  ended: boolean;
  /** Only more text can tell how to go on. */
  starved: boolean;
  state: number;
  /** What ends the open comment, and where it returns to. */
  until: string;
  back: number;
  /** The open containers, outermost first, and how many of them are arrays. */
  readonly stack: Node[];
  arrays: number;
  /** A comma, or the opening of the container, came before. */
  comma: boolean;
  key: string | undefined;
  /** The string or unquoted value that grows, and whether it is a key. */
  current: Node | undefined;
  isKey: boolean;
  /** Changes when a value begins or ends; in between, only the growing one grows. */
  version: number;
  /** What ends the current string. */
  quote: string;
  /** Straight double quotes taken for content. */
  quotes: number;
  /** Something stood in the content that JSON would escape. */
  raw: boolean;
  /** Brackets that the content of the string or unquoted value has opened. */
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
export const newMachine = ({ names, open, verbatim = false, maxDepth, maxLength }: ReaderOptions): Machine => ({
  source: newSource(),
  roots: [],
  blocks: [],
  repairs: [],
  names: names ?? new Set(),
  open: open ?? names === undefined,
  verbatim,
  maxDepth,
  maxLength,
  fault: undefined,
  text: "",
  size: 0,
  base: 0,
  pos: 0,
  ended: false,
  starved: false,
  state: verbatim ? VERBATIM : PROSE,
  until: "",
  back: PROSE,
  stack: [],
  arrays: 0,
  comma: true,
  key: undefined,
  current: undefined,
  isKey: false,
  version: 0,
  quote: "",
  quotes: 0,
  raw: false,
  round: 0,
  curly: 0,
  square: 0,
  thought: "",
  fence: -1,
  fenceRoots: 0,
});

export function repair(m: Machine, kind: RepairKind, at: number = m.pos): void {
  if (m.repairs.length < MAX_REPAIRS) m.repairs.push({ kind, path: [], offset: m.base + at });
}

/** Puts a value that begins where it belongs. */
export function attach(m: Machine, node: Node): void {
  m.version++;
  const parent = m.stack.at(-1);
  if (!parent) {
    if (m.roots.length >= MAX_ROOTS) m.roots.pop();
    m.roots.push({ node, draft: m.thought !== "", fenced: m.fence >= 0 });
    return;
  }
  if (parent.kind === "object") parent.keys.push(m.key ?? "");
  parent.items.push(node);
  if (!m.comma) repair(m, "missing-comma");
}

/** After a value, or in its place. */
export function settle(m: Machine): void {
  const top = m.stack.at(-1);
  m.comma = false;
  m.key = undefined;
  m.state = top === undefined ? PROSE : top.kind === "object" ? KEY : VALUE;
}

export function openContainer(m: Machine, kind: "object" | "array"): void {
  if (m.stack.length >= m.maxDepth) {
    m.fault = { reason: "too-deep", offset: m.base + m.pos };
    return;
  }
  const node = newNode(kind, m.base + m.pos);
  attach(m, node);
  m.stack.push(node);
  if (kind === "array") m.arrays++;
  settle(m);
  m.comma = true;
  m.pos++;
}

/** Closes the innermost container; `done` when its own closer stands at `pos`. */
function closeContainer(m: Machine, done: boolean): void {
  const node = m.stack.pop() as Node; // one is open
  m.version++;
  if (node.kind === "array") m.arrays--;
  if (m.comma && node.items.length > 0) repair(m, "comma");
  node.done = true;
  node.end = m.base + m.pos + (done ? 1 : 0);
  if (!done) repair(m, "missing-closer");
  settle(m);
}

/** Closes the innermost containers that are open, up to one of this kind, which is open too, or all. */
export function closeTo(m: Machine, kind?: "object" | "array"): void {
  while (m.stack.at(-1)?.kind !== kind) closeContainer(m, false);
}

/** A closer at `pos`: closes its container and those within that were left open; a stray one is skipped. */
export function closeWith(m: Machine, kind: "object" | "array"): void {
  if (kind === "array" ? m.arrays > 0 : m.stack.length > m.arrays) {
    closeTo(m, kind);
    closeContainer(m, true);
  } else repair(m, "wrong-closer");
  m.pos++;
}

/** Takes the blanks off an unquoted value that ends, and says so if it is none of JSON's. */
export function trimBare(m: Machine, node: Node): void {
  node.text = node.text.trim();
  if (!isJson(node.text)) repair(m, isPlain(node.text) ? "literal" : "unquoted", node.start - m.base);
}

/** Ends the string or unquoted value that grows. */
export function finish(m: Machine): void {
  const node = m.current as Node; // one grows
  m.current = undefined;
  node.end = m.base + m.pos;
  node.done = true;
  if (node.kind === "bare") {
    trimBare(m, node);
    // what was left out
    const list = m.stack.at(-1);
    if ((node.text === "..." || node.text === "…") && list?.kind === "array") {
      list.items.pop();
      repair(m, "dropped-text");
    }
  }
  if (m.isKey) {
    m.isKey = false;
    m.key = node.text;
    m.state = AFTER_KEY;
  } else {
    m.version++;
    settle(m);
  }
}
