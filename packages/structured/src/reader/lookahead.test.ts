import { describe, expect, it } from "vitest";
import type { JsonObject } from "@llm/core";
import { toPlain } from "../coerce/coerce.ts";
import { parse } from "../parse.ts";
import { end, newReader, write } from "./reader.ts";

/** Only these names may appear. */
const closed: JsonObject = {
  type: "object",
  properties: {
    a: { type: "string" },
    b: { type: "integer" },
    d: { type: "integer" },
    "two words": { type: "integer" },
  },
  additionalProperties: false,
};
/** Any name may. */
const open: JsonObject = { type: "object", properties: { a: {} } };

/** All that a text holds as lists and objects. */
const found = (text: string): unknown[] => {
  const reader = newReader({ maxDepth: 9, maxLength: 1000 });
  write(reader, text);
  end(reader);
  return reader.roots.map(({ node }) => toPlain(node));
};

const value = (text: string, schema: JsonObject = {}): unknown => parse(text, schema).value;

describe("a quote in a value of an object ends it", () => {
  it.each<[string, string, unknown, JsonObject?]>([
    ["before a comma and a key", '{"a": "x", "d": 1}', { a: "x", d: 1 }],
    ["before two commas", '{"a": "x", , "d": 1}', { a: "x", d: 1 }],
    ["before a semicolon and a key", '{"a": "x"; "d": 1}', { a: "x", d: 1 }],
    ["before a comma and a comment", '{"a": "x", // c\n"d": 1}', { a: "x", d: 1 }],
    ["before a comma and dots", '{"a": "x", ...}', { a: "x" }],
    ["before a comma and a fence", '{"a": "x", ```\n"}', { a: "x" }],
    ["before a comma and a name of words", '{a: "one", other words: 2}', { a: "one", "other words": 2 }],
    ["before a comma and another object of a list", '[{"a": "x", {"a": "y"}]', [{ a: "x" }, { a: "y" }]],
    ["before a comma and the end of a list", '[[{"a": "x", ], 1', [[{ a: "x" }], 1]],
    ["before a comma where the text ends", '{"a": "x",', { a: "x" }],
    ["before a known name without a colon", '{"a": "x" "b" 1}', { a: "x", b: 1 }, closed],
    ["before a key with an equals sign", '{"a": "x" "b" = 1}', { a: "x", b: 1 }],
    ["before a key with an escaped quote", String.raw`{"a": "x" "b\"c": 1}`, { a: "x", 'b"c': 1 }],
    ["before a key that straight and typographic quotes stand around", '{"a": "x" “b": 1}', { a: "x", b: 1 }],
    ["before a key in single quotes that holds a double one", `{"a": "x" 'b"c': 1}`, { a: "x", 'b"c': 1 }],
    ["before a key with blanks in its quotes", '{"a": "one" " b ": 1}', { a: "one", b: 1 }, closed],
    ["before a key after braces", '{"a": "x {"k": 1} y" "b" : 1}', { a: 'x {"k": 1} y', b: 1 }],
    ["before the beginning of a known word, at the end", '{"a": "x" b', { a: "x" }, closed],
    ["before a known name in another spelling", '{"a": "x", B: "7"}', { a: "x", b: 7 }, closed],
    ["before one without its blank", '{"a": "x" "TwoWords" : 7}', { a: "x", "two words": 7 }, closed],
    ["before a comment with a number sign", '{"a": "x" # y\n}', { a: "x" }],
    ["before a fence", '{"a": "x"\n```', { a: "x" }],
    ["before a tag", '{"a": "x"</b>', { a: "x" }],
    ["before what may become a tag", '{"a": "x"<', { a: "x" }],
    ["before a closer and a semicolon", '{"a": "x"}; y', { a: "x" }],
    ["before a closer and a backtick", '{"a": "x"}` y', { a: "x" }],
    ["before a closer and a tag", '{"a": "x"}</b>', { a: "x" }],
    ["before a closer and a comment", '{"a": "x"} # y', { a: "x" }],
    ["before a closer and a line of prose", '{"a": "x"}\ny', { a: "x" }],
    ["before the last closer and prose", '{"a": "x"} y', { a: "x" }],
    ["before closers and the next key", '{"o": {"a": "x"} "d": 1}', { o: { a: "x" }, d: 1 }],
    ["before a closer too many", '{"a": ["x"]], "d": 1}', { a: ["x"], d: 1 }],
    ["before the quote around all of it", '"{"a": "x"}"\n', { a: "x" }],
    ["before a quote after all of it", '{"a": "x"} "y"}', { a: "x" }],
  ])("%s", (_name, text, expected, schema) => {
    expect(value(text, schema)).toStrictEqual(expected);
  });

  it.each<[string, string, string, JsonObject?]>([
    ["a letter", 'x"y', 'x"y'],
    ["a comma and prose", 'say "x", y z', 'say "x", y z'],
    ["a comma and a dot", 'x", .y', 'x", .y'],
    ["a comma and a backtick", 'x", `y', 'x", `y'],
    ["a comma and a brace", 'x", {"y"}', 'x", {"y"}'],
    ["a comma and a name of words, after a quote", 'say "x", other words: no', 'say "x", other words: no'],
    ["a colon", 'x": y', 'x": y'],
    ["a semicolon, after a quote", 'if "x"; y: z', 'if "x"; y: z'],
    ["a semicolon in braces", '{ x("y"); }', '{ x("y"); }'],
    ["a semicolon and a key in braces", '{ x"; y: z }', '{ x"; y: z }'],
    ["a bracket that closes nothing", 'x"]', 'x"]'],
    ["a bracket that closes nothing, and a comma", 'x"], y', 'x"], y'],
    ["a brace", 'x" {y} z', 'x" {y} z'],
    ["a backtick", 'x" ` y', 'x" ` y'],
    ["a word and no colon", 'x" y z', 'x" y z'],
    ["a text and no colon", 'x" "b" z', 'x" "b" z', open],
    ["a text that breaks its line", 'x" "b\nc": d', 'x" "b\nc": d', open],
  ])("but not before %s", (_name, written, expected, schema = {}) => {
    expect(value(`{"a": "${written}", "d": 1}`, schema)).toStrictEqual({ a: expected, d: 1 });
  });

  it("is judged by what stands within 256 characters", () => {
    const near = `x"${" ".repeat(255)}y`;
    expect(value(`{"a": "${near}", "d": 1}`)).toStrictEqual({ a: near, d: 1 });
    expect(value(`{"a": "x"${" ".repeat(256)}y", "d": 1}`)).not.toHaveProperty("a", expect.stringContaining("y"));
    const long = `x" "${"y".repeat(300)}" z`;
    expect(value(`{"a": "${long}", "d": 1}`)).toStrictEqual({ a: long, d: 1 });
  });
});

