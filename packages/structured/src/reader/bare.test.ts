import { describe, expect, it } from "vitest";
import { parse } from "../parse.ts";

const value = (text: string): unknown => parse(text, {}).value;

describe("an unquoted text in an object", () => {
  it.each([
    ["Zed_Q 09az."],
    ["f(x, y: z)"],
    ["f{x, y: z}"],
    ["f[x, y: z]"],
    ["(x) [y] {z}"],
    ["w {(x, y: z)}"],
    ["w [(x, y: z)]"],
    ["x) y"],
    ["x]y"],
    ["x<y"],
    ["(x </y, z)"],
    ["f(x /* y */, z)"],
    ["word/* c */"],
    ["word / other"],
    ["word/other"],
    ["one; two"],
    ["x 'y' z"],
    ["it's fine"],
    ["12 apples"],
    ["1 2"],
    ["1 x"],
    ["one\ntwo"],
    ["one\n<b>"],
    ["one, two"],
    ["1,000"],
    ["1,234,567"],
    ["1,00"],
    ["19,9"],
    ["1, 2"],
    ["1,0000"],
    ["1,000x"],
    ["1.234,50"],
    ["1,5 kg"],
    [`${"1".repeat(41)},234`],
    [`${"1".repeat(41)} x`],
  ])("holds %j", (text) => {
    expect(value(`{a: ${text}, b: 2}`)).toStrictEqual({ a: text, b: 2 });
  });

  it.each([
    ["a brace that it did not open", "{a: x{y} z}", { a: "x{y} z" }],
    ["a bracket that a list around it opened", "{a: [x]}", { a: ["x"] }],
    ["a closing tag", "{a: x</a>", { a: "x" }],
    ["a closing tag on the next line", "{a: one\n</b>", { a: "one" }],
    ["a comment after a blank", "{a: word /* c */, b: 2}", { a: "word", b: 2 }],
    ["a line and a key", "{a: one\nb: 2}", { a: "one", b: 2 }],
    ["an empty line", "{a: one\n\nb}", { a: "one" }],
    ["a line and a fence", "{a: one\n```", { a: "one" }],
    ["a line and a closer", "{a: one\n}", { a: "one" }],
    ["a comma and a line", "{a: one,\n two, b: 1}", { a: "one", b: 1 }],
    ["a comma and a closer", "{a: one, }", { a: "one" }],
    ["a comma and a comment", "{a: one, // c\n b: 1}", { a: "one", b: 1 }],
    ["a comma and a closing tag", "{a: one, </a>", { a: "one" }],
    ["a comma, where the text ends", "{a: one,", { a: "one" }],
    ["a line, where the text ends", "{a: one\n", { a: "one" }],
  ])("ends before %s", (_name, text, expected) => {
    expect(value(text)).toStrictEqual(expected);
  });
});

describe("a number or literal in an object ends before", () => {
  it.each([
    ["a comma", "{a: 1, b: 2}", { a: 1, b: 2 }],
    ["a comma and the name of a number", "{a: 1,000: 2}", { "000": 2, a: 1 }],
    ["a comma, a blank and the name of a number", "{a: 1, 2 : 3}", { "2": 3, a: 1 }],
    ["a comma, a line and a number", "{a: 1,\n2}", { a: 1 }],
    ["a semicolon", "{a: 1; b: 2}", { a: 1, b: 2 }],
    ["a blank of another kind and a comma", "{a: 1\u00a0, b: 2}", { a: 1, b: 2 }],
    ["a comment", "{a: 1// c\n, b: 2}", { a: 1, b: 2 }],
    ["a key", '{"a": 1"b": 2}', { a: 1, b: 2 }],
    ["a tag", "{a: 1</a>", { a: 1 }],
    ["a blank and a closer", "{a: true }", { a: true }],
  ])("%s", (_name, text, expected) => {
    expect(value(text)).toStrictEqual(expected);
  });
});

describe("unquoted items of a list", () => {
  it.each([
    ["end before a comma", "[one, two]", ["one", "two"]],
    ["end before a comma on the next line", "[one\n, two]", ["one", "two"]],
    ["end before an object", "[one\n{x: 1}]", ["one", { x: 1 }]],
    ["end before a list", "[one\n[1]]", ["one", [1]]],
    ["end before a string", '[one\n"two"]', ["one", "two"]],
    ["end before a fence", "[one\n```", ["one"]],
    ["end where the text does", "[one\n", ["one"]],
    ["go on in the next line", "[one\ntwo]", ["one\ntwo"]],
    ["hold a brace", "[a}b, c]", ["a}b", "c"]],
    ["hold an apostrophe", "[it's, fine]", ["it's", "fine"]],
    ["hold brackets of their own", "[{x: 1}, a[1], b]", [{ x: 1 }, "a[1]", "b"]],
    ["that are numbers and literals need no comma", "[1 -2 true null 2.5e-3]", [1, -2, true, null, 0.0025]],
    ["need none before a closer", "[1 2]", [1, 2]],
    ["need none where the text ends", "[1 2", [1, 2]],
    ["need none before a string", '[1"x"]', [1, "x"]],
    ["that begin like a number are texts", "[12 apples, 1 2x, 3]", ["12 apples", "1 2x", 3]],
    ["that begin like a literal are texts", "[1 two, 1 false]", ["1 two", 1, false]],
    ["are no numbers with groups", "[1,000]", [1, 0]],
    ["end before a semicolon", "[1; 2]", [1, 2]],
    ["end before a closer of another kind", "[1 }", [1]],
  ])("%s", (_name, text, expected) => {
    expect(value(text)).toStrictEqual(expected);
  });
});
