import {
  NEWLINE,
  OPEN_PAREN,
  SEMICOLON,
  CLOSE_PAREN,
  COMMA,
  SLASH,
  LESS,
  OPEN_BRACKET,
  CLOSE_BRACKET,
  OPEN_BRACE,
  CLOSE_BRACE,
  isSpace,
  closer,
  skipSpace,
  literal,
  isNumber,
} from "./chars.ts";
import { LOOK, commentAt, endsBare, followed } from "./lookahead.ts";
import type { Answer } from "./lookahead.ts";
import { BARE, repair, attach, finish } from "./machine.ts";
import type { Machine } from "./machine.ts";
import { newNode } from "./node.ts";
import type { Node } from "./node.ts";

export function startBare(m: Machine): void {
  m.current = newNode("bare", m.base + m.pos);
  attach(m, m.current);
  m.round = m.curly = m.square = 0;
  m.state = BARE;
}

export function readBare(m: Machine): boolean {
  const node = m.current as Node; // a bare value is open in this m.state
  const { text } = m;
  let from = m.pos;
  let i = from;
  for (; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === OPEN_PAREN) m.round++;
    else if (c === OPEN_BRACE) m.curly++;
    else if (c === OPEN_BRACKET) m.square++;
    else if (c === CLOSE_PAREN && m.round > 0) m.round--;
    else if (c === CLOSE_BRACE && m.curly > 0) m.curly--;
    else if (c === CLOSE_BRACKET && m.square > 0) m.square--;
    else {
      const ends = c === COMMA || c === CLOSE_BRACE || c === CLOSE_BRACKET || c === NEWLINE;
      if (!ends && !isSpace(c) && c !== SLASH && c !== SEMICOLON && closer(c) === 0 && c !== LESS) continue;
      if ((c === COMMA || c === LESS) && m.round + m.curly + m.square > 0) continue;
      if (c === CLOSE_BRACE && m.stack.length === m.arrays) continue;
      if (c === CLOSE_BRACKET && m.arrays === 0) continue;
      node.text += text.slice(from, i);
      from = i;
      m.pos = i;
      const word = node.text.length > 40 ? "" : node.text.trim();
      const plain = word !== "" && (literal(word) !== undefined || isNumber(word));
      const answer = ends ? endsBare(m, i, plain) : gapEnds(m, plain, c, node);
      if (answer === "wait") return false;
      if (!answer) continue;
      if (!plain) repair(m, "unquoted", node.start - m.base);
      finish(m, true);
      return true;
    }
  }
  node.text += text.slice(from, i);
  m.pos = i;
  node.end = m.base + i;
  return true;
}

/** Whether a blank, a slash, a quote or a tag ends an unquoted value: a comment follows, or the next string or key. */
export function gapEnds(m: Machine, plain: boolean, c: number, node: Node): Answer {
  if (!plain && c !== LESS && (c !== SLASH || !isSpace(node.text.charCodeAt(node.text.length - 1)))) return false;
  const i = skipSpace(m.text, m.pos);
  if (i - m.pos > LOOK) return true;
  if (i >= m.text.length) return m.ended ? true : "wait";
  const comment = commentAt(m, i);
  if (comment !== false) return comment;
  const next = m.text.charCodeAt(i);
  if (plain && m.stack.at(-1)?.kind === "array" && /[-\dtfn]/i.test(m.text.charAt(i))) {
    // numbers and literals without commas between them
    const token = /^[-+\w.]*/.exec(m.text.slice(i, i + 40))?.[0] ?? "";
    if (i + token.length >= m.text.length && token.length < 40 && !m.ended) return "wait";
    return (isNumber(token) || literal(token) !== undefined) && /^[\s,\]]?$/.test(m.text.charAt(i + token.length));
  }
  if (next === LESS) return followed(m, i, SLASH, false);
  return (
    plain &&
    (next === COMMA || next === SEMICOLON || next === CLOSE_BRACE || next === CLOSE_BRACKET || closer(next) !== 0)
  );
}
