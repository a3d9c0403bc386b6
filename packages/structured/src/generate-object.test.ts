import { describe, expect, it } from "vitest";
import * as z from "zod";
import type { Event, Provider, StreamPart } from "@llm/core";
import { LlmError, isLlmError, noUsage } from "@llm/core";
import { mock, mockModel } from "@llm/core/testing";
import { choice, list } from "./choice.ts";
import { StructuredError } from "./error.ts";
import { generateObject, generateObjectResult } from "./generate-object.ts";
import { streamObject } from "./stream-object.ts";
import type { ObjectEvent } from "./stream-object.ts";

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

/** A leaf that reports how it used the output, as the adapters do. */
const leafOf = (
  vendor: string,
  answer: string,
  mode: "native" | "tool" | "instructions",
): Provider & { asked: unknown[] } => {
  const asked: unknown[] = [];
  const { models } = mockModel({ vendor });
  return {
    name: vendor,
    models,
    asked,
    stream: async function* (request): AsyncGenerator<StreamPart> {
      asked.push(request);
      yield {
        type: "start",
        vendor,
        model: "m",
        output: { mode, ...(mode !== "instructions" && { dialect: vendor }) },
      };
      for (let i = 0; i < answer.length; i += 3) yield { type: "text", block: 0, delta: answer.slice(i, i + 3) };
      yield { type: "finish", reason: "stop", usage: { ...noUsage, input: 5, output: 7 } };
    },
  };
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
    const provider = mock({ text: "no", usage: { input: 10, output: 1 } }, new LlmError("overloaded", "busy"));
    await expect(generateObject(provider, Person, "Who?")).rejects.toMatchObject({
      code: "overloaded",
      partial: { usage: { input: 10 } },
    });
  });

  it("refuses a schema that the vendor does not take, unless it goes in words", async () => {
    const wide = z.object(Object.fromEntries(Array.from({ length: 5001 }, (_, i) => [`p${i}`, z.string().optional()])));
    const leaf = leafOf("openai", '{"p1": "x"}', "instructions");
    await expect(generateObject(leaf, wide, "x")).rejects.toMatchObject({ code: "unsupported" });
    expect(leaf.asked).toHaveLength(0);
    expect(await generateObject(leaf, wide, "x", { mode: "instructions" })).toStrictEqual({ p1: "x" });
  });

  it("passes mode and name on", async () => {
    const provider = mock(JSON.stringify(ANN));
    await generateObject(provider, Person, "x", { mode: "tool", name: "person" });
    expect(provider.calls[0]!.request.output).toMatchObject({ mode: "tool", name: "person" });
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

const collect = async <T>(items: AsyncIterable<T>): Promise<T[]> => {
  const out: T[] = [];
  for await (const item of items) out.push(item);
  return out;
};

describe("streamObject", () => {
  const S = z.object({ title: z.string(), n: z.number(), tags: z.array(z.string()), kind: z.enum(["aa", "bb"]) });
  const text = '{"title": "Hello", "n": 1234, "tags": ["x", "yy"], "kind": "aa"}';

  it("yields partial values: texts and lists grow, the rest comes whole", async () => {
    const partials = await collect(streamObject(leafOf("openai", text, "native"), S, "x"));
    expect(partials[0]).toStrictEqual({});
    expect(partials.at(-1)).toStrictEqual({ title: "Hello", n: 1234, tags: ["x", "yy"], kind: "aa" });
    expect(new Set(partials.map((partial) => partial.n))).toStrictEqual(new Set([undefined, 1234]));
    expect(new Set(partials.map((partial) => partial.kind))).toStrictEqual(new Set([undefined, "aa"]));
    expect(partials.some((partial) => partial.title === "Hel" || partial.title === "Hell")).toBe(true);
    for (let i = 1; i < partials.length; i++) {
      expect((partials[i]!.title ?? "").startsWith(partials[i - 1]!.title ?? "")).toBe(true);
    }
  });

  it("tells what happened where, and ends with the valid object", async () => {
    const events = await collect(streamObject(leafOf("openai", text, "native"), S, "x").events());
    expect(events.at(-1)).toStrictEqual({ type: "object", value: JSON.parse(text) });
    const paths = new Set(events.flatMap((event) => (event.type === "partial" ? [event.path.join(".")] : [])));
    expect([...paths]).toEqual(expect.arrayContaining(["title", "n", "tags", "tags.0"]));
  });

  it("names a path by the value's names, and one that holds all that changed", async () => {
    const schema = {
      type: "object",
      properties: {
        a: { type: "object", "x-alias": "alpha", properties: { b: { type: "string" }, c: { type: "string" } } },
        d: { type: "string" },
      },
    } as const;
    const provider = leafOf("other", '{"alpha": {"b": "xxxxxx", "c": "yyyyyy"}, "d": "zzzz"}', "instructions");
    const events = await collect(streamObject(provider, schema, "x").events());
    const paths = events.flatMap((event) => (event.type === "partial" ? [event.path.join(".")] : []));
    expect(new Set(paths)).toStrictEqual(new Set(["", "a", "a.b", "a.c", "d"]));
  });

  it("hands the object out by itself", async () => {
    const stream = streamObject(leafOf("openai", text, "native"), S, "x");
    expect(await stream.object).toStrictEqual(JSON.parse(text));
    expect(await stream.result).toMatchObject({ mode: "native", attempts: 1, usage: { output: 7 } });
  });

  it("says when it asks again", async () => {
    const provider = mock('{"title": 1', text);
    const events = await collect<ObjectEvent<z.infer<typeof S>>>(streamObject(provider, S, "x").events());
    expect(events.map((event) => event.type)).toContain("again");
    expect(events.at(-1)).toStrictEqual({ type: "object", value: JSON.parse(text) });
    expect(provider.calls).toHaveLength(2);
  });

  it("throws what went wrong, where it is read and from the result", async () => {
    const stream = streamObject(mock({ text: '{"title": "He', finish: "length" }), S, "x", { repairs: 0 });
    await expect(collect(stream)).rejects.toMatchObject({ code: "truncated", value: { title: "He" } });
    await expect(stream.result).rejects.toMatchObject({ code: "truncated" });
    await expect(collect(stream)).rejects.toThrow(TypeError);
  });

  it("leaves the call when its reader leaves", async () => {
    const provider = mock(text);
    const stream = streamObject(provider, S, "x");
    for await (const _ of stream) break;
    expect(provider.active()).toBe(0);
    await expect(stream.object).rejects.toMatchObject({ code: "aborted" });
  });

  it("asks nothing before it is read", () => {
    const provider = mock(text);
    streamObject(provider, S, "x");
    expect(provider.calls).toHaveLength(0);
  });
});

describe("elements", () => {
  const Item = z.object({ n: z.number() }).transform(({ n }) => n * 10);

  it("come once each, complete and valid, as soon as they are there", async () => {
    const seen: string[] = [];
    const leaf = leafOf("openai", '{"value": [{"n": 1}, {"n": 2}, {"n": 3}]}', "native");
    const stream = list(leaf, Item, "x");
    for await (const item of stream.elements()) seen.push(`${item}`);
    expect(seen).toStrictEqual(["10", "20", "30"]);
    expect(await stream.object).toStrictEqual([10, 20, 30]);
  });

  it("work for an array of zod and for plain JSON Schema", async () => {
    const text = '[{"n": 1}, {"n": 2}]';
    expect(await collect(streamObject(mock(text), z.array(Item), "x").elements())).toStrictEqual([10, 20]);
    const json = {
      type: "array",
      items: { type: "object", properties: { n: { type: "number" } }, required: ["n"] },
    } as const;
    expect(await collect(streamObject(mock(text), json, "x").elements())).toStrictEqual([{ n: 1 }, { n: 2 }]);
  });

  it("are none of an object", async () => {
    await expect(collect(streamObject(mock("{}"), z.object({ a: z.array(Item) }), "x").elements())).rejects.toThrow(
      TypeError,
    );
  });

  it("end with the error of the one that does not fit", async () => {
    const seen: number[] = [];
    const read = async (): Promise<void> => {
      for await (const item of list(mock('[{"n": 1}, {"n": "x"}, {"n": 3}]'), Item, "x").elements()) seen.push(item);
    };
    await expect(read()).rejects.toMatchObject({ code: "malformed", issues: [{ path: [1, "n"] }] });
    expect(seen).toStrictEqual([10]);
  });

  it("are validated once each", async () => {
    let validated = 0;
    const Counted = z.object({ n: z.number() }).refine(() => ++validated > 0);
    const items = Array.from({ length: 20 }, (_, n) => ({ n }));
    expect(
      await collect(list(leafOf("openai", JSON.stringify(items), "instructions"), Counted, "x").elements()),
    ).toHaveLength(20);
    expect(validated).toBe(40); // each as it came, and the whole at the end
  });
});

describe("choice", () => {
  it("takes the one word that the answer names", async () => {
    expect(await choice(mock("I'd say **happy**."), "?", ["happy", "sad"])).toBe("happy");
    expect(await choice(leafOf("openai", '{"value": "sad"}', "native"), "?", { happy: "smiles", sad: "cries" })).toBe(
      "sad",
    );
  });

  it("takes the longest word that the answer names", async () => {
    expect(await choice(mock("The answer: Very good"), "?", ["good", "very good", "bad"])).toBe("very good");
  });

  it("asks again when it names several", async () => {
    const provider = mock("happy or sad", "Sad");
    expect(await choice(provider, "?", ["happy", "sad"])).toBe("sad");
    expect(provider.calls).toHaveLength(2);
    await expect(choice(provider, "?", [])).rejects.toThrow(TypeError);
  });
});
