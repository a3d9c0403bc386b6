import * as fc from "fast-check";
import { describe, expect, test, vi } from "vitest";
import { newCall } from "./call.ts";
import { compose, layer } from "./compose.ts";
import { concurrency } from "./concurrency.ts";
import { errorCodes, LlmError, type ErrorCode } from "./error.ts";
import { fallback } from "./fallback.ts";
import { hedge } from "./hedge.ts";
import { observe } from "./observe.ts";
import type { Middleware, Provider } from "./provider.ts";
import { rateLimit } from "./rate-limit.ts";
import { toRequest } from "./request.ts";
import { resume } from "./resume.ts";
import { retry } from "./retry.ts";
import { isContent, type StreamPart } from "./stream-part.ts";
import { conformance, manualClock, mock, type ManualClock } from "./testing/index.ts";
import { scripted, type Scripted, type Step } from "./testing/scripted.ts";
import { timeout } from "./timeout.ts";
import { watch } from "./watch.ts";

const LONG = process.env["MODE"] === "long"; // set by vitest
if (LONG) vi.setConfig({ testTimeout: 300_000 });

const numRuns = LONG ? 1_000 : 150;
const request = toRequest("Hi");
const usage = { input: 3, cacheRead: 0, cacheWrite: 0, output: 1, reasoning: 0 };

/** A script that ends in one of the three ways. */
const script = fc
  .record({
    silent: fc.boolean(), // fails before it starts
    parts: fc.array(fc.constantFrom("text", "usage", "opaque", "wait"), { maxLength: 5 }),
    last: fc.constantFrom<ErrorCode | "end" | "finish">("overloaded", "network", "auth", "refusal", "end", "finish"),
  })
  .map(({ silent, parts, last }): readonly Step[] => {
    const steps: Step[] = [];
    if (!silent || last === "finish") steps.push({ type: "start", vendor: "mock", model: "model" });
    if (!silent)
      for (const [i, kind] of parts.entries())
        if (kind === "text") steps.push({ type: "text", block: 0, delta: `${i}` });
        else if (kind === "usage") steps.push({ type: "usage", usage });
        else if (kind === "opaque") steps.push({ type: "opaque", vendor: "mock", value: i });
        else steps.push({ wait: 10 });
    if (last === "finish") steps.push({ type: "finish", reason: "stop", usage });
    else steps.push(last === "end" ? "end" : new LlmError(last, last));
    return steps;
  });
const scripts = fc.array(script, { minLength: 4, maxLength: 4 });

type Run = { readonly parts: readonly StreamPart[]; readonly end: ErrorCode | "done" };

/** What one script gives to who reads it all. */
const play = (steps: readonly Step[]): Run => {
  const parts: StreamPart[] = [];
  for (const step of steps)
    if (step === "end") return { parts, end: "truncated" };
    else if (step instanceof LlmError) return { parts, end: step.code };
    else if (typeof step === "object" && "type" in step) parts.push(step);
  return { parts, end: "done" };
};

/** What attempts mean, in the plainest words: the first run that commits is the answer. */
const reference = (runs: readonly Run[], whole: boolean, again: (code: ErrorCode) => boolean): Run => {
  for (const run of runs) {
    if (run.end === "done" || (!whole && run.parts.some(isContent))) return run;
    if (!again(run.end) || run === runs.at(-1)) return { parts: [], end: run.end };
  }
  throw new Error("no runs");
};

/** Reads a stream on a clock of its own, up to its end or until the reader leaves. */
async function readAll(
  source: AsyncIterable<StreamPart>,
  clock: ManualClock,
  { leaveAfter = Infinity, at }: { leaveAfter?: number; at?: { ms: number; fn: () => void } } = {},
): Promise<{ parts: StreamPart[]; end: string; error?: unknown }> {
  const iterator = source[Symbol.asyncIterator]();
  const parts: StreamPart[] = [];
  const begun = clock.now();
  const done = async (end: string, error?: unknown) => {
    expect(await iterator.next()).toEqual({ done: true, value: undefined }); // what has ended stays ended
    await iterator.return?.();
    return { parts, end, error };
  };
  for (;;) {
    if (parts.length >= leaveAfter) {
      await iterator.return?.();
      return done("left");
    }
    let settled: { result: IteratorResult<StreamPart> } | { error: unknown } | undefined;
    iterator.next().then(
      (result) => (settled = { result }),
      (error: unknown) => (settled = { error }),
    );
    await clock.advance(0);
    for (let ms = 0; !settled && ms < 1_000; ms++) {
      if (at && clock.now() >= begun + at.ms) at.fn();
      await clock.advance(1);
    }
    if (!settled) throw new Error("a read never settled");
    if ("error" in settled) return done(settled.error instanceof LlmError ? settled.error.code : "?", settled.error);
    if (settled.result.done) return done(parts.at(-1)?.type === "finish" ? "done" : "truncated");
    parts.push(settled.result.value);
    if (settled.result.value.type === "finish") return done("done");
  }
}

