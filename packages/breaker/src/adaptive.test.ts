import { LlmError } from "@llm/core";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createBreaker } from "./breaker.ts";
import { adaptiveConcurrency, Concurrency } from "./concurrency.ts";
import type { BreakerOptions, Priority } from "./options.ts";
import { isRejected } from "./rejected.ts";
import { adaptiveThrottle, Throttle } from "./throttle.ts";

const busy = new LlmError("overloaded", "busy");
const end = { accepted: true, ms: 10, perToken: undefined };

describe("the adaptive throttle", () => {
  test("sheds the share that the formula says, batch first", () => {
    fc.assert(
      fc.property(fc.nat(200), fc.nat(200), fc.double({ min: 1, max: 5, noNaN: true }), (accepts, refusals, k) => {
        const throttle = new Throttle(k, 120_000, () => 0);
        for (let i = 0; i < accepts; i++) throttle.leave(1_000, { ...end, accepted: true });
        for (let i = 0; i < refusals; i++) throttle.leave(1_000, { ...end, accepted: false });
        const requests = accepts + refusals;
        const share = throttle.share(1_000, "interactive");
        expect(share).toBeCloseTo(Math.max(0, (requests - k * accepts) / (requests + 1)), 9);
        expect(throttle.share(1_000, "batch")).toBeCloseTo(
          Math.max(0, (requests - ((k + 1) / 2) * accepts) / (requests + 1)),
          9,
        );
        expect(throttle.share(1_000, "batch")).toBeGreaterThanOrEqual(share);
      }),
    );
  });

  test("what it sheds counts as a request too, and all of it is forgotten after the window", () => {
    const throttle = new Throttle(2, 100_000, () => 0);
    throttle.leave(0, { ...end, accepted: false });
    expect(throttle.share(0, "interactive")).toBe(0.5);
    expect(throttle.share(99_999, "interactive")).toBe(0.5);
    expect(throttle.share(100_000, "interactive")).toBe(0);
  });

  test("its window widens to twice the 99th percentile of how long calls take, and keeps what it knew", () => {
    const throttle = new Throttle(2, 10_000, () => 0);
    for (let i = 0; i < 16; i++) throttle.leave(0, { ...end, accepted: false, ms: i < 15 ? 1_000 : 60_000 });
    expect(throttle.share(100_000, "interactive")).toBeCloseTo(16 / 17);
    expect(throttle.share(126_000, "interactive")).toBe(0);
    const narrow = new Throttle(2, 10_000, () => 0);
    for (let i = 0; i < 16; i++) narrow.leave(0, { ...end, accepted: false, ms: 10_000 });
    expect(narrow.share(10_000, "interactive")).toBe(0);
  });

  function make(options: BreakerOptions) {
    let draw = 0;
    const clock = { time: 0, now: () => clock.time };
    const breaker = createBreaker({
      failureThreshold: Infinity,
      minimumCalls: Infinity,
      clock,
      random: () => draw,
      ...options,
    });
    const admitted = (drawn: number, priority?: Priority): boolean => {
      draw = drawn;
      try {
        breaker.acquire(priority && { priority }).ignore();
        return true;
      } catch (error) {
        expect(isRejected(error) && error).toMatchObject({ code: "circuit-open", health: { reason: "shed" } });
        return false;
      }
    };
    return { breaker, clock, admitted };
  }

  test("in a breaker: calls in flight and neutral ends do not look like refusals", () => {
    const { breaker, admitted } = make({ limits: [adaptiveThrottle()] });
    for (let i = 0; i < 50; i++) breaker.acquire();
    for (let i = 0; i < 50; i++) breaker.acquire().ignore();
    expect(admitted(0)).toBe(true);
    breaker.acquire().success();
    const calls = Array.from({ length: 3 }, () => breaker.acquire());
    for (const call of calls) call.failure(busy); // (4 - 2 × 1) / 5
    expect([admitted(0.4), admitted(0.39)]).toEqual([true, false]);
  });

  test("in a breaker: a 429 is a refusal, and batch goes first", () => {
    const { breaker, clock, admitted } = make({ limits: [adaptiveThrottle({ multiplier: 3 })] });
    for (let i = 0; i < 3; i++) breaker.acquire().success();
    const calls = Array.from({ length: 6 }, () => breaker.acquire());
    for (const call of calls) call.failure(new LlmError("rate-limit", "slow down", { retryAfterMs: 1_000 }));
    clock.time += 1_000;
    breaker.acquire().success();
    // 10 requests, 4 accepted: interactive (10 - 3 × 4) / 11 = 0, batch (10 - 2 × 4) / 11
    expect([admitted(0), admitted(0.19, "batch"), admitted(0.18, "batch")]).toEqual([true, true, false]);
  });

  test("in a breaker: probes are never shed", () => {
    const { breaker, clock } = make({ limits: [adaptiveThrottle()], failureThreshold: 5 });
    const calls = Array.from({ length: 5 }, () => breaker.acquire());
    for (const call of calls) call.failure(busy);
    clock.time += 60_000;
    breaker.acquire().success();
    expect(breaker.state).toBe("closed");
  });
});

