import { describe, expect, it } from "vitest";
import type { JsonObject } from "@llm/core";
import { encodedProgram } from "./dialect/lower.ts";
import { parse } from "./parse.ts";
import { createParser, newParser } from "./parser.ts";
import type { Parser } from "./parser.ts";
import { programOf } from "./program.ts";
import { count, either, list, map, object, text } from "./testing/schemas.ts";

const truth = { type: "boolean" };
const kind = (name: string, a: JsonObject): JsonObject => object({ kind: { enum: [name] }, a });
const nested = (depth: number): JsonObject => (depth === 0 ? object({ a: text }) : either(nested(depth - 1)));

/** What shows of a text in the end, the same live and immutable all the way, whether it was looked at before or not. */
function shown(parser: () => Parser<unknown>, begun: string): unknown {
  const [both, live, late] = [parser(), parser(), parser()];
  for (const c of begun) {
    both.write(c);
    live.write(c);
    live.live();
    const seen = structuredClone(both.live());
    expect(both.partial()).toStrictEqual(seen);
  }
  late.write(begun);
  const found = late.partial();
  expect(both.partial()).toStrictEqual(found);
  expect(live.live()).toStrictEqual(found);
  return found;
}

const rows: [string, JsonObject, string, unknown][] = [
  ["a text", object({ a: text }), '{"a": "x', { a: "x" }],
  ["texts of a list", list(text), '["x", "y', ["x", "y"]],
  ["texts of a list in a list", list(list(text)), '[["x"], ["y", "z', [["x"], ["y", "z"]]],
  ["values of a map", map(text), '{"x": "y", "z": "w', { x: "y", z: "w" }],
  ["parts of a tuple", { type: "array", prefixItems: [count, text], items: truth }, '[1, "x', [1, "x"]],
  ["more of a tuple", { type: "array", prefixItems: [count], items: text }, '[1, "x", "y', [1, "x", "y"]],
  ["anything", object({ a: {} }), '{"a": {"b": [1, {"c": "x', { a: { b: [1, { c: "x" }] } }],
  ["anything that is complete", object({ a: {} }), '{"a": {"b": [1, {"c": "x"}]}, ', { a: { b: [1, { c: "x" }] } }],
  ["a key that resembles a name", object({ ab: text }), '{"Ab": "x', { ab: "x" }],
  ["the last of a key twice", object({ a: text }), '{"a": "x", "a": "y', { a: "y" }],
  ["no key that nobody knows", object({ a: text }), '{"a": "x", "b": "y', { a: "x" }],
  [
    "one that may be there",
    object({ a: text }, { additionalProperties: text }),
    '{"a": "x", "b": "y',
    { a: "x", b: "y" },
  ],
  ["a number that is complete", object({ a: count }), '{"a": 12, "', { a: 12 }],
  ["no number that may go on", object({ a: count }), '{"a": 12', {}],
  ["no date that may go on", object({ a: { ...text, "x-type": "date" } }), '{"a": "2026-11-2', {}],
  ["an unquoted text", object({ a: text }), '{"a": word', { a: "word" }],
  ["no unquoted text that may become null", object({ a: text }), '{"a": nu', {}],
  ["no unquoted text where anything may be", object({ a: {} }), '{"a": word', {}],
  ["an unquoted text that is long", object({ a: text }), `{"a": ${"1".repeat(41)}`, { a: "1".repeat(41) }],
  ["a list made of its only item", list(object({ a: text })), '{"a": "x', [{ a: "x" }]],
  ["no list made of another", object({ p: list(object({ a: text })) }), '{"p": "x', {}],
  [
    "parts that do not fit",
    object({ p: object({ a: text, b: count }), q: text }),
    '{"p": {"a": "x"}, "q": "y',
    { p: { a: "x" }, q: "y" },
  ],
  [
    "a list that is longer than it may be",
    object({ p: list(count, { maxItems: 1 }), q: text }),
    '{"p": [1, 2], "q": "y',
    { p: [1, 2], q: "y" },
  ],
  ["an item that is bent", list(text), '["x", 1, "y', ["x", "1", "y"]],
  [
    "an object after one that is bent",
    list(object({ a: count })),
    '[{"a": "1"}, {"a": 2}, {"a": 3',
    [{ a: 1 }, { a: 2 }, {}],
  ],
  [
    "what may be missing",
    list(object({ a: text, b: text }, { required: [] })),
    '[{"a": "x"}, {"b": "y',
    [{ a: "x" }, { b: "y" }],
  ],
  [
    "what a default stands for",
    list(object({ a: text, b: { ...text, default: "z" } }, { required: ["a"] })),
    '[{"a": "x"}, {"a": "y',
    [{ a: "x", b: "z" }, { a: "y" }],
  ],
  [
    "a Set",
    object({ a: list(text, { "x-type": "set" }), b: text }),
    '{"a": ["x", "x"], "b": "y',
    { a: new Set(["x"]), b: "y" },
  ],
  ["empty lists and objects", list(either(object({}), list(text))), "[{}, [], [", [{}, [], []]],

  [
    "the option with most of its keys",
    either(object({ a: text, b: text }), object({ a: text, c: text })),
    '{"a": "x", "c": "y',
    { a: "x", c: "y" },
  ],
  [
    "the option whose label fits",
    either(kind("one", count), kind("two", text)),
    '{"kind": "two", "a": "x',
    { kind: "two", a: "x" },
  ],
  [
    "the option whose label fits, among more",
    list(either(kind("one", count), kind("two", text), kind("three", count))),
    '[{"kind": "two", "a": "x',
    [{ kind: "two", a: "x" }],
  ],
  ["the first of two alike", either(object({ a: text }), object({ a: count })), '{"a": "x', { a: "x" }],
  ["the object of an object and a list", either(list(text), object({ a: text })), '{"a": "x', { a: "x" }],
  ["the list of an object and a list", either(object({ a: text }), list(text)), '["x', ["x"]],
  ["the text of a list and a text", object({ p: either(list(count), text) }), '{"p": "x', { p: "x" }],
  ["nothing of a list where a text or number may be", object({ p: either(count, text) }), '{"p": ["x', {}],
  ["a number's text only where no number may be", object({ p: either(truth, text) }), '{"p": 12', {}],
  ["a union within a union", either(count, either(list(text), object({ a: text }))), '{"a": "x', { a: "x" }],
  ["unions within each other", nested(8), '{"a": "x', { a: "x" }],
  ["what anything may be, of a union", object({ p: either({}, count) }), '{"p": {"b": "x', { p: { b: "x" } }],
  [
    "another option once its keys say so",
    list(either(object({ a: text }), object({ b: text, c: text }))),
    '[{"b": "x", "c": "y',
    [{ b: "x", c: "y" }],
  ],
];