/** Every stream that was asked for has ended, once; nothing waits. */
const settledOnce = (clock: ManualClock, ...models: readonly Scripted[]): void => {
  for (const model of models) for (const stream of model.streams) expect(stream.ends).toHaveLength(1);
  expect(clock.timers()).toBe(0);
};

const noWait = (clock: ManualClock): Middleware => retry({ attempts: 4, clock, random: () => 0 });

describe.each([
  ["retry", noWait],
  [
    "retry in a timeout",
    (clock: ManualClock): Middleware =>
      (inner) =>
        compose(inner, timeout({ clock }), noWait(clock)),
  ],
  [
    "timeout in a retry",
    (clock: ManualClock): Middleware =>
      (inner) =>
        compose(inner, noWait(clock), timeout({ clock })),
  ],
  [
    "retry among watchers",
    (clock: ManualClock): Middleware => {
      const look = layer((request, call, inner) =>
        watch(
          () => inner.stream(request, call),
          () => ({}),
        ),
      );
      return (inner) =>
        compose(
          inner,
          look,
          observe(() => {}),
          noWait(clock),
          look,
        );
    },
  ],
  [
    "the whole stack",
    (clock: ManualClock): Middleware =>
      (inner) =>
        compose(
          inner,
          observe(() => {}),
          timeout({ clock }),
          concurrency({ max: 1, clock }),
          hedge({ clock }),
          noWait(clock),
          rateLimit({ requests: 1_000, clock }),
        ),
  ],
])("%s", (_name, middleware) => {
  test("answers as its attempts mean", () =>
    fc.assert(
      fc.asyncProperty(scripts, fc.boolean(), async (steps, whole) => {
        const clock = manualClock();
        const model = scripted(steps, { clock });
        const got = await readAll(compose(model, middleware(clock)).stream(request, newCall({ whole })), clock);
        const expected = reference(steps.map(play), whole, (code) => errorCodes[code].retry);
        expect({ parts: got.parts, end: got.end }).toEqual(expected);
        settledOnce(clock, model);
      }),
      { numRuns },
    ));

  test("settles everything once when its reader leaves", () =>
    fc.assert(
      fc.asyncProperty(scripts, fc.boolean(), fc.nat(6), async (steps, whole, leaveAfter) => {
        const clock = manualClock();
        const model = scripted(steps, { clock });
        const stream = compose(model, middleware(clock)).stream(request, newCall({ whole }));
        const got = await readAll(stream, clock, { leaveAfter });
        const expected = reference(steps.map(play), whole, (code) => errorCodes[code].retry);
        expect(got.parts).toEqual(expected.parts.slice(0, leaveAfter));
        settledOnce(clock, model);
      }),
      { numRuns },
    ));

  test("ends when it is aborted, and takes nothing back", () =>
    fc.assert(
      fc.asyncProperty(scripts, fc.nat(40), fc.boolean(), async (steps, ms, stall) => {
        const clock = manualClock();
        const slow = steps.map((script) => [
          ...script.slice(0, -1).flatMap((step) => [{ wait: 5 }, step]),
          stall ? "stall" : (script.at(-1) ?? "end"),
        ]);
        const model = scripted(slow, { clock });
        const controller = new AbortController();
        const call = newCall({ signal: controller.signal });
        const got = await readAll(compose(model, middleware(clock)).stream(request, call), clock, {
          at: { ms, fn: () => controller.abort() },
        });
        const expected = reference(steps.map(play), false, (code) => errorCodes[code].retry);
        expect(got.parts).toEqual(expected.parts.slice(0, got.parts.length));
        expect(["aborted", expected.end]).toContain(got.end);
        settledOnce(clock, model);
      }),
      { numRuns },
    ));

  test("never outlives its deadline", () =>
    fc.assert(
      fc.asyncProperty(scripts, fc.nat(60), async (steps, ms) => {
        const clock = manualClock();
        const slow = steps.map((script) => script.flatMap((step) => [{ wait: 7 }, step]));
        const model = scripted(slow, { clock });
        const deadline = clock.now() + ms;
        const got = await readAll(compose(model, middleware(clock)).stream(request, newCall({ deadline })), clock);
        expect(clock.now()).toBeLessThanOrEqual(deadline + 1);
        if (clock.now() > deadline) expect(got.end).not.toBe("done");
        settledOnce(clock, model);
      }),
      { numRuns },
    ));
});

