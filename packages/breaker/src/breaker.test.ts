import { child, LlmError, newCall } from "@llm/core";
import type { Event } from "@llm/core";
import { describe, expect, test, vi } from "vitest";
import { createBreaker } from "./breaker.ts";
import type { Breaker } from "./breaker.ts";
import type { BreakerEvent } from "./event.ts";
import { createGroup } from "./group.ts";
import type { BreakerOptions } from "./options.ts";
import type { Permit } from "./permit.ts";
import { isRejected } from "./rejected.ts";
import type { Snapshot } from "./snapshot.ts";

const START = 1_700_000_000_000;
const busy = new LlmError("overloaded", "busy");

/** A breaker with a clock that is moved by hand, and what it told. */
function make(options: BreakerOptions = {}) {
  const clock = { time: START, now: () => clock.time };
  const events: BreakerEvent[] = [];
  const breaker = createBreaker({ clock, onEvent: (event) => void events.push(event), ...options });
  const types = (): string[] => events.map((event) => event.type.replace("circuit_breaker.", ""));
  const fail = (times: number, error: unknown = busy): void => {
    for (let i = 0; i < times; i++) breaker.acquire().failure(error);
  };
  const succeed = (times: number): void => {
    for (let i = 0; i < times; i++) breaker.acquire().success();
  };
  return { breaker, clock, events, types, fail, succeed };
}
const rejection = (breaker: Breaker) => {
  try {
    breaker.acquire();
  } catch (error) {
    if (isRejected(error)) return error;
    throw error;
  }
  throw new Error("it was let in");
};

