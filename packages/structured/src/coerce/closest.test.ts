import { describe, expect, it } from "vitest";
import * as z from "zod";
import { StructuredError } from "../error.ts";
import { parse } from "../parse.ts";
import { feedback } from "../request.ts";
import type { Schema } from "../standard-schema.ts";
import { count, either, list, object } from "../testing/schemas.ts";

/** What the model is told of an answer, a line for each issue. */
function told(answer: string, schema: Schema): string[] {
  try {
    parse(answer, schema);
  } catch (error) {
    if (error instanceof StructuredError)
      return feedback(error)
        .split("\n")
        .filter((line) => line.startsWith("- "))
        .map((line) => line.slice(2));
    throw error;
  }
  throw new Error("it should have been rejected");
}

const Shape = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("circle"), radius: z.number(), name: z.string() }),
  z.object({ kind: z.literal("square"), side: z.number() }),
  z.object({ kind: z.literal("point") }),
]);

const circle = object({ kind: { const: "circle" } });

describe("what is told of a union of objects", () => {
  it.each<[string, string, Schema, string[]]>([
    [
      "what keeps it from the one whose label it has",
      '{"kind": "circle", "side": 5}',
      Shape,
      ["radius: expected a number, but nothing stands there", "name: expected a string, but nothing stands there"],
    ],
    [
      "all the labels where it has none of them",
      '{"kind": "oval", "radius": 1, "name": "o"}',
      Shape,
      ['kind: expected "circle" or "square" or "point", received "oval"'],
    ],
    [
      "and where it has no label",
      '{"radius": 1, "name": "o"}',
      Shape,
      ['kind: expected "circle" or "square" or "point", but nothing stands there'],
    ],
    [
      "the same of unions within unions",
      '{"a": [{"kind": "line"}]}',
      z.object({ a: z.array(z.union([Shape, z.object({ kind: z.literal("text"), text: z.string() }), z.null()])) }),
      ['a.0.kind: expected "circle" or "square" or "point" or "text", received "line"'],
    ],
    [
      "of objects without labels, that with most of its keys",
      '{"a": "x", "b": 1}',
      either(object({ d: count }), object({ a: count, b: count, c: count })),
      ['a: expected an integer, received "x"', "c: expected an integer, but nothing stands there"],
    ],
    [
      "of those with as many, that which lacks least",
      '{"a": 1}',
      either(object({ a: count, b: count, c: count }), object({ a: count, d: count })),
      ["d: expected an integer, but nothing stands there"],
    ],
    [
      "of those alike, both",
      '{"a": "x"}',
      either(object({ a: count }), object({ a: { type: "boolean" } })),
      ['a: expected an integer, received "x"', 'a: expected true or false, received "x"'],
    ],
    [
      "what another label says beside the first is no label of the union",
      '{"kind": "a", "v": 2}',
      either(object({ kind: { const: "b" } }), object({ kind: { const: "a" }, v: { const: 1 } })),
      ["v: expected 1, received 2"],
    ],
    [
      "a list's items, where it is a list",
      '["x"]',
      either(circle, list(count)),
      ['0: expected an integer, received "x"'],
    ],
    [
      "all that it may be where it is none of these",
      '{"u": "x"}',
      object({ u: either(circle, list(count)) }),
      ['u: expected an object with kind or a list, received "x"'],
    ],
  ])("%s", (_name, answer, schema, lines) => {
    expect(told(answer, schema)).toStrictEqual(lines);
  });
});
