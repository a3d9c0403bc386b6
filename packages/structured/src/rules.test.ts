import { describe, expect, it } from "vitest";
import type { Json, JsonObject } from "@llm/core";
import { StructuredError } from "./error.ts";
import { parse } from "./parse.ts";
import { createParser } from "./parser.ts";
import { count, list, object, text } from "./testing/schemas.ts";

/** What is wrong with a text, and where; undefined when it is taken as it stands. */
function wrong(schema: JsonObject, value: Json): string | undefined {
  try {
    expect(parse(JSON.stringify(value), schema, { coercion: "off" })).toStrictEqual({ value, repairs: [] });
  } catch (error) {
    if (!(error instanceof StructuredError)) throw error;
    return error.issues.map(({ path, message }) => [...path, message].join(" ")).join("; ");
  }
  return undefined;
}

const open = (properties: JsonObject, more: JsonObject = {}): JsonObject => ({ type: "object", properties, ...more });
const labels = { enum: ["a", "b"] };
const point = open({ x: count, y: count });

const rows: [name: string, schema: JsonObject, valid: Json[], invalid: Json[]][] = [
  ["labels and a type", { allOf: [text, labels] }, ["a", "b"], ["c", 1]],
  ["labels of a type", { type: "string", enum: ["a", 1] }, ["a"], [1]],
  ["labels of two lists", { allOf: [{ enum: ["a", "b"] }, { enum: ["b", "c"] }] }, ["b"], ["a", "c"]],
  ["a constant of a list", { allOf: [labels, { const: "a" }] }, ["a"], ["b"]],
  ["no label at all", { allOf: [{ const: "a" }, { const: "b" }] }, [], ["a", "b"]],
  [
    "types of two lists",
    { allOf: [{ type: ["string", "number"] }, { type: ["integer", "null"] }] },
    [1],
    ["a", 1.5, null],
  ],
  [
    "bounds of all parts",
    { allOf: [{ ...count, minimum: 2 }, { minimum: 1, maximum: 5 }, { maximum: 3 }] },
    [2, 3],
    [1, 4],
  ],
  ["multiples of all parts", { allOf: [{ ...count, multipleOf: 2 }, { multipleOf: 3 }] }, [6], [2, 3]],
  ["patterns of all parts", { allOf: [{ ...text, pattern: "^a" }, { pattern: "b$" }] }, ["ab"], ["a", "b"]],
  ["what is required beside", { allOf: [point, { required: ["x"] }] }, [{ x: 1 }], [{ y: 1 }]],
  [
    "what is required beside a reference",
    { allOf: [{ $ref: "#/$defs/p" }, { required: ["x"] }], $defs: { p: point } },
    [{ x: 1 }],
    [{ y: 1 }],
  ],
  ["what stands by a reference", { $ref: "#/$defs/p", required: ["y"], $defs: { p: point } }, [{ y: 1 }], [{ x: 1 }]],
  [
    "a bound by a reference",
    open({ a: { $ref: "#/$defs/t", minLength: 2 } }, { $defs: { t: text } }),
    [{ a: "ab" }],
    [{ a: "a" }],
  ],
  [
    "one property in two parts",
    { allOf: [open({ a: { ...count, minimum: 1 } }), open({ a: { maximum: 3 } })] },
    [{ a: 2 }],
    [{ a: 0 }, { a: 4 }],
  ],
  [
    "labels of one property",
    { allOf: [open({ a: labels }), open({ a: { enum: ["b"] } })] },
    [{ a: "b" }],
    [{ a: "a" }],
  ],
  ["a part that forbids others", { allOf: [object({ x: count }), { minProperties: 1 }] }, [{ x: 1 }], [{ x: 1, y: 2 }]],
  ["parts that forbid each other's", { allOf: [object({ x: count }), object({ y: count })] }, [], [{ x: 1, y: 2 }]],
  ["items of two parts", { allOf: [list(count), { items: { minimum: 2 } }] }, [[2]], [[1]]],
  [
    "a choice beside what is forbidden",
    object({ a: count, b: count }, { required: [], anyOf: [{ required: ["a"] }, { required: ["b"] }] }),
    [{ a: 1 }, { b: 1 }],
    [{}, { a: 1, c: 1 }],
  ],
  [
    "a choice beside a bound",
    { ...text, maxLength: 2, anyOf: [{ pattern: "^a" }, { const: "bcd" }] },
    ["ab"],
    ["b", "bcd", "abc"],
  ],
  ["two choices", { allOf: [{ anyOf: [text, count] }, { oneOf: [count, { type: "null" }] }] }, [1], ["a", null]],
  [
    "a part that holds itself",
    { allOf: [{ properties: { next: { $ref: "#" }, n: count } }], required: ["n"] },
    [{ n: 1, next: { n: 2 } }],
    [{ n: 1, next: {} }],
  ],

  [
    "names by one pattern",
    open({}, { patternProperties: { "^x": count }, additionalProperties: false }),
    [{ x1: 1 }, {}],
    [{ x1: "a" }, { y: 1 }],
  ],
  [
    "names by several",
    open({ a: text }, { patternProperties: { "^x": count, "^y": text }, additionalProperties: false }),
    [{ a: "b", x1: 1, y1: "1" }],
    [{ x1: "1b" }, { y1: 1, z: 1 }, { z: 1 }],
  ],
  [
    "names by patterns, and others",
    open({}, { patternProperties: { "^x": count }, additionalProperties: text }),
    [{ x: 1, y: "1" }],
    [{ x: "a" }, { y: [] }],
  ],
  [
    "names of a pattern and of a property",
    open({ x: { maximum: 5 } }, { patternProperties: { x: { minimum: 3 } } }),
    [{ x: 4 }],
    [{ x: 2 }, { x: 6 }],
  ],
  ["names", open({ a: count }, { propertyNames: { maxLength: 1 } }), [{ a: 1 }], [{ ab: 1 }]],

  [
    "an object as a constant",
    { const: { a: 1, b: [2, { c: 3 }] } },
    [{ b: [2, { c: 3 }], a: 1 }],
    [{ a: 1 }, { a: 1, b: [{ c: 3 }, 2] }],
  ],
  [
    "lists and objects as labels",
    { enum: [[1, 2], { a: 1, b: 2 }, "x"] },
    [{ b: 2, a: 1 }, [1, 2], "x"],
    [[2, 1], { a: 1 }],
  ],
  [
    "no item twice",
    { ...list({}), uniqueItems: true },
    [[1, "1", true, null, [1], { a: 1 }], []],
    [
      [1, 2, 1],
      [
        { a: 1, b: 2 },
        { b: 2, a: 1 },
      ],
      [[[1]], [[1]]],
    ],
  ],
  [
    "an item of a kind",
    { ...list({}), contains: { minimum: 5 }, maxContains: 2 },
    [
      [1, 6],
      [5, 6],
    ],
    [[1], [], [5, 6, 7]],
  ],
  ["items that there have to be", { ...list(count), contains: { const: 1 }, minContains: 2 }, [[1, 2, 1]], [[1, 2]]],
  [
    "what needs something else",
    open({ a: count, b: count }, { dependentRequired: { a: ["b"] } }),
    [{ b: 1 }, { a: 1, b: 1 }],
    [{ a: 1 }],
  ],
  [
    "what changes the whole",
    open({ a: count, b: count }, { dependentSchemas: { a: { maxProperties: 1 } } }),
    [{ a: 1 }, { b: 1 }],
    [{ a: 1, b: 1 }],
  ],
  ["what is excluded", { ...text, not: { enum: ["a"] } }, ["b"], ["a"]],
  [
    "one thing where another holds",
    open(
      { kind: text, n: {} },
      JSON.parse(
        '{"if": {"properties": {"kind": {"const": "a"}}}, "then": {"required": ["n"]}, "else": {"maxProperties": 1}}',
      ) as JsonObject,
    ),
    [{ kind: "a", n: 1 }, { kind: "b" }],
    [{ kind: "a" }, { kind: "b", n: 1 }],
  ],
  ["a text of so many characters", { ...text, minLength: 2 }, ["ab"], ["\u{1f600}"]],
  ["items after the first ones", { type: "array", prefixItems: [text], items: true }, [["a"], ["a", 1, {}]], [[1], []]],
  [
    "as many of the first as there have to be",
    { type: "array", prefixItems: [text, count], minItems: 1 },
    [["a"], ["a", 1]],
    [[], ["a", 1, 2]],
  ],
  ["an object where properties are named", { properties: { a: count } }, [{ a: 1 }], ["x", 5, [1], null]],
  ["a number that is one", { type: "number" }, [1e300], []],
];

