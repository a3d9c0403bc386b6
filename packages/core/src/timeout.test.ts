import { describe, expect, test } from "vitest";
import { newCall, type CallOptions } from "./call.ts";
import { collect } from "./collect.ts";
import { compose } from "./compose.ts";
import { LlmError } from "./error.ts";
import type { Event } from "./event.ts";
import type { StreamPart } from "./stream-part.ts";
import { toRequest } from "./request.ts";
import { manualClock, mock } from "./testing/index.ts";
import { scripted, type Step } from "./testing/scripted.ts";
import { timeout, type TimeoutOptions } from "./timeout.ts";

const request = toRequest("Hi");
const start = { type: "start", vendor: "mock", model: "model" } as const;
const text = { type: "text", block: 0, delta: "Hello" } as const;
const usage = { input: 3, cacheRead: 0, cacheWrite: 0, output: 1, reasoning: 0 };
const finish = { type: "finish", reason: "stop", usage } as const;
const limits = { connect: 100, firstPart: 300, idle: 50, total: 1_000 };

/** One call through a timeout, its clock and what happened. */
function set(steps: readonly Step[], more: { deaf?: boolean; options?: TimeoutOptions; call?: CallOptions } = {}) {
  const clock = manualClock();
  const fired: string[] = [];
  const onEvent = (event: Event): void => {
    if (event.type === "timeout.fired") fired.push(`${event.phase} ${event.ms}`);
  };
  const model = scripted([steps], { clock, deaf: more.deaf ?? false });
  const call = newCall({ ...more.call, onEvent });
  const { stream } = compose(model, timeout({ ...limits, ...more.options, clock }));
  const iterator = stream(request, call)[Symbol.asyncIterator]();
  /** What the next read settles with: a part, "done", an error in words; until then "waiting". */
  const read = (): { now: () => StreamPart | string } => {
    let settled: StreamPart | string = "waiting";
    iterator.next().then(
      (result) => (settled = result.done ? "done" : result.value),
      (error: unknown) => (settled = error instanceof LlmError ? `${error.code}: ${error.message}` : String(error)),
    );
    return { now: () => settled };
  };
  return { clock, fired, model, iterator, read };
}

describe.each([false, true])("an upstream that does not answer (deaf: %s)", (deaf) => {
  test.each([
    ["connect", 100, []],
    ["firstPart", 300, [start]],
    ["idle", 50, [start, text]],
  ] as const)("times out: %s", async (phase, ms, before) => {
    const { clock, fired, model, read, iterator } = set([...before, "stall"], { deaf });
    for (const part of before) {
      const got = read();
      await clock.advance(0);
      expect(got.now()).toEqual(part);
    }
    const last = read();
    await clock.advance(ms - 1);
    expect(last.now()).toBe("waiting");
    await clock.advance(1);
    expect(last.now()).toBe(`timeout: ${phase} took longer than ${ms} ms`);
    expect(fired).toEqual([`${phase} ${ms}`]);
    expect(clock.timers()).toBe(0);
    expect(model.streams[0]?.ends).toEqual([deaf ? "left" : "timeout"]);
    expect(await iterator.next()).toEqual({ done: true, value: undefined });
    await iterator.return?.();
    expect(model.streams[0]?.ends).toHaveLength(1);
  });

  test("times out: total, however busy it is", async () => {
    const steps = Array.from({ length: 50 }, (): readonly Step[] => [{ wait: 40 }, text]).flat();
    const { clock, fired, read } = set([start, ...steps], { deaf });
    const begun = clock.now();
    let got = read();
    while (clock.now() < begun + 990) {
      await clock.advance(10);
      if (got.now() !== "waiting") got = read();
    }
    await clock.advance(10);
    expect(got.now()).toMatch(/^timeout: /); // an upstream that listens to its deadline may say so in its own words
    expect(fired).toEqual(["total 1000"]);
    expect(clock.timers()).toBe(0);
  });

  test("and ends at once by its caller's signal and deadline", async () => {
    const controller = new AbortController();
    const first = set([start, text, "stall"], { deaf, call: { signal: controller.signal } });
    first.read();
    await first.clock.advance(0);
    const waiting = first.read();
    controller.abort();
    await first.clock.advance(0);
    expect(waiting.now()).toBe("aborted: the call was aborted");
    expect(first.clock.timers()).toBe(0);
    const second = set(["stall"], { deaf, call: { deadline: manualClock().now() + 20 } });
    const late = second.read();
    await second.clock.advance(20);
    expect(late.now()).toBe("timeout: the call's deadline has passed");
    expect(second.fired).toEqual([]);
  });
});

