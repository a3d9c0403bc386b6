import { ESCAPES } from "./chars.ts";

const ENTITIES: Readonly<Record<string, string>> = { quot: '"', amp: "&", lt: "<", gt: ">", apos: "'", "#39": "'" };
const OTHERS = "（(［｛）)］｝：，";
const PLAIN = "[[[{]]]}:,";

/** A text of which all is escaped, as within a string. */
const ESCAPED = /^[^{["]*[{[][\s{[]*\\+["n]/;

/** Whether all of a text is written otherwise than as JSON: escaped, in HTML's entities, in full-width brackets. */
export const isRewritten = (text: string): boolean =>
  ESCAPED.test(text) || /^\s*[［｛]|^[^{["]*[{[][\s{[]*&quot;/.test(text);

/**
 * The bracket that a text lacks at its beginning: of an object where it begins with a key that may be one, of a list where
 * it begins with a text and ends with a closer, or of both. Models leave it out when they are made to go on after it.
 */
export function opener(text: string, isName: (name: string) => boolean, listed: boolean): string {
  const list = listed && text.startsWith('"') && text.endsWith("]") ? "[" : "";
  const [, name] = /^"([^"\\\n]*)"\s*:/.exec(text) ?? [];
  return name === undefined ? list : isName(name) ? `${list}{` : "";
}

/**
 * A text that is no JSON, not even almost, in the signs of JSON: without HTML's entities, without escapes around the strings,
 * with tuples as lists, escaped white space and full-width punctuation as JSON's. The same text when there is nothing of that.
 */
export function plain(text: string): string {
  let out = text;
  if (out.includes("&quot;")) out = out.replace(/&(\w+|#39);/g, (all, name: string) => ENTITIES[name] ?? all);
  if (ESCAPED.test(out)) out = out.replace(/\\(["\\/nrt])/g, (_, c: string) => ESCAPES[c] ?? c);
  // by hand: a regular expression that skips strings needs a stack as deep as the longest of them
  let mapped = "";
  let from = 0;
  for (let i = 0; i < out.length; i++) {
    const c = out.charAt(i);
    const at = OTHERS.indexOf(c);
    if (c === '"' || c === "'") {
      // strings stay as they are; the last may not end
      for (i++; i < out.length && out.charAt(i) !== c; i++) if (out.charAt(i) === "\\") i++;
    } else if (at >= 0) {
      mapped += out.slice(from, i) + PLAIN.charAt(at);
      from = i + 1;
    } else if (c === "\\" && /[nrt]/.test(out.charAt(i + 1))) {
      mapped += `${out.slice(from, i)} `;
      from = ++i + 1;
    }
  }
  return mapped + out.slice(from);
}