describe("plain JSON Schema holds", () => {
  it.each(rows)("%s", (_name, schema, valid, invalid) => {
    for (const value of valid) expect(wrong(schema, value), JSON.stringify(value)).toBeUndefined();
    for (const value of invalid) expect(wrong(schema, value), JSON.stringify(value)).toEqual(expect.any(String));
  });

  it("however the text was mended", () => {
    const schema = open({ a: { ...list(count), uniqueItems: true } });
    expect(parse("{a: ['1', 2]}", schema).value).toStrictEqual({ a: [1, 2] });
    expect(() => parse("{a: ['1', 1]}", schema)).toThrow("a.1: the same item again");
    expect(() => parse("1e999", { type: "number" })).toThrow(StructuredError);
  });

  it.each<[JsonObject, Json, string]>([
    [
      open({}, { patternProperties: { "^x": count }, additionalProperties: false }),
      { y: 1 },
      "y expected no such property, received 1",
    ],
    [{ ...list({}), uniqueItems: true }, [1, 2, 1], "2 the same item again"],
    [{ not: text }, "a", "expected another value"],
    [list({ contains: text }), [["a"], [1]], "1 too few of the items that it has to contain"],
    [open({ a: {}, b: {} }, { dependentRequired: { a: ["b", "c"] } }), { a: 1 }, "b b is missing; c c is missing"],
    [{ allOf: [point, { required: ["x", "y"] }] }, {}, "x x is missing; y y is missing"],
  ])("and says where it does not: %j", (schema, value, message) => {
    expect(wrong(schema, value)).toBe(message);
  });

  it("a default that need not fit", () => {
    const schema = object({ a: { ...text, default: null }, b: count }, { required: ["b"] });
    expect(parse('{"b": 1}', schema).value).toStrictEqual({ a: null, b: 1 });
    expect(parse('{"b": 1, "a": null}', schema).value).toStrictEqual({ a: null, b: 1 });
  });

  it("in time that grows with the text, however often it holds itself", () => {
    const either = (op: string): JsonObject => ({
      properties: { left: { $ref: "#" }, right: { $ref: "#" }, op: { const: op } },
    });
    const schema = { anyOf: [either("+"), either("-"), { allOf: [either("*"), either("/")] }, count] };
    let value: Json = "x";
    for (let depth = 0; depth < 100; depth++) value = { left: value, right: 1, op: "?" };
    expect(wrong(schema, value)).toEqual(expect.any(String));
  });

  it("in what arrives in parts, all of which has arrived", () => {
    const parser = createParser({ ...list(count), uniqueItems: true });
    for (const part of ["[1", ", 2", ", 1]"]) {
      parser.write(part);
      parser.partial();
    }
    expect(() => parser.end()).toThrow("2: the same item again");
    const cut = createParser({ type: "number" }, { maxLength: 3 });
    cut.write("12345");
    expect(() => cut.end()).toThrow("longer than allowed");
  });
});

