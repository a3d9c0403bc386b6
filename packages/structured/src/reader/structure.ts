import { startBare } from "./bare.ts";
import { closer, skipSpace } from "./chars.ts";
import { commentAt, inObject, peek, tripleAt } from "./lookahead.ts";
import {
  AFTER_KEY,
  COMMENT,
  KEY,
  STRING,
  VALUE,
  closeTo,
  closeWith,
  openContainer,
  repair,
  settle,
} from "./machine.ts";
import type { Machine } from "./machine.ts";
import { startString } from "./strings.ts";
import { at, part } from "./text.ts";

/** Reads what stands within a container and is no part of a string or unquoted value: where a key, a colon or a value is due. */
export function readToken(m: Machine): void {
  m.pos = skipSpace(m, m.pos);
  if (m.pos === m.size) return;
  const c = at(m.text, m.pos);
  const key = m.state === KEY;
  const item = m.state === VALUE && !inObject(m);
  const due = m.state === AFTER_KEY; // a colon is
  if (due && c === ":") {
    m.pos++;
    m.state = VALUE;
    return;
  }
  const comment = (c === "/" || c === "#") && commentAt(m, m.pos);
  const tag = c === "<" && peek(m, m.pos + 1) === "/";
  if (m.starved) return;
  if (comment) {
    m.back = m.state;
    m.state = COMMENT;
    m.until = at(m.text, m.pos + 1) === "*" ? "*/" : "\n";
    repair(m, "comment");
    m.pos += m.until.length;
  } else if (tag) closeTo(m);
  else if (c === "]" && m.arrays === 0) closeWith(m, "array");
  else if (key || item) {
    if (c === "," || c === ";") {
      if (m.comma || c === ";") repair(m, "comma");
      m.comma = true;
      m.pos++;
    } else if (c === "}" || c === "]") closeWith(m, c === "}" ? "object" : "array");
    else if (c === ":") readLateColon(m, item);
    else if (c !== "+" || m.comma || !joins(m)) readStart(m, c, key, item);
  } else if (c === "," || c === "}" || c === "]") {
    repair(m, "missing-value");
    settle(m);
  } else if (!due) readStart(m, c, key, item);
  else {
    const arrow = c === "=" && peek(m, m.pos + 1) === ">";
    if (m.starved) return;
    repair(m, "missing-colon");
    if (c === "=") m.pos += arrow ? 2 : 1;
    m.state = VALUE;
  }
}

/** Reads how a key or a value begins. */
function readStart(m: Machine, c: string, key: boolean, item: boolean): void {
  const triple = (c === "`" || (!key && (c === '"' || c === "'"))) && tripleAt(m, m.pos);
  const escaped = c === "\\" && peek(m, m.pos + 1) === '"';
  if (m.starved) return;
  // a fence ends what was left open, except where a value is due
  if (triple && c === "`" && (key || (item && (!m.comma || m.fence >= 0)))) closeTo(m);
  else if (triple) startString(m, c, 3);
  else if (escaped) startString(m, c, 2);
  else if (closer(c) !== "") startString(m, closer(c), 1);
  else if (c === "{" || c === "[") {
    // where a key belongs, the container before was left open
    if (key) closeTo(m, m.arrays > 0 && c === "{" ? "array" : undefined);
    else openContainer(m, c === "{" ? "object" : "array");
  } else if (!key) startBare(m);
  else if (c === "\\") repair(m, "escape", m.pos++);
  else readWord(m);
}

/** Reads a colon where none is due: the last text of a list was a key, and the list was left open before it. */
function readLateColon(m: Machine, item: boolean): void {
  const list = m.stack.at(-1);
  const last = list?.items.at(-1);
  if (!item || list === undefined || last?.kind !== "text" || m.stack.length === m.arrays) {
    repair(m, "dropped-text");
    m.pos++;
    return;
  }
  list.items.pop();
  list.view = undefined;
  closeTo(m, "object");
  m.key = last.text;
  m.state = AFTER_KEY;
}

/** Reads an unquoted key up to its colon, or drops what is none. */
function readWord(m: Machine): void {
  let i = m.pos;
  let c: string;
  do c = peek(m, ++i);
  while (c !== "" && !":=\n,{}[]".includes(c));
  if (m.starved) return;
  const named = c === ":" || c === "=";
  repair(m, named ? "unquoted" : "dropped-text");
  if (named) {
    m.key = part(m.text, m.pos, i).trim();
    m.state = AFTER_KEY;
  }
  m.pos = i;
}

/** A `+` between two strings: the second is appended to the first. */
function joins(m: Machine): boolean {
  const last = m.stack.at(-1)?.items.at(-1);
  const next = skipSpace(m, m.pos + 1);
  const quote = closer(peek(m, next));
  if (last?.kind !== "text" || quote === "" || m.starved) return m.starved;
  repair(m, "joined");
  m.pos = next + 1;
  m.current = last;
  last.done = false;
  m.quote = quote;
  m.state = STRING;
  return true;
}

export function readComment(m: Machine): void {
  const end = m.text.indexOf(m.until, m.pos);
  if (end >= 0) {
    m.pos = end + m.until.length;
    m.state = m.back;
  } else {
    m.pos = m.ended ? m.size : Math.max(m.pos, m.size - 1);
    m.starved = true;
  }
}
