import { at } from "./text.ts";
// Characters are strings of one UTF-16 unit; "" is none, and nothing below holds of it.

/** White space, as JSON, HTML and a byte order mark mean it. */
export const isSpace = (c: string): boolean =>
  c === " " || c === "\n" || c === "\r" || c === "\t" || (c > "\x9f" && "\xa0\u2028\u2029\ufeff".includes(c));

const WORD = /[\w$-]|[^\0-\xa0\u2018-\u201f\u2028\u2029\ufeff]/;

/** What an unquoted name may be made of: letters, digits, `_`, `$`, `-`, and all that is not ASCII except typographic quotes. */
export const isWord = (c: string): boolean => WORD.test(c);

const OPENERS = "\"'`‘’‚‛“”„‟«";
const CLOSERS = "\"'`’’’’””””»";

/** The character that closes a string which begins with this one; "" when it begins none. */
export const closer = (c: string): string =>
  c === '"' ? c : c !== "" && OPENERS.includes(c) ? CLOSERS.charAt(OPENERS.indexOf(c)) : "";

/** Whether a character may close a string that this closer ends: models mix straight and typographic quotes. */
export const closes = (c: string, end: string): boolean =>
  c === end || (end === "”" && (c === '"' || c === "“")) || (end === "’" && (c === "'" || c === "‘"));

/** Whether a character is one of several. */
export const among = (c: string, several: string): boolean => c !== "" && several.includes(c);

/** The index of the first character at or after `i` that is no white space; the size if there is none. */
export function skipSpace({ text, size }: { readonly text: string; readonly size: number }, i: number): number {
  while (i < size && isSpace(at(text, i))) i++;
  return i;
}

/** What an escape stands for that does not stand for itself. */
export const ESCAPES: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r", b: "\b", f: "\f" };

/** Takes the common indentation and the outer empty lines off a block of text, as one writes code between triple quotes. */
export function dedent(text: string): string {
  const full = (line: string): boolean => line.trim() !== "";
  const all = text.split("\n");
  const lines = all.slice(all.findIndex(full), all.findLastIndex(full) + 1);
  const indent = lines.reduce((least, line) => (full(line) ? Math.min(least, line.search(/\S/)) : least), Infinity);
  return lines.map((line) => (full(line) ? line.slice(indent) : "")).join("\n");
}

const LITERALS = new Map(
  "true True TRUE false False FALSE null None NULL Null nil undefined NaN nan"
    .split(" ")
    .map((word, i) => [word, i < 3 ? true : i < 6 ? false : null]),
);

/** The value of a literal of JSON, Python or JavaScript; undefined when it is none. */
export const literal = (text: string): boolean | null | undefined => LITERALS.get(text);

/** Whether a text may become one of these words. */
export const beginsLiteral = (text: string): boolean => [...LITERALS.keys()].some((word) => word.startsWith(text));

const NUMBER = /^[-+]?(\d[\d_]*(\.[\d_]*)?|\.\d[\d_]*)(e[-+]?_*\d[\d_]*)?$/i;

/** Whether a text is a JSON number, read as leniently as `+1`, `.5`, `1.` and `1_000` ask for. */
export const isNumber = (text: string): boolean => NUMBER.test(text);

/** Whether an unquoted value is a number or a literal. */
export const isPlain = (text: string): boolean => literal(text) !== undefined || isNumber(text);

const JSON_BARE = /^(true|false|null|-?(0|[1-9]\d*)(\.\d+)?([eE][-+]?\d+)?)$/;

/** Whether it is one as JSON writes it. */
export const isJson = (text: string): boolean => JSON_BARE.test(text);
