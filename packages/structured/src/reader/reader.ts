import { skipSpace } from "./chars.ts";
import { readBare } from "./bare.ts";
import { ITEM, KEY, STOPPED, TRIPLE, newMachine, repair } from "./machine.ts";
import type { Fault, Machine, ReaderOptions } from "./machine.ts";
import type { Node, Repair, Root } from "./node.ts";
import { endBlock, readProse } from "./prose.ts";
import type { Source } from "./source.ts";
import { readString, readTriple, trimTriple } from "./strings.ts";
import { readColon, readComment, readKey, readValue } from "./structure.ts";

/** The tolerant parser: finds values in any text, as the text arrives. */
export interface Reader {
  readonly write: (delta: string) => void;
  /** No more will come. */
  readonly end: () => void;
  readonly source: Source;
  /** Values found so far; the last may still be open. */
  readonly roots: readonly Root[];
  /** Texts that code fences hold and that are no object or array. */
  readonly blocks: readonly Root[];
  /** The open containers, outermost first. */
  readonly open: readonly Node[];
  /** The string or unquoted value that grows; undefined between values. */
  readonly growing: () => Node | undefined;
  /** Changes when a value begins or ends; in between, only the growing one grows. */
  readonly version: () => number;
  /** What was mended in the text; at most 100 of it. */
  readonly repairs: readonly Repair[];
  /** A bound was reached; nothing is read any more. */
  readonly fault: () => Fault | undefined;
}

/** What reads on in each state, in the order of their numbers; nothing does when the machine has stopped. */
const READ: readonly ((m: Machine) => boolean)[] = [
  readProse,
  readKey,
  readColon,
  readValue,
  readValue,
  readString,
  readBare,
  readComment,
  readComment,
  readTriple,
];

/** Reads what has arrived, up to where only more text can tell how to go on. */
function run(m: Machine): void {
  for (;;) {
    if (m.state >= KEY && m.state <= ITEM) m.pos = skipSpace(m.text, m.pos);
    if (m.pos >= m.text.length || !READ[m.state]?.(m)) return;
  }
}

function write(m: Machine, delta: string): void {
  if (m.state === STOPPED || delta === "") return;
  if (m.source.length() + delta.length > m.maxLength) {
    m.fault = { reason: "too-large", offset: m.maxLength };
    m.state = STOPPED;
    return;
  }
  m.source.append(delta);
  m.base += m.pos;
  m.text = m.pos < m.text.length ? m.text.slice(m.pos) + delta : delta;
  m.pos = 0;
  run(m);
}

function end(m: Machine): void {
  if (m.ended) return;
  m.ended = true;
  run(m);
  const node = m.current;
  if (node !== undefined && m.state !== STOPPED) {
    node.end = m.base + m.pos;
    if (m.state === TRIPLE) trimTriple(m, node);
    else if (node.kind === "bare") node.text = node.text.trim();
  }
  for (const open of m.stack) open.end = m.base + m.pos;
  if (m.stack.length > 0) repair(m, "missing-closer");
  else if (m.fence >= 0) endBlock(m);
}

/** A reader at the beginning of a text. */
export function newReader(options: ReaderOptions): Reader {
  const m = newMachine(options);
  return {
    write: (delta) => write(m, delta),
    end: () => end(m),
    source: m.source,
    roots: m.roots,
    blocks: m.blocks,
    open: m.stack,
    growing: () => (m.isKey ? undefined : m.current),
    version: () => m.version,
    repairs: m.repairs,
    fault: () => m.fault,
  };
}
