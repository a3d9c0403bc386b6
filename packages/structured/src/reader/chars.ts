/** The characters that the reader looks for, by code. */
export const TAB = 9;
export const NEWLINE = 10;
export const RETURN = 13;
export const SPACE = 32;
export const QUOTE = 34;
export const HASH = 35;
export const APOSTROPHE = 39;
export const OPEN_PAREN = 40;
export const CLOSE_PAREN = 41;
export const PLUS = 43;
export const COMMA = 44;
export const SLASH = 47;
export const COLON = 58;
export const SEMICOLON = 59;
export const LESS = 60;
export const EQUALS = 61;
export const GREATER = 62;
export const OPEN_BRACKET = 91;
export const BACKSLASH = 92;
export const CLOSE_BRACKET = 93;
export const BACKTICK = 96;
export const OPEN_BRACE = 123;
export const CLOSE_BRACE = 125;

/** White space, as JSON, HTML and a byte order mark mean it. */
export const isSpace = (c: number): boolean =>
  c === SPACE ||
  c === NEWLINE ||
  c === RETURN ||
  c === TAB ||
  c === 0xa0 ||
  c === 0xfeff ||
  c === 0x2028 ||
  c === 0x2029;

/** What an unquoted name may be made of: letters, digits, `_`, `$`, `-`, and all that is not ASCII except typographic quotes. */
export const isWord = (c: number): boolean =>
  (c >= 97 && c <= 122) ||
  (c >= 65 && c <= 90) ||
  (c >= 48 && c <= 57) ||
  c === 95 ||
  c === 36 ||
  c === 45 ||
  (c > 0xa0 && (c < 0x2018 || c > 0x201f) && !isSpace(c));

/** The character that closes a string which begins with this one; 0 when it begins none. */
export const closer = (c: number): number => {
  if (c === QUOTE || c === APOSTROPHE || c === BACKTICK) return c;
  if (c >= 0x2018 && c <= 0x201f) return c < 0x201c ? 0x2019 : 0x201d; // ‘ ’ ‚ ‛ and “ ” „ ‟
  return c === 0xab ? 0xbb : 0; // «
};

/** Whether a character may close a string that this closer ends: models mix straight and typographic quotes. */
export const closes = (c: number, end: number): boolean =>
  c === end ||
  (end === 0x201d && (c === QUOTE || c === 0x201c)) ||
  (end === 0x2019 && (c === APOSTROPHE || c === 0x2018));

/** The index of the first character at or after `i` that is no white space; the length if there is none. */
export function skipSpace(s: string, i: number): number {
  while (i < s.length && isSpace(s.charCodeAt(i))) i++;
  return i;
}

/** Takes the common indentation and the outer empty lines off a block of text, as one writes code between triple quotes. */
export function dedent(text: string): string {
  const lines = text.split("\n");
  let indent = Infinity;
  for (const line of lines) {
    const width = line.search(/\S/);
    if (width >= 0 && width < indent) indent = width;
  }
  const cut = lines.map((line) => (line.trim() === "" ? "" : line.slice(indent)));
  while (cut.length > 1 && cut[0] === "") cut.shift();
  while (cut.length > 1 && cut.at(-1) === "") cut.pop();
  return cut.join("\n");
}

const LITERALS = new Map<string, boolean | null>(
  [
    ["true True TRUE", true] as const,
    ["false False FALSE", false] as const,
    ["null None NULL Null nil undefined NaN nan", null] as const,
  ].flatMap(([words, value]) => words.split(" ").map((word) => [word, value] as const)),
);

/** The value of a literal of JSON, Python or JavaScript; undefined when it is none. */
export const literal = (text: string): boolean | null | undefined => LITERALS.get(text);

/** Whether a text may become one of these words. */
export const beginsLiteral = (text: string): boolean => [...LITERALS.keys()].some((word) => word.startsWith(text));

const NUMBER = /^[-+]?(\d[\d_]*(\.[\d_]*)?|\.\d[\d_]*)(e[-+]?_*\d[\d_]*)?$/i;

/** Whether a text is a JSON number, read as leniently as `+1`, `.5`, `1.` and `1_000` ask for. */
export const isNumber = (text: string): boolean => NUMBER.test(text);
