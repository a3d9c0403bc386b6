import {
  collect,
  compose,
  fromParts,
  generate,
  isLlmError,
  LlmError,
  newCall,
  retry,
  toRequest,
  type CallOptions,
  type ChatRequest,
  type Event,
  type Provider,
  type StreamPart,
  wrap,
} from "@llm/core";
import { mock, mockModel, manualClock } from "@llm/core/testing";
import { describe, expect, test } from "vitest";
import { cache } from "./cache.ts";
import { asyncStore } from "./kit/async-store.ts";
import { requestKey } from "./key.ts";
import { memoryStore } from "./memory.ts";
import type { Store } from "./store.ts";

const hello = toRequest("Hello");

const read = async (source: AsyncIterable<StreamPart>): Promise<StreamPart[]> => {
  const parts: StreamPart[] = [];
  for await (const part of source) parts.push(part);
  return parts;
};

/** Asks, and tells the parts and the types of the events. */
const ask = async (llm: Provider, request: ChatRequest = hello, options: CallOptions = {}) => {
  const events: Event[] = [];
  const call = newCall({ ...options, onEvent: (event) => events.push(event) });
  const parts = await read(llm.stream(request, call)).catch((error: unknown) => error as LlmError);
  return { parts, events, types: events.map((event) => event.type) };
};

/** Turns of the event loop, one at least, until something holds. */
const until = async (condition: () => boolean): Promise<void> => {
  for (let turn = 0; turn === 0 || (turn < 100 && !condition()); turn++)
    await new Promise((resolve) => setTimeout(resolve, 0));
  expect(condition()).toBe(true);
};

/** A place where a script waits until it is told to go on. */
const gate = () => {
  let open = (): void => {};
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { open, opened };
};

