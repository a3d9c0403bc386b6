import { describe, expect, it } from "vitest";
import { parse } from "../parse.ts";
import { createParser } from "../parser.ts";

const closed = {
  type: "object",
  properties: { a: { type: "string" }, d: { type: "integer" } },
  required: ["a"],
  additionalProperties: false,
} as const;
const open = { type: "object", properties: { a: { type: "string" } }, required: ["a"] } as const;

/** What shows after each of some pieces, of the text that follows `{"a": "`. */
function shows(...pieces: string[]): unknown[] {
  const parser = createParser(open);
  parser.write('{"a": "');
  return pieces.map((piece) => {
    parser.write(piece);
    return (parser.partial() as { a?: string } | undefined)?.a;
  });
}

const kinds = (text: string, schema: typeof closed | typeof open = open): [unknown, string[]] => {
  const { value, repairs } = parse(text, schema);
  return [(value as { a: string }).a, repairs.map(({ kind }) => kind)];
};

describe("halves of surrogate pairs", () => {
  it.each([
    ["the first high half waits", ["x\ud800", "\udc00y"], ["x", "x\ud800\udc00y"]],
    ["the last high half waits", ["x\udbff", "\udfffy"], ["x", "x\udbff\udfffy"]],
    ["what stands before them does not", ["x\ud7ff", "y"], ["x\ud7ff", "x\ud7ffy"]],
    ["a low half does not", ["x\udc00", "y"], ["x\udc00", "x\udc00y"]],
    ["one alone at the beginning waits", ["\ud83d", "\ude00"], ["", "\ud83d\ude00"]],
    ["one that something else follows shows with it", ["x\ud83d", "y"], ["x", "x\ud83dy"]],
  ])("%s", (_name, pieces, expected) => {
    expect(shows(...pieces)).toStrictEqual(expected);
  });

  it.each([
    [
      "the first high half waits",
      [String.raw`x\ud800`, String.raw`\udc00`, "y"],
      ["x", "x\ud800\udc00", "x\ud800\udc00y"],
    ],
    ["the last high half waits", [String.raw`x\udbff`, String.raw`\udfff`], ["x", "x\udbff\udfff"]],
    ["what stands before them does not", [String.raw`x\ud7ff`], ["x\ud7ff"]],
    ["a low half does not", [String.raw`x\udc00`], ["x\udc00"]],
    ["a letter does not", [String.raw`x\u0041`], ["xA"]],
    ["one shows once the other should be there", [String.raw`x\ud83d`, "12345", "6"], ["x", "x", "x\ud83d123456"]],
  ])("escaped: %s", (_name, pieces, expected) => {
    expect(shows(...pieces)).toStrictEqual(expected);
  });

  it("one at the end of the text is kept", () => {
    expect(kinds('{"a": "x\ud83d')).toStrictEqual(["x\ud83d", ["missing-closer"]]);
    expect(kinds(String.raw`{"a": "x\ud83d`)).toStrictEqual(["x\ud83d", ["missing-closer"]]);
  });
});

describe("escapes", () => {
  it.each([
    [String.raw`\n\t\r\b\f`, "\n\t\r\b\f", []],
    [String.raw`\/\\\"`, '/\\"', []],
    [String.raw`\'` + "\\`", "'`", ["escape", "escape"]],
    ["a\\\nb", "a\nb", ["escape"]],
    [String.raw`\x41\x6a`, "Aj", ["escape", "escape"]],
    [String.raw`\u0041\u006A`, "Aj", []],
    ["\\é", "é", ["escape"]],
    ["\\~", "\\~", ["escape"]],
    [String.raw`C:\dir`, String.raw`C:\dir`, ["escape"]],
    [String.raw`\x4g`, String.raw`\x4g`, ["escape"]],
    [String.raw`\u00g1`, String.raw`\u00g1`, ["escape"]],
    [String.raw`\ug041`, String.raw`\ug041`, ["escape"]],
    [String.raw`\d\d`, String.raw`\d\d`, ["escape", "escape"]],
  ])("%s", (text, value, repairs) => {
    expect(kinds(`{"a": "${text}"}`)).toStrictEqual([value, repairs]);
  });

  it.each([
    ["x\\", "x"],
    [String.raw`x\u00`, String.raw`x\u00`],
    [String.raw`x\u004`, String.raw`x\u004`],
    [String.raw`x\x4`, String.raw`x\x4`],
    [String.raw`x\u0041`, "xA"],
    [String.raw`x\x41`, "xA"],
  ])("cut at the end of the text: %s", (text, value) => {
    expect(kinds(`{"a": "${text}`)[0]).toBe(value);
  });

  it("that never came leave the text's end where it is", () => {
    expect(parse('{"a": "x\\', open).repairs).toStrictEqual([{ kind: "missing-closer", path: [], offset: 9 }]);
  });

  it("wait until they are complete", () => {
    expect(shows("x\\", "u", "00", "4", "1", "y")).toStrictEqual(["x", "x", "x", "x", "xA", "xAy"]);
    expect(shows("x\\", "x", "4", "1")).toStrictEqual(["x", "x", "x", "xA"]);
    expect(shows("x\\", "n")).toStrictEqual(["x", "x\n"]);
  });
});