describe("at the end of the text, a quote is followed by", () => {
  it.each<[string, string, JsonObject, unknown]>([
    ["a name, quoted, where any may be", '{"a": "x" "yy', open, "x"],
    ["a name that is known", '{"a": "x" "two w', closed, "x"],
    ["no name where only others may be", '{"a": "x" "yy', closed, 'x" "yy'],
    ["no name, unquoted, where any may be", '{"a": "x" yy', open, 'x" yy'],
    ["a name, complete, where any may be", '{"a": "x" "yy" ', open, "x"],
    ["no name, complete, where only others may be", '{"a": "x" "yy" ', closed, 'x" "yy'],
  ])("%s", (_name, text, schema, expected) => {
    expect(value(text, schema)).toStrictEqual({ a: expected });
  });
});

describe("a quote in an item of a list ends it", () => {
  it.each([
    ["before a comma", '["x", "y"]', ["x", "y"]],
    ["before a semicolon", '["x"; "y"]', ["x", "y"]],
    ["before a comment", '["x" # c\n, "y"]', ["x", "y"]],
    ["before a plus and a string", '["x" + "y"]', ["xy"]],
    ["before a tag", '["x"</b>', ["x"]],
    ["before an object after a blank", '["x" {"y": 1}]', ["x", { y: 1 }]],
    ["before a list after a blank", '["x" [1]]', ["x", [1]]],
    ["before a string after a blank", '["x" "y"]', ["x", "y"]],
    ["before a word on a line of its own", '["x"\ny]', ["x", "y"]],
    ["before a closer, a blank and the next list", '[["x"] ["y"]]', [["x"], ["y"]]],
    ["before a closer, a blank and the next object", '[{"a": "x"} {"a": "z"}]', [{ a: "x" }, { a: "z" }]],
    ["before a colon, where it is a key and the list was left open", '[{"l": ["x", "a": 1}]', [{ l: ["x"], a: 1 }]],
    ["before a comma where the text ends", '["say "x",', ['say "x']],
  ])("%s", (_name, text, expected) => {
    expect(value(text)).toStrictEqual(expected);
  });

  it.each([
    ["a letter", 'x"y'],
    ["a comma and a word, after a quote", 'say "x", y'],
    ["a number sign without a blank", 'x" #y'],
    ["an angle that is no closing tag", 'x" <y'],
    ["a plus without a string", 'x" + y'],
    ["a brace after a quote", 'say "x" {y}'],
    ["a bracket after a quote", 'say "x" [y] z'],
    ["a string after a quote", 'say "x" "y" z'],
    ["a word", 'x" y'],
    ["a colon after a quote", 'x "y": z'],
    ["a colon, where no object is open", 'x": y'],
    ["a brace that closes nothing", 'x"}'],
    ["a brace that closes nothing, and a comma", 'x"}, y'],
  ])("but not before %s", (_name, written) => {
    expect(value(`["${written}"]`)).toStrictEqual([written]);
  });

  it("but not before a closer and a string at once", () => {
    expect(value('[["x"]["y"]]')).toStrictEqual([['x"]["y']]);
    expect(value('{"o": {"a": "x"} "y" z"}}')).toStrictEqual({ o: { a: 'x"} "y" z' } });
    expect(value('{"a": "x"}"y"}')).toStrictEqual({ a: 'x"}"y' });
  });
});

