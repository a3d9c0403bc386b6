import { describe, expect, it } from "vitest";
import * as z from "zod";
import { toDialect } from "./dialect/codec.ts";
import { StructuredError } from "./error.ts";
import { parse } from "./parse.ts";
import type { Coercion, Issue } from "./parsing.ts";

/** Where the issues of a text are: their paths and what stands in the text at their offsets, as far as it was received. */
function placed(run: (text: string) => unknown, text: string): string[] {
  try {
    run(text);
  } catch (error) {
    if (!(error instanceof StructuredError)) throw error;
    return error.issues.map(({ path, received, offset }: Issue) => {
      if (received !== undefined) expect(text.slice(offset)).toContain(received);
      const at = received !== undefined && text.startsWith(received, offset) ? received : `${received} at ${offset}`;
      return `${path.join(".")}: ${at}`;
    });
  }
  throw new Error("it should have been rejected");
}

const bad = z.number().refine((n) => n < 10, "too large");
const word = z.string().refine((text) => text !== "bad", "bad");

describe("what a validator finds has its place in the text", () => {
  it.each<[string, z.ZodType, text: string, expected: string[], coercion?: Coercion]>([
    [
      "by a key in another spelling",
      z.object({ firstName: word }),
      '{"x": 1, "First-Name": "bad"}',
      ['firstName: "bad"'],
    ],
    [
      "by the name that the model knows",
      z.object({ a: word.meta({ "x-alias": "b" }) }),
      '{"a": "good", "b": "bad"}',
      ['a: "bad"'],
    ],
    ["by the last of equal keys", z.object({ aB: bad }), '{"aB": 50, "a_b": 60, "aB": 70, "A-B": 80}', ["aB: 70"]],
    ["by the first of those that resemble it", z.object({ aB: bad }), '{"a_b": 60, "A-B": 80}', ["aB: 60"]],
    ["in a list that lost items", z.array(bad), '["x", 5, "y", 50]', ["1: 50"], "full"],
    ["in a list that lost none", z.array(bad), "[5, 50, 51]", ["1: 50", "2: 51"]],
    ["in a map", z.record(z.string(), bad), '{"k": 1, "l": 50}', ["l: 50"]],
    ["in a map of labels", z.record(z.enum(["one", "two"]), bad), '{"One": 50, "two": 5}', ["one: 50"]],
    ["in a Map of pairs", z.map(z.string(), bad), '[["k", 5], ["l", 50]]', ["l: 50"]],
    ["in a Map of keys and values", z.map(z.string(), bad), '[{"key": "k", "value": 50}]', ["k: 50"]],
    ["in a Map of numbers", z.map(z.number(), bad), '{"1": 5, "2": 50}', ["2: 50"]],
    ["in what an object has besides", z.object({ a: bad }).catchall(bad), '{"a": 1, "c": 50}', ["c: 50"]],
    ["in a tuple", z.tuple([bad, word]).rest(bad), '[50, "bad", 5, 60]', ["3: 60", "0: 50", '1: "bad"']],
    ["in a tuple of numbered properties", z.tuple([bad, word]), '{"1": "bad", "0": 50}', ["0: 50", '1: "bad"']],
    ["in an item alone", z.object({ a: z.array(z.object({ n: bad })) }), '{"a": {"N": 50}}', ["a.0.n: 50"]],
    ["in a list of one", z.object({ a: z.object({ n: bad }) }), '{"a": [{"N": 50}]}', ["a.n: 50"]],
    [
      "in a JSON text",
      z.object({ a: z.object({ n: bad }) }),
      String.raw`{"a": "{\"n\": 50}"}`,
      [String.raw`a.n: "{\"n\": 50}"`],
    ],
    [
      "in a part of a union",
      z.object({ u: z.union([z.object({ t: z.literal("a"), aB: bad }), z.object({ t: z.literal("b"), "x-y": bad })]) }),
      '{"u": {"t": "b", "aB": 1, "X_Y": 50}}',
      ["u.x-y: 50"],
    ],
    ["in what may be null", z.object({ u: z.object({ aB: bad }).nullable() }), '{"u": {"a_b": 50}}', ["u.aB: 50"]],
    [
      "of what is not there",
      z.object({ a: z.object({ b: z.unknown() }).refine(() => false, { path: ["c"] }) }),
      '{"a": {"b": 1}}',
      ["a.c: undefined at 6"],
    ],
  ])("%s", (_name, schema, text, expected, coercion = "safe") => {
    expect(placed((one) => parse(one, schema, { coercion }), text)).toStrictEqual(expected);
  });

  it.each<[string, z.ZodType, text: string, expected: string[]]>([
    ["in a record", z.object({ r: z.record(z.string(), bad) }), '{"r": [{"key": "k", "value": 50}]}', ["r.k: 50"]],
    [
      "in what an object has besides",
      z.object({ a: bad }).catchall(bad),
      '{"a": 50, "additional_properties": [{"key": "b", "value": 5}, {"key": "c", "value": 60}]}',
      ["a: 50", "c: 60"],
    ],
    ["in a tuple", z.object({ t: z.tuple([bad]).rest(bad) }), '{"t": {"0": 1, "rest": [2, 50]}}', ["t.2: 50"]],
    ["in a list as the root", z.array(z.object({ n: bad })), '{"value": [{"n": 1}, {"n": 50}]}', ["1.n: 50"]],
  ])("of a vendor's dialect: %s", (_name, schema, text, expected) => {
    expect(placed((one) => toDialect(schema, "openai").decode(one), text)).toStrictEqual(expected);
  });

  it("of the first 200", () => {
    expect(placed((text) => parse(text, z.array(bad)), `[${"50,".repeat(300)}5]`)).toHaveLength(200);
  });
});
