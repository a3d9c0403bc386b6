import { describe, expect, it } from "vitest";
import type { JsonObject } from "@llm/core";
import { toDialect, toTypeText } from "./dialect/codec.ts";
import { StructuredError } from "./error.ts";
import { parse } from "./parse.ts";
import { parsePartial } from "./parser.ts";
import { programOf } from "./program.ts";
import { object } from "./testing/schemas.ts";

const number = { type: "number" };

const read = (schema: JsonObject, text: string): unknown => parse(text, schema).value;
const fails = (schema: JsonObject, text: string): boolean => {
  try {
    read(schema, text);
  } catch (error) {
    if (error instanceof StructuredError) return true;
    throw error;
  }
  return false;
};

describe("JSON Schema, as people write it", () => {
  it("takes references, within the schema and to elsewhere", () => {
    const schema = {
      type: "object",
      properties: { a: { $ref: "#/definitions/n" }, b: { $ref: "https://example.org/x" } },
      definitions: { n: { type: "number" } },
    };
    expect(read(schema, "{a: '1', b: {c: [2]}}")).toStrictEqual({ a: 1, b: { c: [2] } });
    expect(() => read({ $ref: "#/nowhere" }, "{}")).toThrow(TypeError);
    expect(read({ type: "array", items: { $ref: "#" } }, "[[], [[]]]")).toStrictEqual([[], [[]]]);
    expect(fails({ anyOf: [{ $ref: "#" }] }, "1")).toBe(true);
  });

  it("takes a reference to what refers back to it", () => {
    const schema = {
      $ref: "#/$defs/n",
      $defs: { n: { type: "object", properties: { v: { type: "number" }, next: { $ref: "#" } } } },
    };
    expect(read(schema, "{v: '1', next: {v: '2'}}")).toStrictEqual({ v: 1, next: { v: 2 } });
  });

  it("takes what is a choice of itself and others, with what holds of all", () => {
    const schema = {
      ...object({ a: number }, { required: [] }),
      anyOf: [
        { required: ["a"] },
        { allOf: [{ $ref: "#" }, { properties: { b: number } }] },
        { properties: { c: { $ref: "#" } } },
      ],
    };
    expect(read({ ...schema, additionalProperties: true }, "{a: '1'}")).toStrictEqual({ a: 1 });
    expect(read({ ...schema, additionalProperties: true }, "{c: {a: '1'}, b: 2}")).toStrictEqual({ c: { a: 1 }, b: 2 });
  });

  it("bends values to all of several, and says all of them", () => {
    const $defs = { p: object({ x: number }, { required: [], description: "where" }) };
    const all = { allOf: [{ $ref: "#/$defs/p" }, { required: ["x"] }], $defs };
    expect(read(all, "{X: '1'}")).toStrictEqual({ x: 1 });
    expect(toTypeText(all)).toBe("// where\n{x: number}");
    const either = object({ a: { allOf: [{ enum: ["a", "b"] }, { enum: ["b", "c"] }], description: "name" } });
    expect(read(either, "{a: 'B'}")).toStrictEqual({ a: "b" });
    expect(toTypeText(either)).toBe('{\n// name\na: "b"\n}');
    const bounded = object({
      a: {
        ...number,
        allOf: [
          { minimum: 1, maximum: 8 },
          { minimum: 2, maximum: 9 },
        ],
      },
    });
    expect(toDialect(bounded, "openai").schema["properties"]).toStrictEqual({
      a: { ...number, minimum: 2, maximum: 8 },
    });
    const filled = {
      allOf: [object({ a: { ...number, default: 1 } }, { required: [] }), { properties: { a: { minimum: 0 } } }],
    };
    expect(read(filled, "{}")).toStrictEqual({ a: 1 });
    const named = { allOf: [object({ a: { ...number, "x-alias": "b" } }), { properties: { a: { minimum: 0 } } }] };
    expect(read(named, "{b: 1}")).toStrictEqual({ a: 1 });
    expect(fails(named, "{b: -1}")).toBe(true);
  });

  it("bends values by the patterns of their names", () => {
    const patternProperties = { "^x": number, "^y": { type: "string" }, "(?<": number };
    expect(read({ type: "object", patternProperties }, "{x1: '1', y1: 2, z: [3]}")).toStrictEqual({
      x1: 1,
      y1: "2",
      z: [3],
    });
    const more = object({ a: number }, { patternProperties: { "^x": number }, additionalProperties: false });
    expect(read(more, "{a: '1', x: '2'}")).toStrictEqual({ a: 1, x: 2 });
    expect(fails(more, "{a: 1, y: 2}")).toBe(true);
    const closed = { type: "object", patternProperties: { "^x": number }, additionalProperties: false };
    expect(fails(closed, "{x: 1, y: 2}")).toBe(true);
    expect(parse("{x: 1, y: 2}", closed, { coercion: "full" }).value).toStrictEqual({ x: 1 });
    const pairs = '{"additional_properties": [{"key": "x", "value": 2}, {"key": "y", "value": 3}], "a": 1}';
    expect(() => toDialect(more, "openai").decode(pairs)).toThrow("y: expected no such property");
  });

  it("takes allOf, anyOf beside properties, and lists of types", () => {
    const all = {
      allOf: [
        { type: "object", properties: { a: { type: "number" } }, required: ["a"] },
        { type: "object", properties: { b: { type: "string" } } },
      ],
    };
    expect(read(all, "{a: 1, b: 2}")).toStrictEqual({ a: 1, b: "2" });
    expect(fails(all, "{b: 'x'}")).toBe(true);
    const either = {
      type: "object",
      properties: { a: { type: "number" }, b: { type: "number" }, c: { type: "string" } },
      required: ["c"],
      anyOf: [{ required: ["a"] }, { required: ["b"] }],
    };
    expect(read(either, '{"b": "2", "c": "x"}')).toStrictEqual({ b: 2, c: "x" });
    expect(fails(either, '{"c": "x"}')).toBe(true);
    expect(fails(either, '{"a": 1}')).toBe(true);
    expect(read({ type: ["integer", "null"] }, "null")).toBeNull();
  });

  it("takes patterns that JavaScript knows, and leaves the others", () => {
    expect(fails({ type: "object", properties: { a: { type: "string", pattern: "^[a-z]+$" } } }, '{"a": "A"}')).toBe(
      true,
    );
    expect(read({ type: "object", properties: { a: { type: "string", pattern: "(?<" } } }, '{"a": "A"}')).toStrictEqual(
      { a: "A" },
    );
    expect(
      read({ type: "object", properties: { a: { type: "string", pattern: "^\\-$" } } }, '{"a": "-"}'),
    ).toStrictEqual({ a: "-" });
  });

  it("takes open objects, pattern properties, and lists or objects as constants", () => {
    expect(read({ type: "object", patternProperties: { "^x": { type: "number" } } }, "{x1: '1'}")).toStrictEqual({
      x1: 1,
    });
    expect(
      read(
        { type: "object", patternProperties: { "^x": { type: "number" }, "^y": { type: "string" } } },
        "{x1: 1, y1: 'a'}",
      ),
    ).toStrictEqual({ x1: 1, y1: "a" });
    expect(
      read(
        { type: "object", properties: { a: { type: "number" } }, additionalProperties: { type: "boolean" } },
        "{a: 1, b: 'true'}",
      ),
    ).toStrictEqual({ a: 1, b: true });
    expect(read({ enum: [[1], { a: 2 }] }, "{a: 2}")).toStrictEqual({ a: 2 });
    expect(fails({ const: { a: 1 } }, "{a: 2}")).toBe(true);
  });

  it.each([
    [{ type: "number", minimum: 2 }, "1", "2"],
    [{ type: "number", maximum: 2 }, "3", "2"],
    [{ type: "number", exclusiveMinimum: 2 }, "2", "3"],
    [{ type: "number", exclusiveMaximum: 2 }, "2", "1"],
    [{ type: "number", multipleOf: 0.01 }, "1.005", "19.99"],
    [{ type: "array", items: {}, minItems: 2 }, "[1]", "[1, 2]"],
    [{ type: "array", items: {}, maxItems: 1 }, "[1, 2]", "[1]"],
    [{ type: "object", minProperties: 1 }, "{}", '{"a": 1}'],
    [{ type: "object", maxProperties: 1 }, '{"a": 1, "b": 2}', '{"a": 1}'],
    [{ type: "array", items: { type: "string", minLength: 2 } }, '["a"]', '["ab"]'],
    [{ type: "array", items: { type: "string", maxLength: 1 } }, '["ab"]', '["a"]'],
    [{ type: "array", items: false }, "[1]", "[]"],
    [{ type: "object", properties: { a: false } }, '{"a": 1}', "{}"],
    [{ type: "array", prefixItems: [{ type: "number" }], items: false }, "[1, 2]", "[1]"],
  ] as [JsonObject, string, string][])("keeps the bounds of %j", (schema, bad, good) => {
    expect(fails(schema, bad)).toBe(true);
    expect(read(schema, good)).toStrictEqual(JSON.parse(good));
  });

  it("takes `not` for no value at all only where it excludes everything", () => {
    for (const none of [{ not: {} }, { not: true }, false] as unknown as JsonObject[]) {
      const schema = { type: "object", properties: { a: none, b: {} } } as JsonObject;
      expect(fails(schema, '{"a": 1}')).toBe(true);
      expect(read(schema, '{"b": 1}')).toStrictEqual({ b: 1 });
    }
    expect(read({ not: { type: "string" } }, "1")).toBe(1);
  });

  it("takes an open object for what its schema does not name", () => {
    expect(read({ type: "object", properties: { a: { type: "number" } } }, '{"a": 1, "b": [2]}')).toStrictEqual({
      a: 1,
      b: [2],
    });
    expect(
      fails({ type: "object", properties: { a: { type: "number" } }, additionalProperties: false }, '{"a": 1, "b": 2}'),
    ).toBe(true);
  });
});

