import { describe, expect, it } from "vitest";
import type { JsonObject } from "@llm/core";
import { programOf } from "../program.ts";
import { words } from "./words.ts";

const text = { type: "string" };
const object = (...names: string[]): JsonObject => ({
  type: "object",
  properties: Object.fromEntries([...names, "other"].map((name) => [name, text])),
  required: names,
});
const range = (length: number): number[] => Array.from({ length }, (_, i) => i);

describe("a schema in a few words", () => {
  it.each<[string, JsonObject]>([
    ["a value", {}],
    ["nothing", { not: {} }],
    ["null", { type: "null" }],
    ["true or false", { type: "boolean" }],
    ["a number", { type: "number" }],
    ["an integer", { type: "integer" }],
    ["an integer", { type: "integer", "x-type": "bigint" }],
    ["a string", text],
    ["a date in ISO 8601", { ...text, "x-type": "date" }],
    ["a list", { type: "array", items: text }],
    ["a list", { type: "array", prefixItems: [text] }],
    ["an object", { type: "object", additionalProperties: text }],
    ["an object", object()],
    ["an object with a, b", object("a", "b")],
    ["an object with alpha", { ...object("a"), properties: { a: { ...text, "x-alias": "alpha" } } }],
    [`an object with ${range(12).join(", ")}`, object(...range(13).map(String))],
    ['"a" or 1 or true or null', { enum: ["a", 1, true, null] }],
    ['"say \\"a\\"" or "5" or 5', { enum: ['say "a"', "5", 5] }],
    [range(20).join(" or "), { enum: range(21) }],
    ["a string or a number", { anyOf: [text, { type: "number" }] }],
    ["a string or a number or a list", { anyOf: [text, { anyOf: [{ type: "number" }, { type: "array" }] }, text] }],
    [range(8).join(" or "), { anyOf: range(9).map((value) => ({ const: value })) }],
    [
      "a string or an integer",
      {
        $ref: "#/$defs/x",
        $defs: {
          x: { anyOf: [{ $ref: "#/$defs/y" }, text] },
          y: { anyOf: [{ $ref: "#/$defs/x" }, { type: "integer" }] },
        },
      },
    ],
  ])("%s", (expected, schema) => {
    const found = words(programOf(schema).root);
    expect(found.split(" or ").sort()).toStrictEqual(expected.split(" or ").sort());
  });

  it("goes into four unions, no further", () => {
    const nested = (depth: number): JsonObject =>
      depth === 0 ? { type: "boolean" } : { anyOf: [{ const: depth }, nested(depth - 1)] };
    expect(words(programOf(nested(4)).root)).toBe("4 or 3 or 2 or 1 or true or false");
    expect(words(programOf(nested(5)).root)).toBe("5 or 4 or 3 or 2");
  });
});
