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
export const closer = (c: string): string => (c === '"' ? c : c && CLOSERS.charAt(OPENERS.indexOf(c)));

/** Whether a character may close a string that this closer ends: models mix straight and typographic quotes. */
export const closes = (c: string, end: string): boolean =>
  c === end || (end === "”" && (c === '"' || c === "“")) || (end === "’" && (c === "'" || c === "‘"));

/** Whether a character is one of several. */
export const among = (c: string, several: string): boolean => c !== "" && several.includes(c);

/** The index of the first character at or after `i` that is no white space; the length if there is none. */
export function skipSpace(s: string, i: number): number {
  while (isSpace(s.charAt(i))) i++;
  return i;
}

/** Takes the common indentation and the outer empty lines off a block of text, as one writes code between triple quotes. */
export function dedent(text: string): string {
  const full = (line: string): boolean => line.trim() !== "";
  const all = text.split("\n");
  const lines = all.slice(all.findIndex(full), all.findLastIndex(full) + 1);
  const indent = lines.reduce((least, line) => (full(line) ? Math.min(least, line.search(/\S/)) : least), Infinity);
  return lines.map((line) => (full(line) ? line.slice(indent) : "")).join("\n");
}

const LITERALS = new Map<string, boolean | null>();
const name = (words: string, value: boolean | null): void => {
  for (const word of words.split(" ")) LITERALS.set(word, value);
};
name("true True TRUE", true);
name("false False FALSE", false);
name("null None NULL Null nil undefined NaN nan", null);

/** The value of a literal of JSON, Python or JavaScript; undefined when it is none. */
export const literal = (text: string): boolean | null | undefined => LITERALS.get(text);

/** Whether a text may become one of these words. */
export const beginsLiteral = (text: string): boolean => [...LITERALS.keys()].some((word) => word.startsWith(text));

const NUMBER = /^[-+]?(\d[\d_]*(\.[\d_]*)?|\.\d[\d_]*)(e[-+]?_*\d[\d_]*)?$/i;

/** Whether a text is a JSON number, read as leniently as `+1`, `.5`, `1.` and `1_000` ask for. */
export const isNumber = (text: string): boolean => NUMBER.test(text);
