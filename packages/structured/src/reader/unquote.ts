import { ESCAPES, among, isSpace, isWord } from "./chars.ts";
import { at, part } from "./text.ts";

/** A text that is the whole answer, as it arrives. */
export interface Unquoter {
  readonly write: (delta: string) => void;
  /** The text as far as it goes. */
  readonly text: () => string;
}

const ESCAPE = /^\\(?:["\\/bfnrt]|u[\da-f]{4})/i;
/** An escape, or the first of two that make one character, of which a part is missing still. */
const BEGUN = /^\\(?:u(?:d[89ab][\da-f]{2}\\(?:u[\da-f]{0,3})?|[\da-f]{0,3}|d[89ab][\da-f]{2}))?$/i;

/**
 * Takes off a text the double quotes around it, and reads its escapes where all of them are JSON's. A quote that ends what
 * another within has opened belongs to the text; where one ends the whole and the text goes on, they all do. Verbatim: takes
 * nothing off.
 */
export function newUnquoter(verbatim = false): Unquoter {
  let state: "before" | "plain" | "open" | "closed" = verbatim ? "plain" : "before";
  let raw = ""; // without the first quote while it may be unquoted; ropes, so that they may grow long
  let read = ""; // the same with its escapes read
  let json = true;
  let depth = 0; // of quotes within
  let last = " "; // the character before
  let rest = ""; // what only more can tell of; once closed, the quote and all after it

  /** Reads what has arrived within the quotes, up to where one closes or more has to come. */
  const readOn = (text: string): void => {
    let from = 0;
    let i = 0;
    const take = (to: number): void => {
      const piece = part(text, from, to);
      raw += piece;
      read += piece;
      from = to;
    };
    for (; i < text.length; i++) {
      const c = at(text, i);
      if (c === '"') {
        const next = at(text, i + 1);
        const opens = isSpace(last) || among(last, "([{");
        if (opens && next === "") break;
        if (opens && isWord(next)) depth++;
        else if (depth > 0) depth--;
        else {
          state = "closed";
          break;
        }
      } else if (c === "\\") {
        take(i);
        const after = part(text, i, i + 12);
        if (BEGUN.test(after)) break;
        const [escape] = ESCAPE.exec(after) ?? [];
        if (escape === undefined) json = false;
        else {
          const name = at(escape, 1);
          raw += escape;
          read += name === "u" ? String.fromCharCode(Number.parseInt(part(escape, 2), 16)) : (ESCAPES[name] ?? name);
          i += escape.length - 1;
          from = i + 1;
        }
      }
      last = c;
    }
    take(i);
    rest = part(text, i);
  };

  return {
    write: (delta) => {
      let text = state === "before" ? delta.trimStart() : delta;
      if (state === "before" && text !== "") {
        state = text.startsWith('"') ? "open" : "plain";
        if (state === "open") text = part(text, 1);
      }
      if (state === "open") {
        readOn(rest + text);
        text = part(rest, 1);
      } else if (state === "closed") rest += text;
      else raw += text;
      if (state === "closed" && text.trim() !== "") {
        raw = `"${raw}${rest}`;
        state = "plain";
      }
    },
    text: () => {
      if (state !== "plain" && json) return read;
      return rest.startsWith("\\") ? raw + rest : raw; // a backslash that begins no escape
    },
  };
}

/** A whole text without the double quotes around it. */
export function unquote(text: string): string {
  const unquoter = newUnquoter();
  unquoter.write(text);
  return unquoter.text();
}
