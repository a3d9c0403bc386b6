import { readFileSync } from "node:fs";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as z from "zod";
import type { Json, JsonObject } from "@llm/core";
import { StructuredError } from "./error.ts";
import { parse } from "./parse.ts";
import { createParser } from "./parser.ts";
import type { Repair } from "./reader/node.ts";
import { toDialect } from "./dialect/codec.ts";
import { damages } from "./testing/damage.ts";
import { randomDocument, randomObject } from "./testing/documents.ts";
import { encode } from "./testing/encode.ts";
import { newRandom } from "./testing/random.ts";
import { count, object, text } from "./testing/schemas.ts";

const { env } = import.meta as ImportMeta & { readonly env: { readonly MODE: string } }; // vitest sets it
const RUNS = env.MODE === "long" ? 20_000 : 600;

const label = { enum: ["in-progress", "done"] };

type Row = [kind: string, schema: JsonObject, text: string, value: unknown, offset: number, path?: Repair["path"]];

/** Each kind of repair: where it is said to be, and what it comes to. Under `full`. */
const rows: Row[] = [
  ["extracted", {}, 'So: {"a": 1}.', { a: 1 }, 4],
  ["extracted", {}, '```json\n{"a": 1}\n```', { a: 1 }, 8],
  ["one-of-several", {}, '{"a": 1} or {"b": 1}', { a: 1 }, 0],
  ["several-to-list", { type: "array", items: object({ n: count }) }, '{"n": 1}\n{"n": 2}', [{ n: 1 }, { n: 2 }], 0],
  ["inner-json", object({ a: { type: "array", items: count } }), '{"a": "[1]"}', { a: [1] }, 6, ["a"]],
  ["rewritten", {}, '｛"a"：1｝', { a: 1 }, 0],
  ["missing-comma", {}, "[1 2]", [1, 2], 3],
  ["comma", {}, "[1, 2,]", [1, 2], 6],
  ["comma", {}, "[1,, 2]", [1, 2], 3],
  ["comma", {}, "[, 1]", [1], 1],
  ["comma", {}, '{"a": [1,}', { a: [1] }, 9],
  ["comma", {}, '{"a": 1; "b": 2}', { a: 1, b: 2 }, 7],
  ["missing-colon", {}, '{"a" 1}', { a: 1 }, 5],
  ["missing-closer", {}, '{"a": 1', { a: 1 }, 7],
  ["wrong-closer", {}, '{"a": {}]}', { a: {} }, 8],
  ["missing-value", {}, '{"a": 1, "b":}', { a: 1 }, 13],
  ["unquoted", {}, "{a: 1}", { a: 1 }, 1],
  ["unquoted", {}, '{"a": word}', { a: "word" }, 6],
  ["unquoted", {}, '["a", word', ["a", "word"], 6],
  ["unquoted", label, "done", "done", 0],
  ["quotes", {}, "['a']", ["a"], 1],
  ["inner-quote", {}, '["a "b" c", 1]', ['a "b" c', 1], 4],
  ["joined", {}, '["a" + "b"]', ["ab"], 5],
  ["escape", {}, String.raw`["\x41"]`, ["A"], 2],
  ["escape", {}, String.raw`["\'"]`, ["'"], 2],
  ["escape", {}, String.raw`["\q"]`, [String.raw`\q`], 2],
  ["escape", {}, String.raw`{"a": 1, \ "b": 2}`, { a: 1, b: 2 }, 9],
  ["unescaped", {}, '["a\nb"]', ["a\nb"], 3],
  ["literal", {}, "[True]", [true], 1],
  ["literal", {}, "[None]", [null], 1],
  ["literal", {}, '{"a": NaN', { a: null }, 6],
  ["literal", {}, "[1_000]", [1000], 1],
  ["literal", {}, "[+1]", [1], 1],
  ["literal", {}, "[.5]", [0.5], 1],
  ["literal", {}, "[007]", [7], 1],
  ["literal", { type: "boolean" }, "True", true, 0],
  ["comment", {}, "[1 // one\n]", [1], 3],
  ["dropped-text", {}, "[1, ...]", [1], 7],
  ["key", object({ first_name: text }), '{"firstName": "x"}', { first_name: "x" }, 14, ["first_name"]],
  ["implied-key", object({ a: object({ b: count }) }), '{"a": 1}', { a: { b: 1 } }, 6, ["a", "b"]],
  ["dropped-key", object({ a: count }), '{"a": 1, "b": 2}', { a: 1 }, 14, ["b"]],
  ["dropped-key", object({ a: { ...count, "x-alias": "n" } }), '{"n": 1, "a": 2}', { a: 1 }, 14, ["a"]],
  ["dropped-value", { type: "object", properties: { a: text } }, '{"a": null}', {}, 6, ["a"]],
  ["dropped-value", { type: "object", properties: { a: count } }, '{"a": "x"}', {}, 6, ["a"]],
  ["dropped-item", { type: "array", items: count }, '[1, "x"]', [1], 4, [1]],
  ["dropped-item", { type: "array", prefixItems: [count] }, "[1, 2]", [1], 4, [1]],
  ["dropped-entry", { type: "object", additionalProperties: count }, '{"a": 1, "b": "x"}', { a: 1 }, 14, ["b"]],
  ["missing", object({ a: { type: ["string", "null"] } }), "{}", { a: null }, 0, ["a"]],
  ["missing", { type: "array", prefixItems: [count, { type: "array" }] }, "[1]", [1, []], 0, [1]],
  ["default", { type: "object", properties: { a: { ...count, default: 3 } } }, "{}", { a: 3 }, 0, ["a"]],
  ["null-for-value", object({ a: { anyOf: [count, { type: "null" }] } }), '{"a": "x"}', { a: null }, 6, ["a"]],
  ["single-to-list", { type: "array", items: count }, '{"a": 1}', [], 0],
  ["list-to-single", object({ a: text }), '{"a": ["x"]}', { a: "x" }, 6, ["a"]],
  ["list-to-single", object({ a: object({ b: count }) }), '{"a": [{"b": 1}]}', { a: { b: 1 } }, 6, ["a"]],
  ["object-to-single", object({ a: label, b: count }), '{"a": {"x": "done"}, "b": 1}', { a: "done", b: 1 }, 6, ["a"]],
  ["other-form", { type: "object", additionalProperties: count }, '[["a", 1]]', { a: 1 }, 0],
  ["other-form", { type: "array", prefixItems: [count] }, '{"0": 1}', [1], 0],
  ["string-to-number", object({ a: count }), '{"a": "5"}', { a: 5 }, 6, ["a"]],
  ["number-in-text", object({ a: count }), '{"a": "about 5"}', { a: 5 }, 6, ["a"]],
  ["rounded", object({ a: count }), '{"a": 1.6}', { a: 2 }, 6, ["a"]],
  ["string-to-boolean", object({ a: { type: "boolean" } }), '{"a": "yes"}', { a: true }, 6, ["a"]],
  ["boolean-in-text", object({ a: { type: "boolean" } }), '{"a": "It is true"}', { a: true }, 6, ["a"]],
  ["number-to-string", object({ a: text }), '{"a": 1.50}', { a: "1.50" }, 6, ["a"]],
  ["number-to-string", object({ a: text }), '{"a": true}', { a: "true" }, 6, ["a"]],
  ["json-to-string", object({ a: text }), '{"a": {"b": 1}}', { a: '{"b": 1}' }, 6, ["a"]],
  ["label-case", object({ a: label }), '{"a": "DONE"}', { a: "done" }, 6, ["a"]],
  ["label-accents", object({ a: label }), '{"a": "dóne"}', { a: "done" }, 6, ["a"]],
  ["label-punctuation", object({ a: label }), '{"a": "In Progress"}', { a: "in-progress" }, 6, ["a"]],
  ["label-substring", object({ a: label }), '{"a": "It is done."}', { a: "done" }, 6, ["a"]],
  ["label-in-json", object({ a: { enum: ["[1, 2]"] } }), '{"a": [1, 2]}', { a: "[1, 2]" }, 6, ["a"]],
  ["label-name", object({ a: { enum: ["5"] } }), '{"a": 5}', { a: "5" }, 6, ["a"]],
  ["label-name", object({ a: label }), '{"a": " done "}', { a: "done" }, 6, ["a"]],
  [
    "label-name",
    object({ a: { enum: ["hi"], "x-enumDescriptions": { hi: "High" } } }),
    '{"a": "High"}',
    { a: "hi" },
    6,
    ["a"],
  ],
];

