const ENTITIES: Readonly<Record<string, string>> = { quot: '"', amp: "&", lt: "<", gt: ">", apos: "'", "#39": "'" };
const ESCAPES: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r" };
const OTHERS = "（(［｛）)］｝：，";
const PLAIN = "[[[{]]]}:,";

/** A text of which all is escaped, as within a string. */
const ESCAPED = /^[^{["]*[{[][\s{[]*\\+["n]/;

/** Whether all of a text is written otherwise than as JSON: escaped, in HTML's entities, in full-width brackets. */
export const isRewritten = (text: string): boolean =>
  ESCAPED.test(text) || /^\s*[［｛]|^[^{["]*[{[][\s{[]*&quot;/.test(text);

/**
 * A text that is no JSON, not even almost, in the signs of JSON: without HTML's entities, without escapes around the strings,
 * with tuples as lists and full-width punctuation as JSON's. The same text when there is nothing of that.
 */
export function plain(text: string): string {
  let out = text;
  if (out.includes("&quot;")) out = out.replace(/&(\w+|#39);/g, (all, name: string) => ENTITIES[name] ?? all);
  if (ESCAPED.test(out)) out = out.replace(/\\(["\\/nrt])/g, (_, c: string) => ESCAPES[c] ?? c);
  // strings stay as they are; the last may not end, and may not fail, which would have every quote in it tried
  return out.replace(
    /("(?:\\.|[^"\\])*(?:"|\\?$)|'(?:\\.|[^'\\])*(?:'|\\?$))|[（(［｛）)］｝：，]/gs,
    (all, string?: string) => string ?? PLAIN.charAt(OTHERS.indexOf(all)),
  );
}
