import * as fc from "fast-check";
import { expect, test, vi } from "vitest";
import { newCall, type Call, type CallOptions } from "./call.ts";
import { compose, healthOf } from "./compose.ts";
import { concurrency, type ConcurrencyOptions } from "./concurrency.ts";
import type { Event } from "./event.ts";
import { isLlmError } from "./error.ts";
import { generate } from "./generate.ts";
import { toRequest } from "./request.ts";
import type { StreamPart } from "./stream-part.ts";
import { conformance, manualClock, mock } from "./testing/index.ts";
import { scripted } from "./testing/scripted.ts";

const LONG = process.env["MODE"] === "long"; // set by vitest
if (LONG) vi.setConfig({ testTimeout: 300_000 });

const usage = { input: 3, cacheRead: 0, cacheWrite: 0, output: 1, reasoning: 0 };
const request = toRequest("Hi");
const script = [
  { type: "start", vendor: "mock", model: "model" },
  { type: "text", block: 0, delta: "Hello" },
  { type: "finish", reason: "stop", usage },
] as const;

/** Calls by hand: each begins, and goes on or ends when told to. */
function set(options: ConcurrencyOptions) {
  const clock = manualClock();
  const model = scripted([script], { clock });
  const provider = compose(model, concurrency({ clock, ...options }));
  const open = (more: CallOptions = {}) => {
    const call = newCall(more);
    const iterator = provider.stream(request, call)[Symbol.asyncIterator]();
    let state = "waiting";
    const first = iterator.next().then(
      (result) => (state = result.done ? "left" : "running"),
      (error: unknown) => (state = isLlmError(error) ? error.code : "?"),
    );
    return {
      call,
      first,
      state: () => state,
      leave: async () => {
        await iterator.return?.();
        if (state === "running") state = "left";
      },
      finish: async () => {
        try {
          for (let next: IteratorResult<StreamPart> | undefined; !next?.done;) next = await iterator.next();
          state = "done";
        } catch (error) {
          state = isLlmError(error) ? error.code : "?";
        }
      },
    };
  };
  const asked = (): Call[] => model.streams.map((stream) => stream.call);
  return { clock, model, provider, open, asked };
}

test("so many run at once, the others in order", async () => {
  const { clock, open, asked } = set({ max: 2 });
  const calls = Array.from({ length: 5 }, () => open());
  await clock.advance(0);
  expect(calls.map((one) => one.state())).toEqual(["running", "running", "waiting", "waiting", "waiting"]);
  await calls[1]?.finish();
  await clock.advance(0);
  expect(calls.map((one) => one.state())).toEqual(["running", "done", "running", "waiting", "waiting"]);
  for (const one of calls) {
    await one.first;
    if (one.state() === "running") await one.finish();
  }
  expect(asked()).toEqual(calls.map((one) => one.call));
});

test("the higher priority first: by tag, or as told", async () => {
  for (const [options, by] of [
    [{ max: 1 }, (p: number) => ({ tags: { priority: String(p) } })],
    [{ max: 1, priority: (call: Call) => -Number(call.tenant) }, (p: number) => ({ tenant: String(-p) })],
  ] as const) {
    const { clock, open, asked } = set(options);
    const calls = [9, 0, 5, -1, 5, 7].map((p) => open(by(p)));
    for (let i = 0; i < 6; i++) {
      await clock.advance(0);
      await calls.find((one) => one.state() === "running")?.finish();
    }
    expect(asked()).toEqual([0, 5, 2, 4, 1, 3].map((i) => calls[i]?.call));
  }
});

test("a priority that is no number is 0", async () => {
  const { clock, open, asked } = set({ max: 1 });
  const calls = ["0", "-1", "urgent", "1"].map((priority) => open({ tags: { priority } }));
  for (let i = 0; i < 4; i++) {
    await clock.advance(0);
    await calls.find((one) => one.state() === "running")?.finish();
  }
  expect(asked()).toEqual([0, 3, 2, 1].map((i) => calls[i]?.call));
});

