import { describe, expect, it } from "vitest";
import type { JsonObject } from "@llm/core";
import { parse } from "../parse.ts";
import { toDialect } from "./codec.ts";
import { count, list, object, text } from "../testing/schemas.ts";

const pair = object({ p: { type: "array", prefixItems: [text, count], minItems: 1 } });
const trio = object({ p: { type: "array", prefixItems: [text, count, count], items: count, minItems: 1 } });
const maybe: JsonObject = {
  type: "object",
  properties: { a: text, b: { type: ["integer", "null"] }, c: {} },
  required: ["b"],
};
const any = object({ a: {} });
/** A text, a list of such values, or null: vendors without recursion write what is deep as a text in an object. */
const deep = object(
  { x: { $ref: "#/$defs/t" } },
  { $defs: { t: { anyOf: [text, list({ $ref: "#/$defs/t" }), { type: "null" }] } } },
);
const tree = object(
  { x: { anyOf: [{ $ref: "#/$defs/t" }, { type: "null" }] } },
  { $defs: { t: object({ a: text, b: list({ $ref: "#/$defs/t" }) }) } },
);

describe("what a vendor's strict mode writes comes back", () => {
  it.each<[string, JsonObject, string, unknown]>([
    ["a list, from its property", list(count), '{"value": [1]}', [1]],
    ["a list as it stands", list(count), "[1]", [1]],
    [
      "an object from a property",
      { anyOf: [object({ value: count }), list(count)] },
      '{"value": {"value": 1}}',
      { value: 1 },
    ],
    ["a tuple", pair, '{"p": {"0": "x", "1": 1}}', { p: ["x", 1] }],
    ["a tuple without what may be missing", pair, '{"p": {"0": "x", "1": null}}', { p: ["x"] }],
    ["a tuple that ends before", pair, '{"p": {"0": "x"}}', { p: ["x"] }],
    ["a tuple without what stands between", trio, '{"p": {"0": "x", "2": 1}}', { p: ["x", undefined, 1] }],
    ["or with null there", trio, '{"p": {"0": "x", "1": null, "2": 1}}', { p: ["x", undefined, 1] }],
    ["or with more behind it", trio, '{"p": {"0": "x", "rest": [1]}}', { p: ["x", undefined, undefined, 1] }],
    ["an optional property that is null", maybe, '{"a": null, "b": null}', { b: null }],
    ["or missing", maybe, '{"b": null}', { b: null }],
    ["anything that may be missing, null", maybe, '{"b": 1, "c": null}', { b: 1 }],
    ["and null as JSON text", maybe, '{"b": 1, "c": "null"}', { b: 1, c: null }],
    ["anything, as JSON text", any, '{"a": "[1]"}', { a: [1] }],
    ["a text, as JSON text", any, String.raw`{"a": "\"x\""}`, { a: "x" }],
    ["null, as JSON text", any, '{"a": "null"}', { a: null }],
    ["JSON text that has to be mended", any, '{"a": " {b: [1,]}"}', { a: { b: [1] } }],
    ["what is no JSON text", any, '{"a": "x [1]"}', { a: "x [1]" }],
    ["nor a number", any, '{"a": 5}', { a: 5 }],
    ["nor a list", any, '{"a": [1]}', { a: [1] }],
    [
      "text of what is deep",
      deep,
      String.raw`{"x": ["a", [{"json_text": "[\"b\", null]"}]]}`,
      { x: ["a", [["b", null]]] },
    ],
    ["text of a text", deep, String.raw`{"x": [[{"json_text": "\"[]\""}]]}`, { x: [["[]"]] }],
    ["null for an object", tree, '{"x": "null"}', { x: null }],
    [
      "text of an object",
      tree,
      String.raw`{"x": {"a": "y", "b": ["{\"a\": \"z\", \"b\": []}"]}}`,
      { x: { a: "y", b: [{ a: "z", b: [] }] } },
    ],
  ])("%s", (_name, schema, written, expected) => {
    for (const coercion of ["off", "safe"] as const)
      expect(toDialect(schema, "anthropic").decode(written, { coercion }).value).toStrictEqual(expected);
  });

  it.each<[string, JsonObject, string, string]>([
    ["a list with more than its property", list(count), '{"value": [1], "x": 1}', "expected a list"],
    ["a list from another property", list(count), '{"x": [1]}', "expected a list"],
    ["null in a tuple where something has to be", pair, '{"p": {"0": null, "1": 1}}', "p.0: expected a string"],
    ["a tuple that is too short", pair, '{"p": {"1": 1}}', "expected a list"],
    ["a text for an object", tree, '{"x": "nil"}', "expected an object with a, b or null"],
    ["an empty text of what is deep", deep, '{"x": [[{"json_text": ""}]]}', "x.0"],
  ])("but not %s", (_name, schema, written, message) => {
    expect(() => toDialect(schema, "anthropic").decode(written)).toThrow(message);
  });

  it("a value that was left out for null, as null", () => {
    const names = Array.from({ length: 20 }, (_, i) => `p${i}`);
    const schema = object(Object.fromEntries(names.map((name) => [name, { type: ["string", "null"] }])));
    const codec = toDialect(schema, "anthropic");
    expect(codec.schema["required"]).toStrictEqual([]);
    const value = { ...Object.fromEntries(names.map((name) => [name, null])), p3: "x" };
    for (const coercion of ["off", "safe", "full"] as const)
      expect(codec.decode('{"p3": "x", "p4": null}', { coercion })).toStrictEqual({ value, repairs: [] });
  });

  it("within the depth that is allowed", () => {
    const written = JSON.stringify({ x: [[{ json_text: "[[[[[[]]]]]]" }]] });
    expect(toDialect(deep, "anthropic").decode(written).value).toStrictEqual({ x: [[[[[[[[]]]]]]]] });
    expect(() => toDialect(deep, "anthropic").decode(written, { maxDepth: 5 })).toThrow("x.0");
  });

  it("while other answers may hold the same names", () => {
    const value = { json_text: "[1]", additional_properties: [{ key: "a", value: 1 }] };
    expect(parse(JSON.stringify(value), {}).value).toStrictEqual(value);
    expect(parse("{json_text: '[1]'}", {}).value).toStrictEqual({ json_text: "[1]" });
    expect(parse(`{a: '[1]'}`, any).value).toStrictEqual({ a: "[1]" });
    expect(
      parse("{additional_properties: [['a', 1]]}", { type: "object", properties: { b: {} }, additionalProperties: {} })
        .value,
    ).toStrictEqual({
      additional_properties: [["a", 1]],
    });
  });
});
