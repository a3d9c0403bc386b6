import { describe, expect, it } from "vitest";
import type { JsonObject } from "@llm/core";
import { createParser, parsePartial } from "./parser.ts";
import { either, list, map, object, text } from "./testing/schemas.ts";

const whole: JsonObject = { type: "integer" };
const truth: JsonObject = { type: "boolean" };
const stream = (...flags: string[]): JsonObject => ({ "x-stream": flags });
const root = (schema: JsonObject, ...flags: string[]): JsonObject => ({ ...schema, "x-stream-root": flags });

const pair = object({ a: text, b: whole });

/** What a text that stops there shows under `full`. */
const rows: [string, JsonObject, string, unknown][] = [
  ["true is complete as it stands", object({ a: truth }), '{"a": true', { a: true }],
  ["so it is as a label", object({ a: { const: true } }), '{"a": true', { a: true }],
  ["but not as the beginning of a word", object({ a: truth }), '{"a": tru', {}],
  ["nor where it is no label", object({ a: { const: false } }), '{"a": true', {}],
  ["nor as the beginning of a text", object({ a: { enum: ["true", "trueish"] } }), '{"a": "true', {}],
  ["a list that may be missing", { ...object({ a: list(text) }), required: [] }, "{", {}],
  ["a label may go on", object({ a: { enum: ["on", "only"] } }), '{"a": "on', {}],
  ["a number may go on", object({ a: whole }), '{"a": 12', {}],
  ["a number for a text grows as texts do", object({ a: text }), '{"a": 12', { a: "12" }],
  ["a number that may be a number may go on", object({ a: either(whole, text) }), '{"a": 12', {}],
  ["a word that may be null waits", object({ a: text }), '{"a": nul', {}],
  ["a list that may be a text is not there before it begins", object({ a: either(list(whole), text) }), "{", {}],
  ["a known name has begun", object({ title: text, tags: list(text) }), "Sure: {tit", { tags: [] }],
  ["an unknown one has not", object({ title: text, tags: list(text) }), "Sure: {tot", undefined],
  ["an aside does not stand in the way", list(pair), 'Of [several] ways: [{"a": "x', [{ a: "x" }]],
  ["what fits stays, whatever follows", list(pair), '[{"a": "x", "b": 1}] as in [{"a": "y', [{ a: "x", b: 1 }]],

  ["done: an object", object({ p: { ...pair, ...stream("done") } }), '{"p": {"a": "x", "b": 1', {}],
  ["done: one that does not fit", object({ p: { ...pair, ...stream("done") } }), '{"p": {"a": "x", "b": "y"}', {}],
  ["done: a text", object({ p: { ...text, ...stream("done") } }), '{"p": "x', {}],
  ["done: a list that has begun is empty", object({ p: list(text, stream("done")) }), '{"p": ["x"', { p: [] }],
  ["done: a map that has begun is empty", object({ p: map(text, stream("done")) }), '{"p": {"x": "y"', { p: {} }],
  ["done: a list that has not", object({ p: list(text, stream("done")) }), "{", {}],
  ["done: a list that is", object({ p: list(text, stream("done")) }), '{"p": ["x"]', { p: ["x"] }],

  ["not null: nothing yet", object({ p: { ...text, ...stream("not-null") }, q: text }), '{"q": "x', undefined],
  ["not null: a text", object({ p: { ...text, ...stream("not-null") }, q: text }), '{"p": "x', { p: "x" }],
  ["not null: an object that has begun", object({ p: { ...pair, ...stream("not-null") } }), '{"p": {', { p: {} }],
  ["not null: an object that has not", object({ p: { ...pair, ...stream("not-null") } }), '{"p": ', undefined],
  [
    "not null: what may be null",
    object({ p: { ...either(text, { type: "null" }), ...stream("not-null") }, q: text }),
    '{"q": "x',
    { q: "x" },
  ],
  [
    "not null: with its state",
    object({ p: { ...text, ...stream("not-null", "with-state") }, q: text }),
    '{"q": "x',
    undefined,
  ],
  [
    "not null: there, with its state",
    object({ p: { ...text, ...stream("not-null", "with-state") } }),
    '{"p": "x',
    { p: { value: "x", state: "Incomplete" } },
  ],

  ["state: a list", root(list(whole), "with-state"), "[1, 2", { value: [1], state: "Incomplete" }],
  ["state: a complete list", root(list(whole), "with-state"), "[1, 2]", { value: [1, 2], state: "Complete" }],
  ["state: nothing", root(list(whole), "with-state"), "Well", undefined],
  ["a text that holds a list", text, "See [1] for", "See [1] for"],
  ["a text that holds an object", text, 'Say {"a": 1} to', 'Say {"a": 1} to'],
  ["state: a text", root(text, "with-state"), "Well", { value: "Well", state: "Incomplete" }],
  [
    "state: items",
    list({ ...text, ...stream("with-state") }),
    '["a", "b',
    [
      { value: "a", state: "Complete" },
      { value: "b", state: "Incomplete" },
    ],
  ],
  [
    "state: an item that waits",
    list({ ...whole, ...stream("with-state") }),
    "[1, 2",
    [{ value: 1, state: "Complete" }],
  ],
  [
    "state: values of a map",
    map({ ...text, ...stream("with-state") }),
    '{"a": "b", "c": "d',
    { a: { value: "b", state: "Complete" }, c: { value: "d", state: "Incomplete" } },
  ],
  [
    "state: none within what is done",
    object({ p: object({ a: { ...text, ...stream("with-state") } }, stream("done")), q: text }),
    '{"p": {"a": "x"}, "q": "y',
    { p: { a: "x" }, q: "y" },
  ],
];

describe("a text that stops", () => {
  it.each(rows)("%s", (_name, schema, begun, expected) => {
    expect(parsePartial(begun, schema, { coercion: "full" })).toStrictEqual(expected);
  });

  it.each(rows)("shows the same live and immutable: %s", (_name, schema, begun) => {
    const parser = createParser(schema, { coercion: "full" });
    for (const c of begun) {
      parser.write(c);
      const live = structuredClone(parser.live());
      expect(parser.partial()).toStrictEqual(live);
    }
  });

  it.each(rows)("is the same value until it is another: %s", (_name, schema, begun) => {
    const parser = createParser(schema, { coercion: "full" });
    let before: unknown;
    for (const c of begun) {
      parser.write(c);
      const now = parser.partial();
      if (now !== before) expect(now).not.toStrictEqual(before);
      before = now;
    }
  });

  it.each([
    ["", "[1] of 2", "[1] of 2"],
    ["in quotes", '"[1], ', "[1], "],
    ["in quotes, in the middle of an escape", '"one\\ntwo\\', "one\ntwo"],
    ["in quotes, in the middle of a code", '"one\\ntwo\\u00e', "one\ntwo"],
  ])("is a text, whatever stands in it %s", (_name, begun, expected) => {
    expect(parsePartial(begun, text)).toBe(expected);
  });

  it("makes up no empty list or map under safe", () => {
    const schema = object({ p: list(text, stream("done")), q: map(text, stream("done")) });
    expect(parsePartial('{"p": ["x"', schema)).toStrictEqual({});
  });
});
