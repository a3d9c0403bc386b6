import { describe, expect, it } from "vitest";
import type { JsonObject } from "@llm/core";
import { StructuredError } from "./error.ts";
import { parse } from "./parse.ts";
import { count, either, list, text } from "./testing/schemas.ts";

const label = { enum: ["yes", "no"] };
const object = (...names: string[]): JsonObject => ({
  type: "object",
  properties: Object.fromEntries(names.map((name) => [name, count])),
  required: names,
  additionalProperties: false,
});

/** What a text comes to, and what was mended; or why there is none. */
function read(schema: JsonObject, written: string, coercion: "off" | "safe" | "full"): unknown[] | string {
  try {
    const { value, repairs } = parse(written, schema, { coercion });
    return [value, ...repairs.map(({ kind, offset }) => `${kind} ${offset}`)];
  } catch (error) {
    if (!(error instanceof StructuredError)) throw error;
    return error.reason;
  }
}

type Row = [name: string, schema: JsonObject, written: string, off: unknown, safe: unknown, full: unknown];
const same = (...found: unknown[]): [unknown, unknown, unknown] => [found, found, found];
const none: [unknown, unknown, unknown] = ["no-json", "no-json", "no-json"];

const tables: Record<string, Row[]> = {
  "of several values": [
    ["a footnote comes last", list(count), "[1] and [2, 3]", ...same([2, 3], "extracted 8")],
    ["an aside does", list(text), '[note] then ["a"]', ...same(["a"], "extracted 12")],
    ["one of several words does", list(text), '[word, two] and ["a"]', ...same(["a"], "extracted 16")],
    ["but not one in quotes", list(text), '["b"] and ["a"]', ...same(["b"], "extracted 0", "one-of-several 0")],
    ["nor one of several numbers", list(count), "[1, 2] and [3]", ...same([1, 2], "extracted 0")],
    ["nor one on a line of its own", list(count), "x\n[1]\ny [2, 3]", ...same([1], "extracted 2", "one-of-several 2")],
    ["an aside is taken where there is nothing else", list(count), "see [1]", ...same([1], "extracted 4")],
    [
      "code within a sentence does",
      list(count),
      "as `[1, 2]`:\n[3]",
      ...same([3], "extracted 13", "one-of-several 13"),
    ],
    ["but is taken where there is nothing else", list(count), "It is `[1, 2]`.", ...same([1, 2], "extracted 7")],
    [
      "so do lists of which nothing is left",
      list(list({ ...object("a"), properties: { a: count, b: count, c: count } })),
      '[1, 2] and\n[[{"a": 1}], [{"a": 2}]]',
      ...twice([[{ a: 1 }], [{ a: 2 }]], "extracted 11"),
      [[[{ a: 1 }], [{ a: 2 }]], "extracted 11", "one-of-several 11"],
    ],
    ["what is empty comes last", {}, '{} and {"a": 1}', ...same({ a: 1 }, "extracted 7")],
    ["an empty list, too", {}, '[] and {"a": 1}', ...same({ a: 1 }, "extracted 7")],
    ["but not in a fence", {}, "```\n{}\n``` [1, 2]", ...same({}, "extracted 4", "one-of-several 4")],
    [
      "what stands in a fence comes first",
      object("a"),
      '{"a": 1} ```\n{"a": 2}\n```',
      ...same({ a: 2 }, "extracted 13", "one-of-several 13"),
    ],
    [
      "one in brackets comes last, though it has more",
      { ...object("a"), properties: { a: count, b: count } },
      '{"a": 1} (or {"a": 2, "b": 3})',
      ...same({ a: 1 }, "extracted 0", "one-of-several 0"),
    ],
    ["what fits comes first", object("a"), '{"b": 1} {"a": 2}', ...same({ a: 2 }, "extracted 9")],
    [
      "the longest comes first where anything may be",
      {},
      '{"a": 1} {"a": 1, "b": 2}',
      ...same({ a: 1, b: 2 }, "extracted 9", "one-of-several 9"),
    ],
  ],
  "several values as a list": [
    [
      "not where one of them is a list, though its items lack what they may lack",
      list({ ...object("n"), properties: { n: count, o: count, p: count } }),
      '[{"n": 1}, {"n": 2}] (e.g. [more])',
      ...same([{ n: 1 }, { n: 2 }], "extracted 0"),
    ],
    [
      "nor where some of its items do not fit",
      list(object("n")),
      '[{"n": 1}, {"n": 2}, {}] (e.g. [more])',
      "invalid",
      "invalid",
      [[{ n: 1 }, { n: 2 }], "extracted 0", "dropped-item 21"],
    ],
    ["on a line each", list(object("n")), '{"n": 1}\n{"n": 2}', ...same([{ n: 1 }, { n: 2 }], "several-to-list 0")],
    [
      "with commas between them",
      list(object("n")),
      '{"n": 1}, {"n": 2},',
      ...same([{ n: 1 }, { n: 2 }], "extracted 0", "several-to-list 0"),
    ],
    [
      "in prose",
      list(object("n")),
      'x {"n": 1} y {"n": 2}',
      "invalid",
      ...twice([{ n: 1 }, { n: 2 }], "extracted 2", "several-to-list 2"),
    ],
    [
      "in a fence, without what stands elsewhere",
      list(object("n")),
      '{"n": 0} ```\n{"n": 1}\n{"n": 2}\n```',
      "invalid",
      ...twice([{ n: 1 }, { n: 2 }], "extracted 13", "several-to-list 13"),
    ],
    [
      "one a fence",
      list(object("n")),
      'So ```\n{"n": 1}\n```\nand ```\n{"n": 2}\n```',
      "invalid",
      ...twice([{ n: 1 }, { n: 2 }], "extracted 7", "several-to-list 7"),
    ],
    [
      "one an item of Markdown's list",
      list(object("n")),
      '1. `{"n": 1}`\n2. `{"n": 2}`',
      "invalid",
      ...twice([{ n: 1 }, { n: 2 }], "extracted 4", "several-to-list 4"),
    ],
    [
      "one an element",
      list(object("n")),
      '<item>{"n": 1}</item>\n<item>{"n": 2}</item>',
      "invalid",
      ...twice([{ n: 1 }, { n: 2 }], "extracted 6", "several-to-list 6"),
    ],
    [
      "without one that is no item and code within a sentence",
      list(object("n")),
      'As in `{"n": 0}`: {"n": 1} and {"n": "x"} and {"n": 2}',
      "invalid",
      [[{ n: 1 }, { n: 2 }], "extracted 18", "several-to-list 18"],
      [[{ n: 0 }, { n: 1 }, { n: 2 }], "extracted 7", "several-to-list 7", "dropped-item 31"],
    ],
    [
      "not where one is a list",
      list(object("n")),
      '[{"n": 1}]\n{"n": 2}',
      [[{ n: 1 }], "extracted 0"],
      ...twice([{ n: 1 }], "extracted 0", "one-of-several 0"),
    ],
    [
      "not where one is wanted",
      object("n"),
      '{"n": 1}\n{"n": 2}',
      ...same({ n: 1 }, "extracted 0", "one-of-several 0"),
    ],
  ],
  "the text itself": [
    ["may be empty only where all of it is the value", text, "", "no-json", "no-json", ["", "unquoted 0"]],
    ["may be of blanks, so", text, "  ", "no-json", "no-json", ["  ", "unquoted 0"]],
    ["has quotes around it", text, ' "a" ', ["a"], ["a"], [' "a" ', "unquoted 0"]],
    ["is a label", label, "yes", ...same("yes", "unquoted 0")],
    ["is a label in quotes", label, '"yes"', ...same("yes")],
    [
      "is a label in the quotes of which one is missing",
      label,
      '"yes',
      "no-json",
      ...twice("yes", "unquoted 0", "label-punctuation 0"),
    ],
    ["is no label where it is a quote", label, '"', ...none],
    [
      "names a label beside a value",
      label,
      'It is yes {"x": 1}',
      "invalid",
      "invalid",
      ["yes", "unquoted 0", "label-substring 0"],
    ],
    [
      "names none where the value is one of several",
      either(label, object("a")),
      'yes {"a": 1}',
      ...same({ a: 1 }, "extracted 4"),
    ],
    ["is a label or an object", either(label, object("a")), '"yes"', ...same("yes")],
    ["is a text in quotes, though it looks like a number", either(text, count), '"5"', ...same("5")],
    ["is a text in quotes, though a list stands in it", either(text, { type: "null" }), '"[x]"', ...same("[x]")],
    [
      "is a list of lists, where it is a tuple of tuples",
      list(list(object("a"))),
      '(({"a": 1}, {"a": 2}))',
      "invalid",
      ...twice([[{ a: 1 }, { a: 2 }]], "rewritten 0"),
    ],
    ["is a number", either(text, count), " 5 ", ...same(5)],
    ["is a text in quotes, though an object stands in it", either(object("a"), text), '"{x}"', ...same("{x}")],
    ["is a number within unions", [1, 2, 3].reduce<JsonObject>((inner) => either(inner), count), "5", ...same(5)],
    ["is anything", {}, "x", ...same("x", "unquoted 0")],
    ["is nothing where it is empty", {}, "  ", ...none],
    ["is no object", object("a"), "x", ...none],
    ["is no list, but of it", list(count), "5", "no-json", "no-json", [[5], "single-to-list 0"]],
    ["is a list in other brackets", list(count), "(1, 2)", "no-json", ...twice([1, 2], "rewritten 0")],
    [
      "is a list of nothing where nothing fits",
      list(count),
      "x",
      "no-json",
      "no-json",
      [[], "unquoted 0", "single-to-list 0", "dropped-item 0"],
    ],
    ["counts less than what a fence holds", count, "So ```\n5\n``` or 6", ...same(5, "extracted 6")],
    ["not at all where anything may be", {}, "So ```\nx\n``` it", ...same("x", "extracted 6")],
  ],
};

function twice(...found: unknown[]): [unknown, unknown] {
  return [found, found];
}

describe.each(Object.entries(tables))("%s", (_name, rows) => {
  it.each(rows)("%s", (_case, schema, written, off, safe, full) => {
    expect(read(schema, written, "off")).toStrictEqual(off);
    expect(read(schema, written, "safe")).toStrictEqual(safe);
    expect(read(schema, written, "full")).toStrictEqual(full);
  });
});

describe("a text of which nothing fits", () => {
  it("is told of by the longest value in it", () => {
    const failure = (written: string): unknown => {
      try {
        return parse(written, object("a"));
      } catch (error) {
        return error instanceof StructuredError ? error.issues.map(({ offset, path }) => [offset, ...path]) : error;
      }
    };
    expect(failure('{"a": "x"} or {"a": "a long one"} or {"a": "y"}')).toStrictEqual([[20, "a"]]);
    expect(failure("none at all")).toStrictEqual([[0]]);
  });
});
