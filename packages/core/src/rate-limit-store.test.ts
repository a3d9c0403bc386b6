import * as fc from "fast-check";
import { describe, expect, test, vi } from "vitest";
import { memoryRateLimits } from "./rate-limit-store.ts";
import { manualClock, rateLimitChecks } from "./testing/index.ts";

const LONG = process.env["MODE"] === "long"; // set by vitest
if (LONG) vi.setConfig({ testTimeout: 300_000 });

describe("in memory", () => {
  for (const check of rateLimitChecks(() => memoryRateLimits())) test(check.name, check.run);
});

test("in any minute no more is granted than the limit, and that of the bucket", () =>
  fc.assert(
    fc.asyncProperty(
      fc.array(fc.oneof(fc.record({ amount: fc.integer({ min: 1, max: 30 }) }), fc.nat(20_000)), { maxLength: 200 }),
      fc.integer({ min: 1, max: 100 }),
      async (steps, limit) => {
        const clock = manualClock();
        const begun = clock.now();
        const store = memoryRateLimits(10, clock);
        let granted = 0; // by when it may be used
        const later: { at: number; amount: number }[] = [];
        for (const step of steps) {
          if (typeof step === "number") {
            await clock.advance(step);
            continue;
          }
          const ms = await store.take("k", { tokens: step.amount }, { tokens: limit }, 30_000);
          if (ms <= 30_000) later.push({ at: clock.now() + ms, amount: Math.min(step.amount, limit) });
        }
        for (const { at, amount } of later.sort((a, b) => a.at - b.at)) {
          granted += amount;
          expect(granted).toBeLessThanOrEqual(limit + ((at - begun) / 60_000) * limit + 1e-6);
        }
      },
    ),
    { numRuns: LONG ? 1_000 : 50 },
  ));

test("it forgets the key that was not used for longest", async () => {
  const store = memoryRateLimits(2);
  const limits = { requests: 1 };
  for (const key of ["a", "b", "a", "c"]) await store.take(key, { requests: 1 }, limits, Infinity);
  expect(await store.take("a", { requests: 1 }, limits, 0)).toBeGreaterThan(0);
  expect(await store.take("b", { requests: 1 }, limits, 0)).toBe(0);
});
