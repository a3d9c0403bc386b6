import { describe, expect, it } from "vitest";
import type { JsonObject } from "@llm/core";
import { StructuredError } from "../error.ts";
import { parse } from "../parse.ts";
import type { Coercion } from "./outcome.ts";

/** What stands for a property that is written so, and how it was bent; undefined where it does not fit. */
function read(shape: JsonObject, written: string, coercion: Coercion): unknown[] | undefined {
  const schema = { type: "object", properties: { a: shape }, required: ["a"], additionalProperties: false };
  try {
    const { value, repairs } = parse(`{"a": ${written}}`, schema, { coercion });
    return [(value as { readonly a: unknown }).a, ...repairs.map(({ kind }) => kind)];
  } catch (error) {
    if (!(error instanceof StructuredError)) throw error;
    expect(error.issues.map(({ path }) => path)).toStrictEqual([["a"]]);
    return undefined;
  }
}

type Row = [written: string, off: unknown[] | undefined, safe: unknown[] | undefined, full: unknown[] | undefined];

const tables: [string, JsonObject, Row[]][] = [
  [
    "a number",
    { type: "number" },
    [
      ["1.5", [1.5], [1.5], [1.5]],
      ['"3"', undefined, [3, "string-to-number"], [3, "string-to-number"]],
      ['"about 3"', undefined, undefined, [3, "number-in-text"]],
      ['"none"', undefined, undefined, undefined],
      ["true", undefined, undefined, undefined],
      ["1e999", undefined, undefined, undefined],
      ["[]", undefined, undefined, undefined],
      ["[1]", undefined, [1, "list-to-single"], [1, "list-to-single"]],
      ["[1, 2]", undefined, undefined, [1, "list-to-single"]],
      ['["x", "2", 1]', undefined, undefined, [1, "list-to-single"]],
      ['["x", "about 2", "1", "3"]', undefined, undefined, [1, "list-to-single", "string-to-number"]],
      ['{"b": 1}', undefined, undefined, undefined],
    ],
  ],
  [
    "an integer",
    { type: "integer" },
    [
      ["5.0", [5], [5], [5]],
      ["1.5", undefined, undefined, [2, "rounded"]],
      ["-1.5", undefined, undefined, [-2, "rounded"]],
      ["-1.4", undefined, undefined, [-1, "rounded"]],
      ['"1.40"', undefined, undefined, [1, "rounded"]],
      ['"1,000"', undefined, ...twice([1000, "string-to-number"])],
      ['"1.000"', undefined, undefined, undefined],
      ['"12.345 of them"', undefined, undefined, undefined],
      ['"0.125"', undefined, undefined, [0, "rounded"]],
      ["1.000", [1], [1], [1]],
    ],
  ],
  [
    "a bigint",
    { type: "integer", "x-type": "bigint" },
    [
      ["5", [5n], [5n], [5n]],
      ["-12", [-12n], [-12n], [-12n]],
      ['"12"', [12n], [12n], [12n]],
      ['"12n"', [12n, "string-to-number"], [12n, "string-to-number"], [12n, "string-to-number"]],
      ['"1,000"', undefined, [1000n, "string-to-number"], [1000n, "string-to-number"]],
      ['" -1,234,567n "', undefined, ...twice([-1_234_567n, "string-to-number"])],
      ['"1_000"', undefined, ...twice([1000n, "string-to-number"])],
      ['"1,5"', undefined, undefined, undefined],
      ['"12,50"', undefined, undefined, undefined],
      ['"0,125"', undefined, undefined, undefined],
      ['"12 34"', undefined, undefined, undefined],
      ["1e3", [1000n], [1000n], [1000n]],
      ['"1e3"', [1000n, "string-to-number"], [1000n, "string-to-number"], [1000n, "string-to-number"]],
      ["1e300", undefined, undefined, undefined],
      ["1.5", undefined, undefined, undefined],
      ['"n5"', undefined, undefined, undefined],
      ['"x"', undefined, undefined, undefined],
      ["true", undefined, undefined, undefined],
    ],
  ],
  [
    "a boolean",
    { type: "boolean" },
    [
      ["true", [true], [true], [true]],
      ["false", [false], [false], [false]],
      ['"Yes "', undefined, [true, "string-to-boolean"], [true, "string-to-boolean"]],
      ['"NO"', undefined, [false, "string-to-boolean"], [false, "string-to-boolean"]],
      ['"true"', undefined, [true, "string-to-boolean"], [true, "string-to-boolean"]],
      ['"false"', undefined, [false, "string-to-boolean"], [false, "string-to-boolean"]],
      ['"it is false"', undefined, undefined, [false, "boolean-in-text"]],
      ['"it is true"', undefined, undefined, [true, "boolean-in-text"]],
      ['"true or false"', undefined, undefined, undefined],
      ['"isn\'t true"', undefined, undefined, undefined],
      ['"not true"', undefined, undefined, undefined],
      ['"!true"', undefined, undefined, undefined],
      ['"untrue"', undefined, undefined, undefined],
      ['"Yes, on May 4"', undefined, undefined, [true, "boolean-in-text"]],
      ['"No. It was late"', undefined, undefined, [false, "boolean-in-text"]],
      ['"No."', undefined, undefined, [false, "boolean-in-text"]],
      ['"Yes, but no"', undefined, undefined, undefined],
      ['"Yes, unless it rains"', undefined, undefined, undefined],
      ['"No, not true"', undefined, undefined, undefined],
      ['"Yes and more"', undefined, undefined, undefined],
      ['"No.5"', undefined, undefined, undefined],
      ["null", undefined, undefined, undefined],
      ["1", undefined, undefined, undefined],
    ],
  ],
  [
    "a date",
    { type: "string", "x-type": "date" },
    [
      ['" 2026-11-23 "', ...three(new Date("2026-11-23"))],
      ['"2026-11-23T10:00Z"', ...three(new Date("2026-11-23T10:00Z"))],
      ['"-000001-01-01"', ...three(new Date("-000001-01-01"))],
      ["1700000000000", undefined, undefined, [new Date(1_700_000_000_000), "string-to-date"]],
      ["1700000000", undefined, undefined, undefined],
      ["2026", undefined, undefined, undefined],
      ['"1700000000000"', undefined, undefined, undefined],
      ['"on 2026-11-23 UTC"', undefined, undefined, [new Date("2026-11-23"), "string-to-date"]],
      ['"2026-13-01"', undefined, undefined, undefined],
      ['"2026-11-23T1"', undefined, undefined, undefined],
      ["null", undefined, undefined, undefined],
    ],
  ],
  [
    "a text",
    { type: "string" },
    [
      ['"x"', ["x"], ["x"], ["x"]],
      ["null", undefined, undefined, undefined],
      ["true", undefined, ["true", "number-to-string"], ["true", "number-to-string"]],
      ["1.50", undefined, ["1.50", "number-to-string"], ["1.50", "number-to-string"]],
      ['["x"]', undefined, ["x", "list-to-single"], ["x", "list-to-single"]],
      ['["x", "y"]', undefined, undefined, ['["x", "y"]', "json-to-string"]],
      ["[null]", undefined, undefined, ["[null]", "json-to-string"]],
      ['{"b": 1}', undefined, undefined, ['{"b": 1}', "json-to-string"]],
      ['[["x"]]', undefined, undefined, ['[["x"]]', "json-to-string"]],
    ],
  ],
  [
    "a label",
    { enum: ["red", "blue", 5, true] },
    [
      ['"red"', ["red"], ["red"], ["red"]],
      ["5", [5], [5], [5]],
      ["5.0", [5], [5], [5]],
      ["true", [true], [true], [true]],
      ["false", undefined, undefined, undefined],
      ["null", undefined, undefined, undefined],
      ['"RED"', undefined, ["red", "label-case"], ["red", "label-case"]],
      ['"5"', undefined, [5, "string-to-number"], [5, "string-to-number"]],
      ['"yes"', undefined, [true, "string-to-boolean"], [true, "string-to-boolean"]],
      ['"6"', undefined, undefined, undefined],
      ['"about 5"', undefined, undefined, [5, "number-in-text"]],
      ['"it is red"', undefined, undefined, ["red", "label-substring"]],
      ['["red"]', undefined, ["red", "list-to-single"], ["red", "label-punctuation"]],
      ['["red", "blue"]', undefined, undefined, undefined],
      ["[5]", undefined, [5, "list-to-single"], [5, "list-to-single"]],
      ['["x", 5]', undefined, undefined, [5, "list-to-single"]],
      ["[true, 5]", undefined, undefined, [true, "list-to-single"]],
      ['{"x": "red"}', undefined, undefined, ["red", "object-to-single"]],
      ['{"x": 5}', undefined, undefined, [5, "object-to-single"]],
      ['{"x": "red", "y": 1}', undefined, undefined, ["red", "label-substring"]],
      ['{"x": 6, "y": 5}', undefined, undefined, undefined],
      ['{"is_red": false, "y": 1}', undefined, undefined, undefined],
      ['{"red": false, "blue": true}', undefined, undefined, ["blue", "label-substring"]],
      ['{"red": 0.4, "y": null}', undefined, undefined, ["red", "label-substring"]],
      [`["red", "${"-".repeat(10_000)}"]`, undefined, undefined, ["red", "list-to-single"]],
    ],
  ],
  [
    "a label that is a bigint",
    { enum: [5, 7], "x-type": "bigint" },
    [
      ["5", ...three(5n)],
      ['"5"', ...three(5n)],
      ['"7n"', ...three(7n)],
      ['" 7"', undefined, [7n, "string-to-number"], [7n, "string-to-number"]],
      ['"6n"', undefined, undefined, undefined],
    ],
  ],
  [
    "a label that looks like null",
    { enum: ["null", "x"] },
    [
      ['"null"', ...three("null")],
      ["null", undefined, undefined, undefined],
    ],
  ],
  [
    "null",
    { type: "null" },
    [
      ["null", [null], [null], [null]],
      ['"x"', undefined, undefined, [null, "null-for-value"]],
      ['"null"', undefined, undefined, [null, "null-for-value"]],
      ["[]", undefined, undefined, [null, "null-for-value"]],
    ],
  ],
  ["undefined", { type: "null", "x-type": "undefined" }, [["null", ...three(undefined)]]],
  ["NaN", { type: "null", "x-type": "nan" }, [["null", ...three(Number.NaN)]]],
];

function twice(found: unknown[]): [unknown[], unknown[]] {
  return [found, found];
}

function three(value: unknown): [unknown[], unknown[], unknown[]] {
  return [[value], [value], [value]];
}

describe.each(tables)("%s", (_name, shape, rows) => {
  it.each(rows)("from %s", (written, off, safe, full) => {
    expect(read(shape, written, "off")).toStrictEqual(off);
    expect(read(shape, written, "safe")).toStrictEqual(safe);
    expect(read(shape, written, "full")).toStrictEqual(full);
  });
});

describe("one of many", () => {
  it("is looked for among the first 256 items of a list", () => {
    const wrong = '"x", '.repeat(255);
    expect(read({ type: "number" }, `[${wrong}1]`, "full")).toStrictEqual([1, "list-to-single"]);
    expect(read({ type: "number" }, `["x", ${wrong}1]`, "full")).toBeUndefined();
  });
});