describe("what opens it", () => {
  test("failures in a row, exactly the threshold; a success begins anew", () => {
    const { breaker, fail, succeed } = make({ failureThreshold: 3, minimumCalls: Infinity });
    fail(2);
    succeed(1);
    fail(2);
    expect(breaker.state).toBe("closed");
    fail(1);
    expect(breaker.state).toBe("open");
  });

  test("a share of failures, from the minimum of calls on", () => {
    const { breaker, fail, succeed, events } = make({ failureThreshold: Infinity, failureRate: 0.4, minimumCalls: 10 });
    fail(3);
    succeed(5);
    fail(1);
    expect(breaker.state).toBe("closed");
    expect(breaker.health().errorRate).toBeCloseTo(4 / 9);
    fail(1);
    expect(breaker.state).toBe("open");
    expect(events[0]).toMatchObject({ failures: 5, calls: 10, reason: "failure-rate" });
  });

  test("a success never opens it", () => {
    const { breaker, fail, succeed } = make({ failureThreshold: Infinity, minimumCalls: 4 });
    fail(3);
    succeed(1);
    expect(breaker.state).toBe("closed");
  });

  test("what fell out of the time window does not count", () => {
    const { breaker, clock, fail } = make({ failureThreshold: Infinity, minimumCalls: 4, window: "10s", bucket: "1s" });
    fail(3);
    clock.time += 9_999;
    expect(breaker.health().errorRate).toBe(1);
    clock.time += 1;
    expect(breaker.health().errorRate).toBeUndefined();
    fail(1);
    expect(breaker.state).toBe("closed");
  });

  test("a count window looks at the last calls, whenever they were", () => {
    const options = { failureThreshold: Infinity, minimumCalls: 4, window: { calls: 4 } };
    const { breaker, clock, fail, succeed } = make(options);
    fail(2);
    succeed(2);
    clock.time += 3_600_000;
    expect(breaker.health().errorRate).toBe(0.5);
    succeed(2);
    expect(breaker.health().errorRate).toBe(0);
    fail(1);
    expect(breaker.state).toBe("closed");
    fail(1);
    expect(breaker.state).toBe("open");
  });

  test("first tokens that come late, as soon as they come", () => {
    const { breaker, clock, events } = make({ slow: { firstToken: "2s", rate: 0.5 }, minimumCalls: 4 });
    const calls = Array.from({ length: 4 }, () => breaker.acquire());
    clock.time += 2_000;
    calls[0]!.firstToken();
    calls[1]!.firstToken();
    calls[0]!.success();
    calls[1]!.success();
    clock.time += 1;
    calls[2]!.firstToken();
    calls[2]!.firstToken(); // counts once
    expect(breaker.state).toBe("closed");
    calls[3]!.firstToken();
    expect(breaker.state).toBe("open");
    expect(events[0]).toMatchObject({ reason: "slow", failures: 0, calls: 4 });
  });

  test("milliseconds for each output token, from the first one on", () => {
    const { breaker, clock } = make({ slow: { perToken: 50 }, minimumCalls: 2 });
    const answer = (firstMs: number, restMs: number, output: number): void => {
      const permit = breaker.acquire();
      clock.time += firstMs;
      if (firstMs > 0) permit.firstToken();
      clock.time += restMs;
      permit.success({ output });
    };
    answer(30_000, 5_000, 100); // a long wait is not slow writing
    answer(0, 5_000, 100);
    answer(0, 5_000, 0); // no tokens: nothing to judge
    answer(0, 6_000, 100);
    expect(breaker.state).toBe("closed");
    answer(0, 6_000, 100);
    answer(1_000, 6_000, 100);
    expect(breaker.state).toBe("open");
  });

  describe("calls whose first tokens do not come", () => {
    const inTime = (permit: Permit): void => {
      permit.firstToken();
      permit.success();
    };

    test("five in a row open it while they wait, at the next call", () => {
      const { breaker, clock, events } = make({ slow: { firstToken: "2s" } });
      inTime(breaker.acquire());
      for (let i = 0; i < 5; i++) breaker.acquire();
      clock.time += 2_000;
      breaker.acquire();
      clock.time += 1;
      expect(rejection(breaker)).toMatchObject({ code: "circuit-open", health: { reason: "slow" } });
      expect(events[0]).toMatchObject({ type: "circuit_breaker.opened", reason: "slow", failures: 0 });
    });

    test("also when they come too late, one after the other", () => {
      const { breaker, clock } = make({ slow: { firstToken: "2s" } });
      inTime(breaker.acquire());
      for (let i = 0; i < 5; i++) {
        expect(breaker.state).toBe("closed");
        const permit = breaker.acquire();
        clock.time += 2_001;
        inTime(permit);
      }
      expect(breaker.state).toBe("open");
    });

    test.each<[string, (permit: Permit) => void]>([
      ["one that comes in time begins anew", inTime],
      ["one that has failed counts elsewhere", (permit) => permit.failure(new LlmError("invalid-request", "no"))],
      ["one that was left does not count", (permit) => permit.ignore()],
      ["one that ended without a token came in time", (permit) => permit.success()],
    ])("%s", (_, end) => {
      const { breaker, clock } = make({ slow: { firstToken: "2s" } });
      inTime(breaker.acquire());
      const five = Array.from({ length: 5 }, () => breaker.acquire());
      clock.time += 1_000;
      end(five[0] ?? breaker.acquire());
      clock.time += 1_001;
      breaker.acquire();
      expect(breaker.state).toBe("closed");
    });

    test("an answer without a first token begins anew; late ones are forgotten after a window", () => {
      const { breaker, clock } = make({ slow: { firstToken: "2s" } });
      inTime(breaker.acquire());
      for (let i = 0; i < 5; i++) breaker.acquire(); // never settled
      breaker.acquire().success();
      clock.time += 3_000;
      const late = (): void => {
        const permit = breaker.acquire();
        clock.time += 2_001;
        inTime(permit);
      };
      for (let i = 0; i < 4; i++) late();
      clock.time += 60_001;
      late();
      expect(breaker.state).toBe("closed");
    });

    test("what nobody reports is not waited for", () => {
      const { breaker, clock } = make({ slow: { firstToken: "2s" } });
      for (let i = 0; i < 9; i++) breaker.acquire();
      clock.time += 60_000;
      breaker.acquire();
      const whole = make({ slow: { firstToken: "2s" } });
      inTime(whole.breaker.acquire());
      for (let i = 0; i < 9; i++) whole.breaker.acquire({ call: newCall({ whole: true }) });
      whole.clock.time += 60_000;
      whole.breaker.acquire();
    });

    test("a probe that waits too long has failed", () => {
      const { breaker, clock, fail, types } = make({ slow: { firstToken: "2s" }, random: () => 0 });
      inTime(breaker.acquire());
      fail(5);
      clock.time += 60_000;
      breaker.acquire();
      clock.time += 2_001;
      expect(rejection(breaker).retryAfterMs).toBe(60_000);
      expect(types()).toEqual(["opened", "half_opened", "opened", "rejected"]);
    });

    test("by default too long is three times the 95th percentile of the last 64, at least 5 s, once 16 are known", () => {
      for (const [known, usual, limit] of [
        [15, 1_000, Infinity],
        [16, 1_000, 5_000],
        [16, 4_000, 12_000],
      ] as const) {
        const { breaker, clock } = make();
        for (let i = 0; i < known; i++) {
          const permit = breaker.acquire();
          clock.time += usual;
          inTime(permit);
        }
        for (let i = 0; i < 5; i++) breaker.acquire();
        clock.time += Math.min(limit, 86_400_000);
        breaker.acquire();
        clock.time += 1;
        if (limit === Infinity) breaker.acquire();
        else expect(rejection(breaker).health.reason).toBe("slow");
      }
    });

    test("what stays slow over five openings is how it is now, unless a limit is given", () => {
      for (const slow of [{}, { firstToken: "5s" }] as const) {
        const { breaker, clock } = make({ slow, random: () => 0 });
        for (let i = 0; i < 16; i++) inTime(breaker.acquire());
        for (let i = 0; i < 5; i++) breaker.acquire();
        clock.time += 5_001;
        for (let opens = 1; opens < 5; opens++) {
          expect(rejection(breaker).retryAfterMs).toBe(60_000);
          clock.time += 60_000;
          breaker.acquire();
          clock.time += 5_001;
        }
        expect(rejection(breaker).retryAfterMs).toBe(60_000);
        clock.time += 60_000;
        const probe = breaker.acquire();
        clock.time += 5_001;
        inTime(probe);
        expect(breaker.state).toBe(slow.firstToken ? "open" : "closed");
      }
    });
  });

  test("a slow probe has failed", () => {
    for (const slowly of ["firstToken", "success"] as const) {
      const { breaker, clock, fail, types } = make({ slow: { firstToken: 100, perToken: 10 } });
      fail(5);
      clock.time += 60_000;
      const probe = breaker.acquire();
      clock.time += 101;
      if (slowly === "firstToken") probe.firstToken();
      probe.success({ output: 1 });
      expect(breaker.state).toBe("open");
      expect(types()).toEqual(["opened", "half_opened", "opened"]);
    }
  });
});

