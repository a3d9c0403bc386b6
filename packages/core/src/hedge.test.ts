import * as fc from "fast-check";
import { describe, expect, test, vi } from "vitest";
import { newCall } from "./call.ts";
import { collect } from "./collect.ts";
import { compose } from "./compose.ts";
import { LlmError } from "./error.ts";
import type { Event } from "./event.ts";
import { hedge, type HedgeOptions } from "./hedge.ts";
import type { Provider } from "./provider.ts";
import { toRequest } from "./request.ts";
import type { StreamPart } from "./stream-part.ts";
import { conformance, manualClock, mock, type ManualClock } from "./testing/index.ts";
import { scripted, type Step } from "./testing/scripted.ts";
import type { ChatResult } from "./result.ts";

const LONG = process.env["MODE"] === "long"; // set by vitest
if (LONG) vi.setConfig({ testTimeout: 300_000 });

const request = toRequest("Hi");
const busy = new LlmError("overloaded", "busy");
const usage = { input: 3, cacheRead: 0, cacheWrite: 0, output: 1, reasoning: 0 };
/** An answer whose first content comes after `ms`. */
const answer = (ms: number, delta = `after ${ms}`): readonly Step[] => [
  { type: "start", vendor: "mock", model: "model" },
  { wait: ms },
  { type: "text", block: 0, delta },
  { wait: 5 },
  { type: "finish", reason: "stop", usage },
];
const options: HedgeOptions = { minSamples: 20, share: 0.1 };
const calm = Array.from({ length: 20 }, (_, i) => answer(10 + i)); // its 95th percentile is 28

async function ask(provider: Provider, clock: ManualClock, ms = 1_000, call = newCall()): Promise<ChatResult> {
  const result = collect(provider.stream(request, call));
  result.catch(() => {});
  await clock.advance(ms);
  return result;
}
/** A provider that has answered twenty times, and what comes next. */
async function calmed(next: readonly (readonly Step[])[], more: HedgeOptions = {}) {
  const clock = manualClock();
  const model = scripted([...calm, ...next], { clock });
  const provider = compose(model, hedge({ ...options, ...more, clock }));
  for (let i = 0; i < 20; i++) await ask(provider, clock, 100);
  expect(model.streams).toHaveLength(20);
  return { clock, model, provider };
}

test("asks again after the 95th percentile of what it has seen; the first content wins and the loser is left", async () => {
  const { clock, model, provider } = await calmed([answer(500, "first"), answer(10, "second")]);
  const events: Event[] = [];
  const call = newCall({ onEvent: (event) => events.push(event) });
  const result = collect(provider.stream(request, call));
  await clock.advance(27);
  expect(model.streams).toHaveLength(21);
  await clock.advance(1);
  expect(model.streams).toHaveLength(22);
  await clock.advance(15);
  expect((await result).text).toBe("second");
  expect(model.streams.slice(20).map(({ ends }) => ends)).toEqual([["left"], ["left"]]); // collect leaves at the finish
  expect(model.streams.slice(20).map(({ call }) => [call.attempt, call.parent])).toEqual([
    [1, undefined],
    [2, call.id],
  ]);
  expect(events).toMatchObject([
    { type: "hedge.started", ms: 28 },
    { type: "hedge.won", attempt: 2, ms: 38 },
  ]);
  expect(clock.timers()).toBe(0);
});

test("an answer in time has one attempt, no event and no timer left", async () => {
  const { clock, model, provider } = await calmed([answer(20)]);
  const events: Event[] = [];
  await ask(provider, clock, 25, newCall({ onEvent: (event) => events.push(event) }));
  expect(events).toEqual([]);
  expect(clock.timers()).toBe(0);
  expect(model.streams).toHaveLength(21);
});

test("a second attempt that wins after the first has failed counts with its own time", async () => {
  const clock = manualClock();
  const failing: readonly Step[] = [{ wait: 30 }, busy];
  const model = scripted([answer(20), failing, answer(13), answer(100), answer(1)], { clock });
  const provider = compose(model, hedge({ minSamples: 1, quantile: 0.5, share: 1, clock }));
  const waits: number[] = [];
  const onEvent = (event: Event): void => void (event.type === "hedge.started" && waits.push(event.ms));
  for (let i = 0; i < 3; i++) await ask(provider, clock, 200, newCall({ onEvent }));
  expect(waits).toEqual([20, 13]); // of 20 alone; then of 13 and 20
});

test("the first attempt may still win", async () => {
  const { clock, model, provider } = await calmed([answer(40, "first"), answer(50, "second")]);
  expect((await ask(provider, clock)).text).toBe("first");
  expect(model.streams).toHaveLength(22);
});

test("an error is told when no attempt is left", async () => {
  const failsAt = (ms: number): readonly Step[] => [{ wait: ms }, busy];
  const one = await calmed([failsAt(40), answer(50, "second")]);
  expect((await ask(one.provider, one.clock)).text).toBe("second");
  const other = await calmed([answer(60, "first"), failsAt(10)]);
  expect((await ask(other.provider, other.clock)).text).toBe("first");
  const both = await calmed([failsAt(40), failsAt(10)]);
  await expect(ask(both.provider, both.clock)).rejects.toMatchObject({ code: "overloaded" });
  const early = await calmed([failsAt(10), answer(1)]);
  await expect(ask(early.provider, early.clock)).rejects.toMatchObject({ code: "overloaded" });
  expect(early.model.streams).toHaveLength(21); // trying again is retry's work
});

