import {
  NEWLINE,
  QUOTE,
  PLUS,
  COMMA,
  COLON,
  SEMICOLON,
  EQUALS,
  GREATER,
  OPEN_BRACKET,
  BACKSLASH,
  CLOSE_BRACKET,
  BACKTICK,
  OPEN_BRACE,
  CLOSE_BRACE,
  closer,
  skipSpace,
} from "./chars.ts";
import { LOOK, followed, tripleAt } from "./lookahead.ts";
import {
  KEY,
  AFTER_KEY,
  VALUE,
  ITEM,
  STRING,
  LINE_COMMENT,
  TRIPLE,
  repair,
  openContainer,
  closeContainer,
  closeAll,
  closeWith,
  between,
} from "./machine.ts";
import type { Machine } from "./machine.ts";
import { startString } from "./strings.ts";
import { startBare } from "./bare.ts";

export function readKey(m: Machine): boolean {
  const c = m.text.charCodeAt(m.pos);
  if (c === COMMA || c === SEMICOLON) {
    m.comma = true;
    m.pos++;
    return true;
  }
  if (c === CLOSE_BRACE) return (closeWith(m, "object"), true);
  if (c === CLOSE_BRACKET) return (closeWith(m, "array"), true);
  if (c === COLON) return (m.pos++, true);
  if (c === PLUS && joins(m)) return true;
  if (c === BACKTICK) {
    const triple = tripleAt(m, m.pos);
    if (triple === "wait") return false;
    if (triple) return (closeAll(m), true);
  }
  if (c === BACKSLASH) {
    const quoted = followed(m, m.pos, QUOTE, false);
    if (quoted === true) startString(m, BACKSLASH, 2);
    else if (!quoted) m.pos++;
    return quoted !== "wait";
  }
  const end = closer(c);
  if (end !== 0) {
    startString(m, end, 1);
    return true;
  }
  const other = between(m, c);
  if (other !== false) return other === true;
  if (c === OPEN_BRACE || c === OPEN_BRACKET) {
    // a container where a key belongs: the one before was left open
    if (m.arrays > 0 && c === OPEN_BRACE) while (m.stack.at(-1)?.kind === "object") closeContainer(m, false);
    else closeAll(m);
    return true;
  }
  for (let i = m.pos; ; i++) {
    if (i >= m.text.length && !m.ended && i - m.pos <= LOOK) return false;
    const d = i >= m.text.length || i - m.pos > LOOK ? NEWLINE : m.text.charCodeAt(i);
    if (d === COLON || d === EQUALS) {
      m.key = m.text.slice(m.pos, i).trim();
      repair(m, "unquoted");
      m.pos = i;
      m.state = AFTER_KEY;
      return true;
    }
    if (
      d === NEWLINE ||
      d === COMMA ||
      d === CLOSE_BRACE ||
      d === CLOSE_BRACKET ||
      d === OPEN_BRACE ||
      d === OPEN_BRACKET
    ) {
      repair(m, "dropped-text");
      m.pos = i;
      return true;
    }
  }
}

export function readColon(m: Machine): boolean {
  const c = m.text.charCodeAt(m.pos);
  if (c === COLON || c === EQUALS || (c === GREATER && m.text.charCodeAt(m.pos - 1) === EQUALS)) {
    m.pos++;
    if (c === COLON) m.state = VALUE;
    else if (c === EQUALS) {
      if (m.pos >= m.text.length && !m.ended) return (m.pos--, false);
      if (m.text.charCodeAt(m.pos) === GREATER) m.pos++;
      repair(m, "missing-colon");
      m.state = VALUE;
    }
    return true;
  }
  if (c === COMMA || c === CLOSE_BRACE || c === CLOSE_BRACKET) {
    repair(m, "missing-value");
    m.key = undefined;
    m.state = KEY;
    return true;
  }
  const other = between(m, c);
  if (other !== false) return other === true;
  repair(m, "missing-colon");
  m.state = VALUE;
  return true;
}

export function readValue(m: Machine): boolean {
  const c = m.text.charCodeAt(m.pos);
  const item = m.state === ITEM;
  if (c === OPEN_BRACE) return (openContainer(m, "object"), true);
  if (c === OPEN_BRACKET) return (openContainer(m, "array"), true);
  if (c === COMMA || (c === SEMICOLON && item)) {
    if (item) {
      m.comma = true;
      m.pos++;
    } else {
      repair(m, "missing-value");
      m.key = undefined;
      m.state = KEY;
    }
    return true;
  }
  if (c === CLOSE_BRACKET || c === CLOSE_BRACE) {
    if (!item) repair(m, "missing-value");
    closeWith(m, c === CLOSE_BRACE ? "object" : "array");
    return true;
  }
  if (c === COLON && item) {
    const list = m.stack.at(-1);
    const last = list?.items.at(-1);
    if (!list || last?.kind !== "text" || m.stack.length === m.arrays)
      return (repair(m, "dropped-text"), m.pos++, true);
    // the last text was a key: the list before it was left open
    list.items.pop();
    list.view = undefined;
    while (m.stack.at(-1)?.kind === "array") closeContainer(m, false);
    m.key = last.text;
    m.state = AFTER_KEY;
    return true;
  }
  if (c === PLUS && item && !m.comma && joins(m)) return true;
  const end = closer(c);
  if (end !== 0) {
    const triple = c === QUOTE || c === 39 || c === BACKTICK ? tripleAt(m, m.pos) : false;
    if (triple === "wait") return false;
    if (triple && (!item || (m.comma && m.fence < 0) || c !== BACKTICK)) {
      startString(m, end, 3);
      repair(m, "quotes", m.pos - 3);
      m.state = TRIPLE;
      return true;
    }
    if (triple && c === BACKTICK) return (closeAll(m), true);
    startString(m, end, 1);
    return true;
  }
  if (c === BACKSLASH) {
    const quoted = followed(m, m.pos, QUOTE, false);
    if (quoted === "wait") return false;
    if (quoted) return (startString(m, BACKSLASH, 2), true);
  }
  const other = between(m, c);
  if (other !== false) return other === true;
  startBare(m);
  return true;
}

/** A `+` between two strings: the second is appended to the first. */
export function joins(m: Machine): boolean {
  const last = m.stack.at(-1)?.items.at(-1);
  const next = skipSpace(m.text, m.pos + 1);
  if (last?.kind !== "text" || next >= m.text.length || closer(m.text.charCodeAt(next)) === 0) return false;
  m.pos = next + 1;
  m.current = last;
  last.done = false;
  m.quote = closer(m.text.charCodeAt(next));
  m.state = STRING;
  return true;
}

export function readComment(m: Machine): boolean {
  if (m.state === LINE_COMMENT) {
    const line = m.text.indexOf("\n", m.pos);
    m.pos = line < 0 ? m.text.length : line;
    if (line >= 0) m.state = m.back;
    return true;
  }
  const end = m.text.indexOf("*/", m.pos);
  if (end < 0) {
    m.pos = m.ended ? m.text.length : Math.max(m.pos, m.text.length - 1);
    return m.pos >= m.text.length;
  }
  m.pos = end + 2;
  m.state = m.back;
  return true;
}
