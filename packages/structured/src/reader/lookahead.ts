import {
  APOSTROPHE,
  BACKSLASH,
  BACKTICK,
  CLOSE_BRACE,
  CLOSE_BRACKET,
  COLON,
  COMMA,
  EQUALS,
  HASH,
  LESS,
  NEWLINE,
  OPEN_BRACE,
  OPEN_BRACKET,
  OPEN_PAREN,
  PLUS,
  QUOTE,
  SEMICOLON,
  SLASH,
  closer,
  isSpace,
  isWord,
  skipSpace,
} from "./chars.ts";
import type { Node } from "./node.ts";

/**
 * Answers that need text which has not arrived yet. All look at most some {@link LOOK} characters ahead, so that reading
 * stays linear, and depend on nothing but the text, so that its cut into deltas changes nothing.
 */
export type Answer = true | false | "wait";

/** How far to look, in UTF-16 units. */
export const LOOK = 256;

/** What the answers depend on besides the text at hand. */
export interface Sight {
  /** The text at hand. */
  readonly text: string;
  /** No more will come. */
  readonly ended: boolean;
  /** Names of all properties that the schema knows; whether others may appear, too. */
  readonly names: ReadonlySet<string>;
  readonly open: boolean;
  /** The open containers, and how many of them are arrays. */
  readonly stack: readonly Node[];
  readonly arrays: number;
  /** The open string is a key. */
  readonly isKey: boolean;
  /** Straight double quotes that were taken for its content, and braces that its content has opened. */
  readonly quotes: number;
  readonly braces: number;
}

const inObject = (sight: Sight): boolean => sight.stack.at(-1)?.kind === "object";

/** An odd number of quotes was taken for content. */
const odd = (sight: Sight): boolean => sight.quotes % 2 === 1;

/** Whether the character after `i` is this one. */
export const followed = (sight: Sight, i: number, by: number, fallback: boolean): Answer =>
  i + 1 < sight.text.length ? sight.text.charCodeAt(i + 1) === by : sight.ended ? fallback : "wait";

const not = (answer: Answer): Answer => (answer === "wait" ? answer : !answer);

/** Whether the colon at `i` follows a key, and no scheme as in `https://`. */
function colonAt(sight: Sight, i: number): Answer {
  const slash = followed(sight, i, SLASH, false);
  return not(slash === true ? followed(sight, i + 1, SLASH, false) : slash);
}

const more = (sight: Sight, from: number, at: number, fallback: boolean): Answer =>
  sight.ended || at - from > LOOK ? fallback : "wait";

/** Whether what stands at the end of the text may have become a key: a known one, or a quoted one where any may. */
const begun = (sight: Sight, text: string, quoted: boolean): boolean =>
  sight.ended && ((quoted && sight.open) || [...sight.names].some((name) => name.startsWith(text)));

/** Whether a key with its colon begins at `i`: quoted, a name that is known, or where any may be one a word, or `words`. */
export function keyAt(sight: Sight, i: number, strict: boolean, words = false): Answer {
  const { text } = sight;
  if (i >= text.length) return more(sight, 0, 0, false);
  const end = closer(text.charCodeAt(i));
  let j = i + 1;
  if (end !== 0) {
    for (; ; j++) {
      if (j - i > LOOK) return false;
      if (j >= text.length) return more(sight, i, j, begun(sight, text.slice(i + 1), true));
      const c = text.charCodeAt(j);
      if (c === NEWLINE) return false;
      if (c === BACKSLASH) j++;
      else if (c === end || (c === QUOTE && end !== APOSTROPHE)) break;
    }
    const close = j;
    j = skipSpace(text, j + 1);
    if (j - i > LOOK) return false;
    if (j >= text.length) return more(sight, i, j, begun(sight, text.slice(i + 1, close), true));
    const known = sight.names.has(text.slice(i + 1, close).trim());
    if (text.charCodeAt(j) !== COLON && text.charCodeAt(j) !== EQUALS) return known;
    return !strict || sight.open || known;
  }
  if (!isWord(text.charCodeAt(i))) return false;
  for (; j < text.length && j - i <= 96; j++) {
    const c = text.charCodeAt(j);
    if (!isWord(c) && c !== 32 && c !== 46) break;
  }
  if (j - i > 96) return false;
  const name = text.slice(i, j).trim();
  const k = skipSpace(text, j);
  if (k - i > LOOK) return false;
  if (k >= text.length) return more(sight, i, k, begun(sight, name, false));
  const colon = text.charCodeAt(k) === EQUALS || (text.charCodeAt(k) === COLON && colonAt(sight, k));
  return colon === true ? sight.names.has(name) || (sight.open && (words || !/[ .]/.test(name))) : colon;
}

