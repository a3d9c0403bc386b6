import { isLlmError, LlmError } from "@llm/core";
import { describe, expect, test } from "vitest";
import { createBreaker } from "./breaker.ts";
import type { Breaker } from "./breaker.ts";
import type { Permit } from "./permit.ts";
import { isRejected } from "./rejected.ts";

/** A clock that is moved by hand. */
const fakeClock = (time = 1_000_000): { now: () => number; tick: (ms: number) => void } => ({
  now: () => time,
  tick: (ms) => void (time += ms),
});
const busy = new LlmError("overloaded", "busy");
const failWith = (breaker: Breaker, times: number): void => {
  for (let i = 0; i < times; i++) breaker.acquire().failure(busy);
};
const caught = (fn: () => unknown): unknown => {
  try {
    fn();
  } catch (error) {
    return error;
  }
  return undefined;
};

describe("the eleven probes", () => {
  test("1 four failures, ten idle minutes, one more: closed", () => {
    const clock = fakeClock();
    for (const options of [{}, { window: "10s", minimumCalls: 5 }] as const) {
      const breaker = createBreaker({ ...options, clock });
      failWith(breaker, 4);
      clock.tick(600_000);
      failWith(breaker, 1);
      expect(breaker.state).toBe("closed");
    }
  });

  test("2 a call from before the trip that fails in half-open does not re-open", () => {
    const clock = fakeClock();
    const breaker = createBreaker({ clock });
    const old = breaker.acquire();
    failWith(breaker, 5);
    clock.tick(60_000);
    const probe = breaker.acquire();
    old.failure(busy);
    expect(breaker.state).toBe("half-open");
    probe.success();
    expect(breaker.state).toBe("closed");
  });

  test("3 nor does one that succeeds close", () => {
    const clock = fakeClock();
    const breaker = createBreaker({ clock });
    const old = breaker.acquire();
    failWith(breaker, 5);
    clock.tick(60_000);
    const probe = breaker.acquire();
    old.success();
    expect(breaker.state).toBe("half-open");
    probe.failure(busy);
    expect(breaker.state).toBe("open");
  });

  test("4 the caller aborting the probe leaves half-open with the slot free", async () => {
    const clock = fakeClock();
    const breaker = createBreaker({ clock });
    failWith(breaker, 5);
    clock.tick(60_000);
    const caller = new AbortController();
    const probe = breaker.run(
      () =>
        new Promise((_, reject) => caller.signal.addEventListener("abort", () => reject(new Error("socket closed")))),
      { signal: caller.signal },
    );
    expect(caught(() => breaker.acquire())).toBeInstanceOf(LlmError);
    caller.abort();
    await expect(probe).rejects.toThrow("socket closed");
    expect(breaker.state).toBe("half-open");
    breaker.acquire().success();
    expect(breaker.state).toBe("closed");
  });

  test("5 a hung probe's lease expires; a hundred callers are rejected at once, none waits", async () => {
    const clock = fakeClock();
    const breaker = createBreaker({ clock, probeLease: "30s" });
    failWith(breaker, 5);
    clock.tick(60_000);
    void breaker.run(() => new Promise(() => {}));
    clock.tick(10_000);
    const answers = await Promise.allSettled(Array.from({ length: 100 }, () => breaker.run(() => "answer")));
    for (const answer of answers) {
      const reason: unknown = answer.status === "rejected" ? answer.reason : undefined;
      expect(isRejected(reason) && reason.code === "circuit-open" && reason.retryAfterMs).toBe(20_000);
    }
    clock.tick(20_000);
    await expect(breaker.run(() => "answer")).resolves.toBe("answer");
    expect(breaker.state).toBe("closed");
  });

  test.each([
    ["all at once", 0],
    ["one a second", 1],
    ["one after the other", 30],
  ])("6 twenty of twenty calls failing after 30 s under a 10 s window open it: %s", (_, gap) => {
    const clock = fakeClock();
    const breaker = createBreaker({ clock, window: "10s", minimumCalls: 5 });
    let calls = Array.from({ length: 20 }, (_, i) => ({ second: i * gap, permit: undefined as Permit | undefined }));
    const states = new Set<string>();
    for (let second = 0; calls.length > 0; second++, clock.tick(1_000)) {
      for (const call of calls) {
        if (call.second === second && breaker.state === "closed") call.permit = breaker.acquire();
        if (call.second + 30 === second) call.permit?.failure(busy);
      }
      calls = calls.filter((call) => call.second + 30 > second);
      states.add(breaker.state);
    }
    expect(states).toContain("open");
  });

  test("7 forty in flight do not dilute thirty failures of thirty", () => {
    const breaker = createBreaker({ clock: fakeClock(), failureThreshold: Infinity, minimumCalls: 30 });
    for (let i = 0; i < 40; i++) breaker.acquire();
    failWith(breaker, 29);
    expect(breaker.state).toBe("closed");
    failWith(breaker, 1);
    expect(breaker.state).toBe("open");
    expect(breaker.health().errorRate).toBe(1);
  });

  test("8 defaults open at 5 calls a second with every call failing", () => {
    const clock = fakeClock();
    const breaker = createBreaker({ clock });
    let sent = 0;
    for (let i = 0; i < 600; i++, clock.tick(200)) {
      if (caught(() => breaker.acquire().failure(busy)) === undefined) sent++;
    }
    expect(sent).toBeLessThanOrEqual(6); // five, and the probe of the first minute
  });

  test("9 five of five streams that die after the first part open it", () => {
    const clock = fakeClock();
    const breaker = createBreaker({ clock });
    for (let i = 0; i < 5; i++) {
      const permit = breaker.acquire();
      permit.firstToken();
      clock.tick(100);
      permit.failure(new LlmError("truncated", "cut"));
    }
    expect(breaker.state).toBe("open");
  });

  test("10 an action that returns no promise works", async () => {
    const breaker = createBreaker();
    await expect(breaker.run(() => 42)).resolves.toBe(42);
    await expect(breaker.run(() => undefined)).resolves.toBeUndefined();
    await expect(
      breaker.run(() => {
        throw new RangeError("at once");
      }),
    ).rejects.toThrow("at once");
  });

  test("11 after Retry-After 20 s the state stays closed, and calls are rejected as rate-limit until then", async () => {
    const clock = fakeClock();
    const breaker = createBreaker({ clock });
    const refused = breaker.run(() =>
      Promise.reject(new LlmError("rate-limit", "slow down", { retryAfterMs: 20_000 })),
    );
    await expect(refused).rejects.toThrow("slow down");
    for (const left of [20_000, 15_000, 10_000, 5_000]) {
      expect(breaker.state).toBe("closed");
      const error = caught(() => breaker.acquire());
      expect(isLlmError(error, "rate-limit") && error.retryAfterMs).toBe(left);
      clock.tick(5_000);
    }
    await expect(breaker.run(() => "answer")).resolves.toBe("answer");
  });
});