const kindsIn = (source: string, pattern: RegExp): Set<string> =>
  new Set([...source.matchAll(pattern)].map(([, kind]) => kind ?? ""));
const source = (path: string): string => readFileSync(new URL(path, import.meta.url), "utf8");
// however the source is laid out: mutation tests print it anew
const [, union = ""] = /type RepairKind =([^;]*);/.exec(source("./reader/node.ts").replaceAll(/\/\/.*/g, "")) ?? [];
const known = kindsIn(union, /"([\w-]+)"/g);

describe("repairs", () => {
  it.each(rows)("list %s: %j %s", (kind, schema, written, value, offset, path = []) => {
    const found = parse(written, schema, { coercion: "full" });
    expect(found.value).toStrictEqual(value);
    expect(found.repairs).toContainEqual({ kind, path, offset });
  });

  it("say of a date that it was written otherwise, and of a Map that it was an object", () => {
    const S = z.object({ at: z.date(), of: z.map(z.number(), z.string()) });
    expect(parse('{"at": "23 Nov 2026 UTC", "of": {"1": "x"}}', S, { coercion: "full" })).toStrictEqual({
      value: { at: new Date("2026-11-23"), of: new Map([[1, "x"]]) },
      repairs: [
        { kind: "string-to-date", path: ["at"], offset: 7 },
        { kind: "string-to-number", path: ["of", "1"], offset: 38 },
        { kind: "other-form", path: ["of"], offset: 32 },
      ],
    });
    expect(parse('{"at": "2026-11-23", "of": [[1, "x"]]}', S).repairs).toStrictEqual([]);
  });

  it("are all told of, here and in the README", () => {
    expect(new Set([...rows.map(([kind]) => kind), "string-to-date"])).toStrictEqual(known);
    const [, table = ""] = source("../README.md").split("\n## Repairs\n");
    expect(kindsIn(table.split("\n| ---")[1]?.split("\n## ")[0] ?? "", /`([a-z-]+)`/g)).toStrictEqual(known);
  });

  it("are none of a value that stands there as JSON, even where a shape could bend it", () => {
    const exact: [JsonObject, string][] = [
      [{}, ' {"a": [1, -0.5e+3, true, null, "x\\u00e9\\n"]}\n'],
      [{}, `[${"1".repeat(60)}]`],
      [{}, "[]"],
      [{ enum: ["5", 5] }, "5"],
      [{ anyOf: [{ enum: ["5"] }, { type: "number" }] }, "5"],
      [{ anyOf: [{ type: "object", properties: { a: text } }, object({ a: { type: "null" } })] }, '{"a": null}'],
      [{ type: "object", additionalProperties: count, properties: { y: count } }, '{"x": 1, "x": 2}'],
      [{ type: "string" }, '"say \\"hi\\""'],
      [{ enum: ["a"] }, '"a"'],
      [{ type: "array", prefixItems: [count, text], minItems: 1 }, "[1]"],
    ];
    for (const [schema, written] of exact)
      expect(parse(written, schema), written).toStrictEqual({ value: JSON.parse(written), repairs: [] });
  });

  it("are none only of JSON that gives just the value, whatever was done to it", () => {
    const document = fc.integer().map((seed) => {
      const random = newRandom(seed);
      return random.chance(0.5) ? randomObject(random, 3) : randomDocument(random, 3);
    });
    const coercion = fc.constantFrom("off", "safe", "full");
    fc.assert(
      fc.property(
        document,
        fc.constantFrom(...Object.values(damages)),
        coercion,
        fc.integer(),
        (one, damage, c, seed) => {
          const written = damage(one.value, newRandom(seed));
          fc.pre(written !== undefined);
          let read: ReturnType<typeof parse>;
          try {
            read = parse(written, one.schema, { coercion: c });
          } catch (error) {
            expect(error).toBeInstanceOf(StructuredError);
            return;
          }
          let exact = false;
          try {
            expect(read.value).toStrictEqual(JSON.parse(written.replace(/^\ufeff/, ""))); // which a parser may ignore
            exact = true;
          } catch {
            // it was mended
          }
          expect(read.repairs.length === 0, JSON.stringify(read)).toBe(exact);
        },
      ),
      { numRuns: RUNS },
    );
  });

  it("are none of what a vendor's strict mode writes", () => {
    const S = z.object({
      a: z.string().optional(),
      pair: z.tuple([z.number(), z.string()]),
      of: z.record(z.string(), z.number()),
      any: z.any(),
      map: z.map(z.string(), z.date()),
    });
    for (const dialect of ["openai", "anthropic"] as const) {
      const codec = toDialect(S, dialect);
      const value: Json = {
        pair: [1, "x"],
        of: { x: 1 },
        any: [1, "two"],
        map: [["k", "2026-11-23"]],
      };
      const written = JSON.stringify(encode(value, codec.schema));
      expect(codec.decode(written).repairs).toStrictEqual([]);
    }
  });
});

