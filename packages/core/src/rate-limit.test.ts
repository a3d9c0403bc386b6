import { describe, expect, test } from "vitest";
import { newCall, type CallOptions } from "./call.ts";
import { collect } from "./collect.ts";
import { compose } from "./compose.ts";
import { LlmError } from "./error.ts";
import type { Event } from "./event.ts";
import { rateLimit, type RateLimitOptions } from "./rate-limit.ts";
import { memoryRateLimits, type RateLimitStore } from "./rate-limit-store.ts";
import { toRequest } from "./request.ts";
import type { ChatResult } from "./result.ts";
import { retry } from "./retry.ts";
import type { StartPart } from "./stream-part.ts";
import { conformance, manualClock, mock, type MockReply } from "./testing/index.ts";

const request = toRequest("Hi");
const usage = { input: 3, cacheRead: 0, cacheWrite: 0, output: 1, reasoning: 0 };
const told = (rateLimits: StartPart["rateLimits"] = []): MockReply => [
  { type: "start", vendor: "mock", model: "model", rateLimits },
  { type: "text", block: 0, delta: "Hello" },
  { type: "finish", reason: "stop", usage },
];

function set(options: RateLimitOptions, ...script: readonly MockReply[]) {
  const clock = manualClock();
  const model = mock(...script);
  const provider = compose(model, rateLimit({ clock, ...options }));
  const events: Event[] = [];
  const ask = (more: CallOptions = {}): Promise<ChatResult> => {
    const call = newCall({ whole: true, ...more, onEvent: (event) => events.push(event) });
    const answer = collect(provider.stream(more.tags?.["long"] ? toRequest("x".repeat(400)) : request, call));
    answer.catch(() => {});
    return answer;
  };
  const kinds = (): string[] => events.map((event) => event.type).filter((type) => type.startsWith("rate_limit"));
  return { clock, model, provider, ask, events, kinds };
}

test("calls wait for their turn, in order", async () => {
  const { clock, model, ask, kinds } = set({ requests: 60 }, "Hello");
  const answers = Array.from({ length: 63 }, () => ask());
  await clock.advance(0);
  expect(model.calls).toHaveLength(60);
  await clock.advance(999);
  expect(model.calls).toHaveLength(60);
  await clock.advance(1);
  expect(model.calls).toHaveLength(61);
  await clock.advance(2_000);
  expect(model.calls).toHaveLength(63);
  await Promise.all(answers);
  expect(kinds()).toEqual(["rate_limit.waiting", "rate_limit.waiting", "rate_limit.waiting"]);
  expect(clock.timers()).toBe(0);
});

test("who would wait past the deadline, or for too long, is told at once when to come again", async () => {
  const { clock, model, ask, kinds } = set({ requests: 60, maxWait: "2s" }, "Hello");
  for (let i = 0; i < 60; i++) await ask();
  await expect(ask({ deadline: clock.now() + 999 })).rejects.toMatchObject({ code: "rate-limit", retryAfterMs: 1_000 });
  const waiting = [ask(), ask()];
  await expect(ask()).rejects.toMatchObject({ code: "rate-limit", retryAfterMs: 3_000 });
  await clock.advance(2_000);
  await Promise.all(waiting);
  expect(model.calls).toHaveLength(62);
  expect(kinds().filter((kind) => kind === "rate_limit.rejected")).toHaveLength(2);
});

test("who leaves or aborts while waiting gives its place back, and is not asked for", async () => {
  const { clock, model, provider, ask } = set({ requests: 60 }, "Hello");
  for (let i = 0; i < 60; i++) await ask();
  const controller = new AbortController();
  const aborted = ask({ signal: controller.signal });
  const iterator = provider.stream(request, newCall())[Symbol.asyncIterator]();
  const left = iterator.next();
  await clock.advance(0);
  controller.abort();
  await expect(aborted).rejects.toMatchObject({ code: "aborted" });
  await iterator.return?.();
  expect(await left).toEqual({ done: true, value: undefined });
  expect(clock.timers()).toBe(0);
  const next = ask();
  await clock.advance(1_000);
  await next;
  expect(model.calls).toHaveLength(61);
});

