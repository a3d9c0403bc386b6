import { describe, expect, it } from "vitest";
import type { JsonObject } from "@llm/core";
import { StructuredError } from "./error.ts";
import { parse } from "./parse.ts";

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