describe("a quote in a key ends it", () => {
  it.each([
    ["before a blank", '{"a" x}', { a: "x" }],
    ["before an equals sign", '{"a"= 1}', { a: 1 }],
    ["before an opener", '{"a"{"b": [1]}, "c"[1]}', { a: { b: [1] }, c: [1] }],
    ["before a comma", '{"a", "b": 1}', { b: 1 }],
    ["before a closer", '{"a"}', {}],
    ["not before a letter", '{"a"b": 1}', { 'a"b': 1 }],
  ])("%s", (_name, text, expected) => {
    expect(value(text)).toStrictEqual(expected);
  });
});

describe("typographic quotes", () => {
  it.each([
    ["hold straight ones where their own closer comes", '{"a": “x "y" z”, "d": 1}', { a: 'x "y" z', d: 1 }],
    ["end in a straight one before the next begins", '{"a": “x", "b": “y”}', { a: "x", b: "y" }],
    ["end in a straight one where none follows", '{"a": “x", "b": "y"}', { a: "x", b: "y" }],
    ["single: end in a straight one before the next begins", "{\"a\": ‘x', 'b': ‘y’}", { a: "x", b: "y" }],
  ])("%s", (_name, text, expected) => {
    expect(value(text)).toStrictEqual(expected);
  });
});

describe("after a comma, an unquoted text goes on", () => {
  it.each<[string, string, unknown, JsonObject?]>([
    ["but not with a known name of words", "{a: one, two words: 2}", { a: "one", "two words": 2 }, closed],
    ["with other words", "{a: one, other words: 2}", { a: "one, other words: 2" }, open],
    ["with a name of dots", "{a: one, user.name: 2}", { a: "one, user.name: 2" }, open],
    ["with an address", "{a: word, https://x.org/y, d: 2}", { a: "word, https://x.org/y", d: 2 }],
    ["but not with a key before a path", "{a: word, path:/usr, d: 2}", { a: "word", path: "/usr", d: 2 }],
    ["but not with a key before a name and a path", "{a: word, p:u/v, d: 2}", { a: "word", p: "u/v", d: 2 }],
    ["but not with a key before a comment", "{a: word, p: //c\n 1}", { a: "word", p: 1 }],
    ["but not with a key before an equals sign", "{a: one, b = 1}", { a: "one", b: 1 }],
    ["but not with a quoted key before an equals sign", '{"a": one, "b" = 1}', { a: "one", b: 1 }],
    ["with a word that may be no name", "{a: word, b", { a: "word, b" }, open],
    ["but not with a word that may become a known one", "{a: word, tw", { a: "word" }, closed],
    ["but not with an unknown name where only known ones may be", "{a: one, c: 2}", { a: "one, c: 2" }, closed],
  ])("%s", (_name, text, expected, schema) => {
    expect(value(text, schema)).toStrictEqual(expected);
  });

  it("but not with a name of up to 97 characters", () => {
    const name = "k".repeat(97);
    expect(value(`{a: one, ${name}: 2}`)).toStrictEqual({ a: "one", [name]: 2 });
    expect(value(`{a: one, k${name}: 2}`)).toStrictEqual({ a: `one, k${name}: 2` });
  });
});