describe("what counts", () => {
  test.each([
    "invalid-request",
    "context-length",
    "refusal",
    "content-filter",
    "unsupported",
    "aborted",
    "circuit-open",
  ])("%s is neutral", (code) => {
    const { breaker, fail } = make();
    fail(50, new LlmError(code as "aborted", "no"));
    expect(breaker.state).toBe("closed");
    expect(breaker.health()).toEqual({ ready: true });
  });

  test.each(["overloaded", "server", "network", "timeout", "truncated", "malformed"])("%s counts", (code) => {
    const { breaker, fail } = make();
    fail(5, new LlmError(code as "server", "no"));
    expect(breaker.state).toBe("open");
  });

  test.each([
    ["auth", "credential"],
    ["quota", "credential"],
    ["permission", "credential"],
    ["not-found", "model"],
  ])("%s opens at once and for long, because of the %s", (code, reason) => {
    const { breaker, clock, fail, events } = make({ longResetTimeout: "15m" });
    fail(1, new LlmError(code as "auth", "no"));
    expect(breaker.health()).toEqual({ ready: false, reason, until: START + 900_000 });
    expect(events[0]).toMatchObject({ reason, failures: 1, until: START + 900_000 });
    clock.time += 900_000;
    expect(breaker.state).toBe("half-open");
  });

  test("things thrown that are no errors count as failures; an AbortError is neutral", async () => {
    const { breaker } = make({ failureThreshold: 4 });
    const abort = new DOMException("left", "AbortError");
    for (let i = 0; i < 9; i++) await expect(breaker.run(() => Promise.reject(abort))).rejects.toBe(abort);
    for (const thrown of [undefined, null, "text", 0]) {
      expect(breaker.state).toBe("closed");
      // eslint-disable-next-line typescript/prefer-promise-reject-errors -- that is the point
      await expect(breaker.run(() => Promise.reject(thrown))).rejects.toBe(thrown);
    }
    expect(breaker.state).toBe("open");
  });

  test("the caller's abort is neutral, a timer's is not", async () => {
    for (const [reason, state] of [
      [undefined, "closed"],
      ["changed my mind", "closed"],
      [new LlmError("timeout", "too slow"), "open"],
      [new DOMException("too slow", "TimeoutError"), "open"],
    ] as const) {
      for (const options of [
        (signal: AbortSignal) => ({ signal }),
        (signal: AbortSignal) => ({ call: newCall({ signal }) }),
      ]) {
        const { breaker } = make({ failureThreshold: 1 });
        const stop = new AbortController();
        stop.abort(reason);
        const ended = breaker.run(() => Promise.reject(new Error("socket closed")), options(stop.signal));
        await expect(ended).rejects.toThrow("socket closed");
        expect(breaker.state).toBe(state);
      }
    }
  });

  test("classify decides, and core's table does when it throws", () => {
    const { breaker, fail } = make({
      classify: (error) => {
        if (error instanceof RangeError) return "neutral";
        throw error;
      },
    });
    fail(9, new RangeError("mine"));
    fail(4);
    expect(breaker.state).toBe("closed");
    fail(1);
    expect(breaker.state).toBe("open");
  });

  test("the first settlement counts, the others do nothing", () => {
    const { breaker } = make({ failureThreshold: 1 });
    const permit = breaker.acquire();
    permit.success();
    permit.failure(busy);
    permit.ignore();
    permit.firstToken();
    expect(breaker.state).toBe("closed");
    expect(breaker.health()).toEqual({ ready: true, errorRate: 0 });
    const other = breaker.acquire();
    other.ignore();
    other.failure(busy);
    other.success();
    expect(breaker.health()).toEqual({ ready: true, errorRate: 0 });
  });
});

