import { readBare } from "./bare.ts";
import { BARE, COMMENT, PROSE, STRING, TRIPLE, VERBATIM, newMachine, repair, trimBare } from "./machine.ts";
import type { Machine, ReaderOptions } from "./machine.ts";
import type { Node } from "./node.ts";
import { endBlock, readProse } from "./prose.ts";
import { readString, readTriple, trimTriple } from "./strings.ts";
import { readComment, readToken } from "./structure.ts";
import { part } from "./text.ts";

/** The tolerant parser: finds values in any text, as the text arrives. */
export type Reader = Machine;

/** A reader at the beginning of a text. */
export const newReader: (options: ReaderOptions) => Reader = newMachine;

/** Reads on, by what is expected next. The most frequent comes first; a call through a table costs more. */
function step(m: Machine): void {
  if (m.state === STRING) readString(m);
  else if (m.state === PROSE) readProse(m);
  else if (m.state === BARE) readBare(m);
  else if (m.state === TRIPLE) readTriple(m);
  else if (m.state === COMMENT) readComment(m);
  else if (m.state === VERBATIM) m.pos = m.size;
  else readToken(m);
}

/** Reads what has arrived, up to where only more text can tell how to go on. */
function run(m: Machine): void {
  m.starved = false;
  while (!m.fault && !m.starved && m.pos < m.size) step(m);
}

/** The string or unquoted value that grows; undefined between values. */
export const growing = (m: Reader): Node | undefined => (m.isKey ? undefined : m.current);

/** Takes the next piece of the text. */
export function write(m: Reader, delta: string): void {
  if (m.fault) return;
  const { length } = delta;
  const room = m.maxLength - m.base - m.size;
  if (length > room) {
    if (room > 0) write(m, part(delta, 0, room));
    m.fault ??= { reason: "too-large", offset: m.maxLength };
    return;
  }
  m.source.append(delta, length);
  m.base += m.pos;
  m.text = m.pos < m.size ? part(m.text, m.pos) + delta : delta;
  m.size += length - m.pos;
  m.pos = 0;
  run(m);
}

/** No more will come. */
export function end(m: Reader): void {
  if (m.ended) return;
  m.ended = true;
  run(m);
  const node = m.current;
  const at = m.base + m.pos;
  if (node && !m.fault) {
    node.end = at;
    if (m.state === TRIPLE) trimTriple(m, node);
    else if (node.kind === "bare") trimBare(m, node);
  }
  for (const open of m.stack) open.end = at;
  if (m.stack.length > 0) repair(m, "missing-closer");
  else if (m.fence >= 0) endBlock(m);
}