/** Whether a comment begins at `i`: `//`, `/*`, or `#` and a space. */
export function commentAt(sight: Sight, i: number): Answer {
  const c = sight.text.charCodeAt(i);
  if (c !== SLASH && c !== HASH) return false;
  if (i + 1 >= sight.text.length) return sight.ended ? false : "wait";
  const next = sight.text.charCodeAt(i + 1);
  return c === HASH ? isSpace(next) : next === SLASH || next === 42;
}

/** Whether three of the same character stand at `i`. */
export function tripleAt(sight: Sight, i: number): Answer {
  const { text } = sight;
  const c = text.charCodeAt(i);
  for (let j = i + 1; j < i + 3; j++) {
    if (j >= text.length) return sight.ended ? false : "wait";
    if (text.charCodeAt(j) !== c) return false;
  }
  return true;
}

/** What may follow closers that come right after a string: whether they are real or part of its text. */
function afterClosers(sight: Sight, from: number): Answer {
  const { text } = sight;
  let depth = sight.stack.length;
  let i = from;
  let gap = false;
  for (; ; i++) {
    if (i >= text.length) return more(sight, from, i, true);
    if (i - from > LOOK) return true;
    const c = text.charCodeAt(i);
    if (c === CLOSE_BRACE || c === CLOSE_BRACKET) {
      depth--;
      gap = false;
    } else if (c === NEWLINE) return true;
    else if (isSpace(c)) gap = true;
    else if (c === COMMA || c === LESS || c === BACKTICK || c === SEMICOLON || c === SLASH || c === HASH) return true;
    else if (closer(c) !== 0 && depth <= 0 && !gap) {
      return followed(sight, i, NEWLINE, true); // the whole is quoted
    } else if (closer(c) !== 0 && depth > 0) return gap ? keyAt(sight, i, false) : false;
    else return depth <= 0 || (gap && (c === OPEN_BRACE || c === OPEN_BRACKET));
  }
}

/** Whether, after a comma, an object goes on: a key, a closer, a comment. */
function memberAt(sight: Sight, from: number): Answer {
  const i = skipSpace(sight.text, from);
  if (i >= sight.text.length || i - from > LOOK) return more(sight, from, i, true);
  const c = sight.text.charCodeAt(i);
  if (c === CLOSE_BRACE || c === COMMA) return true;
  if (c === CLOSE_BRACKET || c === OPEN_BRACE) return sight.arrays > 0;
  const comment = commentAt(sight, i);
  if (comment !== false) return comment;
  if (c === BACKTICK) return tripleAt(sight, i);
  return keyAt(sight, i, closer(c) !== 0 && sight.braces > 0, !odd(sight));
}

/** Whether, after a comma, an array goes on. */
function itemAt(sight: Sight, from: number): Answer {
  const i = skipSpace(sight.text, from);
  return i >= sight.text.length || i - from > LOOK ? more(sight, from, i, true) : !odd(sight);
}

/** Whether a quote at `i` ends the string that it stands in, judged by what follows. */
export function endsString(sight: Sight, i: number): Answer {
  const { text } = sight;
  const j = skipSpace(text, i + 1);
  if (j - i > LOOK) return true;
  if (j >= text.length) return more(sight, i, j, true);
  const c = text.charCodeAt(j);
  const gap = j > i + 1;
  if (sight.isKey) {
    if (c === COLON || c === EQUALS) return true;
    return gap || c === COMMA || c === CLOSE_BRACE || c === OPEN_BRACE || c === OPEN_BRACKET;
  }
  const member = inObject(sight);
  switch (c) {
    case COLON:
      // a key in a list that was left open
      return !member && sight.stack.length > sight.arrays && !odd(sight);
    case SEMICOLON:
    case COMMA:
      if (c === SEMICOLON && (odd(sight) || sight.braces > 0)) return false;
      return member ? memberAt(sight, j + 1) : itemAt(sight, j + 1);
    case CLOSE_BRACE:
      return sight.stack.length > sight.arrays ? afterClosers(sight, j) : false;
    case CLOSE_BRACKET:
      return sight.arrays > 0 ? afterClosers(sight, j) : false;
    case SLASH:
    case HASH:
      return commentAt(sight, j);
    case LESS:
      return followed(sight, j, SLASH, true);
    case PLUS: {
      const k = skipSpace(text, j + 1);
      return k < text.length ? closer(text.charCodeAt(k)) !== 0 : more(sight, i, k, true);
    }
    case OPEN_BRACE:
    case OPEN_BRACKET:
      return !member && gap && !odd(sight);
    default:
  }
  if (c === BACKTICK) {
    const fence = tripleAt(sight, j);
    if (fence !== false) return fence;
  }
  if (!gap) return false;
  const quoted = closer(c) !== 0;
  if (member) return keyAt(sight, j, quoted && sight.braces > 0);
  return (quoted || text.slice(i, j).includes("\n")) && !odd(sight);
}

