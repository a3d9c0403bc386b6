import { describe, expect, it } from "vitest";
import {
  among,
  beginsLiteral,
  closer,
  closes,
  dedent,
  isNumber,
  isSpace,
  isWord,
  literal,
  skipSpace,
} from "./chars.ts";

describe("isNumber", () => {
  it.each([
    "0",
    "12",
    "-1",
    "+1",
    ".5",
    ".5_0",
    ".55",
    "1.",
    "1_000",
    "1.5_0",
    "1e5",
    "1E-5",
    "1.e+5",
    "-.5e1",
    "1e_5",
  ])("takes %j", (text) => {
    expect(isNumber(text)).toBe(true);
  });

  it.each(["", "-", ".", "_1", "._5", "1e", "1e-", "1e_", "e5", "1 ", " 1", "1.2.3", "1a", "0x1", "1,0"])(
    "leaves %j",
    (text) => {
      expect(isNumber(text)).toBe(false);
    },
  );
});

describe("literal", () => {
  it.each([
    ["true", true],
    ["True", true],
    ["TRUE", true],
    ["False", false],
    ["None", null],
    ["nil", null],
    ["undefined", null],
    ["nan", null],
    ["tRUE", undefined],
    ["", undefined],
    ["true True", undefined],
  ])("knows %j", (text, expected) => {
    expect(literal(text)).toBe(expected);
  });

  it("knows how one begins", () => {
    expect(["", "N", "un", "false"].every(beginsLiteral)).toBe(true);
    expect(["x", "falsey", "rue"].some(beginsLiteral)).toBe(false);
  });
});

describe("white space", () => {
  it.each([" ", "\n", "\r", "\t", "\u00a0", "\u2028", "\u2029", "\ufeff"])("is %j", (c) => {
    expect(isSpace(c)).toBe(true);
    expect(skipSpace({ text: `x${c}${c}y`, size: 4 }, 1)).toBe(3);
    expect(skipSpace({ text: `x${c}`, size: 2 }, 1)).toBe(2);
    expect(isWord(c)).toBe(false);
  });

  it.each(["", "x", "0", "\u009f", "\v", "\u200b"])("is not %j", (c) => {
    expect(isSpace(c)).toBe(false);
  });
});

describe("quotes", () => {
  it.each([
    ['"', '"'],
    ["'", "'"],
    ["`", "`"],
    ["“", "”"],
    ["”", "”"],
    ["„", "”"],
    ["‟", "”"],
    ["‘", "’"],
    ["’", "’"],
    ["‚", "’"],
    ["‛", "’"],
    ["«", "»"],
  ])("%s is closed by %s", (open, close) => {
    expect(closer(open)).toBe(close);
    expect(closes(close, closer(open))).toBe(true);
  });

  it.each([
    ["”", '"“”'],
    ["’", "'‘’"],
    ["»", "»"],
    ['"', '"'],
    ["'", "'"],
    ["`", "`"],
  ])("that %s ends are closed by any of %s", (end, closers) => {
    expect(
      "\"'`‘’‚‛“”„‟«»x"
        .split("")
        .filter((c) => closes(c, end))
        .join(""),
    ).toBe(closers);
  });

  it("begin with nothing else", () => {
    expect(["a", "»", "‗", "†", "[", " "].filter((c) => closer(c) !== "")).toStrictEqual([]);
  });
});

describe("a character among several", () => {
  it.each([
    ["a", "ab", true],
    ["c", "ab", false],
    ["", "ab", false],
  ])("%j in %j: %s", (c, several, expected) => {
    expect(among(c, several)).toBe(expected);
  });
});

describe("dedent", () => {
  it.each([
    ["\n    a\n      b\n\n    c\n  ", "a\n  b\n\nc"],
    ["a\n  b", "a\n  b"],
    ["\n\n", ""],
    ["", ""],
    ["\n \n  x\n", "x"],
  ])("of %j", (text, expected) => {
    expect(dedent(text)).toBe(expected);
  });
});