describe("what is mended within a text", () => {
  const Of = object({ a: { type: "array", items: count } });
  const places = (written: string, schema: JsonObject): Repair[] => [...parse(written, schema).repairs];

  it("has its place in the whole where it stands there as it is", () => {
    expect(places(`{"a": "[1, '2',]"}`, Of)).toStrictEqual([
      { kind: "inner-json", path: ["a"], offset: 6 },
      { kind: "quotes", path: ["a"], offset: 11 },
      { kind: "comma", path: ["a"], offset: 15 },
      { kind: "string-to-number", path: ["a", 1], offset: 11 },
    ]);
    expect(places(`{"a": (1, '2')}`, Of)).toStrictEqual([
      { kind: "unquoted", path: [], offset: 6 },
      { kind: "inner-json", path: ["a"], offset: 6 },
      { kind: "quotes", path: ["a"], offset: 10 },
      { kind: "string-to-number", path: ["a", 1], offset: 10 },
    ]);
  });

  it("has that of the text around it where it was escaped", () => {
    expect(places(String.raw`{"a": "[1, \"2\",]"}`, Of)).toStrictEqual([
      { kind: "inner-json", path: ["a"], offset: 6 },
      { kind: "comma", path: ["a"], offset: 6 },
      { kind: "string-to-number", path: ["a", 1], offset: 6 },
    ]);
    const twice = JSON.stringify({ a: JSON.stringify(["[True]"]) });
    expect(places(twice, object({ a: { type: "array", items: { type: "array" } } }))).toStrictEqual([
      { kind: "inner-json", path: ["a"], offset: 5 },
      { kind: "inner-json", path: ["a", 0], offset: 5 },
      { kind: "literal", path: ["a", 0], offset: 5 },
    ]);
  });

  it("is told of a whole text that is one, or was rewritten", () => {
    expect(places(`It is "{\\"a\\": [1,]}"`, Of)).toStrictEqual([
      { kind: "extracted", path: [], offset: 6 },
      { kind: "inner-json", path: [], offset: 6 },
      { kind: "comma", path: [], offset: 6 },
    ]);
    expect(places("［True，］", { type: "array" })).toStrictEqual([
      { kind: "rewritten", path: [], offset: 0 },
      { kind: "literal", path: [], offset: 0 },
      { kind: "comma", path: [], offset: 0 },
    ]);
  });

  it("is told of a text in a vendor's dialect", () => {
    const codec = toDialect(z.object({ a: z.any() }), "openai");
    const [name = ""] = Object.keys((codec.schema["properties"] ?? {}) as JsonObject);
    const written = JSON.stringify({ [name]: "[True]" });
    expect(codec.decode(written)).toStrictEqual({
      value: { a: [true] },
      repairs: [{ kind: "literal", path: ["a"], offset: 7 }],
    });
  });

  it("has its place in an issue, too", () => {
    const issues = (written: string, schema: unknown): unknown => {
      try {
        return parse(written, schema as JsonObject);
      } catch (error) {
        return error instanceof StructuredError ? error.issues : error;
      }
    };
    const Positive = z.object({ p: z.object({ n: z.number().refine((n) => n > 0, "too small") }) });
    expect(issues(`Yes: "{\\"a\\": [\\"x\\"]}"`, Of)).toStrictEqual([
      {
        path: ["a", 0],
        message: 'expected an integer, received "x"',
        expected: "an integer",
        received: '"x"',
        offset: 5,
      },
    ]);
    expect(issues(`Yes: "{\\"p\\": {\\"n\\": -1}}"`, Positive)).toStrictEqual([
      { path: ["p", "n"], message: "too small", expected: "too small", received: "-1", offset: 5 },
    ]);
    expect(issues(`{"p": "{'n': -1}"}`, Positive)).toStrictEqual([
      { path: ["p", "n"], message: "too small", expected: "too small", received: `"{'n': -1}"`, offset: 6 },
    ]);
  });
});