describe("open and half-open", () => {
  test("an open one says when to come back, and carries its health", () => {
    const { breaker, clock, fail } = make({ name: "claude", resetTimeout: "30s" });
    fail(5);
    clock.time += 10_000;
    const error = rejection(breaker);
    expect(error).toMatchObject({ code: "circuit-open", retryAfterMs: 20_000, breaker: "claude", retryable: false });
    expect(error.health).toEqual({ ready: false, reason: "failures", until: START + 30_000, errorRate: 1 });
    expect(error.message).toBe("claude: failures, again in 20000 ms");
    clock.time += 19_999;
    expect(breaker.state).toBe("open");
    clock.time += 1;
    expect(breaker.state).toBe("half-open");
    expect(breaker.health().ready).toBe(true);
  });

  test("each failed probe doubles the ceiling, up to the longest; the time is drawn between the floor and it", () => {
    let random = 0;
    const options = { resetTimeout: 1_000, maxResetTimeout: 6_000, random: () => random };
    const { breaker, clock, events, fail } = make(options);
    const waits = (draw: number): number => {
      random = draw;
      const before = clock.time;
      fail(breaker.state === "closed" ? 5 : 1);
      const last = events.findLast((event) => event.type === "circuit_breaker.opened");
      const wait = last ? last.until - before : Number.NaN;
      clock.time += wait;
      return wait;
    };
    expect([waits(0.9), waits(0.5), waits(0.5), waits(0.5), waits(0)]).toEqual([1_000, 1_500, 2_500, 3_500, 1_000]);
    breaker.acquire().success();
    expect(breaker.state).toBe("closed");
    expect(waits(0.9)).toBe(1_000);
  });

  test("exactly k probes pass, and all must succeed", () => {
    const { breaker, clock, fail, types } = make({ probes: 3, probeLease: 5_000 });
    fail(5);
    clock.time += 60_000;
    const probes = [breaker.acquire(), breaker.acquire()];
    clock.time += 1_000;
    probes.push(breaker.acquire());
    expect(rejection(breaker)).toMatchObject({ retryAfterMs: 4_000 });
    expect(breaker.health()).toMatchObject({ ready: false, reason: "probing", until: clock.time + 4_000 });
    probes[0]!.success();
    expect(rejection(breaker).code).toBe("circuit-open"); // its slot is used up
    probes[1]!.success();
    expect(breaker.state).toBe("half-open");
    probes[2]!.success();
    expect(breaker.state).toBe("closed");
    expect(types()).toEqual(["opened", "half_opened", "rejected", "rejected", "closed"]);
  });

  test("a lease that expired gives the slot to another; the late outcome still counts", () => {
    const { breaker, clock, fail } = make({ probeLease: 5_000 });
    fail(5);
    clock.time += 60_000;
    const slow = breaker.acquire();
    clock.time += 5_000;
    breaker.acquire();
    slow.success();
    expect(breaker.state).toBe("closed");
  });

  test("a first token renews the lease", () => {
    const { breaker, clock, fail } = make({ probeLease: 5_000 });
    fail(5);
    clock.time += 60_000;
    const probe = breaker.acquire();
    clock.time += 4_000;
    probe.firstToken();
    clock.time += 4_000;
    expect(rejection(breaker).retryAfterMs).toBe(1_000);
    clock.time += 1_000;
    breaker.acquire();
  });

  test("a 429 for a probe gives the slot back and waits", () => {
    const { breaker, clock, fail } = make();
    fail(5);
    clock.time += 60_000;
    fail(1, new LlmError("rate-limit", "slow down", { retryAfterMs: 3_000 }));
    expect(rejection(breaker)).toMatchObject({ code: "rate-limit", retryAfterMs: 3_000 });
    clock.time += 3_000;
    breaker.acquire().success();
    expect(breaker.state).toBe("closed");
  });

  test("what happened before it closed is forgotten", () => {
    const { breaker, clock, fail, succeed } = make();
    fail(5);
    clock.time += 60_000;
    succeed(1);
    expect(breaker.health()).toEqual({ ready: true });
    fail(4);
    expect(breaker.state).toBe("closed");
  });
});

