import { describe, expect, it } from "vitest";
import { unquote } from "./unquote.ts";

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
    [String.raw`"a" \ "b"`, String.raw`a" \ "b`],
    [String.raw`"half \u00`, "half "],
    ['"line\\nhalf \\', "line\nhalf "],
    ['"C:\\dir\\', "C:\\dir\\"],
  ])("takes the quotes off %j", (text, expected) => {
    expect(unquote(text)).toBe(expected);
  });
});
