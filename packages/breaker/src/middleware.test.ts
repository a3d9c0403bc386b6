import {
  compose,
  fallback,
  generate,
  healthOf,
  LlmError,
  newCall,
  observe,
  retry,
  streamText,
  timeout,
  wrap,
} from "@llm/core";
import type { Event, Provider, StreamPart } from "@llm/core";
import { conformance, manualClock, mock } from "@llm/core/testing";
import { describe, expect, test } from "vitest";
import { createBreaker } from "./breaker.ts";
import { adaptiveConcurrency } from "./concurrency.ts";
import { adaptiveThrottle } from "./throttle.ts";
import { breaker } from "./middleware.ts";
import { isRejected } from "./rejected.ts";
import type { Shared, Sharing } from "./sharing.ts";

const busy = new LlmError("overloaded", "busy");
const request = { messages: [{ role: "user", content: "Hello" }] } as const;
const start: StreamPart = { type: "start", vendor: "mock", model: "model" };
const text: StreamPart = { type: "text", block: 0, delta: "four" };
const usage = { input: 1, cacheRead: 0, cacheWrite: 0, output: 100, reasoning: 0 };

const drain = async (provider: Provider, call = newCall()): Promise<number> => {
  let parts = 0;
  for await (const _ of provider.stream(request, call)) parts++;
  return parts;
};

describe("the laws of a provider", () => {
  const make = (): Provider =>
    compose(mock("A breaker opens when calls fail."), breaker({ limits: [adaptiveThrottle()] }));
  for (const check of conformance(make)) test(check.name, check.run);
});