describe("waiting as the upstream asks", () => {
  const refusal = (retryAfterMs?: number, fields = {}): LlmError =>
    new LlmError("rate-limit", "slow down", { retryAfterMs, ...fields });

  test("the latest of all times counts", () => {
    const { breaker, clock, events } = make();
    const calls = [20_000, 5_000, 30_000].map((ms) => [breaker.acquire(), ms] as const);
    for (const [permit, ms] of calls) permit.failure(refusal(ms));
    expect(rejection(breaker)).toMatchObject({ code: "rate-limit", retryAfterMs: 30_000, retryable: true });
    expect(breaker.health()).toEqual({ ready: false, reason: "rate-limit", until: START + 30_000 });
    expect(events.filter(({ type }) => type === "circuit_breaker.throttled")).toMatchObject([
      { until: START + 20_000, retryAfterMs: 20_000 },
      { until: START + 30_000, retryAfterMs: 30_000 },
    ]);
    clock.time += 30_000;
    breaker.acquire();
  });

  test("the reset of an exhausted limit counts, of others not", () => {
    const { breaker, clock } = make();
    const rateLimits = [
      { name: "tokens", remaining: 0, resetAt: START + 40_000 },
      { name: "requests", remaining: 7, resetAt: START + 90_000 },
      { name: "unknown", resetAt: START + 90_000 },
    ];
    breaker.acquire().failure(refusal(5_000, { partial: { rateLimits } }));
    expect(rejection(breaker).retryAfterMs).toBe(40_000);
    clock.time += 40_000;
    const permit = breaker.acquire();
    permit.rateLimits([{ name: "tokens", remaining: 0, resetAt: clock.time + 8_000 }]);
    permit.success();
    breaker.acquire().failure(refusal(1_000));
    expect(rejection(breaker).retryAfterMs).toBe(8_000);
    clock.time += 8_000;
    breaker.acquire().failure(refusal(1_000));
    expect(rejection(breaker).retryAfterMs).toBe(1_000); // the reset was used up
  });

  test("without a time the wait starts at a second and doubles, up to resetTimeout; a success starts anew", () => {
    const { breaker, clock } = make({ resetTimeout: "5s" });
    const waited = (calls = 1): number | undefined => {
      const together = Array.from({ length: calls }, () => breaker.acquire());
      for (const permit of together) permit.failure(refusal());
      const { retryAfterMs } = rejection(breaker);
      clock.time += retryAfterMs ?? 0;
      return retryAfterMs;
    };
    expect([waited(3), waited(), waited(), waited(), waited()]).toEqual([1_000, 2_000, 4_000, 5_000, 5_000]);
    breaker.acquire().success();
    expect(waited(3)).toBe(1_000);
  });

  test.each<[string, (permit: Permit) => void]>([
    ["its first token", (permit) => permit.firstToken()],
    ["its success", (permit) => permit.success()],
    ["a failure", (permit) => permit.failure(busy)],
    ["its caller's leaving", (permit) => permit.ignore()],
  ])("after the wait a call goes alone until %s, a second at most", (_, meet) => {
    const { breaker, clock } = make();
    const old = breaker.acquire();
    breaker.acquire().failure(refusal(20_000));
    clock.time += 20_000;
    const first = breaker.acquire();
    expect(rejection(breaker)).toMatchObject({ code: "rate-limit", retryAfterMs: 1_000 });
    clock.time += 400;
    old.ignore(); // was there before
    expect(rejection(breaker).retryAfterMs).toBe(600);
    clock.time += 600;
    const second = breaker.acquire();
    first.ignore(); // no longer the one that went first
    expect(rejection(breaker).retryAfterMs).toBe(1_000);
    meet(second);
    breaker.acquire();
    expect(breaker.state).toBe("closed");
  });

  test("what an older call meets says nothing about what comes after the refusal", () => {
    const { breaker, clock } = make();
    const [old, older] = [breaker.acquire(), breaker.acquire()];
    clock.time += 1;
    breaker.acquire().failure(refusal(20_000));
    old.success();
    clock.time += 20_000;
    const first = breaker.acquire();
    expect(rejection(breaker).retryAfterMs).toBe(1_000); // it goes alone all the same
    older.failure(refusal(30_000));
    first.ignore(); // does not shorten the wait that was asked for meanwhile
    expect(rejection(breaker).retryAfterMs).toBe(30_000);
  });

  test("once one was accepted, all may pass", () => {
    const { breaker, clock } = make();
    breaker.acquire().failure(refusal(20_000));
    clock.time += 20_000;
    breaker.acquire().success();
    for (let i = 0; i < 100; i++) breaker.acquire();
  });

  test("nobody waits longer than a day", () => {
    const { breaker, fail } = make();
    fail(1, refusal(1e12));
    expect(rejection(breaker).retryAfterMs).toBe(86_400_000);
  });

  test("a thrown thing that classify calls a throttle has no time", () => {
    const { breaker, fail } = make({ classify: () => "throttle" });
    fail(1, "slow down");
    expect(rejection(breaker)).toMatchObject({ code: "rate-limit", retryAfterMs: 1_000 });
  });
});

