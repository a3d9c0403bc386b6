import { describe, expect, it } from "vitest";
import type { JsonObject } from "@llm/core";
import { StructuredError } from "../error.ts";
import { parse } from "../parse.ts";
import { DEFAULTS, DROPPED, EMPTY, FROM_JSON, IMPLIED, LIST, NOTHING, OBJECT, SINGLE, better, fit } from "./outcome.ts";
import type { Outcome } from "./outcome.ts";
import { count, object } from "../testing/schemas.ts";

const wrong = (tags = 0): Outcome => ({ ...fit(undefined, tags, Infinity), issues: [] });

describe("of two outcomes", () => {
  it.each<[string, Outcome, Outcome]>([
    ["one that fits", fit(1, 0, 100), wrong()],
    ["the cheaper", fit(1, 0, 1), fit(2, 0, 2)],
    ["anything else than a list made up for one value", fit(1, 0, 100), fit([1], LIST | SINGLE)],
    ["a list made up for one value than null for it", fit([1], LIST | SINGLE, 100), fit(null, NOTHING)],
    ["null than a list made up that is empty", fit(null, NOTHING, 100), fit([], LIST | SINGLE | EMPTY)],
    ["a value as it stands than null for it", fit(1, 0, 100), fit(null, NOTHING)],
    ["a text than a list or object made a text", fit("x", 0, 100), fit("[]", FROM_JSON)],
    ["a list than one made a text", fit([], LIST, 100), fit("[]", FROM_JSON)],
    ["an object than one made a text", fit({}, OBJECT, 100), fit("{}", FROM_JSON)],
    ["a list or object made a text than null", fit("[]", FROM_JSON, 100), fit(null, NOTHING)],
    ["a list, some of it left out, than one all of it left out", fit([1], LIST | DROPPED, 1), fit([], LIST, 2)],
    ["a list of all than one of nothing", fit([1], LIST, 100), fit([], LIST | DROPPED | EMPTY)],
    ["the cheaper of two lists of nothing", fit([], LIST | DROPPED | EMPTY, 1), fit([], LIST | DROPPED | EMPTY, 2)],
    ["the cheaper of lists of some and of nothing", fit([1], LIST | DROPPED, 1), fit([], LIST | DROPPED | EMPTY, 2)],
    ["the cheaper of an empty list and all", fit([], LIST | EMPTY, 1), fit([1], LIST, 2)],
    ["an object as it stands than of its only property", fit({}, OBJECT, 100), fit({}, OBJECT | IMPLIED)],
    ["one of its only property than one of which nothing is there", fit({}, OBJECT, 2), fit({}, OBJECT | DEFAULTS, 1)],
    ["the cheaper of two of which nothing is there", fit({}, OBJECT | DEFAULTS, 1), fit({}, OBJECT | DEFAULTS, 2)],
    ["the cheaper of two of their only property", fit({}, OBJECT | IMPLIED, 1), fit({}, OBJECT | IMPLIED, 2)],
    ["the cheaper of a list and an object", fit([], LIST, 1), fit({}, OBJECT | DEFAULTS, 2)],
    ["a list with a text of a list in it than its text", fit([], LIST | FROM_JSON, 100), fit("[]", FROM_JSON)],
  ])("rather %s", (_name, a, b) => {
    expect(better(b, a)).toBe(true);
    expect(better(a, b)).toBe(false);
  });

  it.each<[string, Outcome]>([
    ["values", fit(1, 0, 3)],
    ["lists", fit([], LIST, 3)],
    ["objects", fit({}, OBJECT | DEFAULTS, 3)],
    ["lists made up", fit([1], LIST | SINGLE, 3)],
    ["lists of nothing", fit([], LIST | DROPPED | EMPTY, 3)],
    ["texts of lists", fit("[]", FROM_JSON, 3)],
    ["misfits", wrong()],
  ])("that are alike, the first: %s", (_name, one) => {
    expect(better(one, { ...one })).toBe(false);
  });
});