describe("the adaptive concurrency limit", () => {
  const limits = (steps: (concurrency: Concurrency) => void): number => {
    const concurrency = new Concurrency(20, 1, 1_000);
    steps(concurrency);
    return concurrency.limit;
  };
  const busyWith = (concurrency: Concurrency, calls: number, perToken: number): void => {
    for (let i = 0; i < concurrency.limit; i++) concurrency.enter();
    for (let i = 0; i < calls; i++) {
      concurrency.enter();
      concurrency.leave(0, { accepted: true, ms: 1_000, perToken });
    }
  };

  test("grows while the latency for each token stays, and shrinks when it rises", () => {
    const calm = limits((concurrency) => busyWith(concurrency, 50, 20));
    expect(calm).toBeGreaterThan(25);
    const slower = limits((concurrency) => {
      busyWith(concurrency, 50, 20);
      busyWith(concurrency, 50, 100);
    });
    expect(slower).toBeLessThan(calm / 2);
    const back = limits((concurrency) => {
      busyWith(concurrency, 50, 20);
      busyWith(concurrency, 50, 100);
      busyWith(concurrency, 50, 20);
    });
    expect(back).toBeGreaterThan(slower);
  });

  test("a long answer is not a slow one", () => {
    const long = limits((concurrency) => {
      for (let i = 0; i < 20; i++) concurrency.enter();
      for (let i = 0; i < 100; i++) {
        concurrency.enter();
        const output = i % 2 === 0 ? 10 : 4_000;
        concurrency.leave(0, { accepted: true, ms: output * 20, perToken: 20 });
      }
    });
    expect(long).toBeGreaterThan(25);
  });

  test("does not grow while less than half of it is used", () => {
    const idle = limits((concurrency) => {
      for (let i = 0; i < 100; i++) {
        concurrency.enter();
        concurrency.leave(0, { accepted: true, ms: 1_000, perToken: 20 });
      }
    });
    expect(idle).toBe(20);
  });

  test("a refusal takes a tenth; an end without usage, or a neutral one, nothing", () => {
    const refused = (accepted: boolean) => (concurrency: Concurrency) => {
      concurrency.enter();
      concurrency.leave(0, { accepted, ms: 1, perToken: undefined });
    };
    expect(limits(refused(false))).toBe(18);
    expect(limits(refused(true))).toBe(20);
    expect(
      limits((concurrency) => {
        concurrency.enter();
        concurrency.leave(0, undefined);
      }),
    ).toBe(20);
  });

  test("a model that got faster is the new normal before long", () => {
    const limit = limits((concurrency) => {
      busyWith(concurrency, 50, 100);
      busyWith(concurrency, 200, 10);
      for (let i = 0; i < 60; i++) concurrency.leave(0, undefined);
      busyWith(concurrency, 30, 60); // six times slower than of late, if not than at first
    });
    expect(limit).toBeLessThan(limits((concurrency) => busyWith(concurrency, 250, 10)) / 2);
  });

  test("stays within its bounds whatever happens", () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.double({ min: 0, max: 1e9, noNaN: true }), fc.constant(undefined))), (ends) => {
        const concurrency = new Concurrency(5, 3, 9);
        for (const perToken of ends) {
          for (let i = 0; i < 9; i++) concurrency.enter();
          for (let i = 0; i < 9; i++) concurrency.leave(0, { accepted: perToken !== undefined, ms: 1, perToken });
          expect(concurrency.limit).toBeGreaterThanOrEqual(3);
          expect(concurrency.limit).toBeLessThanOrEqual(9);
          expect(concurrency.admit(0, "interactive")).toBe(true);
        }
      }),
    );
  });

  test("in a breaker: rejects as queue-full, batch at four fifths; every end frees a place", () => {
    const breaker = createBreaker({ limits: [adaptiveConcurrency({ initial: 5 })] });
    const full = (priority: Priority): boolean => {
      try {
        breaker.acquire({ priority }).ignore();
        return false;
      } catch (error) {
        expect(isRejected(error) && error).toMatchObject({ code: "queue-full", health: { reason: "concurrency" } });
        return true;
      }
    };
    const calls = Array.from({ length: 3 }, () => breaker.acquire());
    expect([full("batch"), full("interactive")]).toEqual([false, false]);
    calls.push(breaker.acquire());
    expect([full("batch"), full("interactive")]).toEqual([true, false]);
    calls.push(breaker.acquire());
    expect([full("batch"), full("interactive")]).toEqual([true, true]);
    calls[0]!.ignore();
    calls[1]!.success();
    expect([full("batch"), full("interactive")]).toEqual([false, false]);
    calls[2]!.failure(new LlmError("invalid-request", "yours"));
    calls[3]!.failure(busy); // 4.5
    calls[4]!.success({ output: 10 });
    for (let i = 0; i < 4; i++) breaker.acquire();
    expect(full("interactive")).toBe(true);
  });

  test("in a breaker: calls from before a transition free their places too", () => {
    const breaker = createBreaker({ limits: [adaptiveConcurrency({ initial: 2 })] });
    const old = [breaker.acquire(), breaker.acquire()];
    breaker.isolate();
    breaker.close();
    expect(() => breaker.acquire()).toThrow("concurrency");
    old[0]!.success();
    breaker.acquire();
    expect(() => breaker.acquire()).toThrow("concurrency");
  });
});