describe("quotes within a text", () => {
  it("are listed once a text", () => {
    expect(kinds('{"a": "he said "hi" and "bye" to me"}')).toStrictEqual([
      'he said "hi" and "bye" to me',
      ["inner-quote"],
    ]);
  });

  it.each([
    ["an object in it keeps its keys", '{"a": "x {"b": 1} y", "d": 2}', 'x {"b": 1} y'],
    ["braces that were closed count no more", '{"a": "x {y} z", "d": 2}', "x {y} z"],
    ["a brace that closes nothing counts for nothing", '{"a": "x } {"b": 1} y", "d": 2}', 'x } {"b": 1} y'],
    ["signs that are no braces count for nothing", '{"a": "x |~|~ y", "e": 3, "d": 2}', "x |~|~ y"],
    ["a key that nobody knows ends it, without a brace", '{"a": "x", "e": 3, "d": 2}', "x"],
    ["or after one that was closed", '{"a": "x {y} {z} w", "e": 3, "d": 2}', "x {y} {z} w"],
    ["or after one that closes nothing", '{"a": "x } y", "e": 3, "d": 2}', "x } y"],
    ["but not within braces within braces", '{"a": "x {{y}, "e": 3} z", "d": 2}', 'x {{y}, "e": 3} z'],
    ["one within another", '{"a": "x {"b": {"c": 1}, "e": 2} y", "d": 2}', 'x {"b": {"c": 1}, "e": 2} y'],
  ])("%s", (_name, text, value) => {
    expect(parse(text, closed, { coercion: "full" }).value).toStrictEqual({ a: value, d: 2 });
  });

  it.each([
    ["an object", 'Send {"b": "c"} to it'],
    ["an object at the end", 'Send {"b": "c"}'],
    ["two objects", 'Send {"b": "c"}, then {"e": "f"} too'],
    ["an object and a line", 'Send {"b": "c"}\nto it'],
    ["an object and a semicolon", 'send({"b":"c","e":{"f":"g"}}); done()'],
    ["a list", 'f(["b", "c"], 2)'],
    ["a list of a text and an object", '["b", {"c": "e"}] is it'],
    ["an object beside an object", '{"b": "c"} {"e": "f"}'],
    ["a list in words", 'one of ["b", "c"] will do'],
    ["a quote and a brace that stays open", 'say "b" {'],
    ["what looks like a comment", 'say "b" # "c"'],
    ["what looks like another comment", 'say "b", /* "c" */'],
    ["a closing tag", 'say <b>"b"</b> and "c"'],
    ["an arrow", 'say "b", "c" "x" => "y"'],
  ])("of %s in it end with its brackets", (_name, text) => {
    const one = `{"a": "${text}", "d": 2}`;
    const item = { a: text, d: 2 };
    expect(parse(one, closed).value).toStrictEqual(item);
    const items = `{"items": [${one}, ${one}]}`;
    const schema = { type: "object", properties: { items: { type: "array", items: closed } }, required: ["items"] };
    expect(parse(items, schema).value).toStrictEqual({ items: [item, item] });
  });

  it.each([
    ['{"a": “x "y" z”}', 'x "y" z'],
    ['{"a": “x”}', "x"],
    ['{"a": “x"}', "x"],
    ['{"a": “x“, "b": “y”}', "x"],
    ["{'a': 'it’s'}", "it’s"],
    ["{'a': ‘it's’}", "it's"],
    ['{"a": «x "y"»}', 'x "y"'],
  ])("straight and typographic: %s", (text, value) => {
    expect(kinds(text)[0]).toBe(value);
  });
});

describe("a block between three quotes", () => {
  it.each([
    ['{"a": """x"""}', "x"],
    ['{"a": """x""""}', 'x"'],
    ['{"a": """x ""y"" z"""}', 'x ""y"" z'],
    ['{"a": """\n  x\n    y\n  """}', "x\n  y"],
    ["{\"a\": '''x'''}", "x"],
    ['{"a": ```ts\nx\n```}', "x"],
    ['{"a": ```x```}', "x"],
    ['{"a": """x', "x"],
    ['{"a": """x""', 'x""'],
    ['{"a": """\n    x\n      y', "x\n  y"],
    ['{"a": ```ts\n  x', "x"],
  ])("%s", (text, value) => {
    expect(kinds(text)[0]).toBe(value);
  });

  it("is listed as such, an escaped quote too", () => {
    expect(kinds('{"a": """x"""}')[1]).toStrictEqual(["quotes"]);
    expect(kinds(String.raw`{"a": \"x\"}`)).toStrictEqual(["x", ["quotes"]]);
    expect(kinds("{'a': 'x'}")[1]).toStrictEqual(["quotes", "quotes"]);
  });
});