describe("breaker()", () => {
  test("opens after five failures, tells the call's listener, and asks nothing more", async () => {
    const events: Event[] = [];
    const inner = mock(busy);
    const llm = compose(
      inner,
      observe((event) => void events.push(event)),
      breaker(),
    );
    for (let i = 0; i < 5; i++) await expect(generate(llm, "Hello")).rejects.toThrow("busy");
    const error: unknown = await generate(llm, "Hello").catch((thrown: unknown) => thrown);
    expect(isRejected(error) && error).toMatchObject({ code: "circuit-open", breaker: inner.name });
    expect(inner.calls).toHaveLength(5);
    const opened = events.find((event) => event.type === "circuit_breaker.opened");
    expect(opened).toMatchObject({ failures: 5, name: inner.name, reason: "failures" });
    expect(opened?.call).toBe(events.findLast((event) => event.type === "api.response")?.call);
    expect(events.at(-1)).toMatchObject({ type: "circuit_breaker.rejected", code: "circuit-open" });
  });

  test("each provider has a breaker of its own, unless it is given one", async () => {
    const own = breaker({ failureThreshold: 1 });
    const [a, b] = [own(mock(busy)), own(mock("four"))];
    await expect(generate(a, "Hello")).rejects.toThrow("busy");
    expect((await generate(b, "Hello")).text).toBe("four");
    const circuit = createBreaker({ failureThreshold: 1 });
    const [c, d] = [breaker(circuit)(mock(busy)), breaker(circuit)(mock("four"))];
    await expect(generate(c, "Hello")).rejects.toThrow("busy");
    await expect(generate(d, "Hello")).rejects.toMatchObject({ code: "circuit-open" });
    circuit.close();
    expect((await generate(d, "Hello")).text).toBe("four");
  });

  test("nothing is acquired before the first next(), nothing kept after return()", async () => {
    const circuit = createBreaker({ failureThreshold: 1, resetTimeout: 0 });
    circuit.acquire().failure(busy);
    const llm = breaker(circuit)(mock("one two three"));
    llm.stream(request, newCall());
    expect(circuit.health().ready).toBe(true);
    const stream = llm.stream(request, newCall())[Symbol.asyncIterator]();
    await stream.next();
    expect(circuit.health()).toMatchObject({ ready: false, reason: "probing" });
    await stream.return?.();
    expect(circuit.state).toBe("half-open");
    expect(circuit.health().ready).toBe(true);
    expect(await drain(llm)).toBeGreaterThan(2);
    expect(circuit.state).toBe("closed");
  });

  test.each<[string, (StreamPart | Error)[]]>([
    ["cut by an error", [start, text, new LlmError("network", "reset")]],
    ["ended without its finish", [start, text]],
  ])("streams that die after the first part count: %s", async (_, parts) => {
    const circuit = createBreaker();
    const llm = breaker(circuit)(mock(parts));
    for (let i = 0; i < 5; i++) await expect(drain(llm)).rejects.toBeInstanceOf(LlmError);
    expect(circuit.state).toBe("open");
  });

  test("whatever fails after the caller has aborted is the caller's", async () => {
    const circuit = createBreaker({ failureThreshold: 1 });
    const caller = new AbortController();
    const llm = breaker(circuit)(
      mock(() => {
        caller.abort();
        return new LlmError("network", "socket closed");
      }),
    );
    await expect(drain(llm, newCall({ signal: caller.signal }))).rejects.toBeInstanceOf(LlmError);
    expect(circuit.state).toBe("closed");
  });

  test.each(["around it", "inside it"])("a stall after the first token is a failure: a timeout %s", async (where) => {
    for (const listens of [true, false]) {
      const clock = manualClock();
      const stalled: Provider = {
        ...mock(),
        async *stream(_request, call) {
          yield start;
          yield text;
          await new Promise((_resolve, reject) => {
            if (listens) call.signal?.addEventListener("abort", () => reject(new Error("socket closed")));
          });
        },
      };
      const layers = [timeout({ idle: "20s", clock }), breaker({ failureThreshold: 1 })];
      const llm = compose(stalled, ...(where === "around it" ? layers : layers.reverse()));
      const ended = expect(drain(llm)).rejects.toBeInstanceOf(Error);
      await clock.advance(1);
      await clock.advance(20_000);
      await ended;
      expect(healthOf(llm)).toMatchObject({ ready: false, reason: "failures" });
    }
  });

  test("a fallback goes on to the next candidate, and knows who is ready", async () => {
    const first = compose(mock(busy), breaker({ failureThreshold: 1 }));
    const llm = fallback(first, compose(mock("four"), breaker()));
    for (let i = 0; i < 2; i++) expect((await generate(llm, "Hello")).text).toBe("four");
    expect(healthOf(first)).toMatchObject({ ready: false, reason: "failures", errorRate: 1 });
    expect(healthOf(llm).ready).toBe(true);
  });

  test("retry does not knock at an open breaker", async () => {
    const inner = mock(busy);
    const llm = compose(inner, retry({ attempts: 9, baseDelay: 0 }), breaker({ failureThreshold: 2 }));
    await expect(generate(llm, "Hello")).rejects.toMatchObject({ code: "circuit-open" });
    expect(inner.calls).toHaveLength(2);
  });

  test("measures the time to the first token of a watched stream, and judges by the usage", async () => {
    let time = 0;
    const circuit = createBreaker({ clock: { now: () => time }, slow: { perToken: 50 }, minimumCalls: 1 });
    const leaf: Provider = {
      ...mock(),
      async *stream() {
        yield start;
        time += 400;
        yield text;
        time += 6_000;
        yield { type: "finish", reason: "stop", usage };
      },
    };
    const llm = breaker(circuit)(leaf);
    expect(await drain(llm)).toBe(3);
    expect(circuit.health()).toMatchObject({ ready: false, reason: "slow", firstPartMs: 400, firstPartP95Ms: 400 });
    circuit.close();
    await drain(llm, newCall({ whole: true }));
    expect(circuit.state).toBe("open");
  });

  test("exhausted limits of earlier answers count when a 429 follows", async () => {
    const now = 1_700_000_000_000;
    const circuit = createBreaker({ clock: { now: () => now } });
    const rateLimits = [{ name: "tokens", remaining: 0, resetAt: now + 30_000 }];
    const finish: StreamPart = { type: "finish", reason: "stop", usage };
    const refusal = new LlmError("rate-limit", "slow down", { retryAfterMs: 1_000 });
    const llm = breaker(circuit)(mock([{ ...start, rateLimits }, text, finish], refusal));
    await drain(llm);
    await expect(drain(llm)).rejects.toThrow("slow down");
    expect(healthOf(llm)).toMatchObject({ ready: false, reason: "rate-limit", until: now + 30_000 });
  });

  test("health is merged with the inner provider's", () => {
    const now = 1_700_000_000_000;
    const circuit = createBreaker({ clock: { now: () => now }, failureThreshold: 1, resetTimeout: "30s" });
    const merged = (health: NonNullable<Provider["health"]>) => healthOf(breaker(circuit)(wrap(mock(), { health })));
    expect(merged(() => ({ ready: true, errorRate: 0.2, firstPartMs: 100 }))).toEqual({
      ready: true,
      errorRate: 0.2,
      firstPartMs: 100,
    });
    expect(merged(() => ({ ready: true, until: 5 }))).toEqual({ ready: true });
    expect(merged(() => ({ ready: false, until: 5, reason: "full" }))).toEqual({
      ready: false,
      until: 5,
      reason: "full",
    });
    circuit.acquire().failure(busy);
    const own = { ready: false, reason: "failures", errorRate: 1 };
    expect(merged(() => ({ ready: true }))).toEqual({ ...own, until: now + 30_000 });
    expect(merged(() => ({ ready: false, reason: "full", until: now + 90_000 }))).toEqual({
      ...own,
      until: now + 90_000,
    });
    expect(merged(() => ({ ready: false, reason: "full", until: 5 })).until).toBe(now + 30_000);
    expect(merged(() => ({ ready: false, reason: "full" }))).toEqual(own);
  });

  test("health may depend on the call", () => {
    const call = newCall({ tenant: "a" });
    const inner = wrap(mock(), { health: (asked) => ({ ready: asked?.tenant === "a" }) });
    const llm = breaker()(inner);
    expect([healthOf(llm, call).ready, healthOf(llm).ready]).toEqual([true, false]);
  });

  test("forwards what it does not know", async () => {
    const llm = breaker()(wrap(mock("four"), { price: () => 1 }));
    expect(llm.price?.(usage)).toBe(1);
    let answer = "";
    for await (const piece of streamText(llm, "Hello")) answer += piece;
    expect(answer).toBe("four");
  });

  test("a batch call is one with the tag", async () => {
    const llm = breaker({ limits: [adaptiveConcurrency({ initial: 2 })] })(mock("one two three"));
    const hold = llm.stream(request, newCall())[Symbol.asyncIterator]();
    await hold.next();
    const batch = newCall({ tags: { priority: "batch" } });
    await expect(drain(llm, batch)).rejects.toMatchObject({ code: "queue-full" });
    expect(await drain(llm, newCall({ tags: { priority: "interactive" } }))).toBeGreaterThan(1);
    await hold.return?.();
    expect(await drain(llm, batch)).toBeGreaterThan(1);
  });

  test("a caller who leaves while the fleet is asked for a slot makes no probe", async () => {
    let [time, shared]: [number, Shared | undefined] = [1_000, undefined];
    const probed: unknown[] = [];
    const nothing = (): void => {};
    const sharing: Sharing = {
      join: (joined) => {
        shared = joined;
        const asked = { request: () => new Promise<void>(nothing), take: () => "token", busyMs: () => 0 };
        const told = { settled: nothing, opened: nothing, closed: nothing, renew: nothing, leave: nothing };
        return { ...asked, ...told, probed: (...outcome) => probed.push(outcome) };
      },
    };
    const circuit = createBreaker({ clock: { now: () => time }, sharing });
    (shared as Shared | undefined)?.openByFleet(1_000, 3); // set by join, which the compiler cannot see
    time += 1_000;
    const caller = new AbortController();
    const inner = mock("four");
    const answer = drain(breaker(circuit)(inner), newCall({ signal: caller.signal }));
    caller.abort();
    await expect(answer).rejects.toMatchObject({ code: "aborted" });
    expect([inner.calls.length, probed.length, circuit.state]).toEqual([0, 0, "half-open"]);
  });

  test("a bad option is a TypeError at once", () => {
    expect(() => breaker({ failureThreshold: 0 })).toThrow("failureThreshold");
  });
});
