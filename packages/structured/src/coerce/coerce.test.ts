import { describe, expect, it } from "vitest";
import type { JsonObject } from "@llm/core";
import { StructuredError } from "../error.ts";
import { parse } from "../parse.ts";
import { end, newReader, write } from "../reader/reader.ts";
import { put, toPlain } from "./coerce.ts";
import type { Coercion } from "./outcome.ts";
import { count, list, text } from "../testing/schemas.ts";

const pair = { type: "array", prefixItems: [text, count] };

/** What stands for a property `a` that is written so, and how it was bent; or what is wrong, and where. */
function read(shape: JsonObject, written: string, coercion: Coercion): unknown[] | string {
  const schema = { type: "object", properties: { a: shape }, required: ["a"], additionalProperties: false };
  try {
    const { value, repairs } = parse(`{"a": ${written}}`, schema, { coercion });
    return [(value as { readonly a: unknown }).a, ...repairs.map(({ kind }) => kind)];
  } catch (error) {
    if (!(error instanceof StructuredError)) throw error;
    const [issue] = error.issues;
    return `${issue?.path.join(".")} expects ${issue?.expected}`;
  }
}

type Row = [name: string, shape: JsonObject, written: string, off: unknown, safe: unknown, full: unknown];
const aList = "a expects a list";

const rows: Row[] = [
  ["a list of one", list(text), '"x"', aList, [["x"], "single-to-list"], [["x"], "single-to-list"]],
  ["null is no list", list({ type: ["string", "null"] }), "null", aList, aList, [[null], "single-to-list"]],
  ["nor one of what does not fit", list(count), '"x"', aList, aList, [[], "single-to-list", "dropped-item"]],
  ["one number or two", list({ type: "number" }), '"1,2"', aList, ...twice("a expects one number or a list of them")],
  ["or two", list(count), '"12,111"', aList, ...twice("a expects one number or a list of them")],
  [
    "one number",
    list({ type: "number" }),
    '"1,234.5"',
    aList,
    ...twice([[1234.5], "single-to-list", "string-to-number"]),
  ],
  ["a Set", { ...list(count), "x-type": "set" }, "[1, 2, 1]", ...three(new Set([1, 2]))],

  ["a tuple", pair, '["x", 1]', ...three(["x", 1])],
  ["a part of it does not fit", pair, '["x", "y"]', ...same("a.1 expects an integer")],
  ["nor does null", pair, "[null, 1]", ...same("a.0 expects a string")],
  ["too short", pair, '["x"]', ...same("a.1 expects more items")],
  [
    "too short, but for null",
    { type: "array", prefixItems: [text, { type: ["string", "null"] }] },
    '["x"]',
    "a.1 expects more items",
    "a.1 expects more items",
    [["x", null], "missing"],
  ],
  ["as short as it may be", { ...pair, minItems: 1 }, '["x"]', ...three(["x"])],
  [
    "too long",
    pair,
    '["x", 1, 2]',
    "a.2 expects no more items",
    "a.2 expects no more items",
    [["x", 1], "dropped-item"],
  ],
  ["with more of a kind", { type: "array", prefixItems: [text], items: count }, '["x", 1, 2]', ...three(["x", 1, 2])],
  ["from numbered properties", pair, '{"1": 2, "0": "x"}', aList, ...twice([["x", 2], "other-form"])],
  [
    "and the rest",
    { type: "array", prefixItems: [text], items: count },
    '{"0": "x", "rest": [1, 2]}',
    aList,
    ...twice([["x", 1, 2], "other-form"]),
  ],
  ["not from others", pair, '{"x": 1}', ...same(aList)],
  ["nor from a text", pair, '"x"', ...same(aList)],

  ["a list in a text", list(count), '" [1]"', aList, [[1], "inner-json"], [[1], "inner-json"]],
  ["a list in a text that was cut", list(count), '"[1"', aList, ...twice([[1], "inner-json", "missing-closer"])],
  ["no list after a word", list(count), '"x [y]"', aList, aList, [[], "single-to-list", "dropped-item"]],
  [
    "no list that does not fit",
    list(count),
    String.raw`"[\"x\"]"`,
    aList,
    "a.0 expects an integer",
    [[], "inner-json", "dropped-item"],
  ],
  [
    "nor one as a single text",
    list(text),
    String.raw`"[\"x\", null]"`,
    aList,
    "a.1 expects a string",
    [["x"], "inner-json", "dropped-item"],
  ],
  ["a text that begins with brackets", list(text), '"[x] y"', aList, ...twice([["[x] y"], "single-to-list"])],
  ["a list in round brackets", list(count), "(1, 2)", aList, ...twice([[1, 2], "unquoted", "inner-json"])],
  ["no list after a name", list(count), "f(1, 2)", aList, aList, [[], "unquoted", "single-to-list", "dropped-item"]],
  ["nor in a text", list(count), '"(1, 2)"', aList, aList, [[], "single-to-list", "dropped-item"]],
  ["a tuple in round brackets", pair, '("x", 1)', aList, ...twice([["x", 1], "unquoted", "inner-json"])],

  ["null, or else", { anyOf: [list(text), { type: "null" }] }, "null", ...three(null)],
  ["the first that is exact", { anyOf: [count, { type: "number" }, text] }, "1", ...three(1)],
  ["a number rather than its text", { anyOf: [text, count] }, "1", ...three(1)],
  ["a text rather than its number", { anyOf: [count, text] }, '"1"', ...three("1")],
  ["an object rather than a list of it", { anyOf: [list({ type: "object" }), { type: "object" }] }, "{}", ...three({})],
  [
    "a label that it names rather than a list made up",
    { anyOf: [list(text), { enum: ["five"] }] },
    '"it is five"',
    'a expects a list or "five"',
    [["it is five"], "single-to-list"],
    ["five", "label-substring"],
  ],
  [
    "a list of texts rather than one of nothing",
    { anyOf: [list({ type: "boolean" }), list(text)] },
    "[1]",
    "a.0 expects true or false",
    ...twice([["1"], "number-to-string"]),
  ],
  ["anything", {}, '[1, {"b": [true]}]', ...three([1, { b: [true] }])],
  ["nothing", { not: {} }, "1", ...same("a expects nothing")],
];