test("a slow reader is no timeout", async () => {
  const { clock, fired, read } = set([start, text, text, finish]);
  for (const part of [start, text, text, finish]) {
    const got = read();
    await clock.advance(0);
    expect(got.now()).toEqual(part);
    await clock.advance(200);
  }
  expect(fired).toEqual([]);
});

test("a reader that pauses before the first content has not waited for it", async () => {
  const { clock, fired, read } = set([start, { wait: 250 }, text, finish], { options: { total: "1h" } });
  read();
  await clock.advance(5_000);
  const got = read();
  await clock.advance(250);
  expect(got.now()).toEqual(text);
  expect(fired).toEqual([]);
});

test("while nobody reads only the total counts, and the next read tells", async () => {
  const { clock, fired, model, read, iterator } = set([start, text, "stall"]);
  read();
  await clock.advance(1_000);
  expect(fired).toEqual(["total 1000"]);
  const got = read();
  await clock.advance(0);
  expect(got.now()).toBe("timeout: total took longer than 1000 ms");
  expect((await iterator.next()).done).toBe(true);
  expect(model.streams[0]?.ends).toEqual(["timeout"]);
});

test("when nobody watches the parts only the total counts", async () => {
  const { clock, read } = set([{ wait: 900 }, start, text, finish], { call: { whole: true } });
  const got = read();
  await clock.advance(900);
  expect(got.now()).toEqual(start);
});

test("the deadline shrinks for what is below", async () => {
  const { clock, model, read } = set([start]);
  read();
  await clock.advance(0);
  expect(model.streams[0]?.call.deadline).toBe(clock.now() + 1_000);
  const earlier = set([start], { call: { deadline: clock.now() + 10 } });
  earlier.read();
  await earlier.clock.advance(0);
  expect(earlier.model.streams[0]?.call.deadline).toBe(earlier.clock.now() + 10);
});

test("what has been used until then survives", async () => {
  const clock = manualClock();
  const model = mock([start, { type: "usage", usage }, text], []);
  const stalled = compose(model, timeout({ idle: 50, clock }), (inner) => ({
    ...inner,
    stream: (request, call) => {
      const iterator = inner.stream(request, call)[Symbol.asyncIterator]();
      let parts = 0;
      const never = new Promise<never>((_resolve, reject) =>
        call.signal?.addEventListener("abort", () => iterator.next().catch(reject)),
      );
      const slow: AsyncIterableIterator<StreamPart> = {
        [Symbol.asyncIterator]: () => slow,
        next: () => (parts++ < 3 ? iterator.next() : never),
      };
      return slow;
    },
  }));
  const answer = collect(stalled.stream(request, newCall()));
  answer.catch(() => {});
  await clock.advance(60);
  await expect(answer).rejects.toMatchObject({ code: "timeout", partial: { text: "Hello", usage: { input: 3 } } });
  expect(model.active()).toBe(0);
});

test("one timer serves the whole call, however many parts there are", async () => {
  const clock = manualClock();
  let set = 0;
  const counting = { ...clock, setTimeout: (fn: () => void, ms: number) => (set++, clock.setTimeout(fn, ms)) };
  const model = scripted([[start, ...Array.from({ length: 1_000 }, () => text), finish]]);
  await collect(compose(model, timeout({ clock: counting })).stream(request, newCall()));
  expect(set).toBeLessThanOrEqual(3); // connect and idle
  expect(clock.timers()).toBe(0);
});

test.each([false, true])("a reader that leaves while it waits leaves nothing behind (deaf: %s)", async (deaf) => {
  const { clock, model, read, iterator } = set(["stall"], { deaf });
  const got = read();
  await clock.advance(1);
  await iterator.return?.();
  await clock.advance(0);
  expect(got.now()).toBe("done");
  expect(clock.timers()).toBe(0);
  expect(model.streams[0]?.ends).toEqual(["left"]);
  await clock.advance(10_000);
  expect((await iterator.next()).done).toBe(true);
});

test("a phase may be switched off, and one duration is the total", async () => {
  const off = set(["stall"], { options: { connect: Infinity, firstPart: Infinity, idle: Infinity, total: Infinity } });
  const got = off.read();
  await off.clock.advance(86_400_000);
  expect(got.now()).toBe("waiting");
  expect(off.clock.timers()).toBe(0);
  const model = mock("Hello");
  await collect(compose(model, timeout("5s")).stream(request, newCall()));
  expect(model.calls[0]?.call.deadline).toBeLessThanOrEqual(Date.now() + 5_000);
});

test("bad options are named", () => {
  for (const option of ["connect", "firstPart", "idle", "total"] as const)
    expect(() => timeout({ [option]: -1 })).toThrow(new RegExp(`^${option} must be`));
});
