import { describe, expect, it, vi } from "vitest";
import type { JsonObject } from "@llm/core";
import { createParser, parsePartial } from "./parser.ts";

const text = { type: "string" };
const count = { type: "integer" };
const list = (items: JsonObject): JsonObject => ({ type: "array", items });
const object = (properties: JsonObject): JsonObject => ({
  type: "object",
  properties,
  required: Object.keys(properties),
  additionalProperties: false,
});

describe("where the text has arrived", () => {
  it("is the path to the value that grows, or that came last in what is open", () => {
    const parser = createParser(object({ a: list(object({ b: text })) }));
    const seen = ["x {", '"a"', ": ", "[", '{"b"', ': "x', '"', "}", ', {"b": "y'].map((piece) => {
      parser.write(piece);
      parser.live();
      return parser.path();
    });
    expect(seen).toStrictEqual([
      [],
      [],
      [],
      ["a"],
      ["a", 0],
      ["a", 0, "b"],
      ["a", 0, "b"],
      ["a", 0, "b"], // what follows tells whether the text ended
      ["a", 1, "b"],
    ]);
  });

  it("has the names of the value, not of the text", () => {
    for (const written of ['{"alpha": "x', '{"ALPHA": "x']) {
      const parser = createParser(object({ a: { ...text, "x-alias": "alpha" } }));
      parser.write(written);
      parser.live();
      expect(parser.path()).toStrictEqual(["a"]);
    }
  });
});

describe("the items of a list", () => {
  it("are counted when they are complete, and handed out where they fit", () => {
    const parser = createParser(list(object({ n: count })));
    const counts = ["[", '{"n": 1', "}", ', {"n": "x"}', ', {"n": 3', "}]"].map((piece) => {
      parser.write(piece);
      return parser.completed();
    });
    expect(counts).toStrictEqual([0, 0, 1, 1, 2, 3]); // what follows tells whether the text ended
    expect([0, 1, 2, 3].map(parser.item)).toStrictEqual([{ n: 1 }, undefined, { n: 3 }, undefined]);
  });

  it("are none of an object", () => {
    const parser = createParser(object({ a: list(count) }));
    parser.write('{"a": [1, 2]}');
    expect([parser.completed(), parser.item(0)]).toStrictEqual([0, undefined]);
  });
});

describe("a text as a whole", () => {
  const shows = (coercion: "safe" | "full", ...pieces: string[]): unknown[] => {
    const parser = createParser(text, { coercion });
    return pieces.map((piece) => {
      parser.write(piece);
      const live = parser.live();
      expect(parser.partial()).toBe(live);
      return live;
    });
  };

  it("grows without its quotes and the blanks around it", () => {
    expect(shows("safe", "", " \n", ' "a', " b", '"', "\n")).toStrictEqual([
      undefined,
      undefined,
      "a",
      "a b",
      "a b",
      "a b",
    ]);
    expect(shows("safe", '"say "hi"', " ", 'to"')).toStrictEqual(['say "hi', 'say "hi', 'say "hi" to']);
    expect(shows("safe", '"a', " ", "b")).toStrictEqual(["a", "a ", "a b"]);
    expect(shows("safe", " a", " b ", "c")).toStrictEqual(["a", "a b ", "a b c"]);
  });

  it("is read on, and not anew, where it has escapes", () => {
    const parsed = vi.spyOn(JSON, "parse");
    expect(shows("safe", '"a\\', "nb \\u00", "e9", '\\"', '"').at(-1)).toBe('a\nb é"');
    expect(parsed).not.toHaveBeenCalled();
    parsed.mockRestore();
  });

  it("is all of it under full", () => {
    expect(shows("full", ' "a', '" ')).toStrictEqual([' "a', ' "a" ']);
  });

  it("is itself where a list or object may stand", () => {
    expect(parsePartial('{"a": 1}', text)).toBe('{"a": 1}');
    expect(parsePartial('{"a": 1}', text, { coercion: "full" })).toBe('{"a": 1}');
  });
});

describe("a text that is not read any more", () => {
  it.each([
    ["too deep", { maxDepth: 3 }, "[1, 2, ", "[[[", [1, 2]],
    ["too long", { maxLength: 8 }, "[1, 2, ", "3, ", [1, 2]],
  ])("shows what it showed: %s", (_name, options, before, after, expected) => {
    const parser = createParser(list({}), options);
    parser.write(before);
    const [live, partial] = [parser.live(), parser.partial()];
    expect([live, partial]).toStrictEqual([expected, expected]);
    parser.write(after);
    parser.write("4, ");
    expect([parser.live(), parser.partial()]).toStrictEqual([expected, expected]);
    expect(parser.live()).toBe(live);
    expect(parser.partial()).toBe(partial);
  });
});

describe("of several values, that is shown", () => {
  const one = object({ a: text });
  it.each<[string, JsonObject, string, unknown]>([
    ["none that is a draft", one, '<think>{"a": "x', undefined],
    ["none that is a complete draft", one, '<think>{"a": "x"}</think>', undefined],
    ["what follows a draft", one, '<think>{"a": "x"}</think>{"a": "y', { a: "y" }],
    ["the first that fits", one, '{"a": "x"} {"a": "y', { a: "x" }],
    ["what grows after one that does not fit", one, '{"b": 1} {"a": "y', { a: "y" }],
    ["what grows after one of nothing", one, '{} {"a": "y', { a: "y" }],
    ["the list that fits", list(count), "[1] [2", [1]],
    ["the list that grows after an empty one", list(count), "[] [2, 3", [2]],
  ])("%s", (_name, schema, written, expected) => {
    expect(parsePartial(written, schema)).toStrictEqual(expected);
  });
});
