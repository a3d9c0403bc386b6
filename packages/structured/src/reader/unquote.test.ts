import { describe, expect, it, vi } from "vitest";
import { newUnquoter, unquote } from "./unquote.ts";

describe("unquote", () => {
  it.each([
    ["plain", "plain"],
    ['say "hi"', 'say "hi"'],
    ['"whole"', "whole"],
    ['"growing', "growing"],
    ['"', ""],
    ['""', ""],
    [String.raw`"a\nb"`, "a\nb"],
    [String.raw`"a\nb`, "a\nb"],
    [String.raw`"C:\dir"`, String.raw`C:\dir`],
    ['"a\nb"', "a\nb"],
    [String.raw`"a" \ "b"`, String.raw`"a" \ "b"`],
    [String.raw`"C:\us`, String.raw`C:\us`],
    [String.raw`"C:\new\dir"`, String.raw`C:\new\dir`],
    [String.raw`"\ud83d\ude00\ud83d"`, "😀\ud83d"],
    [String.raw`"say \"hi\" \\ \/"`, String.raw`say "hi" \ /`],
    [String.raw`"half \u00`, "half "],
    ['"line\\nhalf \\', "line\nhalf "],
    ['"C:\\dir\\', "C:\\dir\\"],
  ])("takes the quotes off %j", (text, expected) => {
    expect(unquote(text)).toBe(expected);
  });

  it.each([
    ['"say "hi" to"', 'say "hi" to'],
    ['"say "hi"', 'say "hi"'],
    ['""hi", he said"', '"hi", he said'],
    ['"he said ("hi")"', 'he said ("hi")'],
    ['"unfinished "q" x', 'unfinished "q" x'],
    ['"<a href="x">link</a>"', '<a href="x">link</a>'],
    ['"say:"hi" ok"', 'say:"hi" ok'],
    ['"Call f("-v") now"', 'Call f("-v") now'],
    ['"a = "" and b"', 'a = "" and b'],
    ['"The 5" disk is old"', 'The 5" disk is old'],
    ['"6\\" and 5" wide"', '6" and 5" wide'],
    ['"Hi "**bold**" there"', 'Hi "**bold**" there'],
    ['"see "#1" ok"', 'see "#1" ok'],
    ['"Title:\\n"Hi" he said"', 'Title:\n"Hi" he said'],
  ])("leaves quotes within: %j", (text, expected) => {
    expect(unquote(text)).toBe(expected);
  });

  it.each([
    '"Hello", she said.',
    '"Yes" and "no"',
    '"a" "b"',
    '"A": "B"',
    '"5%" or "6%"',
    '"a",',
    '"a"] b',
    '"a\\nb" c',
    '"" x',
    '"""three"""',
    '"Hello." - "Bye."',
    '"A","B"',
  ])("leaves quotes that belong to the text: %j", (text) => {
    expect(unquote(text)).toBe(text);
  });

  it("tries no more escapes once one is none of JSON's", () => {
    const parsed = vi.spyOn(JSON, "parse");
    expect(unquote(`"${String.raw`\d\n`.repeat(100)}"`)).toBe(String.raw`\d\n`.repeat(100));
    expect(parsed).toHaveBeenCalledTimes(1);
    parsed.mockRestore();
  });

  it("reads the same however the text is cut, in linear time", () => {
    const text = String.raw`  "a \"b\" \u00e9 "c d" e\n" `;
    for (let cut = 1; cut < text.length; cut++) {
      const unquoter = newUnquoter();
      for (let at = 0; at < text.length; at += cut) unquoter.write(text.slice(at, at + cut));
      expect(unquoter.text()).toBe('a "b" é "c d" e\n');
    }
  });
});
