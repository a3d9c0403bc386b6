import { describe, expect, it } from "vitest";
import * as z from "zod";
import { StructuredError } from "./error.ts";
import { parse, parseAsync, readOptions } from "./parse.ts";
import type { ParseOptions } from "./parse.ts";
import type { Schema } from "./standard-schema.ts";

function failure(text: string, schema: Schema, options: ParseOptions = {}): StructuredError {
  try {
    parse(text, schema, options);
  } catch (error) {
    if (error instanceof StructuredError) return error;
    throw error;
  }
  throw new Error("it should have been rejected");
}

/** A schema whose validator finds what it is told to. */
function finding(...issues: { readonly message: string; readonly path?: readonly unknown[] }[]): Schema {
  const inner = z.any()["~standard"];
  return { "~standard": { ...inner, validate: () => ({ issues }) } } as Schema;
}

describe("what a validator finds", () => {
  const text = "Well: {a: {b: [1, 22]}, 'a': {'b': [3]}}";

  it.each<[string, readonly unknown[] | undefined, (string | number)[], received: string | undefined, offset: number]>([
    ["on the whole", undefined, [], text.slice(6), 6],
    ["on a property", ["a"], ["a"], "{'b': [3]}", 29],
    ["on a part of it", ["a", "b", 0], ["a", "b", 0], "3", 36],
    ["by a segment of the path", [{ key: "a" }, { key: "b" }], ["a", "b"], "[3]", 35],
    ["on what is missing", ["a", "c", "d"], ["a", "c", "d"], undefined, 29],
    ["on a symbol", [Symbol("s")], ["Symbol(s)"], undefined, 6],
  ])("is placed in the text: %s", (_name, path, expected, received, offset) => {
    const { issues } = failure(text, finding({ message: "wrong", ...(path && { path }) }));
    expect(issues).toStrictEqual([
      { path: expected, message: "wrong", expected: "wrong", ...(received !== undefined && { received }), offset },
    ]);
  });

  it("is told of, five at most", () => {
    const many = ["v", "w", "x", "y", "z"].map((name) => ({ message: `no ${name}`, path: ["a", name] }));
    expect(failure(text, finding({ message: "no" }, ...many)).message).toBe(
      "the answer does not fit the schema: no; a.v: no v; a.w: no w; a.x: no x; a.y: no y",
    );
  });

  it("is invalid, or ambiguous where one of it is", () => {
    expect(failure(text, finding({ message: "no" })).reason).toBe("invalid");
    expect(failure(text, finding({ message: "no" }, { message: "ambiguous: no" })).reason).toBe("ambiguous");
    expect(failure("x", finding({ message: "no" })).reason).toBe("invalid");
  });

  it("may be nothing in the next best value", () => {
    const Positive = z.object({ n: z.number().refine((n) => n > 0) });
    expect(parse('{"n": -1} or {"n": 1}', Positive)).toStrictEqual({
      value: { n: 1 },
      repairs: [{ kind: "extracted", path: [], offset: 13 }],
    });
    expect(failure('{"n": -1} or {"n": -22}', Positive).issues).toMatchObject([{ received: "-1" }]);
  });

  it("comes with the value and the text", () => {
    const error = failure('{"a": 1}', finding({ message: "no" }));
    expect([error.value, error.text, error.code]).toStrictEqual([{ a: 1 }, '{"a": 1}', "malformed"]);
  });

  it("may come later", async () => {
    const Late = z.object({ n: z.number().refine(async (n) => n > 0, "too small") });
    expect(() => parse('{"n": 1}', Late)).toThrow("schema: it validates asynchronously; use parseAsync or endAsync");
    expect(await parseAsync('{"n": 1}', Late)).toStrictEqual({ value: { n: 1 }, repairs: [] });
    await expect(parseAsync('{"n": 0}', Late)).rejects.toThrow("n: too small");
  });

  it("is that the text is too deep where it recurses without end", () => {
    const validate = (): never => {
      throw new RangeError("Maximum call stack size exceeded");
    };
    const schema = { "~standard": { ...z.any()["~standard"], validate } } as Schema;
    expect(failure("[1]", schema)).toMatchObject({
      reason: "too-deep",
      message: "the answer nests deeper than allowed",
    });
  });
});

describe("JSON as it stands", () => {
  it("may be as long and as deep as allowed, no more", () => {
    const schema = z.any();
    expect(parse("[[[1]]]", schema, { maxDepth: 3, maxLength: 7 }).value).toStrictEqual([[[1]]]);
    expect(parse('[[1], [{"a": 2}], "[[[["]', schema, { maxDepth: 3 }).value).toStrictEqual([[1], [{ a: 2 }], "[[[["]);
    const deep = failure("[[[1]]]", schema, { maxDepth: 2 });
    expect([deep.reason, deep.text, deep.message]).toStrictEqual([
      "too-deep",
      "[[[1]]]",
      "the answer nests deeper than allowed",
    ]);
    expect(failure('[{"a": [1]}]', schema, { maxDepth: 2 }).reason).toBe("too-deep");
    const long = failure("[[[1]]]", schema, { maxLength: 6 });
    expect([long.reason, long.message]).toStrictEqual(["too-large", "the answer is longer than allowed"]);
  });

  it("is not looked into where all of it is the text", () => {
    expect(parse('"x"', z.string(), { coercion: "full" }).value).toBe('"x"');
    expect(parse('"x"', z.string()).value).toBe("x");
  });

  it("keeps a name that only its spelling hides, unless nothing is bent", () => {
    const S = z.object({ first_name: z.string().optional() });
    expect(parse('{"firstName": "Ann"}', S).value).toStrictEqual({ first_name: "Ann" });
    expect(parse('{"firstName": "Ann"}', S, { coercion: "off" })).toStrictEqual({ value: {}, repairs: [] });
  });
});

describe("options", () => {
  it("have their bounds", () => {
    for (const maxDepth of [1, 1000]) expect(readOptions({ maxDepth }).maxDepth).toBe(maxDepth);
    for (const maxDepth of [0, 1001, 1.5, Number.NaN])
      expect(() => readOptions({ maxDepth })).toThrow("maxDepth: expected an integer from 1 to 1000");
    expect(readOptions({ maxLength: 1 }).maxLength).toBe(1);
    for (const maxLength of [0, -1, 1.5, Infinity])
      expect(() => readOptions({ maxLength })).toThrow("maxLength: expected a positive integer");
    for (const coercion of ["off", "safe", "full"] as const) expect(readOptions({ coercion }).coercion).toBe(coercion);
    expect(readOptions({})).toStrictEqual({ coercion: "safe", maxDepth: 256, maxLength: 2 ** 24, encoded: false });
  });
});
