import { isMainThread } from "node:worker_threads";
import { describe, expect, it, vi } from "vitest";
import * as z from "zod";
import type { JsonObject } from "@llm/core";
import { StructuredError } from "../error.ts";
import { parse } from "../parse.ts";

const tuple: JsonObject = { type: "array", prefixItems: [{ type: "number" }, { type: "number" }] };

/** The README's table, a row a case: what `off`, `safe` and `full` make of a text; undefined is an error. */
const rows: [string, JsonObject, string, [off: unknown, safe: unknown, full: unknown]][] = [
  ["any value", {}, "{a: 'x',}", [{ a: "x" }, { a: "x" }, { a: "x" }]],
  [
    "a key",
    objectOf({ first_name: { type: "string" } }),
    '{"FirstName": "x"}',
    [undefined, { first_name: "x" }, { first_name: "x" }],
  ],
  [
    "an alias",
    objectOf({ a: { type: "string", "x-alias": "alpha" } }),
    '{"alpha": "x"}',
    [{ a: "x" }, { a: "x" }, { a: "x" }],
  ],
  ["an unknown key", objectOf({ a: { type: "string" } }), '{"a": "x", "b": 1}', [undefined, undefined, { a: "x" }]],
  ["a word", objectOf({ a: { type: "string" } }), "{a: word}", [{ a: "word" }, { a: "word" }, { a: "word" }]],
  [
    "a number for a string",
    objectOf({ a: { type: "string" } }),
    '{"a": 1.50}',
    [undefined, { a: "1.50" }, { a: "1.50" }],
  ],
  ["a list of one text", objectOf({ a: { type: "string" } }), '{"a": ["x"]}', [undefined, { a: "x" }, { a: "x" }]],
  [
    "an object for a string",
    objectOf({ a: { type: "string" } }),
    '{"a": {"b": 1}}',
    [undefined, undefined, { a: '{"b": 1}' }],
  ],
  ["groups", { type: "number" }, '"12,111"', [undefined, 12_111, 12_111]],
  ["European groups", { type: "number" }, '"1.234,56"', [undefined, 1234.56, 1234.56]],
  ["money", { type: "number" }, '"$1.50"', [undefined, 1.5, 1.5]],
  ["a fraction", { type: "number" }, '"1/5"', [undefined, 0.2, 0.2]],
  ["a number in a text", { type: "number" }, "about 42 of them", [undefined, undefined, 42]],
  ["a footnote is no number", { type: "number" }, "The answer is 42 [1].", [undefined, undefined, undefined]],
  ["nor an aside", { type: "number" }, "about (1,234)", [undefined, undefined, 1234]],
  ["nor one that is less than nothing", { type: "number" }, "($1,234.00)", [undefined, undefined, undefined]],
  ["a list alone", { type: "number" }, "[42]", [undefined, 42, 42]],
  ["a label with its footnote", { enum: ["red", "blue"] }, "red [1]", [undefined, undefined, "red"]],
  ["a label and an aside", { enum: ["red", "blue"] }, "red [blue]", [undefined, undefined, undefined]],
  ["a truth and an aside", { type: "boolean" }, "false [true]", [undefined, undefined, undefined]],
  ["no integer", { type: "integer" }, "1.6", [undefined, undefined, 2]],
  [
    "halves, away from zero",
    { type: "array", items: { type: "integer" } },
    "[2.5, -2.5]",
    [undefined, undefined, [3, -3]],
  ],
  ["a number that begins with its point", { type: "number" }, "about .25 of it", [undefined, undefined, 0.25]],
  ["a number and a full stop", { type: "number" }, '"12.50."', [undefined, 12.5, 12.5]],
  ["True", { type: "boolean" }, "True", [true, true, true]],
  ["yes", { type: "boolean" }, '"yes"', [undefined, true, true]],
  ["a truth in a text", { type: "boolean" }, "It is true.", [undefined, undefined, true]],
  ["a label", { enum: ["in-progress", "done"] }, '"In Progress"', [undefined, "in-progress", "in-progress"]],
  ["a label without accents", { enum: ["Łódź", "Ærø"] }, '"lodz"', [undefined, "Łódź", "Łódź"]],
  ["a label in a text", { enum: ["in-progress", "done"] }, "It is done, done!", [undefined, undefined, "done"]],
  [
    "a single value",
    objectOf({ a: { type: "array", items: { type: "string" } } }),
    '{"a": "x"}',
    [undefined, { a: ["x"] }, { a: ["x"] }],
  ],
  [
    "a list in a text",
    objectOf({ a: { type: "array", items: { type: "integer" } } }),
    '{"a": "[1]"}',
    [undefined, { a: [1] }, { a: [1] }],
  ],
  ["a tuple by numbers", tuple, '{"0": 1, "1": 2}', [undefined, [1, 2], [1, 2]]],
  ["numbers and more for a tuple", tuple, '{"0": 1, "1": 2, "a": 3}', [undefined, undefined, undefined]],
  [
    "items that do not fit",
    { type: "array", items: { type: "integer" } },
    '[1, "x", 2]',
    [undefined, undefined, [1, 2]],
  ],
  [
    "an object in a text",
    objectOf({ a: objectOf({ b: { type: "integer" } }) }),
    '{"a": "{\\"b\\": 1}"}',
    [undefined, { a: { b: 1 } }, { a: { b: 1 } }],
  ],
  [
    "a list of one object",
    objectOf({ a: objectOf({ b: { type: "integer" } }) }),
    '{"a": [{"b": 1}]}',
    [undefined, { a: { b: 1 } }, { a: { b: 1 } }],
  ],
  [
    "the only property",
    objectOf({ a: objectOf({ b: { type: "integer" } }) }),
    '{"a": 1}',
    [undefined, undefined, { a: { b: 1 } }],
  ],
  [
    "other keys of an open object",
    { type: "object", properties: { a: { type: "string" } }, additionalProperties: { type: "string" } },
    '{"b": "x"}',
    [{ b: "x" }, { b: "x" }, { b: "x" }],
  ],
  ["a sentence for an object", objectOf({ a: { type: "string" } }), "Hello there", [undefined, undefined, undefined]],
  [
    "the best of a list",
    objectOf({ b: { type: "integer" } }),
    '[{"c": 1}, {"b": 2}]',
    [undefined, undefined, { b: 2 }],
  ],
  ["null where it may be", objectOf({ a: { type: ["string", "null"] } }), "{}", [undefined, { a: null }, { a: null }]],
  [
    "a default",
    { type: "object", properties: { a: { type: "integer", default: 3 } } },
    "{}",
    [{ a: 3 }, { a: 3 }, { a: 3 }],
  ],
  [
    "a missing list",
    objectOf({ a: { type: "array" }, b: { type: "integer" } }),
    '{"b": 1}',
    [undefined, undefined, { a: [], b: 1 }],
  ],
  [
    "an optional one that does not fit",
    { type: "object", properties: { a: { type: "integer" }, b: { type: "integer" } } },
    '{"a": "x", "b": 1}',
    [undefined, undefined, { b: 1 }],
  ],
  [
    "a list that is longer than it may be",
    objectOf({ a: { type: "array", items: { type: "integer" }, maxItems: 1 }, b: { type: "integer" } }),
    '{"a": [1, 2], "b": 3}',
    [undefined, undefined, undefined],
  ],
  [
    "a missing list that may not be empty",
    objectOf({ a: { type: "array", minItems: 1 }, b: { type: "integer" } }),
    '{"b": 1}',
    [undefined, undefined, undefined],
  ],
  [
    "a list for the only property",
    objectOf({ a: { type: "array", items: { type: "string" } } }),
    "[5, 6]",
    [undefined, undefined, { a: ["5", "6"] }],
  ],
  [
    "a word in brackets for an object",
    objectOf({ a: { type: "string" } }),
    "One of [several]",
    [undefined, undefined, undefined],
  ],
  [
    "a word in brackets for a list of an object",
    objectOf({ a: { type: "array", items: { type: "string" } } }),
    "One of [several]",
    [undefined, undefined, { a: ["several"] }],
  ],
  [
    "two words in brackets",
    objectOf({ a: { type: "string" } }),
    '["x", "y"]',
    [undefined, undefined, { a: '["x", "y"]' }],
  ],
  [
    "a union of a map and an object: rather the object",
    {
      anyOf: [
        { type: "object", additionalProperties: { type: "integer" } },
        objectOf({ first_name: { type: "integer" } }),
      ],
    },
    '{"FirstName": 1}',
    [{ FirstName: 1 }, { first_name: 1 }, { first_name: 1 }],
  ],
  [
    "a union of lists: rather some numbers as texts than several texts left out",
    {
      anyOf: [
        { type: "array", items: { type: "integer" } },
        { type: "array", items: { type: "string" } },
      ],
    },
    '["x", "y", 1]',
    [undefined, ["x", "y", "1"], ["x", "y", "1"]],
  ],
  [
    "a union of an object and a map: rather a map than a key too many",
    { anyOf: [objectOf({ a: { type: "integer" } }), { type: "object", additionalProperties: { type: "integer" } }] },
    '{"a": 1, "b": 2}',
    [
      { a: 1, b: 2 },
      { a: 1, b: 2 },
      { a: 1, b: 2 },
    ],
  ],
  ["a union", { anyOf: [{ type: "integer" }, { type: "string" }] }, '"5"', ["5", "5", "5"]],
];
function objectOf(properties: JsonObject): JsonObject {
  return { type: "object", properties, required: Object.keys(properties), additionalProperties: false };
}