describe("tokens", () => {
  test("are taken as estimated, and put right by the usage", async () => {
    const { clock, model, ask } = set({ tokens: 1_000 }, { text: "a", usage: { input: 8, output: 2 } });
    for (let i = 0; i < 50; i++) await ask(); // 10 each, though 500 are expected of the first
    expect(model.calls).toHaveLength(50);
    const last = Array.from({ length: 70 }, () => ask());
    await clock.advance(0);
    expect(model.calls.length).toBeGreaterThan(80); // 500 are left, and about 10 are expected of each
    expect(model.calls.length).toBeLessThan(110);
    await clock.advance(60_000);
    await Promise.all(last);
  });
  test("of the vendor's cache are not read", async () => {
    const cached = { text: "a", usage: { input: 10_000, cacheRead: 9_990, output: 1 } };
    const { model, ask } = set({ inputTokens: 1_000, maxWait: 0 }, cached);
    for (let i = 0; i < 50; i++) await ask();
    expect(model.calls).toHaveLength(50);
  });
  test("of a call that failed before it was read are given back; the request is not", async () => {
    const refused = set({ tokens: 600, maxWait: 0 }, new LlmError("overloaded", "busy"));
    for (let i = 0; i < 20; i++) await expect(refused.ask()).rejects.toMatchObject({ code: "overloaded" });
    const counted = set({ requests: 3, maxWait: 0 }, new LlmError("overloaded", "busy"));
    for (let i = 0; i < 3; i++) await expect(counted.ask()).rejects.toMatchObject({ code: "overloaded" });
    await expect(counted.ask()).rejects.toMatchObject({ code: "rate-limit" });
  });
  test("of a large request count by its size, and by its limit of tokens", async () => {
    const { model, ask } = set({ tokens: 700, maxWait: 0 }, { text: "a", usage: { input: 100, output: 500 } });
    await ask({ tags: { long: "yes" } });
    await expect(ask({ tags: { long: "yes" } })).rejects.toMatchObject({ code: "rate-limit" });
    expect(model.calls).toHaveLength(1);
  });
});

describe("what the vendor says", () => {
  test("its limits and what is left of them are kept to", async () => {
    const { clock, model, ask } = set({}, told([{ name: "requests", limit: 60, remaining: 2, resetAt: 0 }]), told());
    await ask();
    await ask();
    await ask();
    const third = ask();
    await clock.advance(0);
    expect(model.calls).toHaveLength(3);
    await clock.advance(1_000);
    await third;
  });
  test("limits by the day are not taken for limits by the minute", async () => {
    const now = manualClock().now();
    const tomorrow = { name: "requests", limit: 2, remaining: 1, resetAt: now + 86_400_000 };
    const { model, ask } = set({ maxWait: 0 }, told([tomorrow]));
    for (let i = 0; i < 5; i++) await ask();
    expect(model.calls).toHaveLength(5);
    const minute = set({ maxWait: 0 }, told([{ ...tomorrow, resetAt: now + 60_000 }]));
    await minute.ask();
    await minute.ask();
    await expect(minute.ask()).rejects.toMatchObject({ code: "rate-limit" });
  });
  test("nonsense is not", async () => {
    const { ask } = set(
      { maxWait: 0 },
      told([
        { name: "requests", limit: 0, remaining: -5 },
        { name: "words", limit: 1 },
      ]),
    );
    for (let i = 0; i < 5; i++) await ask();
  });
  test("a wait that it asks for is everybody's, also of those that wait already", async () => {
    const error = new LlmError("rate-limit", "slow down", { retryAfterMs: 5_000 });
    const { clock, model, ask } = set({ requests: 3 }, "Hello", "Hello", error, "Hello");
    await ask();
    await ask();
    const failing = ask();
    const waiting = ask(); // for its turn, 20 s
    await expect(failing).rejects.toMatchObject({ code: "rate-limit" });
    await clock.advance(19_999);
    expect(model.calls).toHaveLength(3);
    await clock.advance(1);
    await waiting;
    const paused = set({ requests: 1_000 }, error, "Hello");
    await expect(paused.ask()).rejects.toMatchObject({ code: "rate-limit" });
    const late = paused.ask();
    await paused.clock.advance(4_999);
    expect(paused.model.calls).toHaveLength(1);
    await paused.clock.advance(1);
    await late;
  });
  test("who waits for its turn waits again when patience is asked for meanwhile", async () => {
    const clock = manualClock();
    const store = memoryRateLimits(10, clock);
    const { model, ask } = set({ requests: 60, store, clock }, "Hello");
    for (let i = 0; i < 60; i++) await ask();
    const waiting = ask();
    await clock.advance(500);
    await store.learn("{}:mock/model", { pauseMs: 3_000 });
    await clock.advance(2_999);
    expect(model.calls).toHaveLength(60);
    await clock.advance(1);
    await waiting;
  });
});

test("tenants have limits of their own, or share what their key says", async () => {
  const apart = set({ requests: 1, maxWait: 0 }, "Hello");
  await apart.ask({ tenant: "a" });
  await apart.ask({ tenant: "b" });
  await expect(apart.ask({ tenant: "a" })).rejects.toMatchObject({ code: "rate-limit" });
  const shared = set({ requests: 1, maxWait: 0, key: () => "account" }, "Hello");
  await shared.ask({ tenant: "a" });
  await expect(shared.ask({ tenant: "b" })).rejects.toMatchObject({ code: "rate-limit" });
});

test("retry outside of it waits as long as it says", async () => {
  const clock = manualClock();
  const model = mock("Hello");
  const provider = compose(model, retry({ clock }), rateLimit({ requests: 1, maxWait: 0, clock }));
  await collect(provider.stream(request, newCall()));
  const second = collect(provider.stream(request, newCall()));
  await clock.advance(59_999);
  expect(model.calls).toHaveLength(1);
  await clock.advance(1);
  expect((await second).text).toBe("Hello");
});