describe("by hand", () => {
  test("what is disabled or closed has no reason, and what is closed no time", () => {
    const { breaker, clock, fail } = make();
    fail(5);
    expect(breaker.snapshot()).toMatchObject({ state: "open", reason: "failures", until: START + 60_000 });
    breaker.disable();
    expect(breaker.snapshot()).toMatchObject({ state: "disabled", reason: "" });
    clock.time += 1;
    breaker.close();
    expect(breaker.snapshot()).toMatchObject({ state: "closed", reason: "", until: 0, opens: 0 });
  });

  test("one that is disabled can take calls in a group's stead", () => {
    const group = createGroup();
    const [first, second] = [make({ group }), make({ group })];
    first.breaker.disable();
    second.fail(5);
    expect(second.breaker.state).toBe("open");
  });

  test("isolated until closed, with the reason", () => {
    const { breaker, clock, types } = make({ name: "claude" });
    const before = breaker.acquire();
    breaker.isolate("maintenance");
    clock.time += 86_400_000;
    before.success();
    expect(breaker.state).toBe("isolated");
    const error = rejection(breaker);
    expect(error).toMatchObject({ code: "circuit-open", health: { ready: false, reason: "maintenance" } });
    expect(error.retryAfterMs).toBeUndefined();
    expect(error.message).toBe("claude: maintenance");
    breaker.close();
    breaker.acquire();
    expect(types()).toEqual(["isolated", "rejected", "closed"]);
  });

  test("disabled lets everything pass and counts it", () => {
    const { breaker, types, fail } = make();
    fail(1, new LlmError("rate-limit", "slow down", { retryAfterMs: 9_000 }));
    breaker.disable();
    fail(20);
    fail(1, new LlmError("auth", "no"));
    breaker.acquire();
    expect(breaker.state).toBe("disabled");
    expect(breaker.health()).toEqual({ ready: true, errorRate: 1 });
    breaker.close();
    expect(breaker.health().errorRate).toBeUndefined();
    expect(types()).toEqual(["throttled", "disabled", "closed"]);
  });

  test("closing a closed one is nothing", () => {
    const { breaker, types } = make();
    breaker.close();
    expect(types()).toEqual([]);
  });
});

describe("events", () => {
  test("carry name, time and cause", () => {
    const { clock, events, fail, succeed } = make({ name: "claude" });
    fail(5);
    clock.time += 60_000;
    succeed(1);
    expect(events).toEqual([
      {
        type: "circuit_breaker.opened",
        call: "",
        at: START,
        name: "claude",
        failures: 5,
        calls: 5,
        reason: "failures",
        until: START + 60_000,
        error: busy,
      },
      { type: "circuit_breaker.half_opened", call: "", at: START + 60_000, name: "claude" },
      { type: "circuit_breaker.closed", call: "", at: START + 60_000, name: "claude", reason: "probe" },
    ]);
  });

  test("what is done by hand, and what is rejected, tells its reason", () => {
    const { breaker, clock, events, fail } = make({ name: "claude" });
    breaker.isolate();
    rejection(breaker);
    breaker.disable();
    breaker.close();
    fail(5);
    clock.time += 10_000;
    rejection(breaker);
    const common = { call: "", name: "claude" };
    const type = (name: string): string => `circuit_breaker.${name}`;
    expect(events.filter(({ type }) => type !== "circuit_breaker.opened")).toEqual([
      { ...common, at: START, type: type("isolated"), reason: "isolated" },
      { ...common, at: START, type: type("rejected"), code: "circuit-open", reason: "isolated" },
      { ...common, at: START, type: type("disabled") },
      { ...common, at: START, type: type("closed"), reason: "manual" },
      {
        ...common,
        at: START + 10_000,
        type: type("rejected"),
        code: "circuit-open",
        reason: "failures",
        retryAfterMs: 50_000,
      },
    ]);
  });

  test("of a call carry its id and its parent's, and reach its listener too", () => {
    const heard: Event[] = [];
    const outer = newCall({ onEvent: (event) => void heard.push(event) });
    const { breaker, events } = make({ failureThreshold: 1 });
    const call = child(outer);
    breaker.acquire({ call }).failure(busy);
    expect(events[0]).toMatchObject({ call: call.id, parent: outer.id, name: "breaker" });
    expect(heard[0]).toMatchObject({ type: "circuit_breaker.opened", call: call.id, parent: outer.id, failures: 1 });
  });

  test("a failure without anything thrown has no error field", () => {
    const { breaker, events } = make({ failureThreshold: 1 });
    breaker.acquire().failure(undefined);
    expect(events[0]).not.toHaveProperty("error");
  });
});

describe("health", () => {
  test("knows the median and the 95th percentile of the last 64 first tokens", () => {
    const { breaker, clock } = make();
    for (let i = 1; i <= 164; i++) {
      const permit = breaker.acquire();
      clock.time += i <= 100 ? 90_000 : (i - 100) * 10;
      permit.firstToken();
      permit.success();
    }
    expect(breaker.health()).toMatchObject({ ready: true, firstPartMs: 320, firstPartP95Ms: 610 });
  });
});

