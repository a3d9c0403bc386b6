import { ESCAPES, closes, dedent } from "./chars.ts";
import { closerComes, endsString, peek, tripleAt } from "./lookahead.ts";
import { KEY, STRING, TRIPLE, attach, finish, repair } from "./machine.ts";
import type { Machine } from "./machine.ts";
import { newNode } from "./node.ts";
import type { Node } from "./node.ts";
import { at, codeAt, part } from "./text.ts";

/** Begins a string that `quote` ends, after an opener of one to three characters. */
export function startString(m: Machine, quote: string, opener: number): void {
  const node = newNode("text", m.base + m.pos);
  m.isKey = m.state === KEY;
  if (!m.isKey) attach(m, node);
  m.current = node;
  m.quote = quote;
  m.quotes = m.curly = m.square = 0;
  m.raw = false;
  if (quote !== '"' || opener > 2) repair(m, "quotes");
  m.pos += opener;
  m.state = opener > 2 ? TRIPLE : STRING;
}

const BACKSLASH = 92;
const OPEN_BRACKET = 91;
const CLOSE_BRACKET = 93;
const OPEN_BRACE = 123;
const CLOSE_BRACE = 125;

/** Reads on in a string: up to its end, or to the end of what has arrived. */
export function readString(m: Machine): void {
  const node = m.current as Node; // a string is open in this state
  const { text, size, quote } = m;
  const end = quote.charCodeAt(0);
  let from = m.pos;
  let i = from;
  for (; i < size; i++) {
    const c = codeAt(text, i);
    if (c !== BACKSLASH && c !== end && (end < 128 || !closes(at(text, i), quote))) {
      // brackets tell a value within a text from the one around it
      if (c > 122) {
        if (c === OPEN_BRACE) m.curly++;
        else if (c === CLOSE_BRACE && m.curly > 0) m.curly--;
      } else if (c === OPEN_BRACKET) m.square++;
      else if (c === CLOSE_BRACKET) {
        if (m.square > 0) m.square--;
      } else if (c < 32 && !m.raw) {
        m.raw = true;
        repair(m, "unescaped", i);
      }
      continue;
    }
    node.text += part(text, from, i);
    from = m.pos = i;
    if (c === BACKSLASH && (c !== end || peek(m, i + 1) !== '"')) {
      readEscape(m, node);
      if (m.starved) return;
      from = m.pos;
      i = from - 1;
      continue;
    }
    const ends =
      c === BACKSLASH ||
      ((m.stack.length === 0 || endsString(m, i)) && (c === end || c > 127 || !closerComes(m, i, quote)));
    if (m.starved) return;
    if (ends) {
      m.pos += c === BACKSLASH ? 2 : 1;
      return finish(m);
    }
    if (m.quotes === 0) repair(m, "inner-quote");
    if (c === 34) m.quotes++;
  }
  // half of a surrogate pair waits for its other half
  const last = codeAt(text, i - 1);
  if (!m.ended && i > from && last >= 0xd800 && last < 0xdc00) {
    i--;
    m.starved = true;
  }
  node.text += part(text, from, i);
  m.pos = i;
  node.end = m.base + i;
}

/** Reads the escape at `pos`. */
function readEscape(m: Machine, node: Node): void {
  const c = peek(m, m.pos + 1);
  const length = c === "u" ? 6 : c === "x" ? 4 : c === "" ? 1 : 2; // one that never came is dropped
  const hex = part(m.text, m.pos + 2, m.pos + length);
  let value = ESCAPES[c] ?? ("/\\\"'`\n".includes(c) || c > "~" ? c : undefined);
  if (peek(m, m.pos + length - 1) !== "" && /^[\da-f]+$/i.test(hex)) {
    value = String.fromCharCode(Number.parseInt(hex, 16));
    // a high half waits for the low one, so that no partial text ends in the middle of a character
    if (value >= "\ud800" && value < "\udc00") peek(m, m.pos + 11);
  }
  if (m.starved) return;
  if (value === undefined || !'"/\\bfnrtu'.includes(c)) repair(m, "escape");
  node.text += value ?? "\\";
  m.pos += value === undefined ? 1 : length;
}

/** Takes indentation, and the info string of a fence, off a block of text. */
export function trimTriple(m: Machine, node: Node): void {
  node.text = dedent(m.quote === "`" ? node.text.slice(node.text.indexOf("\n") + 1) : node.text);
}

export function readTriple(m: Machine): void {
  const node = m.current as Node; // a string is open in this state
  for (let i = m.pos; i >= 0;) {
    i = m.text.indexOf(m.quote, i);
    const to = i < 0 ? m.size : i;
    node.text += part(m.text, m.pos, to);
    m.pos = to;
    // a fourth quote shows that the first belongs to the content
    const ends = i >= 0 && tripleAt(m, i) && peek(m, i + 3) !== m.quote;
    if (m.starved) return;
    if (ends) {
      m.pos += 3;
      trimTriple(m, node);
      return finish(m);
    }
    if (i >= 0) i++;
  }
}