describe("a schema that stands elsewhere", () => {
  const n = { type: "number" };
  it.each<[string, JsonObject]>([
    ["#/$defs/a~1b", { $defs: { "a/b": n } }],
    ["#/$defs/a~0b", { $defs: { "a~b": n } }],
    ["#/$defs/a%20b", { $defs: { "a b": n } }],
    ["#/examples/1", { examples: [{ type: "boolean" }, n] }],
  ])("is found by %s", ($ref, more) => {
    const schema = { type: "object", properties: { x: { $ref } }, ...more };
    expect(read(schema, "{x: '1'}")).toStrictEqual({ x: 1 });
  });

  it.each(["#/$defs/b", "#/$defs/a/type/x", "#x"])("is missed where nothing stands: %s", ($ref) => {
    expect(() => read({ type: "array", items: { $ref }, $defs: { a: n } }, "[1]")).toThrow(`nothing at ${$ref}`);
  });

  it("is found in the document that it stands in", () => {
    const inner = { $schema: "x", type: "array", items: { $ref: "#/$defs/a" }, $defs: { a: { type: "boolean" } } };
    const schema = { type: "object", properties: { x: inner, y: { $ref: "#/$defs/a" } }, $defs: { a: n } };
    expect(read(schema, '{"x": ["true"], "y": "1"}')).toStrictEqual({ x: [true], y: 1 });
  });
});