describe("a memory over a restart", () => {
  test("goes on where the other stopped", () => {
    const first = make();
    first.fail(4);
    first.clock.time += 1_000;
    const next = make();
    next.clock.time += 2_000;
    next.breaker.restore(JSON.parse(JSON.stringify(first.breaker.snapshot())) as Snapshot);
    expect(next.breaker.health().errorRate).toBe(1);
    next.fail(1);
    expect(next.breaker.state).toBe("open");
    const third = make();
    third.clock.time += 62_000;
    expect(third.breaker.state).toBe("closed");
    third.breaker.restore(next.breaker.snapshot());
    expect(third.breaker.state).toBe("half-open");
    third.breaker.acquire().success();
    expect(third.breaker.state).toBe("closed");
  });

  test("keeps how many were slow, and what is closed says so", () => {
    const options = { slow: { perToken: 10 }, minimumCalls: 4 };
    const first = make(options);
    for (let i = 0; i < 3; i++) {
      const permit = first.breaker.acquire();
      first.clock.time += 100;
      permit.success({ output: 1 });
    }
    const snapshot = first.breaker.snapshot();
    expect(snapshot).toMatchObject({ version: 1, name: "breaker", state: "closed", reason: "", until: 0, opens: 0 });
    expect(snapshot).toMatchObject({ failures: 0, failedAt: 0, waitUntil: 0, window: [[expect.any(Number), 3, 0, 3]] });
    const next = make(options);
    next.clock.time += 400;
    next.breaker.restore(snapshot);
    const permit = next.breaker.acquire();
    next.clock.time += 100;
    permit.success({ output: 1 });
    expect(next.breaker.state).toBe("open");
  });

  test("a half-open one probes anew; a closed one calls as before", () => {
    const { breaker, clock, fail } = make();
    fail(5);
    clock.time += 60_000;
    const lost = breaker.acquire();
    const snapshot = breaker.snapshot();
    expect(snapshot.state).toBe("half-open");
    const next = make();
    next.clock.time += 60_000;
    next.breaker.restore(snapshot);
    next.breaker.acquire().success();
    expect(next.breaker.state).toBe("closed");
    breaker.restore(snapshot);
    lost.success();
    expect(breaker.state).toBe("half-open");
    breaker.acquire();
  });

  test("a machine whose clock went back keeps its times when it restores", () => {
    const { breaker, clock, fail } = make();
    fail(5);
    const snapshot = breaker.snapshot();
    clock.time -= 3_600_000;
    breaker.restore({ ...snapshot, until: clock.time + 30_000 });
    expect(rejection(breaker).retryAfterMs).toBe(30_000);
  });

  test("what is too old has expired", () => {
    const first = make();
    first.fail(4);
    const next = make();
    next.clock.time += 600_000;
    next.breaker.restore(first.breaker.snapshot());
    expect(next.breaker.health().errorRate).toBeUndefined();
    next.fail(4);
    expect(next.breaker.state).toBe("closed");
  });

  test("keeps an isolation, a wait and the number of failed probes", () => {
    const { breaker, clock, fail } = make({ random: () => 0.5 });
    breaker.isolate("noon");
    const copy = make();
    copy.breaker.restore(breaker.snapshot());
    expect(rejection(copy.breaker).health.reason).toBe("noon");
    breaker.close();
    fail(1, new LlmError("rate-limit", "slow down", { retryAfterMs: 9_000 }));
    copy.breaker.restore(breaker.snapshot());
    expect(rejection(copy.breaker)).toMatchObject({ code: "rate-limit", retryAfterMs: 9_000 });
    clock.time += 9_000;
    fail(5);
    clock.time += 60_000;
    fail(1);
    const { opens, until, state } = breaker.snapshot();
    expect({ opens, until, state }).toEqual({ opens: 2, until: clock.time + 90_000, state: "open" });
  });

  test("a count window is kept too", () => {
    const options = { window: { calls: 4 }, minimumCalls: 4, failureThreshold: Infinity };
    const first = make(options);
    first.fail(2);
    first.succeed(1);
    const next = make(options);
    next.breaker.restore(first.breaker.snapshot());
    expect(next.breaker.health().errorRate).toBeCloseTo(2 / 3);
    next.fail(1);
    expect(next.breaker.state).toBe("open");
  });

  test.each([
    [null, "snapshot.version"],
    [[], "snapshot.version"],
    [{ version: 2 }, "snapshot.version"],
    [{ state: "ajar" }, "snapshot.state"],
    [{ state: undefined }, "snapshot.state"],
    [{ reason: 1 }, "snapshot.reason"],
    [{ until: -1 }, "snapshot.until"],
    [{ until: Number.NaN }, "snapshot.until"],
    [{ opens: "2" }, "snapshot.opens"],
    [{ failures: Infinity }, "snapshot.failures"],
    [{ failedAt: undefined }, "snapshot.failedAt"],
    [{ waitUntil: null }, "snapshot.waitUntil"],
    [{ window: {} }, "snapshot.window"],
    [{ window: [1] }, "snapshot.window"],
    [{ window: [["1"]] }, "snapshot.window"],
  ])("%o is refused", (change, named) => {
    const { breaker } = make();
    const good = breaker.snapshot();
    const bad: unknown = change === null || Array.isArray(change) ? change : { ...good, ...change };
    expect(() => breaker.restore(bad as Snapshot)).toThrow(TypeError);
    expect(() => breaker.restore(bad as Snapshot)).toThrow(named);
    breaker.restore(good);
  });
});