test("when the queue is full the last of the lowest priority is turned away", async () => {
  const { clock, open, provider } = set({ max: 1, queue: 2 });
  const events: Event[] = [];
  const onEvent = (event: Event): void => void events.push(event);
  const [running, low, middle] = [open(), open({ tags: { priority: "1" } }), open({ tags: { priority: "2" } })];
  await clock.advance(0);
  expect(healthOf(provider)).toEqual({ ready: false, reason: "the queue is full" });
  const same = open({ tags: { priority: "1" }, onEvent });
  const high = open({ tags: { priority: "3" }, onEvent });
  await clock.advance(0);
  expect([running, low, middle, same, high].map((one) => one.state())).toEqual([
    "running",
    "queue-full",
    "waiting",
    "queue-full",
    "waiting",
  ]);
  expect(events.map((event) => event.type)).toEqual([
    "concurrency.rejected",
    "concurrency.rejected",
    "concurrency.queued",
  ]);
  await running.finish();
  expect(healthOf(provider)).toEqual({ ready: true });
});

test("who is turned away leaves no timer behind, and those before it stay", async () => {
  const { clock, open } = set({ max: 1, queue: 3 });
  const events: Event[] = [];
  const onEvent = (event: Event): void => void events.push(event);
  const waiting = [9, 5, 5, 1].map((priority) =>
    open({ tags: { priority: String(priority) }, deadline: clock.now() + 100 }),
  );
  await clock.advance(0); // the first one runs
  expect(clock.timers()).toBe(4);
  open({ tags: { priority: "2" }, onEvent });
  await clock.advance(0);
  expect(waiting.map((one) => one.state())).toEqual(["running", "waiting", "waiting", "queue-full"]);
  await expect(waiting[3]?.first).resolves.toBe("queue-full");
  expect(clock.timers()).toBe(3);
  expect(events).toMatchObject([
    { type: "concurrency.rejected", running: 1, queued: 2 },
    { type: "concurrency.queued", running: 1, queued: 3 },
  ]);
});

test("a provider with room is as ready as what is inside", async () => {
  const unready = { ...mock(), health: () => ({ ready: false, reason: "down" }) };
  expect(healthOf(compose(unready, concurrency({ max: 1, queue: 0 })))).toEqual({ ready: false, reason: "down" });
});

test("nobody waits where there is no queue", async () => {
  const { clock, open } = set({ max: 1, queue: 0 });
  const calls = [open(), open({ tags: { priority: "9" } })];
  await clock.advance(0);
  expect(calls.map((one) => one.state())).toEqual(["running", "queue-full"]);
});

test("a deadline, an abort or a reader that leaves ends the wait at once", async () => {
  const { clock, model, open } = set({ max: 1 });
  const controller = new AbortController();
  const running = open();
  const late = open({ deadline: clock.now() + 100 });
  const aborted = open({ signal: controller.signal });
  const left = open();
  await clock.advance(0);
  controller.abort();
  await left.leave();
  await clock.advance(100);
  expect([late, aborted, left].map((one) => one.state())).toEqual(["timeout", "aborted", "left"]);
  expect(clock.timers()).toBe(0);
  await running.finish();
  const next = open();
  await next.first;
  expect(next.state()).toBe("running");
  expect(model.streams).toHaveLength(2);
});