describe("bad input", () => {
  test.each<[() => unknown, string]>([
    [() => adaptiveThrottle({ multiplier: 0.9 }), "multiplier"],
    [() => adaptiveThrottle({ multiplier: Infinity }), "multiplier"],
    [() => adaptiveThrottle({ window: 0 }), "window"],
    [() => adaptiveConcurrency({ min: 0 }), "min"],
    [() => adaptiveConcurrency({ max: 0 }), "max"],
    [() => adaptiveConcurrency({ max: 2.5 }), "max"],
    [() => adaptiveConcurrency({ min: 9, max: 8 }), "min"],
    [() => adaptiveConcurrency({ initial: 2_000 }), "initial"],
    [() => adaptiveConcurrency({ initial: 2, min: 3 }), "initial"],
  ])("%s names %s", (make, named) => {
    expect(make).toThrow(TypeError);
    expect(make).toThrow(new RegExp(`^${named} must be`));
  });

  test("the ends of the ranges are good", () => {
    adaptiveThrottle({ multiplier: 1, window: 1 });
    adaptiveConcurrency({ initial: 3, min: 3, max: 3 });
    adaptiveConcurrency({ max: 5 });
  });
});

test("no limits: nothing is limited, nothing shed, nothing shed", () => {
  const breaker = createBreaker({ failureThreshold: Infinity, minimumCalls: Infinity, random: () => 0 });
  for (let i = 0; i < 1_000; i++) breaker.acquire().failure(busy);
  breaker.acquire();
});