test("fallback answers as its candidates mean", () =>
  fc.assert(
    fc.asyncProperty(scripts, fc.boolean(), fc.nat(8), async (steps, whole, leaveAfter) => {
      const clock = manualClock();
      const models = steps.map((script): Scripted => scripted([script], { clock }));
      const provider: Provider = fallback(...models);
      const got = await readAll(provider.stream(request, newCall({ whole })), clock, { leaveAfter });
      const runs = steps.map(play);
      const expected = reference(runs, whole, (code) => errorCodes[code].fallback && code !== "refusal");
      const degraded = runs.indexOf(expected) > 0;
      expect(got.parts).toEqual(
        expected.parts
          .slice(0, leaveAfter)
          .map((part) => (part.type === "start" && degraded ? { ...part, degraded: true } : part)),
      );
      if (got.end !== "left") expect(got.end).toBe(expected.end);
      settledOnce(clock, ...models);
    }),
    { numRuns },
  ));

describe("a deadline is one for all attempts", () => {
  const text: Step = { type: "text", block: 0, delta: "Hello" };
  const start: Step = { type: "start", vendor: "mock", model: "model" };
  const finish: Step = { type: "finish", reason: "stop", usage };
  const busy = new LlmError("overloaded", "busy");

  test("each gets what the ones before have left, and none begins without time", async () => {
    const clock = manualClock();
    const model = scripted([[{ wait: 40 }, busy]], { clock });
    const left: number[] = [];
    const looking = compose(
      model,
      retry({ attempts: 9, clock, random: () => 0 }),
      layer((request, call, inner) => (left.push(call.deadline - clock.now()), inner.stream(request, call))),
    );
    const got = await readAll(looking.stream(request, newCall({ deadline: clock.now() + 100 })), clock);
    expect(left).toEqual([100, 60, 20]);
    expect(got.end).toBe("timeout");
    expect(model.streams.map(({ ends }) => ends)).toEqual([["error"], ["error"], ["timeout"]]);
  });

  test("a timeout for each attempt leaves time for the next, within the whole", async () => {
    const clock = manualClock();
    const [slow, next] = [scripted([["stall"]], { clock }), scripted([[start, { wait: 30 }, text, finish]], { clock })];
    const hasty = timeout({ firstPart: 60, connect: 60, clock });
    const provider = compose(
      fallback([compose(slow, hasty), compose(next, hasty)], { clock }),
      timeout({ total: 100, clock }),
    );
    const got = await readAll(provider.stream(request, newCall()), clock);
    expect(got.end).toBe("done");
    expect(slow.streams[0]?.ends).toEqual(["timeout"]);
    const began = (next.streams[0]?.call.deadline ?? 0) - clock.now();
    expect(began).toBeLessThanOrEqual(100 - 60); // what the first has used is gone
    const late = compose(
      fallback([compose(slow, hasty), compose(slow, hasty)], { clock }),
      timeout({ total: 100, clock }),
    );
    const begun = clock.now();
    expect((await readAll(late.stream(request, newCall()), clock)).end).toBe("timeout");
    expect(clock.now()).toBe(begun + 100);
    settledOnce(clock, slow);
  });

  test("both attempts of a hedge end with it", async () => {
    const clock = manualClock();
    const quick = Array.from({ length: 20 }, (): readonly Step[] => [start, { wait: 10 }, text, finish]);
    const model = scripted([...quick, ["stall"]], { clock });
    const provider = compose(model, hedge({ clock }));
    for (let i = 0; i < 20; i++) await readAll(provider.stream(request, newCall()), clock);
    const got = await readAll(provider.stream(request, newCall({ deadline: clock.now() + 50 })), clock);
    expect(got.end).toBe("timeout");
    expect(model.streams.slice(20).map(({ ends }) => ends)).toEqual([["timeout"], ["timeout"]]);
    settledOnce(clock, model);
  });
});

describe("all of them together keep the laws", () => {
  const stack = (): Provider => {
    const steady = (provider: Provider): Provider =>
      compose(provider, resume(), retry(), hedge(), concurrency({ max: 4 }), rateLimit({ requests: 1_000 }), timeout());
    const answer = {
      reasoning: "Let me think.",
      text: "A breaker opens when calls fail.",
      toolCalls: [{ name: "a", input: {} }],
    };
    return compose(
      fallback(steady(mock(answer)), steady(mock("another"))),
      observe(() => {}),
      timeout(),
    );
  };
  for (const check of conformance(stack)) test(check.name, check.run);
});