describe("a stored answer", () => {
  test("comes back part by part as it was, tells cache.hit and asks nobody", async () => {
    const answer = { reasoning: "Hm.", text: "Hello to you, 😀!", toolCalls: [{ name: "f", input: { é: [1] } }] };
    const provider = mock(answer);
    const llm = compose(provider, cache());
    const first = await ask(llm);
    const second = await ask(llm);
    expect(second.parts).toEqual(first.parts);
    expect(second.parts).toEqual(await read(mock(answer).stream(hello, newCall())));
    expect(provider.calls).toHaveLength(1);
    expect(first.types).toEqual(["cache.miss", "api.request", "api.response", "cache.stored"]);
    expect(second.types).toEqual(["cache.hit"]);
    expect(second.events[0]).toMatchObject({
      key: requestKey(hello, "mock/model"),
      vendor: "mock",
      model: "model",
      usage: (first.parts as StreamPart[]).findLast((part) => part.type === "finish")?.usage,
    });
  });

  test("serves streams and whole answers alike", async () => {
    const provider = mock("Hello!");
    const llm = compose(provider, cache());
    const whole = await generate(llm, "Hello");
    expect(await collect(llm.stream(hello, newCall()))).toEqual(whole);
    expect(provider.calls).toHaveLength(1);
  });

  test("is gone when its time is over, also in a store that keeps it longer", async () => {
    const clock = manualClock();
    const kept = new Map<string, string>();
    const store: Store = {
      get: (key) => kept.get(key),
      set: (key, value) => kept.set(key, value),
      delete: (key) => kept.delete(key),
    };
    for (const options of [{ clock }, { clock, store }]) {
      const provider = mock("Hello!");
      const llm = compose(provider, cache({ ...options, ttl: "1m" }));
      await ask(llm);
      await clock.advance(59_999);
      const hit = await ask(llm);
      expect(hit.types).toEqual(["cache.hit"]);
      expect(hit.events[0]).toMatchObject({ ageMs: 59_999 });
      await clock.advance(1);
      expect((await ask(llm)).types).toContain("cache.miss");
      expect(provider.calls).toHaveLength(2);
    }
  });

  test("is its tenant's and its provider's alone", async () => {
    const [a, b] = [mockModel({ model: "a" }, "of a"), mockModel({ model: "b" }, "of b")];
    const layer = cache();
    const tenants = ["", "x", "y", "x\u0000", "X"];
    for (const provider of [a, b])
      for (const tenant of tenants) {
        const { types } = await ask(compose(provider, layer), hello, { tenant });
        expect(types).toContain("cache.miss");
      }
    expect([a.calls.length, b.calls.length]).toEqual([tenants.length, tenants.length]);
  });

  test("holds nothing of the request, the tenant or the listener", async () => {
    const texts: string[] = [];
    const memory = memoryStore();
    const store: Store = {
      ...memory,
      set: (key, value, ttl) => (texts.push(key + value), memory.set(key, value, ttl)),
    };
    const request: ChatRequest = {
      messages: [{ role: "user", content: "my-prompt" }],
      user: "my-user",
      options: { mock: { headers: { authorization: "my-secret" } } },
    };
    await ask(compose(mock("Hello!"), cache({ store })), request, { tenant: "my-tenant", tags: { tag: "my-tag" } });
    expect(texts).toHaveLength(1);
    expect(texts[0]).toMatch(/^[0-9a-f]{64}\{.*Hello!/);
    expect(texts[0]).not.toMatch(/my-/);
  });

  test("cannot be spoilt by who reads it", async () => {
    const llm = compose(mock("Hello!"), cache());
    const first = await ask(llm);
    const again = (await ask(llm)).parts as StreamPart[];
    for (const part of again) for (const key of Object.keys(part)) Reflect.deleteProperty(part, key);
    expect((await ask(llm)).parts).toEqual(first.parts);
  });
});

describe("an answer that is not stored", () => {
  const usage = { input: 1, cacheRead: 0, cacheWrite: 0, output: 1, reasoning: 0 };
  const start: StreamPart = { type: "start", vendor: "mock", model: "model" };
  const text: StreamPart = { type: "text", block: 0, delta: "Hel" };
  const finish = (reason: Extract<StreamPart, { type: "finish" }>["reason"]): StreamPart => ({
    type: "finish",
    reason,
    usage,
  });

  test.each([
    ["cut by the token limit", [start, text, finish("length")]],
    ["refused", [start, finish("refusal")]],
    ["filtered", [start, text, finish("content-filter")]],
    ["paused", [start, text, finish("pause")]],
    ["out of context", [start, text, finish("context-length")]],
    ["ended for another reason", [start, text, finish("other")]],
    ["degraded", [{ ...start, degraded: true } as const, text, finish("stop")]],
    ["truncated", [start, text]],
    ["broken by an error", [start, text, new LlmError("network", "gone")]],
  ])("is one that was %s", async (_name, reply) => {
    const provider = mock(reply);
    const llm = compose(provider, cache());
    const first = await ask(llm);
    expect(first.types).not.toContain("cache.stored");
    expect((await ask(llm)).types).toContain("cache.miss");
    expect(provider.calls).toHaveLength(2);
  });

  test("is one without a start", async () => {
    const llm = compose(wrap(mock(), { stream: () => fromParts([text, finish("stop")]) }), cache());
    expect((await ask(llm)).types).toEqual(["cache.miss"]);
    expect((await ask(llm)).types).toEqual(["cache.miss"]);
  });

  test.each(["stop", "tool-calls"] as const)("is not one that ended with %s", async (reason) => {
    const llm = compose(mock([start, text, finish(reason)]), cache());
    expect((await ask(llm)).types).toContain("cache.stored");
    expect((await ask(llm)).types).toEqual(["cache.hit"]);
  });
});

describe("an entry that cannot be read", () => {
  const entry = async (): Promise<string> => {
    let text = "";
    const memory = memoryStore();
    await ask(
      compose(
        mock({ text: "Hello to you", toolCalls: [{ name: "f", input: {} }] }),
        cache({ store: { ...memory, set: (_key, value) => (text = value) } }),
      ),
    );
    return text;
  };
  const spoil: Record<string, (text: string) => unknown> = {
    "no JSON": (text) => text.slice(0, -1),
    empty: () => "",
    "JSON null": () => "null",
    "a number": () => 7,
    "an object of a client": (text) => JSON.parse(text) as unknown,
    "of another version": (text) => text.replace('"v":1', '"v":2'),
    "without an age": (text) => text.replace(/"at":\d+/, '"at":"x"'),
    "without parts": (text) => text.replace('"parts"', '"arts"'),
    "without a finish": (text) => text.replace('"type":"finish"', '"type":"usage"'),
    "with two starts": (text) => text.replace(/(\{"type":"start"[^}]*\})/, "$1,$1"),
    "with a part of an unknown type": (text) => text.replace('"type":"text"', '"type":"video"'),
    "with a part that is null": (text) => text.replace('"parts":[', '"parts":[null,'),
    "with cuts that do not fit": (text) => text.replace(/"cuts":\[/, '"cuts":[1,'),
    "with no cuts": (text) => text.replace(/"delta":"[^"]*","cuts":\[[^\]]*\]/, '"delta":"","cuts":[]'),
    "with a delta that is no text": (text) => text.replace(/"delta":"Hello to you"/, '"delta":5'),
    "with a call without a name": (text) => text.replace('"name":"f"', '"nome":"f"'),
    "with usage that is no number": (text) => text.replace(/"input":\d+/, '"input":null'),
    "of a reason that is not kept": (text) => text.replace('"reason":"tool-calls"', '"reason":"length"'),
    degraded: (text) => text.replace('"type":"start"', '"type":"start","degraded":true'),
  };
  test.each(Object.entries(spoil))("is a miss: %s", async (_name, change) => {
    const text = await entry();
    const spoilt = change(text);
    expect(spoilt).not.toEqual(text);
    const provider = mock("Fresh.");
    const store: Store = { get: () => spoilt as string, set: () => {}, delete: () => {} };
    const { parts, types } = await ask(compose(provider, cache({ store })));
    expect(types).toEqual(["cache.miss", "api.request", "api.response", "cache.stored"]);
    expect(parts).toHaveLength(3);
  });
});

describe("a broken store", () => {
  const boom = (): never => {
    throw new Error("boom");
  };
  const never = (): Promise<never> => new Promise(() => {});
  const methods = { throws: boom, rejects: () => Promise.reject(new Error("boom")), hangs: never };
  for (const [how, broken] of Object.entries(methods))
    for (const operation of ["get", "set"] as const)
      test(`whose ${operation} ${how} breaks no call`, async () => {
        const clock = manualClock();
        const store: Store = { ...asyncStore(), [operation]: broken };
        const provider = mock("Hello!");
        const llm = compose(provider, cache({ store, clock, storeTimeout: "2s" }));
        const asked = ask(llm);
        if (how === "hangs") {
          if (operation === "set") await asked;
          await until(() => clock.timers() === 1);
          await clock.advance(2_000);
        }
        const { parts, events } = await asked;
        expect(parts).toHaveLength(3);
        await until(() => events.some((event) => event.type === "cache.error"));
        expect(events.filter((event) => event.type === "cache.error")).toMatchObject([
          {
            operation,
            key: requestKey(hello, "mock/model"),
            error: how === "hangs" ? { code: "timeout" } : { message: "boom" },
          },
        ]);
        await until(() => clock.timers() === 0);
      });

  test("does not hold up equal calls for ever", async () => {
    const clock = manualClock();
    const llm = compose(mock("Hello!"), cache({ store: { ...asyncStore(), get: never, set: never }, clock }));
    for (let call = 0; call < 3; call++) {
      const asked = ask(llm);
      await until(() => clock.timers() > 0);
      await clock.advance(1_000);
      expect((await asked).parts).toHaveLength(3);
      await clock.advance(1_000);
      await until(() => clock.timers() === 0);
    }
  });
});

test("a request that is not JSON goes upstream", async () => {
  const provider = mock("Hello!");
  const llm = compose(provider, cache());
  const request = { ...hello, options: { mock: { date: new Date(0) } } } as unknown as ChatRequest;
  const { parts, events, types } = await ask(llm, request);
  expect(parts).toHaveLength(3);
  expect(types).toEqual(["cache.error", "api.request", "api.response"]);
  expect(events[0]).toMatchObject({ operation: "key" });
  expect((await ask(llm, request)).types).toContain("api.request");
});

describe("equal calls at the same time", () => {
  for (const [name, store] of Object.entries({ memory: () => memoryStore(), asynchronous: () => asyncStore() }))
    test(`are one upstream call for a thousand (${name} store)`, async () => {
      const provider = mock("Hello to all of you");
      const llm = compose(provider, cache({ store: store() }));
      const all = await Promise.all(Array.from({ length: 1_000 }, () => ask(llm)));
      expect(provider.calls).toHaveLength(1);
      const types = all.flatMap((one) => one.types);
      const count = (type: string): number => types.filter((other) => other === type).length;
      expect([count("cache.miss"), count("cache.coalesced"), count("api.response"), count("cache.stored")]).toEqual([
        1, 999, 1, 1,
      ]);
      for (const { parts } of all) expect(parts).toEqual(all[0]!.parts);
      const miss = all.find((one) => one.types.includes("cache.miss"))!;
      const shared = all.find((one) => one.types.includes("cache.coalesced"))!;
      const upstream = miss.events.find((event) => event.type === "api.request")!;
      expect(shared.events[0]).toMatchObject({ flight: upstream.call });
      await until(() => provider.active() === 0);
    });

  test("share a failure, and the next one asks again", async () => {
    const provider = mock(new LlmError("overloaded", "busy"), "Hello!");
    const llm = compose(provider, cache());
    const all = await Promise.all([ask(llm), ask(llm), ask(llm)]);
    for (const { parts } of all) expect(isLlmError(parts, "overloaded")).toBe(true);
    expect(provider.calls).toHaveLength(1);
    expect((await ask(llm)).parts).toHaveLength(3);
    expect(provider.calls).toHaveLength(2);
  });

  test("share a retried call when each retries", async () => {
    const provider = mock(new LlmError("overloaded", "busy"), "Hello!");
    const llm = compose(provider, retry({ baseDelay: 0 }), cache());
    const all = await Promise.all([ask(llm), ask(llm), ask(llm)]);
    for (const { parts } of all) expect(parts).toHaveLength(3);
    expect(provider.calls).toHaveLength(2);
  });

  test("outlive the first of them, with the request as it was", async () => {
    const { open, opened } = gate();
    const provider = mock(new LlmError("overloaded", "busy"), async (request) => {
      await opened;
      return JSON.stringify(request.messages);
    });
    const llm = compose(provider, cache(), retry({ baseDelay: 0 }));
    const messages = [{ role: "user" as const, content: "Hello" }];
    const leader = new AbortController();
    const first = ask(llm, { messages }, { signal: leader.signal, deadline: Date.now() + 60_000 });
    const second = ask(llm, { messages: [{ role: "user", content: "Hello" }] });
    await until(() => provider.calls.length === 2);
    leader.abort();
    expect(isLlmError((await first).parts, "aborted")).toBe(true);
    messages.push({ role: "user", content: "changed" });
    open();
    const { parts } = await second;
    expect(parts).toHaveLength(3);
    expect(provider.calls[1]!.request.messages).toHaveLength(1);
    expect(provider.calls[1]!.call).toMatchObject({ deadline: Infinity, parent: expect.any(String) as string });
  });

  test("end when the last of them leaves, and a new one asks anew", async () => {
    const { opened } = gate();
    const provider = mock(async () => (await opened, "never"), "Hello!");
    const llm = compose(provider, cache());
    const iterators = [1, 2].map(() => llm.stream(hello, newCall())[Symbol.asyncIterator]());
    const reads = iterators.map((iterator) => iterator.next());
    await until(() => provider.calls.length === 1);
    const { signal } = provider.calls[0]!.call;
    await iterators[0]!.return!();
    expect(signal!.aborted).toBe(false);
    await iterators[1]!.return!();
    expect(signal!.aborted).toBe(true);
    expect(await Promise.all(reads)).toEqual([1, 2].map(() => ({ done: true, value: undefined })));
    expect((await ask(llm)).parts).toHaveLength(3);
  });

  test("keep each its own deadline", async () => {
    const clock = manualClock();
    const { open, opened } = gate();
    const provider = mock(async () => (await opened, "Hello!"));
    const llm = compose(provider, cache({ clock }));
    const hasty = ask(llm, hello, { deadline: clock.now() + 1_000 });
    const patient = ask(llm, hello, { deadline: clock.now() + 5_000 });
    await until(() => provider.calls.length === 1);
    await clock.advance(1_000);
    expect(isLlmError((await hasty).parts, "timeout")).toBe(true);
    open();
    expect((await patient).parts).toHaveLength(3);
    expect(clock.timers()).toBe(0);
  });

  test("who leaves while the store is asked opens nothing upstream", async () => {
    const { open, opened } = gate();
    const provider = mock("Hello!");
    const store: Store = { ...asyncStore(), get: async () => (await opened, undefined) };
    const llm = compose(provider, cache({ store }));
    const stop = new AbortController();
    const asked = ask(llm, hello, { signal: stop.signal });
    await Promise.resolve();
    stop.abort();
    const { parts, types } = await asked;
    expect(isLlmError(parts, "aborted")).toBe(true);
    open();
    await until(() => true);
    expect(types).toEqual([]);
    expect(provider.calls).toHaveLength(0);
  });

  test("who comes while the answer is being stored has it from the one before", async () => {
    const { open, opened } = gate();
    const memory = memoryStore();
    const store: Store = {
      ...asyncStore(),
      set: async (key, value, ttl) => (await opened, memory.set(key, value, ttl)),
      get: memory.get,
    };
    const provider = mock("Hello!");
    const llm = compose(provider, cache({ store }));
    const first = await ask(llm);
    const second = await ask(llm);
    expect(second.parts).toEqual(first.parts);
    expect(second.types).toEqual(["cache.coalesced"]);
    open();
    await until(() => first.types.length < first.events.length);
    expect((await ask(llm)).types).toEqual(["cache.hit"]);
    expect(provider.calls).toHaveLength(1);
  });
});

test("bad options are named", () => {
  for (const ttl of [0, -1, Number.NaN, Infinity, "1 hour"]) expect(() => cache({ ttl: ttl as number })).toThrow(/ttl/);
  expect(() => cache({ storeTimeout: -1 })).toThrow(/storeTimeout/);
});