describe("bad input", () => {
  test.each<[BreakerOptions, string]>([
    [{ failureThreshold: 0 }, "failureThreshold"],
    [{ failureThreshold: 2.5 }, "failureThreshold"],
    [{ failureThreshold: Number.NaN }, "failureThreshold"],
    [{ failureRate: 0 }, "failureRate"],
    [{ failureRate: 1.01 }, "failureRate"],
    [{ minimumCalls: 0 }, "minimumCalls"],
    [{ window: 0 }, "window"],
    [{ window: Infinity }, "window"],
    [{ window: "1s", bucket: "2s" }, "bucket"],
    [{ window: "60s", bucket: 59 }, "bucket"],
    [{ bucket: 0 }, "bucket"],
    [{ window: { calls: 0 } }, "window.calls"],
    [{ window: { calls: 10_001 } }, "window.calls"],
    [{ window: { calls: Infinity } }, "window.calls"],
    [{ window: "soon" as "1s" }, "window"],
    [{ slow: { rate: 0 } }, "slow.rate"],
    [{ slow: { perToken: 0 } }, "slow.perToken"],
    [{ slow: { firstToken: -1 } }, "slow.firstToken"],
    [{ resetTimeout: Infinity }, "resetTimeout"],
    [{ resetTimeout: "2m", maxResetTimeout: "1m" }, "maxResetTimeout"],
    [{ longResetTimeout: -1 }, "longResetTimeout"],
    [{ probes: 0 }, "probes"],
    [{ probes: 1_001 }, "probes"],
    [{ probeLease: 0 }, "probeLease"],
  ])("%o is a TypeError that names %s", (options, named) => {
    expect(() => createBreaker(options)).toThrow(TypeError);
    expect(() => createBreaker(options)).toThrow(new RegExp(`^${named.replace(".", "\\.")} must be`));
  });

  test("the ends of the ranges are good", () => {
    createBreaker({ failureThreshold: 1, failureRate: 1, minimumCalls: 1, window: 1, bucket: 1, resetTimeout: 0 });
    createBreaker({ window: "60s", bucket: 60, probes: 1_000, probeLease: 1, maxResetTimeout: "60s" });
    createBreaker({ window: "1s", bucket: "1s", slow: { rate: 1, firstToken: 0 }, resetTimeout: "1h" });
    createBreaker({ window: { calls: 10_000 }, failureThreshold: Infinity, minimumCalls: Infinity });
  });

  test("a clock that goes back makes nobody wait longer", () => {
    const { breaker, clock, fail } = make();
    fail(5);
    expect(breaker.state).toBe("open");
    clock.time -= 3_600_000;
    expect(rejection(breaker)).toMatchObject({ retryAfterMs: 60_000 });
    expect(breaker.health().until).toBe(clock.time + 60_000);
    clock.time += 60_000;
    breaker.acquire().success();
    expect(breaker.state).toBe("closed");
  });

  test("a listener that throws changes nothing", () => {
    const onEvent = vi.fn(() => {
      throw new Error("mine");
    });
    const { breaker, clock, fail } = make({ onEvent });
    fail(5);
    rejection(breaker);
    clock.time += 60_000;
    breaker.acquire().success();
    expect(breaker.state).toBe("closed");
    expect(onEvent).toHaveBeenCalledTimes(4);
  });
});

describe("a group", () => {
  test("keeps its last candidate alive, whatever fails, until another is back", () => {
    const group = createGroup();
    const [a, b] = [make({ group }), make({ group })];
    a.fail(5);
    expect(a.breaker.state).toBe("open");
    b.fail(50);
    expect(b.breaker.state).toBe("closed");
    a.clock.time += 60_000;
    a.breaker.acquire().success();
    b.fail(1);
    expect(b.breaker.state).toBe("open");
  });

  test("does not keep one with a bad credential, and does not count one that is isolated", () => {
    const group = createGroup();
    const [a, b] = [make({ group }), make({ group })];
    a.breaker.isolate();
    b.fail(9);
    expect(b.breaker.state).toBe("closed");
    b.fail(1, new LlmError("auth", "no"));
    expect(b.breaker.state).toBe("open");
  });
});
