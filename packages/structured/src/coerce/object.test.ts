import { describe, expect, it } from "vitest";
import type { JsonObject } from "@llm/core";
import { StructuredError } from "../error.ts";
import { parse } from "../parse.ts";
import { toDialect } from "../dialect/codec.ts";
import type { Coercion } from "./outcome.ts";
import { count, either, list, object, text } from "../testing/schemas.ts";

const nullable = { type: ["string", "null"] };
const open = { additionalProperties: undefined as unknown as boolean };

/** What a text comes to, and how it was bent; or what is wrong, and where. */
function read(schema: JsonObject, written: string, coercion: Coercion): unknown[] | string {
  try {
    const { value, repairs } = parse(written, schema, { coercion });
    return [value, ...repairs.map(({ kind, path }) => [kind, ...path].join(" "))];
  } catch (error) {
    if (!(error instanceof StructuredError)) throw error;
    return error.issues.map(({ path, expected }) => `${path.join(".")} expects ${expected}`).join();
  }
}

const same = (found: unknown): [unknown, unknown, unknown] => [found, found, found];
const twice = (found: unknown): [unknown, unknown] => [found, found];

type Row = [name: string, schema: JsonObject, written: string, off: unknown, safe: unknown, full: unknown];

const rows: Row[] = [
  [
    "nor null",
    object({ a: { type: ["integer", "null"] } }, { required: [], ...open }),
    '{"b": "x"}',
    ...same([{ b: "x" }]),
  ],
  [
    "no list made of a key that nobody asked for",
    object({ a: list(count) }, { required: [], ...open }),
    '{"b": "x"}',
    ...same([{ b: "x" }]),
  ],
  ["a key twice: the last", object({ a: count }), '{"a": 1, "a": 2}', ...same([{ a: 2 }])],
  [
    "a key and one that resembles it: the exact one",
    object({ a: count }),
    '{"A": 1, "a": 2}',
    "A expects no such property",
    "A expects no such property",
    [{ a: 2 }, "dropped-key A"],
  ],
  [
    "in whichever order",
    object({ a: count }),
    '{"a": 2, "A": 1}',
    "A expects no such property",
    "A expects no such property",
    [{ a: 2 }, "dropped-key A"],
  ],
  [
    "two that resemble it: the first",
    object({ ab: count }),
    '{"Ab": 1, "aB": 2}',
    "ab expects an integer,Ab expects no such property,aB expects no such property",
    "aB expects no such property",
    [{ ab: 1 }, "key ab", "dropped-key aB"],
  ],
  ["other keys of an open object", object({ a: count }, open), '{"a": 1, "b": [2]}', ...same([{ a: 1, b: [2] }])],
  [
    "other keys of a kind",
    object({ a: count }, { additionalProperties: count }),
    '{"a": 1, "b": "2"}',
    "b expects an integer",
    ...twice([{ a: 1, b: 2 }, "string-to-number b"]),
  ],
  [
    "a key by the name that only the answer knows",
    object({ a: { ...count, "x-alias": "n" } }, open),
    '{"n": 1, "a": 2}',
    ...same([{ a: 1 }, "dropped-key a"]),
  ],

  [
    "null for what may be missing",
    object({ a: text }, { required: [] }),
    '{"a": null}',
    ...same([{}, "dropped-value a"]),
  ],
  ["null for what may be null", object({ a: nullable }, { required: [] }), '{"a": null}', ...same([{ a: null }])],
  [
    "what does not fit, where it may be missing",
    object({ a: count, b: count }, { required: ["b"] }),
    '{"a": "x", "b": 1}',
    "a expects an integer",
    "a expects an integer",
    [{ b: 1 }, "dropped-value a"],
  ],
  [
    "what does not fit, where it may be missing or null",
    object({ a: { type: ["integer", "null"] }, b: count }, { required: ["b"] }),
    '{"a": {"x": 1}, "b": 1}',
    "a expects an integer or null",
    "a expects an integer or null",
    [{ a: null, b: 1 }, "null-for-value a"],
  ],
  [
    "what does not fit, where a list may be empty",
    object({ a: { ...list(count), "x-type": "map", "x-key": text, "x-value": count }, b: count }),
    '{"a": 5, "b": 1}',
    "a expects an object",
    "a expects an object",
    [{ a: new Map(), b: 1 }, "dropped-value a"],
  ],
  [
    "a part that does not fit",
    object({ a: object({ b: count, c: text }), d: count }),
    '{"a": {"b": [], "c": "x"}, "d": 1}',
    ...same("a.b expects an integer"),
  ],
  [
    "a default",
    object({ a: { ...list(count), default: [1] } }, { required: [] }),
    "{}",
    ...same([{ a: [1] }, "default a"]),
  ],
  [
    "undefined for what is missing",
    object({
      a: { type: "null", "x-type": "undefined" },
      b: { anyOf: [text, { type: "null", "x-type": "undefined" }] },
    }),
    "{}",
    ...same([{ a: undefined, b: undefined }]),
  ],

  [
    "the only property, from a value",
    object({ a: object({ b: count }) }),
    '{"a": 5}',
    "a expects an object with b",
    "a expects an object with b",
    [{ a: { b: 5 } }, "implied-key a b"],
  ],
  [
    "not from an object of which nothing is there",
    object({ a: object({ b: count }, { required: [] }), c: count }),
    '{"a": {"x": 1}, "c": 1}',
    "a.x expects no such property",
    "a.x expects no such property",
    [{ a: {}, c: 1 }, "dropped-key a x"],
  ],
  [
    "not where others may be",
    object({ a: count }, { additionalProperties: list(count) }),
    '{"b": [1]}',
    ...same("a expects an integer"),
  ],
];

