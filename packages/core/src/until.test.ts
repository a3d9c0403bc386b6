import { expect, test } from "vitest";
import { newCall } from "./call.ts";
import { isLlmError, LlmError } from "./error.ts";
import type { Clock } from "./time.ts";
import { abortError, onEnd, until } from "./until.ts";

/** A clock that moves when told to. */
function fakeClock() {
  let now = 0;
  let timers: { at: number; fn: () => void }[] = [];
  const clock: Clock = {
    now: () => now,
    setTimeout: (fn, ms) => {
      const timer = { at: now + Math.min(ms, 2_147_483_647), fn };
      timers.push(timer);
      return () => void (timers = timers.filter((other) => other !== timer));
    },
  };
  const to = (time: number): void => {
    for (;;) {
      const [due] = timers.filter(({ at }) => at <= time).sort((a, b) => a.at - b.at);
      if (!due) break;
      timers = timers.filter((other) => other !== due);
      now = due.at;
      due.fn();
    }
    now = time;
  };
  return { clock, to, pending: () => timers.length };
}

test("why a signal was aborted", () => {
  expect(abortError(AbortSignal.abort()).code).toBe("aborted");
  expect(abortError(AbortSignal.abort("a reason"))).toMatchObject({ code: "aborted", cause: "a reason" });
  expect(abortError(AbortSignal.abort(new DOMException("late", "TimeoutError"))).code).toBe("timeout");
  const ours = new LlmError("budget-exceeded", "spent");
  expect(abortError(AbortSignal.abort(ours))).toBe(ours);
});

test("a call that is over already ends at once", () => {
  const ends: LlmError[] = [];
  onEnd(newCall({ signal: AbortSignal.abort() }), (error) => ends.push(error))();
  onEnd(newCall({ deadline: Date.now() - 1 }), (error) => ends.push(error))();
  expect(ends.map((error) => error.code)).toEqual(["aborted", "timeout"]);
});

test("an abort or the deadline ends it once, whichever comes first, and leaves nothing behind", () => {
  const { clock, to, pending } = fakeClock();
  const controller = new AbortController();
  const ends: string[] = [];
  onEnd(newCall({ signal: controller.signal, deadline: 100 }), (error) => ends.push(error.code), clock);
  controller.abort();
  to(200);
  expect(ends).toEqual(["aborted"]);
  expect(pending()).toBe(0);

  const other = new AbortController();
  onEnd(newCall({ signal: other.signal, deadline: 300 }), (error) => ends.push(error.code), clock);
  to(299);
  expect(ends).toHaveLength(1);
  to(300);
  other.abort();
  expect(ends).toEqual(["aborted", "timeout"]);
});

test("who stops watching hears nothing", () => {
  const { clock, to, pending } = fakeClock();
  const controller = new AbortController();
  const stop = onEnd(newCall({ signal: controller.signal, deadline: 100 }), () => expect.unreachable(), clock);
  stop();
  stop();
  expect(pending()).toBe(0);
  controller.abort();
  to(1_000);
});

test("a deadline further ahead than a timer reaches is waited for", () => {
  const { clock, to } = fakeClock();
  const far = 10_000_000_000;
  let ended = false;
  onEnd(newCall({ deadline: far }), () => (ended = true), clock);
  to(far - 1);
  expect(ended).toBe(false);
  to(far);
  expect(ended).toBe(true);
});

test("a promise is waited for, but no longer than the call lives", async () => {
  expect(await until(Promise.resolve(1), newCall())).toBe(1);
  const controller = new AbortController();
  expect(await until(Promise.resolve(2), newCall({ signal: controller.signal }))).toBe(2);
  await expect(until(Promise.reject(new Error("own")), newCall({ signal: controller.signal }))).rejects.toThrow("own");
  const never = until(new Promise(() => {}), newCall({ signal: controller.signal }));
  controller.abort();
  expect(isLlmError(await never.catch((error: unknown) => error), "aborted")).toBe(true);

  const { clock, to, pending } = fakeClock();
  const late = until(new Promise(() => {}), newCall({ deadline: 50 }), clock);
  to(50);
  expect(isLlmError(await late.catch((error: unknown) => error), "timeout")).toBe(true);
  await until(Promise.resolve(), newCall({ deadline: 90 }), clock);
  await Promise.resolve();
  expect(pending()).toBe(0);
});
