import { describe, expect, it } from "vitest";
import { parse } from "../parse.ts";
import { count, list, map, object, text } from "../testing/schemas.ts";
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
    [String.raw`{"a": 1,\n\t"b": "x\ny",\r \x}`, String.raw`{"a": 1,  "b": "x\ny",  \x}`],
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

describe("a text that lacks its opening bracket, and is JSON otherwise", () => {
  const item = object({ a: text, b: count }, { required: ["a", "b"] });

  it.each([
    ["an object", item, '"a": "x", "b": 1}', { a: "x", b: 1 }],
    ["before a sentence", item, ' "a": "x", "b": 1}\n\nI hope that helps.', { a: "x", b: 1 }],
    ["a list of texts", list(text), '"x", "y", "z"]', ["x", "y", "z"]],
    [
      "a list of objects",
      list(item),
      '"a": "x", "b": 1}, {"a": "y", "b": 2}]',
      [
        { a: "x", b: 1 },
        { a: "y", b: 2 },
      ],
    ],
    ["a map", map(count), '"x": 1, "y": 2}', { x: 1, y: 2 }],
  ])("%s", (_name, schema, written, expected) => {
    for (const coercion of ["safe", "full"] as const) {
      const { value, repairs } = parse(written, schema, { coercion });
      expect(value).toStrictEqual(expected);
      expect(repairs.map(({ kind }) => kind)).toStrictEqual(["rewritten"]);
    }
    expect(() => parse(written, schema, { coercion: "off" })).toThrow();
  });

  it.each([
    ["a name that is none of it", item, '"c": "x", "a": "y", "b": 1}'],
    ["what is almost JSON", item, '"a": \'x\', "b": 1}'],
    ["a list of which the text only ends so", list(count), '"x" and "y" in ["z"]'],
  ])("not with %s", (_name, schema, written) => {
    expect(() => parse(written, schema)).toThrow();
  });

  it("yields to a value only where it is JSON", () => {
    const name = object({ a: text });
    expect(parse('"a": the key. So {"a": "x"}', name).value).toStrictEqual({ a: "x" });
  });
});
