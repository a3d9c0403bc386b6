import { isSpace } from "./chars.ts";
import { readJson } from "./json.ts";
import { at, part } from "./text.ts";

/** A text that is the whole answer, as it arrives. */
export interface Unquoter {
  readonly write: (delta: string) => void;
  /** The text as far as it goes; undefined before it begins. */
  readonly text: () => string | undefined;
}

/** An escape, or the first of two that make one character, of which a part is missing still. */
const BEGUN = /^\\(u([\da-f]{0,3}|d[89ab]..(\\(u.{0,3})?)?))?$/i;

/** What stands before a quote that closes: the end of a word or of a sentence. */
const CLOSING = /[\p{L}\p{N}.,;!?…)\]}%]/u;

/** Whether a quote that does not close stands before something that it opens. */
const opens = (before: string, next: string): boolean =>
  /[\p{L}\p{N}]/u.test(next) || /[([{=:]/.test(before) || (isSpace(before) && /[^\s.,;:!?)\]}]/.test(next));

/**
 * Takes off a text the double quotes around it, and reads its escapes where all of them are JSON's. A quote that ends what
 * another within has opened belongs to the text; where one ends the whole and the text goes on, they all do. Verbatim: takes
 * nothing off.
 */
export function newUnquoter(verbatim = false): Unquoter {
  let quoted = verbatim ? false : undefined; // undefined before it begins
  let raw = ""; // without the first quote while it is quoted; ropes, so that they may grow long
  let read = ""; // the same with its escapes read
  let json = true;
  let depth = 0; // of quotes within
  let last = ""; // the character before
  let rest = ""; // what only more can tell of; the last quote and what follows it

  const take = (piece: string, value = piece): void => {
    raw += piece;
    read += value;
  };

  /** Reads what has arrived within the quotes, up to where one closes or more has to come. Whether one closes. */
  const readOn = (text: string): boolean => {
    let from = 0;
    let i = 0;
    let closed = false;
    for (; i < text.length; i++) {
      const c = at(text, i);
      const next = at(text, i + 1);
      if (c === '"') {
        const closes = CLOSING.test(last);
        if (!closes && next === "") break;
        if (!closes && opens(last, next)) depth++;
        else if ((closed = --depth < 0)) break;
      } else if (c === "\\") {
        if (json ? BEGUN.test(part(text, i, i + 12)) : next === "") break;
        const escape = part(text, i, i + (next === "u" ? 6 : 2));
        const found = json ? readJson(`"${escape}"`) : undefined;
        if (found) {
          take(part(text, from, i));
          const value = found.value as string; // what an escape in quotes is
          take(escape, value);
          from = i + escape.length;
          i = from - 1;
          last = value;
          continue;
        }
        json = false;
        i++;
      }
      last = c;
    }
    take(part(text, from, i));
    rest = part(text, i);
    return closed;
  };

  let closed = false;
  return {
    write: (delta) => {
      let text = delta;
      if (quoted === undefined) {
        text = text.trimStart();
        if (text === "") return;
        quoted = text.startsWith('"');
        if (quoted) text = part(text, 1);
      }
      if (closed) rest += text;
      else if (quoted) {
        closed = readOn(rest + text);
        text = part(rest, 1);
      } else raw += text;
      if (closed && text.trim() !== "") {
        raw = `"${raw}${rest}`;
        quoted = closed = false;
      }
    },
    text: () => {
      if (quoted && json) return read;
      if (!quoted) return raw === "" ? undefined : raw;
      return rest.startsWith("\\") ? raw + rest : raw; // a backslash that begins no escape
    },
  };
}

/** What a whole text is as a value of its own: as it stands under `full`, else without blanks and quotes around it. */
export const textOf = (text: string, coercion: "off" | "safe" | "full"): string =>
  coercion === "full" ? text : unquote(text.trim());

/** A whole text without the double quotes around it. Where those within are odd in number, none of these belongs to them. */
export function unquote(text: string): string {
  const unquoter = newUnquoter();
  unquoter.write(text);
  const out = unquoter.text() ?? text;
  if (out !== text || !/^".*"$/s.test(text)) return out;
  const escaped = text.slice(1, -1).replace(/\\.|"/gs, (sign) => (sign === '"' ? '\\"' : sign));
  const quotes = escaped.length - (text.length - 2);
  const found = quotes % 2 === 1 ? (readJson(`"${escaped}"`)?.value ?? text.slice(1, -1)) : text;
  return found as string; // what stands in quotes
}
