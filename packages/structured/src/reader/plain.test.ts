import { describe, expect, it } from "vitest";
import { plain } from "./plain.ts";

describe("plain", () => {
  it.each([
    ["{&quot;a&quot;: &quot;b &amp; c&quot;, &#39;d&#39;: &nothing;}", `{"a": "b & c", 'd': &nothing;}`],
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
});