test("whatever its callers do, places are given back once and taken in order", () =>
  fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 3 }),
      fc.nat(4),
      fc.array(
        fc.oneof(
          fc.record({ open: fc.integer({ min: 0, max: 2 }), deadline: fc.option(fc.nat(20)) }),
          fc.record({ leave: fc.nat(20) }),
          fc.record({ abort: fc.nat(20) }),
          fc.record({ finish: fc.nat(20) }),
          fc.record({ both: fc.tuple(fc.nat(20), fc.nat(20)) }), // two leave at once
          fc.record({ wait: fc.nat(15) }),
        ),
        { maxLength: 40 },
      ),
      async (max, queue, steps) => {
        const { clock, model, open } = set({ max, queue });
        const calls: { one: ReturnType<typeof open>; controller: AbortController; priority: number }[] = [];
        const at = (i: number) => calls[i % Math.max(1, calls.length)];
        for (const step of steps) {
          const waiting = calls.filter(({ one }) => one.state() === "waiting");
          if ("open" in step) {
            const controller = new AbortController();
            const one = open({
              signal: controller.signal,
              tags: { priority: String(step.open) },
              ...(step.deadline !== null && { deadline: clock.now() + step.deadline }),
            });
            calls.push({ one, controller, priority: step.open });
          } else if ("leave" in step) await at(step.leave)?.one.leave();
          else if ("abort" in step) at(step.abort)?.controller.abort();
          else if ("wait" in step) await clock.advance(step.wait);
          else if ("finish" in step) {
            const call = at(step.finish);
            if (call?.one.state() === "running") await call.one.finish();
          } else {
            for (const i of step.both) void at(i)?.one.leave();
          }
          await clock.advance(0);
          const ended = ({ call }: { call: Call }): boolean =>
            (call.signal?.aborted ?? false) || call.deadline <= clock.now();
          const running = calls.filter(({ one }) => one.state() === "running" && !ended(one)); // else its place is free
          const still = calls.filter(({ one }) => one.state() === "waiting");
          expect(running.length).toBeLessThanOrEqual(max);
          expect(still.length).toBeLessThanOrEqual(queue);
          if (still.length > 0) expect(running.length).toBe(max); // nobody waits while there is room
          for (const went of waiting.filter(({ one }) => one.state() === "running"))
            for (const stayed of waiting.filter(({ one }) => one.state() === "waiting"))
              expect(
                went.priority > stayed.priority ||
                  (went.priority === stayed.priority && calls.indexOf(went) < calls.indexOf(stayed)),
              ).toBe(true);
        }
        for (const { one } of calls) await one.leave();
        await clock.advance(0);
        for (const { ends } of model.streams) expect(ends).toHaveLength(1);
        expect(clock.timers()).toBe(0);
        const after = Array.from({ length: max }, () => open());
        await clock.advance(0);
        expect(after.map((one) => one.state())).toEqual(after.map(() => "running"));
      },
    ),
    { numRuns: LONG ? 1_000 : 150 },
  ));

test("a call that is over gives its place back, also when its reader does not come back", async () => {
  const { clock, open } = set({ max: 1 });
  const controller = new AbortController();
  const forgotten = open({ signal: controller.signal });
  await forgotten.first;
  const next = open({ deadline: clock.now() + 100 });
  controller.abort();
  await next.first;
  expect(next.state()).toBe("running");
  const last = open();
  await clock.advance(100);
  await last.first;
  expect(last.state()).toBe("running");
  await forgotten.leave();
  await next.leave();
  const full = open();
  await clock.advance(0);
  expect(full.state()).toBe("waiting"); // nothing was given back twice
});

test("providers under one limit share its places", async () => {
  const one = concurrency({ max: 1, queue: 0 });
  const never = mock(() => new Promise<string>(() => {}));
  const iterator = compose(never, one).stream(request, newCall())[Symbol.asyncIterator]();
  void iterator.next();
  await expect(generate(compose(mock("Hello"), one), "Hi")).rejects.toMatchObject({ code: "queue-full" });
  await iterator.return?.();
  expect((await generate(compose(mock("Hello"), one), "Hi")).text).toBe("Hello");
});

for (const check of conformance(() => compose(mock("A breaker opens when calls fail."), concurrency({ max: 2 }))))
  test(check.name, check.run);

test("bad options are named", () => {
  for (const max of [0, 1.5, Number.NaN]) expect(() => concurrency({ max })).toThrow(/^max must be/);
  for (const queue of [-1, 1.5, Infinity]) expect(() => concurrency({ max: 1, queue })).toThrow(/^queue must be/);
});