test("another error that asks to wait asks only its own call", async () => {
  const { ask } = set(
    { requests: 100, maxWait: 0 },
    new LlmError("overloaded", "busy", { retryAfterMs: 5_000 }),
    "Hello",
  );
  await expect(ask()).rejects.toMatchObject({ code: "overloaded" });
  expect((await ask()).text).toBe("Hello");
});

test("each kind of token has a limit of its own; who leaves is taken to have used what was expected", async () => {
  for (const [options, used] of [
    [{ inputTokens: 10 }, { input: 10, output: 0 }],
    [{ outputTokens: 500 }, { input: 1, output: 500 }],
  ] as const) {
    const { ask } = set({ ...options, maxWait: 0 }, { text: "a", usage: used });
    await ask();
    await expect(ask()).rejects.toMatchObject({ code: "rate-limit" });
  }
  const { provider, ask } = set({ outputTokens: 500, maxWait: 0 }, "Hello");
  const iterator = provider.stream(request, newCall())[Symbol.asyncIterator]();
  await iterator.next();
  await iterator.return?.();
  await expect(ask()).rejects.toMatchObject({ code: "rate-limit" });
});

describe("a shared store", () => {
  test("that is gone is stood in for by this process, and is left alone for a while", async () => {
    let asked = 0;
    const broken: RateLimitStore = {
      take: () => (asked++, Promise.reject(new Error("gone"))),
      give: () => Promise.reject(new Error("gone")),
      learn: () => {
        throw new Error("gone");
      },
    };
    const { clock, model, ask, events } = set({ requests: 2, maxWait: 0, store: broken }, told([]));
    await ask();
    await ask();
    await expect(ask()).rejects.toMatchObject({ code: "rate-limit" });
    expect(model.calls).toHaveLength(2);
    expect(asked).toBe(1);
    expect(events.filter((event) => event.type === "rate_limit.store_failed")).toMatchObject([
      { error: { message: "gone" } },
    ]);
    await clock.advance(60_000);
    await ask();
    expect(asked).toBe(2);
  });
  test("that does not answer is not waited for; what it grants later is given back", async () => {
    const grants: ((ms: number) => void)[] = [];
    const given: unknown[] = [];
    const silent: RateLimitStore = {
      take: () => new Promise((resolve) => grants.push(resolve)),
      give: (_key, amounts) => void given.push(amounts.requests),
      learn: () => {},
    };
    const { clock, ask } = set({ requests: 2, store: silent }, "Hello");
    const answer = ask();
    await clock.advance(1_000);
    expect((await answer).text).toBe("Hello");
    grants[0]?.(0);
    await clock.advance(0);
    expect(given).toEqual([1]);
    expect(clock.timers()).toBe(0);
  });
  test("is told what was learned and used; so is memory, for when it is needed", async () => {
    const clock = manualClock();
    const shared = memoryRateLimits(10, clock);
    let gone = false;
    const store: RateLimitStore = {
      ...shared,
      take: (...words) => (gone ? Promise.reject(new Error("gone")) : shared.take(...words)),
    };
    const { ask } = set({ clock, store, maxWait: 0 }, told([{ name: "requests", limit: 60, remaining: 0 }]));
    await ask();
    await clock.advance(0);
    await expect(ask()).rejects.toMatchObject({ code: "rate-limit" });
    gone = true;
    await expect(ask()).rejects.toMatchObject({ code: "rate-limit" });
  });
  test("that answers after the call is over gets back what it granted", async () => {
    let grant: (ms: number) => void = () => {};
    const given: unknown[] = [];
    const slow: RateLimitStore = {
      take: () => new Promise((resolve) => (grant = resolve)),
      give: (_key, amounts) => void given.push(amounts.requests),
      learn: () => {},
    };
    const { clock, model, ask, provider } = set({ requests: 2, store: slow }, "Hello");
    const controller = new AbortController();
    const aborted = ask({ signal: controller.signal });
    await clock.advance(0);
    controller.abort();
    await expect(aborted).rejects.toMatchObject({ code: "aborted" });
    grant(0);
    await clock.advance(0);
    expect(given).toEqual([1]);
    const iterator = provider.stream(request, newCall())[Symbol.asyncIterator]();
    const left = iterator.next();
    await clock.advance(0);
    await iterator.return?.();
    grant(1_000);
    expect(await left).toEqual({ done: true, value: undefined });
    await clock.advance(0);
    expect(given).toEqual([1, 1]);
    expect(model.calls).toHaveLength(0);
  });
});

for (const check of conformance(() => compose(mock("A breaker opens when calls fail."), rateLimit({ requests: 100 }))))
  test(check.name, check.run);

test("bad options are named", () => {
  for (const option of ["requests", "tokens", "inputTokens", "outputTokens"] as const)
    for (const limit of [0, -1, Number.NaN, Infinity])
      expect(() => rateLimit({ [option]: limit })).toThrow(new RegExp(`^${option} must be`));
  expect(() => rateLimit({ maxWait: -1 })).toThrow(/^maxWait must be/);
});