/** The issues that a text meets, as a user sees them. */
function issues(text: string, schema: JsonObject, coercion: "off" | "safe" | "full" = "safe"): unknown[] {
  try {
    parse(text, schema, { coercion });
  } catch (error) {
    if (error instanceof StructuredError) return [...error.issues];
    throw error;
  }
  return [];
}

describe("an issue", () => {
  it("says what stands in the text, unescaped and cut to 100 characters", () => {
    const long = "x".repeat(150);
    expect(issues(String.raw`{"a": "\u0078${long}"}`, object({ a: count }))).toStrictEqual([
      {
        path: ["a"],
        message: `expected an integer, received "${"x".repeat(100)}"`,
        expected: "an integer",
        received: `"${"x".repeat(100)}"`,
        offset: 6,
      },
    ]);
    expect(issues(`{"a": [${"1, ".repeat(50)}2]}`, object({ a: count }))).toMatchObject([
      { received: `[${"1, ".repeat(33)}` },
    ]);
  });

  it("says that something is missing without what was received", () => {
    expect(issues('{"b": 1}', object({ a: count, b: count }))).toStrictEqual([
      { path: ["a"], message: "a is missing", expected: "an integer", offset: 0 },
    ]);
  });

  it("says that an item is missing, or one too many", () => {
    const pair = { type: "array", prefixItems: [count, count] };
    expect(issues('{"a": [1]}', object({ a: pair }))).toStrictEqual([
      { path: ["a", 1], message: "an item is missing", expected: "more items", offset: 6 },
    ]);
    expect(issues('{"a": [1, 2, 3]}', object({ a: pair }))).toStrictEqual([
      {
        path: ["a", 2],
        message: "expected no more items, received 3",
        expected: "no more items",
        received: "3",
        offset: 13,
      },
    ]);
  });

  it("says which labels fit alike", () => {
    const label = { enum: ["red", "blue"] };
    expect(issues('{"a": "red or blue"}', object({ a: label, b: count }), "full")).toMatchObject([
      { path: ["a"], message: 'ambiguous: several of "red" or "blue" fit', received: '"red or blue"' },
      { path: ["b"], message: "b is missing" },
    ]);
  });

  it("is one of at most 200", () => {
    const list = { type: "array", items: count };
    expect(issues(JSON.stringify(Array.from({ length: 250 }, () => "x")), list)).toHaveLength(200);
    const { repairs } = parse(JSON.stringify(Array.from({ length: 250 }, () => "1")), list);
    expect(repairs).toHaveLength(200);
  });

  it("of a union is that of the parts that were reached", () => {
    const union = { anyOf: [object({ a: count }), object({ a: { type: "boolean" } })] };
    expect(issues('{"u": {"a": "x"}}', object({ u: union }))).toMatchObject([
      { path: ["u", "a"], expected: "an integer" },
      { path: ["u", "a"], expected: "true or false" },
    ]);
    expect(issues('{"u": "x"}', object({ u: union }))).toMatchObject([
      { path: ["u"], expected: "an object with a", received: '"x"' },
    ]);
    expect(issues('{"u": "{\\"a\\": \\"x\\"}"}', object({ u: union }))).toMatchObject([{ path: ["u"] }]);
    expect(issues('{"u": {}}', object({ u: { anyOf: [count, { type: "string" }] } }))).toMatchObject([
      { path: ["u"], expected: "an integer or a string", received: "{}" },
    ]);
    const lists = { anyOf: [count, { type: "boolean" }].map((items) => ({ type: "array", items })) };
    expect(issues(`{"u": [${'"x", '.repeat(12)}]}`, object({ u: lists }))).toHaveLength(10);
    expect(issues('{"u": ["x", "y", "z"]}', object({ u: lists }))).toHaveLength(6);
  });
});
