import { describe, expect, test } from "vitest";
import { newCall } from "./call.ts";
import { collect } from "./collect.ts";
import { compose } from "./compose.ts";
import { LlmError } from "./error.ts";
import type { Event } from "./event.ts";
import { generate } from "./generate.ts";
import { toRequest } from "./request.ts";
import { retry } from "./retry.ts";
import { manualClock, mock } from "./testing/index.ts";
import { scripted } from "./testing/scripted.ts";

const busy = new LlmError("overloaded", "busy");
const request = toRequest("Hi");
const start = { type: "start", vendor: "mock", model: "model" } as const;
const text = { type: "text", block: 0, delta: "Hello" } as const;

describe("the wait", () => {
  test("is random below a bound that doubles up to a limit", async () => {
    const clock = manualClock();
    const waits: number[] = [];
    const provider = compose(
      mock(busy),
      retry({ attempts: 7, baseDelay: 100, maxDelay: 1_000, clock, random: () => 0.5 }),
    );
    const answer = generate(provider, "Hi", {
      onEvent: (event) => event.type === "retry.waiting" && waits.push(event.ms),
    });
    answer.catch(() => {});
    await clock.advance(60_000);
    await expect(answer).rejects.toMatchObject({ code: "overloaded", message: "busy" });
    expect(waits).toEqual([50, 100, 200, 400, 500, 500]);
  });

  test("is what the upstream asks for, and lasts that long", async () => {
    const clock = manualClock();
    const model = mock(new LlmError("rate-limit", "slow down", { retryAfterMs: 7_000 }), "Hello");
    const answer = generate(compose(model, retry({ clock, maxDelay: 1 })), "Hi");
    await clock.advance(6_999);
    expect(model.calls).toHaveLength(1);
    await clock.advance(1);
    expect((await answer).text).toBe("Hello");
  });

  test("ends at once when the caller aborts, and nothing is asked after it", async () => {
    const clock = manualClock();
    const controller = new AbortController();
    const model = mock(busy);
    const { stream } = compose(model, retry({ clock, random: () => 1 }));
    const iterator = stream(request, newCall({ signal: controller.signal }))[Symbol.asyncIterator]();
    const read = iterator.next();
    read.catch(() => {});
    await clock.advance(1);
    controller.abort();
    await expect(read).rejects.toMatchObject({ code: "aborted" });
    expect(clock.timers()).toBe(0);
    expect(await iterator.next()).toEqual({ done: true, value: undefined });
    expect(model.calls).toHaveLength(1);
  });

  test("ends at once when the reader leaves", async () => {
    const clock = manualClock();
    const model = mock(busy);
    const { stream } = compose(model, retry({ clock, random: () => 1 }));
    const iterator = stream(request, newCall())[Symbol.asyncIterator]();
    const read = iterator.next();
    await clock.advance(1);
    await iterator.return?.();
    expect(await read).toEqual({ done: true, value: undefined });
    expect(clock.timers()).toBe(0);
    await clock.advance(60_000);
    expect(model.calls).toHaveLength(1);
  });
});

describe("gives up with the error itself", () => {
  const asked = async (options: Parameters<typeof retry>[0], error: Error, deadlineIn = Infinity): Promise<number> => {
    const clock = manualClock();
    const model = mock(error, "Hello");
    const answer = generate(compose(model, retry({ clock, random: () => 1, ...options })), "Hi", {
      deadline: clock.now() + deadlineIn,
    });
    answer.catch(() => {});
    await clock.advance(600_000);
    await answer.catch((thrown: unknown) => expect(thrown).toMatchObject({ message: error.message }));
    return model.calls.length;
  };

  test("that waiting does not help", async () => {
    expect(await asked({}, new LlmError("auth", "no key"))).toBe(1);
    expect(await asked({}, new LlmError("invalid-request", "no"))).toBe(1);
  });
  test("when the upstream asks for more patience than there is", async () => {
    const slow = new LlmError("rate-limit", "slow down", { retryAfterMs: 60_001 });
    expect(await asked({}, slow)).toBe(1);
    expect(await asked({ maxRetryAfter: "2m" }, slow)).toBe(2);
  });
  test("when the wait would outlive the deadline", async () => {
    expect(await asked({ baseDelay: 500 }, busy, 500)).toBe(1);
    expect(await asked({ baseDelay: 500 }, busy, 501)).toBe(2);
  });
  test("after one attempt, if that is all", async () => {
    expect(await asked({ attempts: 1 }, busy)).toBe(1);
  });
  test("that is not one of ours", async () => {
    const clock = manualClock();
    const model = scripted([[new RangeError("a bug")], [start]], { clock });
    await expect(generate(compose(model, retry({ clock })), "Hi")).rejects.toThrow(RangeError);
    expect(model.streams).toHaveLength(1);
  });
});

test("once content has been handed out the error is the reader's", async () => {
  const clock = manualClock();
  const model = scripted([[start, text, busy], [start]], { clock });
  const provider = compose(model, retry({ clock, random: () => 0 }));
  await expect(collect(provider.stream(request, newCall()))).rejects.toMatchObject({
    code: "overloaded",
    partial: { text: "Hello" },
  });
  expect(model.streams).toHaveLength(1);
});

test("when nobody watches, an answer that breaks is asked for again, and only one is handed out", async () => {
  const model = mock([start, text, busy], "Hello again");
  const result = await generate(compose(model, retry({ random: () => 0 })), "Hi");
  expect(result.text).toBe("Hello again");
  expect(model.calls).toHaveLength(2);
});

test("attempts are numbered children of the call, and tell why they wait", async () => {
  const events: Event[] = [];
  const model = mock(busy, busy, "Hello");
  const call = newCall({ tenant: "t", tags: { a: "b" }, whole: true, onEvent: (event) => events.push(event) });
  await collect(compose(model, retry({ random: () => 0 })).stream(request, call));
  expect(model.calls.map(({ call }) => call.attempt)).toEqual([1, 2, 3]);
  expect(new Set(model.calls.map(({ call }) => call.id)).size).toBe(3);
  expect(model.calls.map(({ call }) => call.parent)).toEqual([undefined, call.id, call.id]);
  for (const { call } of model.calls) expect(call).toMatchObject({ tenant: "t", tags: { a: "b" }, whole: true });
  expect(events.map((event) => event.type)).toEqual([
    "api.request",
    "api.response",
    "retry.waiting",
    "api.request",
    "api.response",
    "retry.waiting",
    "api.request",
    "api.response",
  ]);
  expect(events.filter((event) => event.type === "retry.waiting")).toMatchObject([
    { call: call.id, attempt: 1, ms: 0, error: busy },
    { call: call.id, attempt: 2, ms: 0, error: busy },
  ]);
});

test("bad options are named", () => {
  for (const attempts of [0, 1.5, -1, Number.NaN]) expect(() => retry({ attempts })).toThrow(/^attempts must be/);
  expect(() => retry({ baseDelay: -1 })).toThrow(/baseDelay/);
  expect(() => retry({ maxDelay: "1x" as "1s" })).toThrow(/maxDelay/);
  expect(() => retry({ maxRetryAfter: Number.NaN })).toThrow(/maxRetryAfter/);
});