/** Whether, after an opening brace in prose at `i`, an object follows: nothing, a closer, or a key with a colon. */
export function objectAt(sight: Sight, i: number): Answer {
  const { text } = sight;
  const j = skipSpace(text, i + 1);
  if (j - i > LOOK) return false;
  if (j >= text.length) return more(sight, i, j, true);
  const c = text.charCodeAt(j);
  if (c === BACKTICK) return not(followed(sight, j, BACKTICK, true));
  if (c === CLOSE_BRACE || c === COMMA || closer(c) !== 0) return true;
  if (c === SLASH || c === HASH) return commentAt(sight, j);
  if (c === BACKSLASH) return followed(sight, j, QUOTE, true);
  if (!isWord(c)) return false;
  for (let k = j + 1; ; k++) {
    if (k - j > 96) return false;
    if (k >= text.length) return more(sight, i, k, false);
    const d = text.charCodeAt(k);
    if (d === COLON) return colonAt(sight, k);
    if (d === EQUALS) return sight.names.has(text.slice(j, k).trim());
    if (!isWord(d) && d !== 32 && d !== 46) return false;
  }
}

/** Whether, after an opening bracket in prose at `i`, an array follows and no link, footnote or aside that never closes. */
export function arrayAt(sight: Sight, i: number): Answer {
  const { text } = sight;
  const j = skipSpace(text, i + 1);
  if (j - i > LOOK) return false;
  if (j >= text.length) return more(sight, i, j, true);
  const c = text.charCodeAt(j);
  if (c === OPEN_BRACE || c === OPEN_BRACKET || closer(c) !== 0 || c === SLASH || c === COMMA || c === OPEN_PAREN)
    return true;
  if (c !== CLOSE_BRACKET && !isWord(c) && c !== 43 && c !== 46) return false;
  for (let k = j; ; k++) {
    if (k - j > LOOK) return false;
    if (k >= text.length) return more(sight, j, k, true);
    const d = text.charCodeAt(k);
    if (d === NEWLINE || d === COMMA) return k > j;
    if (d === OPEN_BRACE || d === OPEN_BRACKET) return false;
    if (d === CLOSE_BRACKET) return not(followed(sight, k, OPEN_PAREN, false)); // [text](link)
  }
}

/** Whether an unquoted value ends at `i`, where a comma, closer or line end stands. `plain`: so far a number or literal. */
export function endsBare(sight: Sight, i: number, plain: boolean): Answer {
  const { text } = sight;
  const c = text.charCodeAt(i);
  if (!inObject(sight)) {
    if (c !== NEWLINE || plain) return true;
    const j = skipSpace(text, i);
    if (j - i > LOOK) return true;
    if (j >= text.length) return more(sight, i, j, true);
    const d = text.charCodeAt(j);
    return (
      d === CLOSE_BRACKET || d === COMMA || closer(d) !== 0 || d === OPEN_BRACE || d === OPEN_BRACKET || d === BACKTICK
    );
  }
  if (plain && c === COMMA) {
    // 1,000: JSON's own comma is never followed by three digits
    const next = text.slice(i + 1, i + 5);
    if (!sight.ended && /^\d{0,3}$/.test(next)) return "wait";
    return !/^\d{3}(?![\w:])/.test(next);
  }
  if (plain || c === CLOSE_BRACE || c === CLOSE_BRACKET) return true;
  let j = i + (c === COMMA ? 1 : 0);
  let lines = 0;
  const from = j;
  for (; j < text.length && isSpace(text.charCodeAt(j)); j++) if (text.charCodeAt(j) === NEWLINE) lines++;
  if (c === COMMA && lines > 0) return true;
  if (j - from > LOOK) return true;
  if (j >= text.length) return more(sight, from, j, true);
  const d = text.charCodeAt(j);
  if (d === CLOSE_BRACE || d === CLOSE_BRACKET || d === BACKTICK) return true;
  if (lines > 1) return true;
  const comment = commentAt(sight, j);
  if (comment !== false) return comment;
  if (d === LESS) return followed(sight, j, SLASH, true);
  return keyAt(sight, j, false);
}