describe("the table of coercions", () => {
  it.each(rows)("%s", (_name, schema, text, expected) => {
    const found = (["off", "safe", "full"] as const).map((coercion) => {
      try {
        return parse(text, schema, { coercion }).value;
      } catch (error) {
        expect(error).toBeInstanceOf(StructuredError);
        return undefined;
      }
    });
    expect(found).toStrictEqual(expected);
  });

  it("keeps bigints and dates to their digits and to ISO 8601", () => {
    const S = z.object({ n: z.bigint(), at: z.date() });
    const read = (n: string, at: string, coercion: "off" | "safe" | "full"): unknown => {
      try {
        return parse(`{"n": ${n}, "at": ${at}}`, S, { coercion }).value;
      } catch {
        return undefined;
      }
    };
    const value = { n: 12_345n, at: new Date("2026-11-23") };
    expect(read("12345", '"2026-11-23"', "off")).toStrictEqual(value);
    expect(read('"12,345"', '"2026-11-23"', "off")).toBeUndefined();
    expect(read('"12,345"', '"2026-11-23"', "safe")).toStrictEqual(value);
    expect(read("12345", '"23 Nov 2026 UTC"', "safe")).toBeUndefined();
    expect(read("12345", '"23 Nov 2026 UTC"', "full")).toStrictEqual(value);
    for (const mode of ["off", "safe", "full"] as const) {
      for (const day of ["2026-02-29", "2024-02-30", "2026-04-31T10:00Z", "+002026-02-29"])
        expect(read("1", `"${day}"`, mode)).toBeUndefined();
      for (const day of [
        "2024-02-29",
        "2026-12-31T23:59:59-12:00",
        "2026-01-01T00:00+14:00",
        "2026-01-31T24:00",
        "2026-02",
      ])
        expect(read("1", `"${day}"`, mode)).toStrictEqual({ n: 1n, at: new Date(day) });
    }
  });

  it("refuses a day that its month does not have, however the date is written", () => {
    const S = z.object({ at: z.date() });
    const read = (at: string): unknown => {
      try {
        return parse(JSON.stringify({ at }), S, { coercion: "full" }).value.at;
      } catch {
        return undefined;
      }
    };
    for (const day of [
      "31 Feb 2026",
      "29 Feb 2026",
      "Feb 30, 2024",
      "31 Feb 2026 10:00 +0530",
      "Feb 31, 2026 23:30:31 GMT-0800",
      "Tue, 31 Jun 2026 00:30:29 UTC",
      "Wed, 31 Jun 2026 23:29 GMT+1400",
      "10:30:31 31 Apr 2026",
      "02/31/2026",
      "2/30/26",
      "2026-2-31",
      "2026/04/31",
      "02/30/2026",
    ])
      expect(read(day), day).toBeUndefined();
    for (const day of [
      "31 Jan 2026",
      "29 Feb 2024",
      "31 Jan 2026 23:30 GMT-1200",
      "1 Mar 2026 00:29:31 GMT+1400",
      "Thu, 30 Apr 2026 23:59:31 UTC",
      "10:30:31 30 Apr 2026",
      "12/31/2026",
      "28 Feb 2026 10:31",
    ])
      expect(read(day), day).toStrictEqual(new Date(/GMT|UTC/.test(day) ? day : `${day} UTC`));
  });

  it("reads what is written of a date, the same in every zone, and makes nothing up", () => {
    const S = z.object({ at: z.date() });
    const read = (at: string): unknown => {
      try {
        return parse(JSON.stringify({ at }), S, { coercion: "full" }).value.at.toISOString();
      } catch {
        return undefined;
      }
    };
    // a thread, which mutation tests run in, has the zone of its process
    if (isMainThread) {
      vi.stubEnv("TZ", "America/New_York");
      expect(new Date(2026, 0).getTimezoneOffset()).toBe(300);
    }
    for (const [at, expected] of Object.entries({
      "4 May 2024": "2024-05-04T00:00:00.000Z",
      "May 4th, 2024": "2024-05-04T00:00:00.000Z",
      "on Saturday, the 4th of May 2024": "2024-05-04T00:00:00.000Z",
      "2024/05/04": "2024-05-04T00:00:00.000Z",
      "5/13/2024": "2024-05-13T00:00:00.000Z",
      "5/5/2024": "2024-05-05T00:00:00.000Z",
      "2024-05-04T10:00": "2024-05-04T10:00:00.000Z",
      "2024-05-04 10:00:30.5": "2024-05-04T10:00:30.500Z",
      "2024-05-04 10:00 +02:00": "2024-05-04T08:00:00.000Z",
      "2024-05-04 10:00 PM": "2024-05-04T22:00:00.000Z",
      "4 May 2024 at 10:00": "2024-05-04T10:00:00.000Z",
      "Sat May 04 2024 10:00:00 GMT+0200 (Summer Time)": "2024-05-04T08:00:00.000Z",
    }))
      expect(read(at), at).toBe(expected);
    for (const at of [
      "05/06/2024",
      "04.05.2024",
      "2/15/30",
      "4 May 24",
      "May 4",
      "May 4 10:00 +0530",
      "May 2024",
      "2024",
    ])
      expect(read(at), at).toBeUndefined();
    for (const at of ["4 May 2024 10:00 EST", "before May 4, 2024", "not 4 May 2024", `4 May 2024${" ".repeat(99)}.`])
      expect(read(at), at).toBeUndefined();
    vi.unstubAllEnvs();
  });
});
