import { describe, expect, it } from "vitest";
import { parse } from "../parse.ts";
import { isRewritten, plain } from "./plain.ts";

describe("plain", () => {
  it.each([
    ["{&quot;a&quot;: &quot;b &amp; c&quot;, &#39;d&#39;: &nothing;}", `{"a": "b & c", 'd': &nothing;}`],
    ["[&quot;&lt;b&gt; it&apos;s&quot;]", `["<b> it's"]`],
    [String.raw`{\"a\": \"b\\n\"}`, String.raw`{"a": "b\n"}`],
    [String.raw`{\n  \"a\": 1}`, '{\n  "a": 1}'],
    ["（1, 2）", "[1, 2]"],
    ["(1, [2])", "[1, [2]]"],
    ["｛“a”：［1，2］｝", "{“a”:[1,2]}"],
  ])("makes JSON of %s", (text, expected) => {
    expect(plain(text)).toBe(expected);
  });

  it.each([
    '["(a)", "（", 1]',
    String.raw`["a\"(b)", 'c\'(d)']`,
    '["(a',
    String.raw`["(a\"(b`,
    String.raw`["(a` + "\\",
    String.raw`['(a` + "\\",
    String.raw`["&amp;\"", "\n"]`,
  ])("leaves strings as they are: %s", (text) => {
    expect(plain(text)).toBe(text);
  });

  it("takes a string of any length", () => {
    const text = `"${"(".repeat(9_000_000)}"`;
    expect(plain(`${text}，`) === `${text},`).toBe(true);
  });
});

describe("a text that is written otherwise", () => {
  it.each([
    ["[[&quot; a &quot;],[&quot;&quot;]]", true],
    [String.raw`[[\"a\"]]`, true],
    [' ［"a"］', true],
    ['["&quot;"]', false],
    ['as in ［1］: ["a"]', false],
  ])("%s: %s", (text, expected) => {
    expect(isRewritten(text)).toBe(expected);
  });

  it("is read as what it means, though it could be read as it stands", () => {
    const words = { type: "array", items: { type: "string" } } as const;
    expect(parse("[&quot;a&quot;, &quot;b&quot;]", words).value).toEqual(["a", "b"]);
    expect(parse('［"[draft] a"，"b"］', words).value).toEqual(["[draft] a", "b"]);
    expect(parse('[“if (a["b"]) {}”, “c", "d"]', words).value).toEqual(['if (a["b"]) {}', "c", "d"]);
  });
});