const color = { enum: ["red", "blue"] };
const both = 'a expects "red" or "blue"';

describe("what fits several labels is not left out, as what fits none is", () => {
  it.each<[string, JsonObject, string, unknown]>([
    ["where it may be missing", object({ a: color }, { required: [] }), '{"a": "red or blue"}', both],
    ["where it may be null", object({ a: either(color, { type: "null" }) }), '{"a": "red or blue"}', both],
    [
      "within what may be null",
      object({ a: either(list(color), { type: "null" }) }),
      '{"a": ["red or blue"]}',
      /^a\.0 /,
    ],
    ["in a list", object({ a: list(color) }), '{"a": ["red", "red or blue"]}', /^a\.1 /],
    ["in place of a list", object({ a: list(color) }), '{"a": "red or blue"}', both],
    ["in a map", { type: "object", additionalProperties: color }, '{"a": "red or blue", "b": "red"}', both],
  ])("%s", (_name, schema, written, expected) => {
    expect(read(schema, written, "full")).toStrictEqual(
      typeof expected === "string" ? expected : expect.stringMatching(expected as RegExp),
    );
    expect(typeof read(schema, written.replaceAll("red or blue", "green"), "full")).toBe("object");
    expect(() => parse(written, schema, { coercion: "full" })).toThrow(
      expect.objectContaining({ reason: "ambiguous" }),
    );
  });
});

describe("an object", () => {
  it.each(rows)("%s", (_name, schema, written, off, safe, full) => {
    expect(read(schema, written, "off")).toStrictEqual(off);
    expect(read(schema, written, "safe")).toStrictEqual(safe);
    expect(read(schema, written, "full")).toStrictEqual(full);
  });
});

