import * as fc from "fast-check";
import { expect, test, vi } from "vitest";
import { compose } from "./compose.ts";
import { LlmError } from "./error.ts";
import { fallback } from "./fallback.ts";
import { generate } from "./generate.ts";
import { retry } from "./retry.ts";
import { retryBudget } from "./retry-budget.ts";
import { manualClock, mock } from "./testing/index.ts";

const LONG = process.env["MODE"] === "long"; // set by vitest
if (LONG) vi.setConfig({ testTimeout: 300_000 });

const busy = new LlmError("overloaded", "busy");

test("whatever happens, retries stay below their share", () =>
  fc.assert(
    fc.asyncProperty(
      fc.array(fc.oneof(fc.constantFrom("call", "retry"), fc.nat(90_000)), { maxLength: 400 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.nat(20),
      async (steps, share, perMinute) => {
        const clock = manualClock();
        const begun = clock.now();
        const budget = retryBudget({ share, perMinute, clock });
        let [calls, retries] = [0, 0];
        for (const step of steps) {
          if (step === "call") {
            budget.earn();
            calls++;
          } else if (step === "retry") {
            const held = budget.left();
            const allowed = budget.spend();
            if (allowed) retries++;
            expect(allowed).toBe(held >= 1 - 1e-9);
          } else await clock.advance(step);
          expect(budget.left()).toBeGreaterThan(-1e-6);
          expect(budget.left()).toBeLessThanOrEqual(perMinute + 100 * share + 1e-6);
          const minutes = (clock.now() - begun) / 60_000;
          expect(retries).toBeLessThanOrEqual(share * calls + perMinute * (minutes + 1) + 1e-6);
        }
      },
    ),
    { numRuns: LONG ? 1_000 : 50 },
  ));

test("a busy upstream is asked little more often than its callers ask", async () => {
  const clock = manualClock();
  const budget = retryBudget({ share: 0.2, perMinute: 10, clock });
  const model = mock(busy);
  const denied: unknown[] = [];
  const steady = compose(model, retry({ budget, clock, random: () => 0 }));
  for (let i = 0; i < 1_000; i++)
    await generate(steady, "Hi", {
      onEvent: (event) => event.type === "retry.denied" && denied.push(event.error),
    }).catch(() => {});
  expect(model.calls).toHaveLength(1_000 + 200 + 10);
  expect(denied.length).toBeGreaterThan(800);
  expect(denied[0]).toBe(busy);
});

test("layers share one budget", async () => {
  const clock = manualClock();
  const budget = retryBudget({ share: 0, perMinute: 3, clock });
  const [first, second] = [mock(busy), mock(busy)];
  const steady = retry({ budget, clock, random: () => 0 });
  const provider = fallback(compose(first, steady), compose(second, steady));
  await expect(generate(provider, "Hi")).rejects.toMatchObject({ code: "overloaded" });
  expect([first.calls.length, second.calls.length]).toEqual([3, 2]);
  await clock.advance(20_000);
  await generate(provider, "Hi").catch(() => {});
  expect([first.calls.length, second.calls.length]).toEqual([5, 3]);
});

test("a budget is not charged for retries that are not made for another reason", async () => {
  const budget = retryBudget({ clock: manualClock() });
  const provider = compose(mock(new LlmError("auth", "no")), retry({ budget }));
  await expect(generate(provider, "Hi")).rejects.toMatchObject({ code: "auth" });
  expect(budget.left()).toBeCloseTo(10.2);
});

test("bad options are named", () => {
  for (const share of [-0.1, 1.1, Number.NaN]) expect(() => retryBudget({ share })).toThrow(/^share must be/);
  for (const perMinute of [-1, Number.NaN, Infinity])
    expect(() => retryBudget({ perMinute })).toThrow(/^perMinute must be/);
});
