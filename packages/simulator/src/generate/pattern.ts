import type { Random } from "../random.ts";
import { characters } from "./characters.ts";

/** How often `*` and `+` repeat at most. */
const REPEAT = 4;

const DIGITS = "0123456789";
const LOWER = "abcdefghijklmnopqrstuvwxyz";
const WORD = `${LOWER}${LOWER.toUpperCase()}${DIGITS}_`;
const PRINTABLE = Array.from({ length: 95 }, (_, i) => String.fromCharCode(32 + i)).join("");

const CLASSES: Readonly<Record<string, string>> = { d: DIGITS, w: WORD, s: " ", n: "\n", t: "\t", r: "\r" };

/** All printable ASCII characters but the given ones. */
function except(chars: string): string {
  return characters(PRINTABLE)
    .filter((char) => !chars.includes(char))
    .join("");
}

/**
 * Text that matches a regular expression made of literals, classes, groups, alternatives and quantifiers; look-around,
 * back-references and Unicode properties are read as nothing.
 */
export function matching(pattern: string, random: Random): string {
  let at = 0;
  const peek = (): string => pattern[at] ?? "";
  const take = (): string => pattern[at++] ?? "";

  function escape(): string {
    const char = take();
    if (/[DWS]/.test(char)) return except(CLASSES[char.toLowerCase()] ?? "");
    if (char === "b" || char === "B") return "";
    if (char === "u" || char === "x") {
      const length = char === "u" ? 4 : 2;
      const code = Number.parseInt(pattern.slice(at, at + length), 16);
      at += length;
      return String.fromCharCode(code);
    }
    return CLASSES[char] ?? char;
  }

  function set(): string {
    const negated = peek() === "^" && take() === "^";
    let chars = "";
    for (let first = true; at < pattern.length && (first || peek() !== "]"); first = false) {
      if (first && peek() === "]") break;
      const char = take();
      if (char === "\\") chars += escape();
      else if (peek() === "-" && pattern[at + 1] !== "]" && at + 1 < pattern.length) {
        take();
        const end = take();
        for (let code = char.charCodeAt(0); code <= end.charCodeAt(0); code++) chars += String.fromCharCode(code);
      } else chars += char;
    }
    take();
    return negated ? except(chars) : chars;
  }

  /** Each returns a function, so that a repeated part is drawn anew each time. */
  function atom(): () => string {
    const char = take();
    if (char === "(") {
      if (pattern.startsWith("?:", at)) at += 2;
      else if (/^\?<\w+>/.test(pattern.slice(at))) at = pattern.indexOf(">", at) + 1;
      const look = /^\?<?[=!]/.test(pattern.slice(at));
      const inner = alternatives();
      take();
      return look ? () => "" : inner;
    }
    if (char === "^" || char === "$") return () => "";
    const chars = char === "[" ? set() : char === "\\" ? escape() : char === "." ? `${LOWER}${DIGITS}` : char;
    return () => (chars === "" ? "" : random.pick(characters(chars)));
  }

  function quantified(): () => string {
    const inner = atom();
    let [min, max] = [1, 1];
    const braces = /^\{(\d+)(,?)(\d*)\}/.exec(pattern.slice(at));
    if (peek() === "*") [min, max] = [0, REPEAT];
    else if (peek() === "+") [min, max] = [1, REPEAT];
    else if (peek() === "?") [min, max] = [0, 1];
    else if (braces) {
      min = Number(braces[1]);
      max = braces[3] ? Number(braces[3]) : braces[2] ? min + REPEAT : min;
      at += braces[0].length - 1;
    } else return inner;
    take();
    if (peek() === "?" || peek() === "+") take();
    return () => Array.from({ length: random.integer(min, max) }, inner).join("");
  }

  function alternatives(): () => string {
    const branches: (() => string)[][] = [[]];
    while (at < pattern.length && peek() !== ")") {
      if (peek() === "|") {
        take();
        branches.push([]);
      } else branches.at(-1)?.push(quantified());
    }
    return () =>
      random
        .pick(branches)
        .map((part) => part())
        .join("");
  }

  return alternatives()();
}