describe("of several candidates", () => {
  const asked: unknown[] = [];
  /** Takes what has an even `n`, and remembers what it was asked about. */
  const Even = z.object({ n: z.number(), s: z.string().optional() }).refine((value) => {
    asked.push(value.n);
    return value.n % 2 === 0;
  });
  const ask = (written: string): { read: unknown; asked: unknown[] } => {
    asked.length = 0;
    try {
      return { read: parse(written, Even), asked };
    } catch (error) {
      return { read: error instanceof StructuredError && error.reason, asked };
    }
  };
  const kinds = (read: unknown): string[] => (read as ReturnType<typeof parse>).repairs.map(({ kind }) => kind);

  it("the validator is asked about the best four, best first", () => {
    const bent = [1, 3, 5, 7, 9].map((n) => `{"n": "${n}"}`).join(" ");
    expect(ask(`${bent} {"n": 11} {"n": 13}`)).toStrictEqual({ read: "invalid", asked: [11, 13, 1, 3] });
    const found = ask(`${bent} {"n": 2}`);
    expect(found).toMatchObject({ read: { value: { n: 2 } }, asked: [2] });
  });

  it("whichever is taken says whether others fitted, too", () => {
    const second = ask('{"n": 1} or {"n": 2} or {"n": 4}');
    expect(second).toMatchObject({ read: { value: { n: 2 } }, asked: [1, 2] });
    expect(kinds(second.read)).toStrictEqual(["extracted", "one-of-several"]);
    const last = ask('{"n": 1} or {"n": 2}');
    expect(kinds(last.read)).toStrictEqual(["extracted"]);
  });

  it("those in fences and within texts count", () => {
    const Label = { enum: ["a", "b"] } as const;
    expect(parse("```\na\n```\n```\nb\n```", Label).repairs.map(({ kind }) => kind)).toContain("one-of-several");
    const twice = [1, 2].map((n) => JSON.stringify(JSON.stringify({ n }))).join(" or ");
    expect(parse(twice, object({ n: count })).repairs.map(({ kind }) => kind)).toContain("one-of-several");
  });

  it("a stream takes the same", () => {
    const parser = createParser(Even);
    parser.write('{"n": 1} or {"n": 2} or {"n": 4}');
    parser.partial();
    expect(parser.end()).toStrictEqual(parse('{"n": 1} or {"n": 2} or {"n": 4}', Even));
  });
});