describe("an opening brace in prose begins an object", () => {
  it.each<[string, string, unknown, JsonObject?]>([
    ["where the text ends", "x { ", {}],
    ["before a closer", "x {}", {}],
    ["before a comma", "x {, a: 1}", { a: 1 }],
    ["before a quote", "x {'a': 1}", { a: 1 }],
    ["before a backtick", "x {`a`: 1}", { a: 1 }],
    ["before an escaped quote", String.raw`x {\"a\": 1}`, { a: 1 }],
    ["before a comment", "x {// c\na: 1}", { a: 1 }],
    ["before a word and a colon", "x {zz : 1}", { zz: 1 }],
    ["before a known name and an equals sign", "x {b = 1}", { b: 1 }, closed],
    ["before what may become a known name", "x {two w", {}, closed],
  ])("%s", (_name, text, expected, schema) => {
    expect(value(text, schema)).toStrictEqual(expected);
  });

  it.each([
    ["a fence", "x {``` [1]"],
    ["an unknown name and an equals sign", "x {ab = 1} [1]"],
    ["an address", "x {https://x.org} [1]"],
    ["a sign", "x { - } [1]"],
    ["a backslash and a letter", String.raw`x {\b} [1]`],
    ["a word alone", "x {a} [1]"],
  ])("but not before %s", (_name, text) => {
    expect(found(text)).toStrictEqual([[1]]);
  });

  it("but not before a word, cut, that is the beginning of no known name", () => {
    expect(() => value("x {zz", { ...closed, required: ["a"] })).toThrow("holds no value");
  });

  it("but not where nothing is to be seen for 256 characters", () => {
    expect(value(`x {${" ".repeat(300)}- [1]`)).toStrictEqual([1]);
  });
});

describe("an opening bracket in prose begins a list", () => {
  it.each([
    ["before an object", "x [{}]", [{}]],
    ["before a list", "x [[1]]", [[1]]],
    ["before a comment", "x [/* c */ 1]", [1]],
    ["before a comma", "x [, 1]", [1]],
    ["before a quote", 'x ["a"]', ["a"]],
    ["before a closer", "x []", []],
    ["before signed and bare decimals", "x [+1, .5]", [1, 0.5]],
    ["of words up to a comma", "x [x y z, w]", ["x y z", "w"]],
    ["of words up to a line's end", "x [x y\n", ["x y"]],
    ["of words up to a closer and a blank", "x [y] (z)", ["y"]],
    ["on a line of its own", "x [\n1]", [1]],
    ["where the text ends", "x [y", ["y"]],
    ["and nothing else", "[", []],
  ])("%s", (_name, text, expected) => {
    expect(value(text, { type: "array" })).toStrictEqual(expected);
  });

  it.each([
    ["a sign", "[?] {}", [{}]],
    ["a link", "[x](y) {}", [{}]],
    ["words and a brace", "[a {} c]", [{}]],
    ["words and a bracket", "[a [b] c]", [["b"]]],
    ["words and a link", "[a [b](c)] {}", [{}]],
    ["words without an end", `[${"x".repeat(300)}] {}`, [{}]],
  ])("but not before %s", (_name, text, rest) => {
    expect(found(text)).toStrictEqual(rest);
  });
});
