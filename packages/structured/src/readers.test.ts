import { describe, expect, it } from "vitest";
import * as z from "zod";
import type { Provider, StreamPart } from "@llm/core";
import { noUsage } from "@llm/core";
import { mock, mockModel } from "@llm/core/testing";
import { list } from "./choice.ts";
import { generateObject } from "./generate-object.ts";
import { streamObject } from "./stream-object.ts";
import { collect } from "./testing/leaf.ts";

const S = z.object({ title: z.string(), tags: z.array(z.string()) });
const value = { title: "Hello you there", tags: ["a", "b", "c"] };
const text = JSON.stringify(value);
const usage = { ...noUsage, input: 5, output: 7 };

const start: StreamPart = { type: "start", vendor: "v", model: "m" };
const finish: StreamPart = { type: "finish", reason: "stop", usage };
const said = (delta: string): StreamPart => ({ type: "text", block: 0, delta });

/** A provider that says what it is given, then nothing more until it is left; and how often it was asked and left. */
function silent(...parts: StreamPart[]): Provider & { asked: number; left: number } {
  const { models } = mockModel({});
  const provider = {
    name: "silent",
    models,
    asked: 0,
    left: 0,
    stream: () => {
      provider.asked++;
      let at = 0;
      let end: ((read: IteratorResult<StreamPart>) => void) | undefined;
      const iterator: AsyncIterableIterator<StreamPart> = {
        [Symbol.asyncIterator]: () => iterator,
        next: () => {
          const part = parts[at++];
          return part ? Promise.resolve({ done: false, value: part }) : new Promise((resolve) => (end = resolve));
        },
        return: () => {
          provider.left++;
          end?.({ done: true, value: undefined });
          return Promise.resolve({ done: true, value: undefined });
        },
      };
      return iterator;
    },
  };
  return provider;
}

describe("the object of a stream", () => {
  it("may be asked for before the stream is read", async () => {
    const stream = streamObject(mock(text), S, "x");
    const { object, result } = stream;
    const partials = await collect(stream);
    expect(partials.at(-1)).toStrictEqual(value);
    expect(await object).toStrictEqual(value);
    expect((await result).attempts).toBe(1);
    const items = list(mock("[1, 2, 3]"), z.number(), "x");
    const all = items.object;
    expect(await collect(items.elements())).toStrictEqual([1, 2, 3]);
    expect(await all).toStrictEqual([1, 2, 3]);
  });

  it("comes also when the stream is no longer read on", async () => {
    const stream = streamObject(mock(text), S, "x");
    const reader = stream[Symbol.asyncIterator]();
    await reader.next();
    expect(await stream.object).toStrictEqual(value);
    expect(await reader.next()).toStrictEqual({ done: false, value });
    expect(await reader.next()).toStrictEqual({ done: true, value: undefined });
  });

  it("comes to who asked for it before a reader left", async () => {
    const stream = streamObject(mock(text), S, "x");
    const { object } = stream;
    for await (const _ of stream) break;
    expect(await object).toStrictEqual(value);
  });

  it("ends no process where nobody waits for it and there is none", async () => {
    const unheard: unknown[] = [];
    const hear = (error: unknown): unknown => unheard.push(error);
    process.on("unhandledRejection", hear);
    const stream = streamObject(mock({ text: "I can't.", finish: "refusal" }), S, "x");
    const { object, result } = stream;
    await expect(collect(stream)).rejects.toMatchObject({ code: "refusal" });
    await new Promise((resolve) => setImmediate(resolve)); // rejections are told after a turn
    process.off("unhandledRejection", hear);
    expect(unheard).toStrictEqual([]);
    await expect(object).rejects.toMatchObject({ code: "refusal" });
    await expect(result).rejects.toMatchObject({ code: "refusal" });
  });
});

describe("a reader that leaves", () => {
  it.each(["partials", "events", "elements"] as const)("does so also while it waits: of %s", async (way) => {
    const provider = silent(start, said("[1, 2, "));
    const stream = list(provider, z.number(), "x");
    const reader =
      way === "partials" ? stream[Symbol.asyncIterator]() : (stream[way]() as AsyncIterableIterator<unknown>);
    await reader.next();
    if (way === "elements") await reader.next();
    const waiting = reader.next();
    expect(await reader.return?.()).toStrictEqual({ done: true, value: undefined });
    expect(await waiting).toStrictEqual({ done: true, value: undefined });
    expect(await reader.next()).toStrictEqual({ done: true, value: undefined });
    expect([provider.asked, provider.left]).toStrictEqual([1, 1]);
    await expect(stream.object).rejects.toMatchObject({ code: "aborted", partial: { text: "[1, 2, " } });
  });

  it("closes the answer once where the items' own validator fails", async () => {
    const provider = silent(start, said("[1, 2, "));
    const Item = z.number().refine(() => {
      throw new RangeError("no");
    });
    await expect(collect(list(provider, Item, "x").elements())).rejects.toThrow(RangeError);
    expect([provider.asked, provider.left]).toStrictEqual([1, 1]);
  });

  it("leaves the stream of another reader alone", async () => {
    const stream = streamObject(mock(text), S, "x");
    const one = stream[Symbol.asyncIterator]();
    await one.next();
    const other = stream[Symbol.asyncIterator]();
    await expect(other.next()).rejects.toThrow("can be read once");
    await other.return?.();
    expect(await stream.object).toStrictEqual(value);
  });

  it("asks nothing again, and knows what was used", async () => {
    const provider = mock({ text: '{"title": 1}', usage: { input: 10, output: 1 } }, text);
    const stream = streamObject(provider, S, "x");
    for await (const event of stream.events() as AsyncIterableIterator<{ type: string }>)
      if (event.type === "again") break;
    await expect(stream.object).rejects.toMatchObject({
      code: "aborted",
      partial: { usage: { input: 10, output: 1 } },
    });
    expect(provider.calls).toHaveLength(1);
  });
});

describe("an answer", () => {
  it("is complete with its finish, whatever follows", async () => {
    const provider = silent(start, said(text), finish);
    expect((await collect(streamObject(provider, S, "x"))).at(-1)).toStrictEqual(value);
    expect(await generateObject(provider, S, "x")).toStrictEqual(value);
    expect([provider.asked, provider.left]).toStrictEqual([2, 2]);
  });

  it("that breaks off without an error keeps what had arrived, and the usage of those before it", async () => {
    const parts: StreamPart[][] = [
      [start, said('{"title": 1}'), finish],
      [start, said('{"title": "He')],
    ];
    const { models } = mockModel({});
    const provider: Provider = {
      name: "short",
      models,
      stream: async function* () {
        yield* parts.shift() ?? [];
      },
    };
    await expect(collect(streamObject(provider, S, "x"))).rejects.toMatchObject({
      code: "truncated",
      partial: { text: '{"title": "He', usage },
    });
  });
});
