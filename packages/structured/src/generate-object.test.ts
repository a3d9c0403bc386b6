import { describe, expect, it } from "vitest";
import * as z from "zod";
import type { ChatRequest, Event } from "@llm/core";
import { LlmError, isLlmError, noUsage } from "@llm/core";
import { mock } from "@llm/core/testing";
import { choice } from "./choice.ts";
import { StructuredError } from "./error.ts";
import { generateObject, generateObjectResult } from "./generate-object.ts";
import type { ObjectOptions } from "./request.ts";
import { streamObject } from "./stream-object.ts";
import { leafOf } from "./testing/leaf.ts";

const Person = z.object({ name: z.string(), age: z.number() });
const ANN = { name: "Ann", age: 41 };

const rejected = async (promise: Promise<unknown>): Promise<StructuredError> => {
  try {
    await promise;
  } catch (error) {
    if (error instanceof StructuredError) return error;
    throw error;
  }
  throw new Error("it should have been rejected");
};

describe("generateObject", () => {
  it("gives the typed value", async () => {
    const provider = mock("Here: {name: 'Ann', age: 41}");
    const person = await generateObject(provider, Person, "Who?");
    expect(person).toStrictEqual(ANN);
    const { output, messages } = provider.calls[0]!.request;
    expect(messages).toStrictEqual([{ role: "user", content: "Who?" }]);
    expect(output?.schema).toMatchObject({ type: "object", required: ["name", "age"] });
    expect(output?.instructions).toContain("{name: string, age: number}");
    expect(provider.calls[0]!.call.whole).toBe(true);
  });

  it.each(["openai", "anthropic"])("sends %s its dialect and reads the answer by it", async (vendor) => {
    const S = z.object({
      size: z.tuple([z.number(), z.number()]),
      more: z.record(z.string(), z.number()),
      note: z.string().optional(),
    });
    const leaf = leafOf(
      vendor,
      '{"size": {"0": 1, "1": 2}, "more": [{"key": "x", "value": 3}], "note": null}',
      "native",
    );
    const { object, mode, usage, attempts, result } = await generateObjectResult(leaf, S, "x");
    expect(object).toStrictEqual({ size: [1, 2], more: { x: 3 } });
    expect({ mode, attempts }).toStrictEqual({ mode: "native", attempts: 1 });
    expect(usage.output).toBe(7);
    expect(result.output?.dialect).toBe(vendor);
    expect(Object.keys((leaf.asked[0] as { output: { dialects: object } }).output.dialects)).toStrictEqual([vendor]);
  });

  it("unwraps a root that is no object", async () => {
    expect(
      await generateObject(leafOf("openai", '{"value": ["a", "b"]}', "tool"), z.array(z.string()), "x"),
    ).toStrictEqual(["a", "b"]);
    expect(
      await generateObject(leafOf("openai", '["a", "b"]', "instructions"), z.array(z.string()), "x"),
    ).toStrictEqual(["a", "b"]);
  });

  it("asks again with what was wrong, and counts all usage", async () => {
    const events: Event[] = [];
    const provider = mock(
      { text: '{"name": "Ann", "age": "old"}', usage: { input: 10, output: 1 } },
      { text: '{"name": "Ann", "age": 41}', usage: { input: 20, output: 2 } },
    );
    const { object, usage, attempts } = await generateObjectResult(provider, Person, "Who?", {
      onEvent: (event) => events.push(event),
    });
    expect(object).toStrictEqual(ANN);
    expect(attempts).toBe(2);
    expect(usage).toMatchObject({ input: 30, output: 3 });
    const again = provider.calls[1]!.request.messages;
    expect(again).toHaveLength(3);
    expect(again[1]).toMatchObject({ role: "assistant" });
    expect(again[2]!.content).toContain('- age: expected a number, received "old"');
    const failures = events.filter((event) => event.type === "structured_output.parse_error");
    expect(failures).toHaveLength(1);
    expect(failures[0]!.error.reason).toBe("invalid");
    const calls = provider.calls.map(({ call }) => [call.attempt, call.parent]);
    expect(calls).toStrictEqual([
      [1, undefined],
      [2, provider.calls[0]!.call.id],
    ]);
  });

  it("gives up after the repairs that it may make", async () => {
    const provider = mock({ text: "sorry, no", usage: { input: 10, output: 1 } });
    const error = await rejected(generateObject(provider, Person, "Who?"));
    expect(provider.calls).toHaveLength(3);
    expect(isLlmError(error, "malformed")).toBe(true);
    expect(error.reason).toBe("no-json");
    expect(error.text).toBe("sorry, no");
    expect(error.partial?.usage).toMatchObject({ input: 30, output: 3 });
    await rejected(generateObject(provider, Person, "Who?", { repairs: 0 }));
    expect(provider.calls).toHaveLength(4);
    await expect(generateObject(provider, Person, "Who?", { repairs: -1 })).rejects.toThrow(/repairs/);
  });

  it("never asks again after a refusal", async () => {
    const provider = mock({ text: "I can't.", finish: "refusal" });
    const error = await rejected(generateObject(provider, Person, "Who?"));
    expect(error).toMatchObject({ code: "refusal", reason: "refusal" });
    expect(provider.calls).toHaveLength(1);
  });

  it("keeps what was there before a refusal", async () => {
    for (const finish of ["refusal", "content-filter"] as const) {
      const error = await rejected(generateObject(mock({ text: '{"name": "Ann", "a', finish }), Person, "Who?"));
      expect(error).toMatchObject({ code: "refusal", value: { name: "Ann" } });
    }
  });

  it("takes an answer that pauses, or ends for a reason unknown in the middle, for one that was cut off", async () => {
    const Name = z.object({ name: z.string() });
    const ask = (finish: "pause" | "other", text: string): Promise<unknown> =>
      generateObject(mock({ text, finish }, '{"name": "Bob"}'), Name, "Who?", { repairs: 0 });
    await expect(ask("pause", '{"name": "Ann"}')).rejects.toMatchObject({ code: "truncated", value: { name: "Ann" } });
    await expect(ask("other", '{"name": "An')).rejects.toMatchObject({ code: "truncated", value: { name: "An" } });
    expect(await ask("other", '{"name": "Ann"}')).toStrictEqual({ name: "Ann" });
    expect(await generateObject(mock({ text: '{"name": "An', finish: "other" }, '{"name": "Bob"}'), Name, "?")).toEqual(
      { name: "Bob" },
    );
  });

  it("takes what has no end of its own for cut off where the answer ends for a reason unknown", async () => {
    const ask = (schema: z.ZodType, text: string): Promise<unknown> =>
      generateObject(mock({ text, finish: "other" }), schema, "?", { repairs: 0 });
    const cut = { code: "truncated", reason: "truncated" };
    await expect(ask(z.string(), "Dear Ann, I")).rejects.toMatchObject({ ...cut, value: "Dear Ann, I" });
    await expect(ask(z.number(), "12")).rejects.toMatchObject(cut);
    expect(await ask(z.string(), '"Dear Ann"')).toBe("Dear Ann");
    expect(await ask(z.array(z.number()), "[1, 2] are")).toStrictEqual([1, 2]);
    await expect(choice(mock({ text: "happy", finish: "other" }, "sad"), "?", ["happy", "sad"])).resolves.toBe("sad");
  });

  it("asks again without the calls of other tools, which nobody answered", async () => {
    const provider = mock(
      { text: "Let me look.", toolCalls: [{ name: "look", input: { at: "Ann" } }] },
      { toolCalls: [{ name: "look", input: { at: "Ann" } }] },
      JSON.stringify(ANN),
    );
    const tools = [{ name: "look", input: { type: "object" } }];
    const prompt = { messages: [{ role: "user", content: "Who?" }], tools } as const;
    expect(await generateObject(provider, Person, prompt)).toStrictEqual(ANN);
    expect(provider.calls[1]!.request.messages.slice(1)).toMatchObject([
      { role: "assistant", content: [{ type: "text", text: "Let me look." }] },
      { role: "user" },
    ]);
    expect(JSON.stringify(provider.calls.map(({ request }) => request.messages))).not.toContain("tool-call");
  });

  it("asks again for an answer that was cut off, or ends with its part", async () => {
    const cut = { text: '{"name": "Ann", "ag', finish: "length" } as const;
    const provider = mock(cut, JSON.stringify(ANN));
    expect(await generateObject(provider, Person, "Who?")).toStrictEqual(ANN);
    expect(provider.calls[1]!.request.messages.at(-1)!.content).toContain("cut off");
    const error = await rejected(generateObject(mock(cut), Person, "Who?", { repairs: 0 }));
    expect(error).toMatchObject({ code: "truncated", reason: "truncated", value: { name: "Ann" } });
    // whole as it looks, it was cut off
    expect(
      (await rejected(generateObject(mock({ ...cut, text: JSON.stringify(ANN) }), Person, "Who?", { repairs: 0 })))
        .code,
    ).toBe("truncated");
  });

  it("passes on the provider's errors with the usage of all attempts", async () => {
    const spent = { ...noUsage, input: 5, output: 2 };
    const errors = [
      [new LlmError("overloaded", "busy"), 10],
      [new LlmError("overloaded", "busy", { partial: { text: "{", usage: spent } }), 15],
    ] as const;
    for (const [error, input] of errors) {
      const script = [{ text: "no", usage: { input: 10, output: 1 } }, error] as const;
      const expected = { code: "overloaded", message: "busy", partial: { ...error.partial, usage: { input } } };
      await expect(generateObject(mock(...script), Person, "Who?")).rejects.toMatchObject(expected);
      await expect(streamObject(mock(...script), Person, "Who?").object).rejects.toMatchObject(expected);
    }
  });

  it.each(["openai", "anthropic"])(
    "asks %s in words where its strict mode does not take the schema",
    async (vendor) => {
      const wide = z.object(
        Object.fromEntries(Array.from({ length: 5001 }, (_, i) => [`p${i}`, z.string().optional()])),
      );
      const leaf = leafOf(vendor, '{"p1": "x"}', "instructions");
      const { object, mode } = await generateObjectResult(leaf, wide, "x");
      expect({ object, mode }).toStrictEqual({ object: { p1: "x" }, mode: "instructions" });
      expect(await streamObject(leaf, wide, "x").object).toStrictEqual({ p1: "x" });
      for (const request of leaf.asked)
        expect(request).toMatchObject({ output: { mode: "instructions", dialects: {} } });
      // who names a way has that one
      const asked = leaf.asked.length;
      for (const mode of ["native", "tool"] as const) {
        await expect(generateObject(leaf, wide, "x", { mode })).rejects.toMatchObject({ code: "unsupported" });
        expect(() => streamObject(leaf, wide, "x", { mode })).toThrow(/takes/);
        const prompt = { messages: [{ role: "user", content: "x" }], output: { schema: {}, mode } } as const;
        await expect(generateObject(leaf, wide, prompt)).rejects.toMatchObject({ code: "unsupported" });
      }
      expect(leaf.asked).toHaveLength(asked);
      expect(await generateObject(leaf, wide, "x", { mode: "instructions" })).toStrictEqual({ p1: "x" });
    },
  );

  const word = { type: "string" };
  it.each([
    ["none of them strict", false, 19, word, [], undefined],
    ["strict ones that leave 5 of 24", true, 19, word, ["p5", "p6", "p7", "p8", "p9"], undefined],
    ["strict ones that leave no union", true, 16, { type: ["string", "null"] }, undefined, "instructions"],
  ])(
    "counts Anthropic's limits over all of a request: beside tools, %s",
    async (_name, strict, count, part, required, mode) => {
      const leaf = leafOf("anthropic", "{}", mode ? "instructions" : "native");
      const S = z.object(Object.fromEntries(Array.from({ length: 10 }, (_, i) => [`p${i}`, z.string().optional()])));
      const properties = Object.fromEntries(Array.from({ length: count }, (_, i) => [`q${i}`, part]));
      const tools = [{ name: "look", input: { type: "object", properties }, strict }];
      await generateObject(leaf, S, { messages: [{ role: "user", content: "x" }], tools });
      const { output } = leaf.asked[0] as ChatRequest;
      expect(output?.mode).toBe(mode);
      expect(output?.dialects?.["anthropic"]?.["required"]).toStrictEqual(required);
    },
  );

  it("passes mode and name on", async () => {
    const provider = mock(JSON.stringify(ANN));
    await generateObject(provider, Person, "x", { mode: "tool", name: "person" });
    expect(provider.calls[0]!.request.output).toMatchObject({ mode: "tool", name: "person" });
  });

  it.each([
    ["repairs", { repairs: 1.5 }],
    ["mode", { mode: "json" }],
    ["name", { name: "my person" }],
    ["name", { name: "p".repeat(65) }],
    ["coercion", { coercion: "some" }],
    ["maxDepth", { maxDepth: 0 }],
    ["maxLength", { maxLength: -1 }],
  ])("refuses a wrong %s before anything is asked", async (name, wrong) => {
    const provider = mock(JSON.stringify(ANN));
    const options = wrong as ObjectOptions; // what a program without types may pass
    const message = new RegExp(`^TypeError: ${name}: expected`);
    await expect(generateObject(provider, Person, "x", options).catch(String)).resolves.toMatch(message);
    expect(() => streamObject(provider, Person, "x", options)).toThrow(TypeError);
    expect(provider.calls).toHaveLength(0);
  });

  it("says where in the answer a validator found what wrong, also in a wrapped root", async () => {
    const Names = z.array(z.string().refine((name) => name !== "Bob", "is taken"));
    const leaf = leafOf("openai", '{"value": ["Ann", "Bob"]}', "native");
    const error = await rejected(generateObject(leaf, Names, "x", { repairs: 0 }));
    expect(error.issues).toMatchObject([{ path: [1], message: "is taken", received: '"Bob"', offset: 18 }]);
  });

  it("takes plain JSON Schema", async () => {
    const value = await generateObject(
      mock("{n: '1'}"),
      { type: "object", properties: { n: { type: "integer", minimum: 1 } }, required: ["n"] },
      "x",
    );
    expect(value).toStrictEqual({ n: 1 });
  });
});