describe("a schema that says little", () => {
  it.each<[string, JsonObject, string, unknown]>([
    ["properties are an object's", { properties: { a: { type: "number" } } }, "{a: '1'}", { a: 1 }],
    ["items are a list's", { items: { type: "number" } }, "['1']", [1]],
    ["items in order are a tuple's", { prefixItems: [{ type: "number" }] }, "['1']", [1]],
    ["and so they are in older drafts", { type: "array", items: [{ type: "number" }] }, "['1']", [1]],
    ["a constant may be null", { const: null }, "null", null],
    [
      "an option has the type beside it",
      { type: "object", properties: { a: {} }, anyOf: [{ required: ["a"] }] },
      "{a: 1}",
      { a: 1 },
    ],
    ["an option may be anything beside properties", { properties: { a: {} }, anyOf: [true] }, "{b: 1}", { b: 1 }],
    ["names of properties may have bounds", { type: "object", propertyNames: { maxLength: 1 } }, "{a: 1}", { a: 1 }],
    [
      "a pattern's properties beside others",
      { type: "object", patternProperties: { x: { type: "number" } }, additionalProperties: { type: "string" } },
      "{x: 1, y: 'z'}",
      { x: 1, y: "z" },
    ],
    ["what is not one of a kind is anything", { not: { type: "string" }, title: "x" }, "[1]", [1]],
    ["one of several is any of them", { oneOf: [{ type: "number" }, { type: "boolean" }] }, '"true"', true],
    ["some labels may be lists", { enum: [1, [2]] }, "[2]", [2]],
    ["all of anything and a number is a number", { allOf: [{ title: "x" }, { type: "number" }] }, '"1"', 1],
    [
      "all of an object and a map is an object with more",
      {
        allOf: [
          { type: "object", additionalProperties: { type: ["boolean", "number"] } },
          { type: "object", properties: { a: { type: "number" } }, required: ["a"] },
        ],
      },
      "{a: '1', b: 'true'}",
      { a: 1, b: true },
    ],
    ["all of nothing is anything", { allOf: [] }, "[1]", [1]],
  ])("%s", (_name, schema, text, expected) => {
    expect(read(schema, text)).toStrictEqual(expected);
  });

  it("may refer to what shows when it is complete", () => {
    const schema: JsonObject = {
      type: "object",
      properties: { a: { $ref: "#/$defs/t", "x-stream": "done" }, b: { $ref: "#/$defs/t" } },
      $defs: { t: { type: "array", items: { type: "string" } } },
    };
    expect(parsePartial('{"a": ["x"], "b": ["y", "z', schema)).toStrictEqual({ a: ["x"], b: ["y", "z"] });
    expect(parsePartial('{"b": ["y"], "a": ["x"', schema)).toStrictEqual({ b: ["y"] });
    expect(read(schema, '{"a": ["x"], "b": 1}')).toStrictEqual({ a: ["x"], b: ["1"] });
  });

  it("may forbid everything", () => {
    expect(fails({ not: {} }, "[1]")).toBe(true);
    expect(fails({ not: {}, $schema: "x" }, "[1]")).toBe(true);
    expect(fails({ type: "object", propertyNames: { type: "string", maxLength: 1 } }, "{ab: 1}")).toBe(true);
  });

  it("may say all of several objects", () => {
    const part = (name: string, rest: unknown): JsonObject => ({
      type: "object",
      properties: { [name]: { type: "number" }, x: { type: "number" } },
      required: [name],
      additionalProperties: rest as JsonObject,
    });
    const all = { allOf: [part("a", undefined), part("b", { type: ["boolean", "number"] })], minProperties: 4 };
    expect(read(all, "{a: '1', b: '2', x: '3', y: 'true'}")).toStrictEqual({ a: 1, b: 2, x: 3, y: true });
    expect(fails(all, "{a: 1, b: 2, x: 3}")).toBe(true);
    expect(fails(all, "{a: 1, c: true, x: 3, y: true}")).toBe(true);
    expect(fails({ allOf: [part("a", undefined), part("b", { type: "boolean" })] }, '{"a": 1, "b": 2}')).toBe(true);
  });
});

