import { describe, expect, it, vi } from "vitest";
import type { JsonObject } from "@llm/core";
import { createParser, parsePartial } from "./parser.ts";
import { count, either, list, object, text } from "./testing/schemas.ts";

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

  it("has the names of the value before anything was shown, too", () => {
    const inner = object({ b: { ...text, "x-alias": "beta" } });
    for (const part of [
      inner,
      list(inner),
      { type: "object", additionalProperties: inner },
      either(inner, list(text)),
    ]) {
      const parser = createParser(object({ a: { ...part, "x-alias": "alpha" } }));
      const written = JSON.stringify(
        part === inner || "anyOf" in part ? { beta: "x" } : "items" in part ? [{ beta: "x" }] : { k: { beta: "x" } },
      );
      parser.write(`{"alpha": ${written.slice(0, written.indexOf("x") + 1)}`);
      const path = parser.path();
      expect([path[0], path.at(-1)]).toStrictEqual(["a", "b"]);
      parser.partial();
      expect(parser.path()).toStrictEqual(path);
    }
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

describe("the end", () => {
  it("is the end: nothing follows it, and it is always the same", () => {
    const parser = createParser(object({ n: count }));
    parser.write('{"n": 1');
    const parsed = parser.end();
    expect(() => parser.write("2}")).toThrow("delta: expected a string, before the end");
    expect(parser.end()).toStrictEqual(parsed);
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

  it("are not those of a footnote, unless that is all there is", () => {
    const parser = createParser(list(count));
    parser.write("As [1] says");
    expect([parser.completed(), parser.item(0)]).toStrictEqual([0, undefined]);
    parser.end();
    expect([parser.completed(), parser.item(0)]).toStrictEqual([1, 1]);
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
    expect(shows("safe", '"say "hi"', " ", 'to"')).toStrictEqual(['say "hi"', 'say "hi" ', 'say "hi" to']);
    expect(shows("safe", '"Hello"', ", she", ' said "hi"')).toStrictEqual([
      "Hello",
      '"Hello", she',
      '"Hello", she said "hi"',
    ]);
    expect(shows("safe", '"a', " ", "b")).toStrictEqual(["a", "a ", "a b"]);
    expect(shows("safe", " a", " b ", "c")).toStrictEqual(["a", "a b ", "a b c"]);
  });

  it("is read on, and not anew, where it has escapes", () => {
    const parsed = vi.spyOn(JSON, "parse");
    expect(shows("safe", '"a\\', "nb \\u00", "e9", '\\"', '"').at(-1)).toBe('a\nb é"');
    expect(parsed.mock.calls).toStrictEqual([[String.raw`"\n"`], [String.raw`"\u00e9"`], [String.raw`"\""`]]);
    parsed.mockRestore();
  });

  it("is all of it under full", () => {
    expect(shows("full", ' "a', '" ')).toStrictEqual([' "a', ' "a" ']);
  });

  it("never shows half of a character", () => {
    expect(shows("safe", "a\ud83d", "\ude00", String.raw`\ud83d`)).toStrictEqual(["a", "a😀", String.raw`a😀\ud83d`]);
    expect(shows("safe", String.raw`"a\ud83d`, String.raw`\ude`, "00", '"')).toStrictEqual(["a", "a", "a😀", "a😀"]);
  });

  it("grows on where it holds a list, an object or more brackets than may nest", () => {
    expect(shows("safe", 'Use {"ab', "cd", '": 1}', " now")).toStrictEqual([
      'Use {"ab',
      'Use {"abcd',
      'Use {"abcd": 1}',
      'Use {"abcd": 1} now',
    ]);
    const parser = createParser(text, { maxDepth: 2 });
    parser.write("[[[[{{");
    expect([parser.live(), parser.path(), parser.completed()]).toStrictEqual(["[[[[{{", [], 0]);
    expect(parser.end().value).toBe("[[[[{{");
  });

  it("is not complete before its end, whatever is complete within", () => {
    const parser = createParser({ ...text, "x-stream": ["with-state"] });
    parser.write("see [1] and {}");
    expect(parser.partial()).toStrictEqual({ value: "see [1] and {}", state: "Incomplete" });
  });

  it("is complete and the value itself at its end", () => {
    const ended = (schema: JsonObject, written: string): unknown => {
      const parser = createParser(schema);
      parser.write(written);
      const { value } = parser.end();
      return [value, parser.partial(), parser.live()];
    };
    const state = { value: "Hello", state: "Complete" };
    expect(ended({ ...text, "x-stream-root": ["with-state"] }, "Hello")).toStrictEqual(["Hello", state, state]);
    expect(ended({ ...text, "x-stream-root": ["done"] }, "Hello")).toStrictEqual(["Hello", "Hello", "Hello"]);
    for (const [written, value] of [
      ["Hello \n", "Hello"],
      ['""', ""],
      ["a\ud83d", "a\ud83d"],
    ] as const)
      expect(ended(text, written)).toStrictEqual([value, value, value]);
    expect(shows("safe", '"', '"')).toStrictEqual(["", ""]);
  });

  it.each([1, 3, 100])("ends where it is longer than allowed, in pieces of %i", (size) => {
    const parser = createParser(text, { maxLength: 7 });
    const whole = '"seven" and more';
    for (let at = 0; at < whole.length; at += size) parser.write(whole.slice(at, at + size));
    expect([parser.live(), parser.partial()]).toStrictEqual(["seven", "seven"]);
    expect(() => parser.end()).toThrow(expect.objectContaining({ reason: "too-large", value: "seven" }));
  });

  it("may be null, and shows when that is known", () => {
    const nullable = either(text, { type: "null" });
    const shown = (...pieces: string[]): unknown[] => {
      const parser = createParser(nullable);
      const seen = pieces.map((piece) => {
        parser.write(piece);
        const live = parser.live();
        expect(parser.partial()).toBe(live);
        return live;
      });
      return [...seen, parser.end().value];
    };
    expect(shown("nu", "ll")).toStrictEqual([undefined, undefined, null]);
    expect(shown("No", "ne of [1] and", " [2]")).toStrictEqual([
      undefined,
      "None of [1] and",
      "None of [1] and [2]",
      "None of [1] and [2]",
    ]);
    expect(shown(' "Hello', ' [1] {x}"')).toStrictEqual(["Hello", "Hello [1] {x}", "Hello [1] {x}"]);
    expect(shown("```\nco", "de\n```")).toStrictEqual([undefined, undefined, "code"]);
  });

  it("is itself where a list or object may stand", () => {
    expect(parsePartial('{"a": 1}', text)).toBe('{"a": 1}');
    expect(parsePartial('{"a": 1}', text, { coercion: "full" })).toBe('{"a": 1}');
  });
});

describe("a text that is not read any more", () => {
  it.each([
    ["too deep", { maxDepth: 3 }, "[1, 2, [[[4, ", [1, 2, [[]]]],
    ["too long", { maxLength: 8 }, "[1, 2, 3, 4, ", [1, 2]],
  ])("shows what was read, however it was cut and looked at: %s", (_name, options, written, expected) => {
    for (const size of [1, 2, 3, 7, 100]) {
      const parser = createParser(list({}), options);
      for (let at = 0; at < written.length; at += size) {
        parser.write(written.slice(at, at + size));
        if (at % 2 === 0) parser.live();
        if (at % 3 === 0) parser.partial();
      }
      expect([parser.live(), parser.partial()]).toStrictEqual([expected, expected]);
      expect(parser.partial()).toBe(parser.partial());
    }
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
    ["the list that fits", list(count), "[1, 2] [3", [1, 2]],
    ["a list that grows after a footnote", list(count), "[1] says: [2, 3", [2]],
    ["and is complete", list(count), "[1] says: [2, 3] so", [2, 3]],
    ["the list in a fence", list(count), "[1, 2] or\n```\n[3, 4]\n```\n", [3, 4]],
    ["the list after code in a sentence", list(count), "As `[1, 2]`:\n[3, 4]\n", [3, 4]],
    ["the list that grows after an empty one", list(count), "[] [2, 3", [2]],
  ])("%s", (_name, schema, written, expected) => {
    expect(parsePartial(written, schema)).toStrictEqual(expected);
  });
});