describe("JSON as it stands", () => {
  it.each<[string, JsonObject, Json]>([
    ["a text in brackets", {}, "[1]"],
    ["a text in braces", {}, '{"a": 1}'],
    ["a text in quotes", {}, '"a"'],
    ["a text of several lines of JSON", {}, "[1]\n[2]"],
    ["a part of anything", open({ a: {} }), { a: "[1]" }],
    ["a text or a list", { anyOf: [list({}), text] }, "[1]"],
    ["a label in brackets", { enum: ["[1]", 1] }, "[1]"],
  ])("is what it says: %s", (_name, schema, value) => {
    for (const coercion of ["off", "safe", "full"] as const)
      expect(parse(JSON.stringify(value), schema, { coercion })).toStrictEqual({ value, repairs: [] });
  });

  it("is bent where a key only resembles an optional one", () => {
    const either = { anyOf: [list(open({ first_name: text })), open({ "tel-no": text })] };
    expect(parse('[{"firstName": "Ann"}]', either).value).toStrictEqual([{ first_name: "Ann" }]);
    expect(parse('{"tel_no": "5"}', either).value).toStrictEqual({ "tel-no": "5" });
    expect(parse('{"telNo": "5"}', either, { coercion: "off" }).value).toStrictEqual({ telNo: "5" });
    const inner = open({ m: { type: "object", additionalProperties: open({ first_name: text }) } });
    expect(parse('{"m": {"x": {"firstName": "Ann"}}}', inner).value).toStrictEqual({ m: { x: { first_name: "Ann" } } });
  });
});