function same(found: unknown): [unknown, unknown, unknown] {
  return [found, found, found];
}
function three(value: unknown): [unknown, unknown, unknown] {
  return same([value]);
}
function twice(found: unknown): [unknown, unknown] {
  return [found, found];
}

describe("lists, tuples and unions", () => {
  it.each(rows)("%s", (_name, shape, written, off, safe, full) => {
    expect(read(shape, written, "off")).toStrictEqual(off);
    expect(read(shape, written, "safe")).toStrictEqual(safe);
    expect(read(shape, written, "full")).toStrictEqual(full);
  });

  it("are read out of eight texts within each other, no further", () => {
    const nest = (depth: number): string => (depth === 0 ? "[1]" : JSON.stringify(nest(depth - 1)));
    expect(read(list(count), nest(9), "safe")[0]).toStrictEqual([1]);
    expect(read(list(count), nest(10), "safe")).toBe(aList);
  });
});

describe("a plain value", () => {
  const node = (written: string): Parameters<typeof toPlain>[0] => {
    const reader = newReader({ maxDepth: 9, maxLength: 99 });
    write(reader, written);
    end(reader);
    const root = reader.roots[0];
    if (!root) throw new Error("no value");
    return root.node;
  };

  it.each([
    ["[1_000, .5, 1e2]", [1000, 0.5, 100]],
    ["[True, None, word]", [true, null, "word"]],
    ['{"a": [], "b": {}}', { a: [], b: {} }],
    ['{"a": 1, "a": 2}', { a: 2 }],
  ])("of %s", (written, expected) => {
    expect(toPlain(node(written))).toStrictEqual(expected);
  });

  it("is made once", () => {
    const whole = node('{"a": [{"b": 1}]}');
    const value = toPlain(whole);
    expect(toPlain(whole)).toBe(value);
    expect(value).toHaveProperty("a", toPlain(whole.items[0] as typeof whole));
  });

  it("holds a property of any name as one may set it", () => {
    const value: Record<string, unknown> = {};
    for (const name of ["__proto__", "constructor", "x"]) put(value, name, 1);
    expect(Object.keys(value)).toStrictEqual(["__proto__", "constructor", "x"]);
    expect(Object.getOwnPropertyDescriptor(value, "__proto__")).toStrictEqual(
      Object.getOwnPropertyDescriptor(value, "x"),
    );
  });
});