describe("what is known of a whole schema", () => {
  const string = { type: "string" };
  const plain = { names: ["a"], open: false, direct: true, deep: false, optional: false, annotated: false };
  it.each<[string, JsonObject, Partial<typeof plain>]>([
    ["nothing more", object({ a: string }), {}],
    ["a property may be missing", object({ a: string }, { required: [] }), { optional: true }],
    ["anything may stand in it", object({ a: {} }), { open: true, deep: true }],
    ["any name may", object({ a: { type: "object", additionalProperties: string } }), { open: true }],
    ["any name may besides", object({ a: string }, { additionalProperties: { type: "number" } }), { open: true }],
    [
      "any key of a Map may",
      object({ a: { type: "array", "x-type": "map", "x-key": string, "x-value": { type: "number" } } }),
      { open: true, direct: false },
    ],
    ["it holds what it holds elsewhere", object({ a: { anyOf: [string, string] } }), { deep: true }],
    ["it holds itself", object({ a: { anyOf: [string, { $ref: "#" }] } }), { deep: true }],
    ["it holds lists as labels", object({ a: { enum: [[1]] } }), { open: true, deep: true }],
    ["a name is another for the model", object({ b: { ...string, "x-alias": "a" } }), { direct: false }],
    [
      "a label is another for the model",
      object({ a: { enum: ["x"], "x-enumAliases": { x: "y" } } }),
      { direct: false },
    ],
    ["a label has a description", object({ a: { enum: ["x"], "x-enumDescriptions": { x: "y" } } }), {}],
    ["a value is none of JSON's", object({ a: { ...string, "x-type": "date" } }), { direct: false }],
    ["a value says when it shows", object({ a: { ...string, "x-stream": ["done"] } }), { annotated: true }],
    ["the whole says when it shows", { ...object({ a: string }), "x-stream-root": "done" }, { annotated: true }],
  ])("%s", (_name, schema, more) => {
    const { names, open, direct, deep, optional, annotated } = programOf(schema);
    expect({ names: [...names], open, direct, deep, optional, annotated }).toStrictEqual({ ...plain, ...more });
  });

  it.each<[unknown, [done: boolean, needed: boolean, state: boolean]]>([
    ["done", [true, false, false]],
    [
      ["@stream.done", "@@stream.not_null"],
      [true, true, false],
    ],
    [
      ["with-state", 5],
      [false, false, true],
    ],
    [["undone"], [false, false, false]],
    [[], [false, false, false]],
    [undefined, [false, false, false]],
  ])("when a value shows: %j", (flags, expected) => {
    const { done, needed, state } = programOf({ type: "string", "x-stream": flags as JsonObject }).root.readiness;
    expect([done, needed, state]).toStrictEqual(expected);
    const whole = programOf({ type: "string", "x-stream-root": flags as JsonObject }).root.readiness;
    expect([whole.done, whole.needed, whole.state]).toStrictEqual(expected);
  });
});