const map = (more: JsonObject = {}): JsonObject => ({ type: "object", additionalProperties: count, ...more });
const aMap = " expects an object";
const maps: Row[] = [
  ["of an object", map(), '{"a": 1, "b": 2}', ...same([{ a: 1, b: 2 }])],
  ["of pairs", map(), '[["a", 1], ["b", 2]]', aMap, ...twice([{ a: 1, b: 2 }, "other-form"])],
  ["of keys and values", map(), '[{"value": 1, "key": "a"}]', aMap, ...twice([{ a: 1 }, "other-form"])],
  ["not of triples", map(), '[["a", 1, 2]]', ...same(aMap)],
  ["not of singles", map(), '[["a"]]', ...same(aMap)],
  ["not of keys alone", map(), '[{"key": "a"}]', ...same(aMap)],
  ["not of values alone", map(), '[{"value": 1}]', ...same(aMap)],
  [
    "an entry that does not fit",
    map(),
    '{"a": 1, "b": "x"}',
    "b expects an integer",
    "b expects an integer",
    [{ a: 1 }, "dropped-entry b"],
  ],
  [
    "a key that does not fit",
    map({ propertyNames: { type: "string", maxLength: 1 } }),
    '{"a": 1, "bb": 2}',
    "bb expects maxLength 1",
    "bb expects maxLength 1",
    [{ a: 1 }, "dropped-entry bb"],
  ],
  [
    "a key that is a label in another spelling",
    map({ propertyNames: { enum: ["a", "b"] } }),
    '{"A": 1, "b": 2}',
    'A expects "a" or "b"',
    ...twice([{ a: 1, b: 2 }, "label-case A"]),
  ],
  [
    "a key that is another's in another spelling",
    map({ propertyNames: { enum: ["a", "b"] } }),
    '{"a": 1, "A": 2}',
    'A expects "a" or "b"',
    ...twice([{ a: 1 }, "dropped-key a"]),
  ],
  ["an entry that is bent", map(), '{"a": "1"}', "a expects an integer", ...twice([{ a: 1 }, "string-to-number a"])],
  [
    "a Map",
    { type: "array", "x-type": "map", "x-key": count, "x-value": count },
    '[["1", 2]]',
    "1 expects an integer",
    ...twice([new Map([[1, 2]]), "string-to-number 1"]),
  ],
  [
    "a Map of an object",
    { type: "array", "x-type": "map", "x-key": text, "x-value": {} },
    '{"a": 1}',
    aMap,
    ...twice([new Map([["a", 1]]), "other-form"]),
  ],
  ["of anything", map({ additionalProperties: true }), '{"a": [1]}', ...same([{ a: [1] }])],
  [
    "not of a text",
    object({ a: map() }),
    '{"a": "x"}',
    ...twice("a expects an object"),
    [{ a: {} }, "dropped-value a"],
  ],
];

it("an object made of its only property may be one of a list, but of no sentence", () => {
  const only = object({ a: {} });
  expect(parse('["x"]', only, { coercion: "full" }).value).toStrictEqual({ a: ["x"] });
  expect(() => parse("x", only, { coercion: "full" })).toThrow("holds no value");
});

describe("a map", () => {
  it.each(maps)("%s", (_name, schema, written, off, safe, full) => {
    expect(read(schema, written, "off")).toStrictEqual(off);
    expect(read(schema, written, "safe")).toStrictEqual(safe);
    expect(read(schema, written, "full")).toStrictEqual(full);
  });
});

describe("an object in one of several forms", () => {
  it.each<[string, JsonObject, string, unknown]>([
    [
      "rather the one that misses less",
      either(object({ a: count, b: nullable, c: nullable }), object({ a: count, b: nullable })),
      '{"a": 1}',
      { a: 1, b: null },
    ],
    [
      "rather one without a default",
      either(object({ a: count, b: { ...count, default: 1 } }, { required: ["a"] }), object({ a: count })),
      '{"a": 1}',
      { a: 1 },
    ],
    [
      "rather null for a union than an empty list",
      either(object({ a: count, b: list(count) }), object({ a: count, c: nullable })),
      '{"a": 1}',
      { a: 1, c: null },
    ],
    [
      "rather a key too many than a value that does not fit",
      either(object({ a: count, b: count }, { required: ["a"] }), object({ a: count })),
      '{"a": 1, "b": "x"}',
      { a: 1 },
    ],
    [
      "rather one with all its keys than a map",
      either({ type: "object", additionalProperties: text }, object({ a: text })),
      '{"a": "x"}',
      { a: "x" },
    ],
    [
      "rather a map of all than one of some",
      either({ type: "object", additionalProperties: count }, { type: "object", additionalProperties: text }),
      '{"a": "x", "b": 1}',
      { a: "x", b: "1" },
    ],
    ["the best item of a list", object({ a: count, b: nullable }), '[{"a": 1}, {"a": 2, "b": "x"}]', { a: 2, b: "x" }],
  ])("%s", (_name, schema, written, expected) => {
    expect(parse(written, schema, { coercion: "full" }).value).toStrictEqual(expected);
  });
});

describe("what a vendor's strict mode writes of an open object", () => {
  it("comes back with the known names and the others", () => {
    const schema = object({ a: count, b: text }, { additionalProperties: count, required: ["a"] });
    const { decode } = toDialect(schema, "openai");
    expect(decode('{"a": 1, "b": null, "additional_properties": [{"key": "x", "value": 2}]}')).toStrictEqual({
      value: { a: 1, x: 2 },
      repairs: [],
    });
    expect(() => decode('{"a": 1, "b": null, "additional_properties": [{"key": "x", "value": "y"}]}')).toThrow(
      "expected an integer",
    );
  });
});
