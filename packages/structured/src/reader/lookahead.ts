import { fold } from "../coerce/match.ts";
import { among, closer, isSpace, isWord, skipSpace } from "./chars.ts";
import type { Machine } from "./machine.ts";
import { at, part } from "./text.ts";

/** How far to look ahead, in UTF-16 units. */
export const LOOK = 256;

/**
 * The character at `i`; "" where the text ends, and beyond {@link LOOK}, so that reading stays linear. Where more text may
 * come the machine is `starved`: what follows from the answer counts for nothing, and is asked again when more has come.
 * So nothing depends on how the text is cut.
 */
export function peek(m: Machine, i: number): string {
  if (i - m.pos > LOOK) return "";
  if (i < m.size) return at(m.text, i); // within bounds it is compiled to a load
  if (!m.ended) m.starved = true;
  return "";
}

/** Whether this character stands at `i`, or nothing does. */
const expects = (m: Machine, i: number, c: string): boolean => {
  const found = peek(m, i);
  return found === c || found === "";
};

export const inObject = (m: Machine): boolean => m.stack.at(-1)?.kind === "object";

/** Whether a colon stands at `i`, and none of a scheme as in `https://`. */
const colonAt = (m: Machine, i: number): boolean =>
  peek(m, i) === ":" && !(peek(m, i + 1) === "/" && peek(m, i + 2) === "/");

/** Whether a name is known, without case, accents and punctuation. */
const isKnown = ({ names }: Machine, name: string): boolean => names.has(name) || names.has(fold(name));

/** Whether what stands before `i`, where the text ends, may have become a key: a known one, or a quoted one where any may. */
const begun = (m: Machine, i: number, name: string, quoted: boolean): boolean =>
  m.ended && i >= m.size && ((quoted && m.open) || [...m.names].some((known) => known.startsWith(name)));

/** Where the words that begin at `i` end: unquoted names may hold blanks and dots. */
function wordsEnd(m: Machine, i: number): number {
  let j = i;
  while (j - i <= 96 && (isWord(peek(m, j)) || among(peek(m, j), " ."))) j++;
  return j;
}

/** Whether a key with its colon begins at `i`: quoted, a name that is known, or where any may be one a word, or `words`. */
function keyAt(m: Machine, i: number, words = false): boolean {
  const end = closer(peek(m, i));
  const quoted = end !== "";
  let j = i;
  if (quoted) {
    for (;;) {
      const c = peek(m, ++j);
      if (c === "") return begun(m, j, part(m.text, i + 1), true);
      if (c === "\n") return false;
      if (c === "\\") j++;
      else if (c === end || (c === '"' && end !== "'")) break;
    }
  } else {
    if (!isWord(peek(m, i))) return false;
    j = wordsEnd(m, i);
  }
  const next = skipSpace(m, quoted ? j + 1 : j);
  const c = peek(m, next);
  // within braces that a text holds, a key has to be known
  if (quoted && (c === ":" ? m.open || m.curly === 0 : c === "=" && m.open)) return true;
  const name = part(m.text, quoted ? i + 1 : i, j).trim();
  if (c === "") return begun(m, next, name, quoted);
  const known = isKnown(m, name);
  if (quoted) return known;
  return (c === "=" || colonAt(m, next)) && (known || (m.open && (words || !/[ .]/.test(name))));
}

/** Whether a comment begins at `i`: `//`, `/*`, or `#` and a space. */
export function commentAt(m: Machine, i: number): boolean {
  const c = peek(m, i);
  return c === "#" ? isSpace(peek(m, i + 1)) : c === "/" && among(peek(m, i + 1), "/*");
}

/** Whether three of the same character stand at `i`. */
export function tripleAt(m: Machine, i: number): boolean {
  const c = peek(m, i);
  return peek(m, i + 1) === c && peek(m, i + 2) === c;
}

/** How many brackets the text itself holds open, where a quote in it would end another one. */
const owned = (m: Machine): number => (m.quotes % 2) * (m.curly + m.square);

/** What may follow closers that come right after a string: whether they are real or part of its text. */
function afterClosers(m: Machine, from: number): boolean {
  const open = m.stack.length;
  let depth = open + owned(m);
  let gap = false;
  for (let i = from; ; i++) {
    const c = peek(m, i);
    if (c === "}" || c === "]") {
      depth--;
      gap = false;
    } else if (c === "") return true; // which is in any text
    else if (depth >= open) {
      if (!isSpace(c)) return false; // they were the text's own
    } else if (among(c, "\n,<`;/#")) return true;
    else if (isSpace(c)) gap = true;
    else if (closer(c) === "") return depth <= 0 || (gap && among(c, "{["));
    else if (depth > 0) return gap && keyAt(m, i);
    else return gap || expects(m, i + 1, "\n"); // the whole is quoted
  }
}

