import { QUOTE, BACKSLASH, BACKTICK, OPEN_BRACE, CLOSE_BRACE, closes, dedent } from "./chars.ts";
import { tripleAt, endsString } from "./lookahead.ts";
import { KEY, STRING, repair, attach, finish } from "./machine.ts";
import type { Machine } from "./machine.ts";
import { newNode } from "./node.ts";
import type { Node } from "./node.ts";

/** What an escape stands for that does not stand for itself. */
const ESCAPES: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r", b: "\b", f: "\f" };

export function startString(m: Machine, end: number, skip: number): void {
  const node = newNode("text", m.base + m.pos);
  m.isKey = m.state === KEY;
  if (!m.isKey) attach(m, node);
  m.current = node;
  m.quote = end;
  m.quotes = m.braces = 0;
  if (end !== QUOTE) repair(m, "quotes");
  m.pos += skip;
  m.state = STRING;
}

/** Reads on in a string: up to its end, or to the end of what has arrived. */
export function readString(m: Machine): boolean {
  const node = m.current as Node; // a string is open in this state
  const { text, quote } = m;
  let from = m.pos;
  let i = from;
  for (; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c !== BACKSLASH && c !== quote && (quote < 128 || !closes(c, quote))) {
      // braces tell an object within a text from the one around it
      if (c === OPEN_BRACE) m.braces++;
      else if (c === CLOSE_BRACE && m.braces > 0) m.braces--;
      continue;
    }
    node.text += text.slice(from, i);
    from = i;
    m.pos = i;
    if (c === BACKSLASH) {
      if (quote === BACKSLASH && text.charCodeAt(i + 1) === QUOTE) {
        m.pos += 2;
        finish(m, true);
        return true;
      }
      const used = readEscape(m, node);
      if (used === 0) return false;
      i += used - 1;
      from = i + 1;
      m.pos = from;
      continue;
    }
    const ends = m.stack.length === 0 || endsString(m, i);
    if (ends === "wait") return false;
    if (ends) {
      m.pos++;
      finish(m, true);
      return true;
    }
    if (m.quotes === 0) repair(m, "inner-quote");
    if (c === QUOTE) m.quotes++;
  }
  // half of a surrogate pair waits for its other half
  if (!m.ended && i > from) {
    const last = text.charCodeAt(i - 1);
    if (last >= 0xd800 && last < 0xdc00) i--;
  }
  node.text += text.slice(from, i);
  m.pos = i;
  node.end = m.base + i;
  return i >= text.length;
}

/** Reads the escape at `pos` into the node; returns its length, 0 when it is not complete. */
export function readEscape(m: Machine, node: Node): number {
  if (m.pos + 1 >= m.text.length) {
    if (!m.ended) return 0;
    return 1; // an escape that never came
  }
  const c = m.text.charAt(m.pos + 1);
  if (c === "u" || c === "x") {
    const length = c === "u" ? 6 : 4;
    if (m.pos + length > m.text.length && !m.ended) return 0;
    const hex = m.text.slice(m.pos + 2, m.pos + length);
    if (hex.length === length - 2 && /^[\da-f]+$/i.test(hex)) {
      const unit = Number.parseInt(hex, 16);
      // a high half waits for the low one, so that no partial text ends in the middle of a character
      if (unit >= 0xd800 && unit < 0xdc00 && m.pos + 12 > m.text.length && !m.ended) return 0;
      node.text += String.fromCharCode(unit);
      return length;
    }
  } else {
    const plain = ESCAPES[c] ?? ("/\\\"'`\n".includes(c) || c > "~" ? c : undefined);
    if (plain !== undefined) {
      node.text += plain;
      return 2;
    }
  }
  repair(m, "escape");
  node.text += "\\";
  return 1;
}

/** Takes indentation, and the info string of a fence, off a block of text. */
export function trimTriple(m: Machine, node: Node): void {
  node.text = dedent(m.quote === BACKTICK ? node.text.slice(node.text.indexOf("\n") + 1) : node.text);
}

export function readTriple(m: Machine): boolean {
  const node = m.current as Node; // a string is open in this m.state
  for (let i = m.pos; i < m.text.length; i++) {
    if (m.text.charCodeAt(i) !== m.quote) continue;
    const three = tripleAt(m, i);
    if (three === false) continue;
    // a fourth quote shows that the first belongs to the content
    const last = three === true && i + 3 < m.text.length;
    if (last && m.text.charCodeAt(i + 3) === m.quote) continue;
    node.text += m.text.slice(m.pos, i);
    m.pos = i;
    if (!last && !m.ended) return false;
    m.pos += 3;
    trimTriple(m, node);
    finish(m, true);
    return true;
  }
  node.text += m.text.slice(m.pos);
  m.pos = m.text.length;
  return true;
}
