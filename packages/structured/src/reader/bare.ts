import { among, closer, isPlain, isSpace, skipSpace } from "./chars.ts";
import { commentAt, endsBare, inObject, peek } from "./lookahead.ts";
import { BARE, attach, finish } from "./machine.ts";
import type { Machine } from "./machine.ts";
import { newNode } from "./node.ts";
import type { Node } from "./node.ts";
import { at, codeAt, part } from "./text.ts";

export function startBare(m: Machine): void {
  m.current = newNode("bare", m.base + m.pos);
  attach(m, m.current);
  m.round = m.curly = m.square = 0;
  m.state = BARE;
}

/** Reads on in an unquoted value: up to its end, or to the end of what has arrived. */
export function readBare(m: Machine): void {
  const node = m.current as Node; // an unquoted value is open in this state
  const { text, size } = m;
  let from = m.pos;
  let i = from;
  for (; i < size; i++) {
    const code = codeAt(text, i);
    if ((code >= 48 && code <= 57) || (code >= 97 && code <= 122) || code === 46) continue; // 0-9a-z.
    const c = at(text, i);
    if (c === "(") m.round++;
    else if (c === "{") m.curly++;
    else if (c === "[") m.square++;
    else if (c === ")" && m.round > 0) m.round--;
    else if (c === "}" && m.curly > 0) m.curly--;
    else if (c === "]" && m.square > 0) m.square--;
    else {
      const ends = among(c, ",}]\n");
      if (!ends && !among(c, "/;<") && !isSpace(c) && closer(c) === "") continue;
      if ((c === "," || !ends) && m.round + m.curly + m.square > 0) continue; // nor is what looks like a comment one
      if (c === "}" && m.stack.length === m.arrays) continue;
      if (c === "]" && m.arrays === 0) continue;
      node.text += part(text, from, i);
      from = m.pos = i;
      const word = node.text.length > 40 ? "" : node.text.trim();
      const plain = isPlain(word);
      const over = ends ? endsBare(m, i, plain) : gapEnds(m, plain, c);
      if (m.starved) return;
      if (over) return finish(m);
    }
  }
  node.text += part(text, from, i);
  m.pos = i;
  node.end = m.base + i;
}

/** Whether a blank, a slash, a quote or a tag ends an unquoted value: a comment follows, or the next string or key. */
function gapEnds(m: Machine, plain: boolean, c: string): boolean {
  // in words, only what follows at once tells: a comment after a blank, or a tag
  if (!plain && c !== "<") return isSpace(c) && peek(m, m.pos + 1) === "/" && commentAt(m, m.pos + 1);
  const i = skipSpace(m, m.pos);
  const next = peek(m, i);
  if (commentAt(m, i)) return true;
  if (!inObject(m) && plain && /[-\dtfn]/i.test(next)) {
    // numbers and literals without commas between them
    let j = i;
    while (/[-+\w.]/.test(peek(m, j))) j++;
    const token = part(m.text, i, j);
    return isPlain(token) && /^[\s,\]]?$/.test(peek(m, j));
  }
  if (next === "<") return peek(m, i + 1) === "/";
  // or nothing, which is in any text
  return plain && (",;}]".includes(next) || closer(next) !== "");
}