describe("while it grows, a value shows", () => {
  it.each(rows)("%s", (_name, schema, begun, expected) => {
    expect(shown(() => createParser(schema), begun)).toStrictEqual(expected);
  });

  it("what is wrapped for a vendor as what it is", () => {
    const wrapped = (schema: JsonObject) => (): Parser<unknown> =>
      newParser(schema, encodedProgram(programOf(schema), true), {}, true);
    expect(shown(wrapped(list(count)), '{"value": [1, 2')).toStrictEqual([1]);
    expect(shown(wrapped(list(count)), '{"value": ')).toBeUndefined();
    expect(shown(wrapped(list(count)), "[1, 2")).toStrictEqual([1]);
    expect(shown(wrapped(either(list(text), text)), '{"value": "x')).toBe("x");
    const parser = wrapped(list(object({ n: count })))();
    parser.write('{"value": [{"n": 1}, {"n": 2');
    parser.live();
    expect([parser.path(), parser.completed(), parser.item(0)]).toStrictEqual([[1, "n"], 1, { n: 1 }]);
    expect(parser.partial()).toStrictEqual([{ n: 1 }, {}]);
  });

  it("the same in the end as what was never looked at", () => {
    for (const [, schema, begun] of rows) {
      const looked = createParser(schema);
      for (const c of begun) {
        looked.write(c);
        looked.live();
      }
      const outcome = (run: () => unknown): unknown => {
        try {
          return run();
        } catch (error) {
          return (error as Error).message;
        }
      };
      expect(outcome(() => looked.end())).toStrictEqual(outcome(() => parse(begun, schema)));
    }
  });
});