test("not more often than its share", async () => {
  const { clock, model, provider } = await calmed([answer(500)], { share: 0.1 });
  for (let i = 0; i < 50; i++) await ask(provider, clock, 10_000);
  expect(model.streams.length).toBeLessThanOrEqual(70 + 7);
  expect(model.streams.length).toBeGreaterThan(70);
});

test("slow answers that lose are not forgotten", async () => {
  const slowAndFast = Array.from({ length: 60 }, () => [answer(500), answer(1)]).flat();
  const { clock, model, provider } = await calmed(slowAndFast, { share: 1 });
  const before = model.streams.length;
  for (let i = 0; i < 20; i++) await ask(provider, clock);
  const waited: number[] = [];
  await ask(provider, clock, 1_000, newCall({ onEvent: (e) => e.type === "hedge.started" && waited.push(e.ms) }));
  expect(model.streams.length).toBeGreaterThan(before + 20);
  expect(waited[0] ?? Infinity).toBeGreaterThanOrEqual(28);
});

test("times of whole answers are times of their own", async () => {
  const { clock, model, provider } = await calmed([answer(500), answer(500)]);
  await ask(provider, clock, 1_000, newCall({ whole: true }));
  expect(model.streams).toHaveLength(21); // none has been seen yet
});

describe("a reader that leaves, a caller that aborts", () => {
  const parts = fc.array(fc.constantFrom<"text" | "wait" | "error" | "usage">("text", "wait", "error", "usage"), {
    maxLength: 4,
  });
  test("settle everything once, whatever the two attempts do", async () => {
    const toSteps = (kinds: readonly string[], tag: string): readonly Step[] => [
      { type: "start", vendor: "mock", model: "model" },
      { wait: 35 },
      ...kinds.map((kind, i): Step => {
        if (kind === "text") return { type: "text", block: 0, delta: `${tag}${i}` };
        if (kind === "usage") return { type: "usage", usage };
        return kind === "wait" ? { wait: 10 } : busy;
      }),
      { type: "finish", reason: "stop", usage },
    ];
    await fc.assert(
      fc.asyncProperty(parts, parts, fc.nat(5), fc.nat(90), fc.boolean(), async (one, two, reads, ms, leave) => {
        const { clock, model, provider } = await calmed([toSteps(one, "a"), toSteps(two, "b")], { share: 1 });
        const controller = new AbortController();
        const iterator = provider.stream(request, newCall({ signal: controller.signal }))[Symbol.asyncIterator]();
        const got: StreamPart[] = [];
        const reading = (async () => {
          for (let i = 0; i < reads; i++) {
            const next = await iterator.next();
            if (next.done) return;
            got.push(next.value);
          }
        })().catch(() => {});
        await clock.advance(ms);
        if (leave) await iterator.return?.();
        else controller.abort();
        await clock.advance(500);
        await reading;
        await iterator.return?.();
        await clock.advance(0);
        for (const { ends } of model.streams) expect(ends).toHaveLength(1);
        expect(clock.timers()).toBe(0);
        expect(got.filter((part) => part.type === "start").length).toBeLessThanOrEqual(1);
        const tags = new Set(got.flatMap((part) => (part.type === "text" ? [part.delta[0]] : [])));
        expect(tags.size).toBeLessThanOrEqual(1); // content comes from one attempt
        expect(await iterator.next()).toEqual({ done: true, value: undefined });
      }),
      { numRuns: LONG ? 1_000 : 40 },
    );
  });
});

test("the loser is billed, as what it is: left", async () => {
  const clock = manualClock();
  const delays = [10, 500, 10];
  const model = mock(
    () => new Promise<string>((resolve) => clock.setTimeout(() => resolve("Hello there"), delays.shift() ?? 0)),
  );
  const provider = compose(model, hedge({ minSamples: 1, share: 1, clock }));
  await ask(provider, clock, 20);
  const billed: unknown[] = [];
  const onEvent = (event: Event): void => {
    if (event.type === "api.response") billed.push([event.outcome, event.usage.input > 0]);
  };
  expect((await ask(provider, clock, 30, newCall({ onEvent }))).text).toBe("Hello there");
  expect(billed).toEqual([
    ["left", true],
    ["ok", true],
  ]);
  expect(model.active()).toBe(0);
});

for (const check of conformance(() => compose(mock("A breaker opens when calls fail."), hedge())))
  test(check.name, check.run);

test("bad options are named", () => {
  for (const quantile of [0, 1, Number.NaN]) expect(() => hedge({ quantile })).toThrow(/^quantile must be/);
  for (const minSamples of [0, 1.5, 201]) expect(() => hedge({ minSamples })).toThrow(/^minSamples must be/);
  expect(() => hedge({ minSamples: 200, share: 0 })).not.toThrow();
  for (const share of [-1, 2, Number.NaN]) expect(() => hedge({ share })).toThrow(/^share must be/);
});