/** Whether, after a comma, an object goes on: a key, a closer, a comment. */
function memberAt(m: Machine, i: number): boolean {
  const c = peek(m, i);
  if (c === "" || c === "}" || c === ",") return true;
  if (c === "]" || c === "{") return m.arrays > 0 && owned(m) === 0;
  const even = m.quotes % 2 === 0;
  if (c !== '"' && ((among(c, "`.") && tripleAt(m, i)) || (even && commentAt(m, i)))) return true;
  return keyAt(m, i, even);
}

/** Whether, after a straight quote at `i`, a string's own typographic closer comes before the next such string begins. */
export function closerComes(m: Machine, i: number, quote: string): boolean {
  for (let j = i + 1; ; j++) {
    const c = peek(m, j);
    if (c === "" || c === quote) return c !== "";
    if (closer(c) === quote) return false;
  }
}

/** Whether a quote at `i` ends the string that it stands in, judged by what follows. */
export function endsString(m: Machine, i: number): boolean {
  const j = skipSpace(m, i + 1);
  const c = peek(m, j);
  if (c === "") return true;
  const gap = j > i + 1;
  if (m.isKey) return gap || c === ":" || "=,}{[".includes(c);
  const member = inObject(m);
  const even = m.quotes % 2 === 0; // of those that were taken for content
  switch (c) {
    case ":": // of a key in a list that was left open
      return !member && m.stack.length > m.arrays && even;
    case ";":
    case ",": {
      if (c === ";" && (!even || m.curly > 0)) return false;
      const next = skipSpace(m, j + 1);
      return member ? memberAt(m, next) : even || peek(m, next) === "";
    }
    case "}":
      return m.stack.length > m.arrays && afterClosers(m, j);
    case "]":
      return m.arrays > 0 && afterClosers(m, j);
    case "/":
    case "#":
      return even && commentAt(m, j);
    case "<":
      return even && expects(m, j + 1, "/");
    case "+": {
      const next = peek(m, skipSpace(m, j + 1));
      return next === "" || closer(next) !== "";
    }
    case "{":
    case "[":
      return !member && gap && even;
    default:
      if (c === "`" && tripleAt(m, j)) return true;
      if (!gap || member) return gap && keyAt(m, j);
      return (closer(c) !== "" || part(m.text, i, j).includes("\n")) && even;
  }
}

/** Whether, after an opening brace in prose at `i`, an object follows: nothing, a closer, or a key with a colon. */
export function objectAt(m: Machine, i: number): boolean {
  const j = skipSpace(m, i + 1);
  const c = peek(m, j);
  if (c === "") return j >= m.size;
  if (c === "`") return !expects(m, j + 1, c);
  if (c === "}" || c === "," || closer(c) !== "") return true;
  if (c === "\\") return expects(m, j + 1, '"');
  if (!isWord(c)) return commentAt(m, j);
  const k = wordsEnd(m, j);
  const name = part(m.text, j, k).trim();
  return colonAt(m, k) || (peek(m, k) === "=" && isKnown(m, name)) || begun(m, k, name, false);
}

/** Whether, after an opening bracket in prose at `i`, an array follows and no link, footnote or aside that never closes. */
export function arrayAt(m: Machine, i: number): boolean {
  const j = skipSpace(m, i + 1);
  const c = peek(m, j);
  if (among(c, "{[/,(") || closer(c) !== "") return true;
  if (c !== "" && !isWord(c) && !"]+.".includes(c)) return false;
  for (let k = j; ; k++) {
    const d = peek(m, k);
    if (d === "") return k >= m.size;
    if (d === "\n" || d === ",") return k > j;
    if (d === "{" || d === "[") return false;
    if (d === "]") return peek(m, k + 1) !== "("; // [text](link)
  }
}

/** Whether an unquoted value ends at `i`, where a comma, closer or line end stands. `plain`: so far a number or literal. */
export function endsBare(m: Machine, i: number, plain: boolean): boolean {
  const c = at(m.text, i);
  if (plain && c === "," && inObject(m)) {
    // 1,000 or 19,99: JSON's own comma is followed by a key
    const next = peek(m, i + 1) === " " ? i + 2 : i + 1;
    return !/\d/.test(peek(m, next)) || among(peek(m, wordsEnd(m, next)), ":=");
  }
  if (plain || c === "}" || (c === "," && !inObject(m))) return true;
  const from = c === "," ? i + 1 : i;
  const j = skipSpace(m, from);
  const gap = part(m.text, from, j);
  const line = gap.indexOf("\n");
  if (c === "," && line >= 0) return true;
  const d = peek(m, j); // or nothing, which is in any text
  if (!inObject(m)) return "],{[`".includes(d) || closer(d) !== "";
  if ("}]`".includes(d) || gap.lastIndexOf("\n") > line) return true;
  return commentAt(m, j) || (d === "<" ? expects(m, j + 1, "/") : keyAt(m, j));
}
