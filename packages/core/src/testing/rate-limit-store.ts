import type { RateLimitStore } from "../rate-limit-store.ts";
import { must, mustEqual, type Check } from "./check.ts";

/**
 * What a store of rate limits must do, as checks with a name each, for any test runner. They use limits by the minute
 * that are so low that a slow test changes nothing.
 *
 * @param make a store with empty buckets; those of equal `key` may share them
 * @example
 * ```ts
 * for (const check of rateLimitChecks(() => memoryRateLimits())) test(check.name, check.run);
 * ```
 */
export function rateLimitChecks(make: () => RateLimitStore | Promise<RateLimitStore>): readonly Check[] {
  const limits = { requests: 6 }; // one in ten seconds
  const one = { requests: 1 };
  const near = (ms: number, wanted: number, what: string): void =>
    must(ms <= wanted && ms > wanted - 8_000, `${what}: ${ms} ms is not about ${wanted} ms`);

  const checks: Record<string, (store: RateLimitStore) => Promise<void>> = {
    "grants a minute's worth at once, and then one after the other": async (store) => {
      const waits = await Promise.all(Array.from({ length: 8 }, async () => store.take("k", one, limits, 60_000)));
      mustEqual(waits.filter((ms) => ms === 0).length, 6, "granted at once");
      near(Math.min(...waits.filter((ms) => ms > 0)), 10_000, "the seventh");
      near(Math.max(...waits), 20_000, "the eighth");
    },
    "takes nothing for a wait that is too long": async (store) => {
      await store.take("k", { requests: 6 }, limits, 0);
      for (let i = 0; i < 5; i++) near(await store.take("k", one, limits, 1_000), 10_000, "refused");
      near(await store.take("k", one, limits, 60_000), 10_000, "granted");
    },
    "takes of all meters or of none": async (store) => {
      const both = { requests: 6, tokens: 600 };
      await store.take("k", { requests: 1, tokens: 600 }, both, 0);
      near(await store.take("k", { requests: 1, tokens: 300 }, both, 0), 30_000, "tokens");
      mustEqual(await store.take("k", { requests: 5 }, both, 0), 0, "requests left");
    },
    "gives back, and takes more without a wait": async (store) => {
      await store.take("k", { requests: 6 }, limits, 0);
      await store.give("k", { requests: 2 }, limits);
      mustEqual(await store.take("k", { requests: 2 }, limits, 0), 0, "given back");
      await store.give("k", { requests: -3 }, limits);
      near(await store.take("k", one, limits, 0), 40_000, "after the debt");
      await store.give("k", { requests: 1_000 }, limits);
      mustEqual(await store.take("k", { requests: 6 }, limits, 0), 0, "full");
      must((await store.take("k", one, limits, 0)) > 0, "it holds more than a minute's worth");
    },
    "asks for all that there is when more is wanted than there ever is": async (store) => {
      mustEqual(await store.take("k", { requests: 100 }, limits, 0), 0, "all");
      near(await store.take("k", one, limits, 0), 10_000, "after it");
    },
    "learns limits, what is left, and to wait": async (store) => {
      mustEqual(await store.take("k", { tokens: 1e9 }, limits, 0), 0, "a meter without a limit");
      await store.learn("k", { limits: { tokens: 600 }, remaining: { tokens: 100 } });
      mustEqual(await store.take("k", { tokens: 100 }, limits, 0), 0, "what is left");
      near(await store.take("k", { tokens: 100 }, limits, 0), 10_000, "a learned limit");
      await store.learn("k", { limits: { requests: 60_000 } });
      must((await store.take("k", { requests: 6 }, limits, 0)) === 0, "the limit given");
      near(await store.take("k", one, limits, 0), 10_000, "the smaller of two limits");
      await store.learn("k", { pauseMs: 30_000 });
      await store.learn("k", { pauseMs: 20_000 });
      near(await store.take("k", {}, limits, 0), 30_000, "asked to wait");
    },
    "never raises what is left by what it hears": async (store) => {
      await store.learn("k", { limits: { requests: 6 } });
      await store.take("k", { requests: 6 }, {}, 0);
      await store.learn("k", { remaining: { requests: 5 } });
      near(await store.take("k", one, {}, 0), 10_000, "what was on its way");
    },
    "keeps keys apart": async (store) => {
      await store.take("k", { requests: 6 }, limits, 0);
      mustEqual(await store.take("another", { requests: 6 }, limits, 0), 0, "another key");
    },
  };
  return Object.entries(checks).map(([name, run]) => ({ name, run: async () => run(await make()) }));
}
