import { describe, expect, expectTypeOf, test } from "vitest";
import { z } from "zod";
import { newCall } from "./call.ts";
import type { StandardSchema } from "./standard-schema.ts";
import { tool, type ToolAnswer, type ToolContext } from "./tool.ts";

const context: ToolContext = { id: "1", signal: new AbortController().signal, call: newCall() };
const answering = (answer: ToolAnswer) => tool({ input: { type: "object" }, run: () => answer }).run({}, context);

test("a schema describes, checks and types the input", async () => {
  const add = tool({
    description: "Adds.",
    schema: z.object({ a: z.number(), b: z.coerce.number().default(1) }),
    strict: true,
    run: ({ a, b }) => {
      expectTypeOf(b).toEqualTypeOf<number>();
      return a + b;
    },
  });
  expect(add).toMatchObject({ description: "Adds.", strict: true, input: { type: "object", required: ["a"] } });
  expect(add.input).not.toHaveProperty("$schema");
  expect(await add.run({ a: 1 }, context)).toBe("2");
  expect(await add.run({ a: 1, b: "41" }, context)).toBe("42");
  await expect(add.run({ a: "one", b: {} }, context)).rejects.toThrow(/^the input does not fit: a: .*; b: /);
});

test("JSON Schema alone passes the input on as it is", async () => {
  const echo = tool({ input: { type: "object" }, run: (input, { id }) => [id, JSON.stringify(input)] });
  expect(await echo.run({ a: 1 }, context)).toBe('["1","{\\"a\\":1}"]');
});

test("a schema that gives no JSON Schema needs one beside it", async () => {
  const schema: StandardSchema<string> = {
    "~standard": {
      version: 1,
      vendor: "plain",
      validate: async (value) =>
        typeof value === "string" ? { value } : { issues: [{ message: "no text", path: [{ key: "x" }, 0] }] },
    },
  };
  expect(() => tool({ schema, run: () => "" })).toThrow(/^input must be given: this plain schema gives no JSON Schema/);
  const loud = tool({ schema, input: { type: "string" }, run: (text) => text.toUpperCase() });
  expect(await loud.run("hi", context)).toBe("HI");
  await expect(loud.run(1, context)).rejects.toThrow("the input does not fit: x.0: no text");
  expect(() => tool({ run: () => "" } as never)).toThrow(/^input must be a JSON Schema/);
});

describe("an answer is", () => {
  test("text and parts as they are", async () => {
    const parts = [{ type: "text", text: "a" }] as const;
    const image = [{ type: "image", source: { url: "https://example.org/a.png" } }] as const;
    expect(await answering("text")).toBe("text");
    expect(await answering(parts)).toEqual(parts);
    expect(await answering(image)).toEqual(image);
  });
  test("anything else as JSON text", async () => {
    expect(await answering({ a: [1] })).toBe('{"a":[1]}');
    expect(await answering([])).toBe("[]");
    expect(await answering([{ type: "text" }])).toBe('[{"type":"text"}]');
    expect(await answering(null)).toBe("null");
    expect(await answering(undefined)).toBe("");
  });
});
