import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ModelPrices } from "./price.ts";
import { priceBook } from "./price-book.ts";
import { prices } from "./prices.ts";
import type { Spent } from "./spent.ts";

const runs = process.env["MODE"] === "long" ? 50_000 : 500;
const book = priceBook(prices);
const day = (text: string): number => Date.parse(text);
const now = day("2026-11-22");

const one = (prices: ModelPrices["prices"], more: Partial<ModelPrices> = {}): ReturnType<typeof priceBook> =>
  priceBook([{ vendor: "acme", model: "m", prices, ...more }]);
const plain = { from: "2026-01-01", input: 1, output: 10, source: "test" };

describe("which model", () => {
  test.each([
    "claude-haiku-5-5",
    "claude-haiku-5-5-20261007",
    "claude-haiku-5-5@20261007",
    "claude-haiku-5-5-latest",
    "anthropic/claude-haiku-5-5",
    "anthropic/claude-haiku-5-5-20261007",
  ])("%s has the price of claude-haiku-5-5", (name) => {
    expect(book.find(name, now)).toBe(book.find("claude-haiku-5-5", now));
    expect(book.find(name, now)?.input).toBe(0.1);
  });

  // names that a prefix match would take for another model
  test.each([
    "claude-sonnet-5-9",
    "claude-sonnet-5-5-fast",
    "claude-haiku-5-5-mini",
    "claude-haiku-5",
    "claude-opus-5-55",
    "claude-opus",
    "claude-mythos-5-2",
    "gpt-5.5-zeta",
    "gpt-5.6-sol-pro",
    "gpt-6",
    "gpt-6.1",
    "gpt-6.3-sol",
    "gpt-6-rosalind",
    "gpt-4",
    "gpt-4o-audio-preview",
    "o3-pro",
    "text-embedding-3",
    "ft:gpt-4o:acme",
    "us.anthropic.claude-opus-5-5",
    "openai/claude-haiku-5-5",
    "bedrock/anthropic/claude-haiku-5-5",
    "/claude-haiku-5-5",
    "CLAUDE-HAIKU-5-5",
    "__proto__",
    "constructor",
    "",
  ])("%j has no price", (name) => {
    expect(book.find(name, now)).toBeUndefined();
    expect(book.cost(name, { input: 1, output: 1 }, now)).toBe("unknown-model");
  });

  test("the vendor decides between two models of one name", () => {
    const both = priceBook([
      { vendor: "a", model: "m", prices: [plain] },
      { vendor: "b", model: "m", prices: [{ ...plain, input: 2 }] },
    ]);
    expect(both.find("m", now, "b")?.input).toBe(2);
    expect(both.find("b/m", now)?.input).toBe(2);
    expect(both.find("m", now)?.input).toBe(1);
  });

  test("a later price list counts, also under an alias", () => {
    const list = priceBook([
      { vendor: "a", model: "m", aliases: ["n"], prices: [plain] },
      { vendor: "a", model: "m", prices: [{ ...plain, input: 3 }] },
    ]);
    expect(list.find("n", now)?.input).toBe(3);
  });
});

describe("which price", () => {
  test("the one in force on the day, UTC", () => {
    expect(book.find("claude-sonnet-5-5", day("2026-10-07") - 1)?.cacheRead).toBe(0.2);
    expect(book.find("claude-sonnet-5-5", day("2026-10-07"))?.cacheRead).toBe(0.1);
  });

  test("none before the first", () => {
    expect(book.cost("claude-sonnet-5-5", { input: 1, output: 1 }, day("2026-09-27"))).toBe("unknown-date");
  });

  test("history may come in any order", () => {
    const list = one([{ ...plain, from: "2026-06-01", input: 2 }, plain]);
    expect(list.find("m", day("2026-05-31"))?.input).toBe(1);
    expect(list.find("m", day("2026-06-01"))?.input).toBe(2);
  });
});

describe("what a usage costs", () => {
  const cost = (usage: Spent, model = "claude-opus-5-5"): unknown => book.cost(model, usage, now);

  test("input and output", () => {
    expect(cost({ input: 1_000_000, output: 0 })).toBe(4_000_000_000_000n);
    expect(cost({ input: 0, output: 1 })).toBe(20_000_000n);
  });

  test("cache reads and writes, by the time they are kept", () => {
    const usage = { input: 60_000, cacheRead: 40_000, cacheWrite: 8_000, cacheWrites: { "5m": 5_000, "1h": 3_000 } };
    expect(cost({ ...usage, output: 3_000 })).toBe(165_000_000_000n);
  });

  test("writes of unknown time cost what the vendor's shortest does", () => {
    expect(cost({ input: 10, cacheWrite: 10, output: 0 })).toBe(10n * 5_000_000n);
    expect(cost({ input: 10, cacheWrite: 10, cacheWrites: { "1h": 4 }, output: 0 })).toBe(
      4n * 8_000_000n + 6n * 5_000_000n,
    );
  });

  test("without cache rates, the cache costs what input does", () => {
    const usage = { input: 10, cacheRead: 3, cacheWrite: 4, output: 0 };
    expect(one([plain]).cost("m", usage, now)).toBe(10_000_000n);
  });

  test("the long-context factors apply above the limit, to the whole request", () => {
    const haiku = (input: number): unknown => book.cost("claude-haiku-5-5", { input, output: 1_000 }, now);
    expect(haiku(100_000)).toBe(100_000n * 100_000n + 1_000n * 500_000n);
    expect(haiku(100_001)).toBe(100_001n * 500_000n + 1_000n * 2_500_000n);
    expect(book.cost("gpt-6-sol", { input: 272_000, output: 10 }, now)).toBe(272_000n * 2_000_000n + 10n * 10_000_000n);
    expect(book.cost("gpt-6-sol", { input: 272_001, output: 10 }, now)).toBe(272_001n * 4_000_000n + 10n * 15_000_000n);
  });

  test("tier, speed and region multiply; standard words cost what the list says", () => {
    const usage = { input: 1_000, output: 0 };
    for (const tier of ["standard", "default", "auto"]) expect(cost({ ...usage, tier })).toBe(4_000_000_000n);
    expect(cost({ ...usage, tier: "batch" })).toBe(2_000_000_000n);
    expect(cost({ ...usage, tier: "batch", region: "us" })).toBe(2_200_000_000n);
    expect(cost({ ...usage, speed: "fast", region: "us" })).toBe(8_800_000_000n);
    expect(cost({ ...usage, speed: "standard", region: "global" })).toBe(4_000_000_000n);
    expect(cost({ ...usage, tier: "flex" }, "gpt-6.1-sol")).toBe(1_000_000_000n);
    expect(cost({ ...usage, tier: "priority" }, "gpt-5.5")).toBe(12_500_000_000n);
  });

  test("a tier or speed without a known factor has no price", () => {
    expect(cost({ input: 1, output: 1, tier: "priority" })).toBe("unknown-tier");
    expect(cost({ input: 1, output: 1, tier: "scale" }, "gpt-6-sol")).toBe("unknown-tier");
    expect(cost({ input: 1, output: 1, speed: "fast" }, "claude-haiku-5-5")).toBe("unknown-speed");
  });

  test("the vendor's tools are billed by request, in full on every tier", () => {
    expect(cost({ input: 0, output: 0, tier: "batch", serverTools: { web_search: 3, web_fetch: 9 } })).toBe(
      30_000_000_000n,
    );
  });

  test("sub-calls are priced by themselves, at their own model and length", () => {
    const usage: Spent = {
      input: 2_414,
      output: 3_200,
      serverTools: { web_search: 1 },
      iterations: [
        { kind: "message", input: 1_051, output: 35 },
        { kind: "advisor_message", model: "claude-opus-4-7", input: 2_728, output: 874 },
        { kind: "message", input: 1_363, output: 3_165 },
      ],
    };
    expect(cost(usage, "claude-sonnet-4-6")).toBe(90_732_000_000n + 10_000_000_000n);
    const halves: Spent = {
      input: 120_000,
      output: 0,
      iterations: [
        { input: 60_000, output: 0 },
        { input: 60_000, output: 0 },
      ],
    };
    expect(cost(halves, "claude-haiku-5-5")).toBe(120_000n * 100_000n);
    expect(cost({ ...halves, tier: "batch" }, "claude-haiku-5-5")).toBe(120_000n * 50_000n);
    expect(cost({ ...halves, iterations: [{ model: "nobody", input: 1, output: 1 }] })).toBe("unknown-model");
  });

  test("an attempt that declined is not billed when another model served", () => {
    const usage: Spent = {
      input: 10,
      output: 10,
      iterations: [
        { kind: "message", model: "claude-fable-5-1", input: 1_000, output: 5 },
        { kind: "message", model: "claude-opus-5-5", input: 10, output: 0 },
        { kind: "fallback_message", model: "claude-opus-5-5", input: 0, output: 10 },
      ],
    };
    expect(cost(usage)).toBe(10n * 4_000_000n + 10n * 20_000_000n);
  });

  test.each([
    { input: -1, output: 0 },
    { input: 0.5, output: 0 },
    { input: Number.NaN, output: 0 },
    { input: 0, output: Number.POSITIVE_INFINITY },
    { input: 10, output: 0, cacheRead: 6, cacheWrite: 5 },
    { input: 10, output: 0, cacheWrite: 1, cacheWrites: { "5m": 2 } },
    { input: 10, output: 0, serverTools: { web_search: -1 } },
    { input: 10, output: 0, iterations: [{ input: -1, output: 0 }] },
  ])("%j does not add up", (usage) => {
    expect(cost(usage)).toBe("bad-usage");
  });
});

describe("money", () => {
  const count = fc.integer({ min: 0, max: 5_000_000 });
  const usage = fc
    .record({ uncached: count, cacheRead: count, w5m: count, w1h: count, other: count, output: count })
    .map(({ uncached, cacheRead, w5m, w1h, other, output }): Spent & { w5m: number; w1h: number; other: number } => ({
      input: uncached + cacheRead + w5m + w1h + other,
      cacheRead,
      cacheWrite: w5m + w1h + other,
      cacheWrites: { "5m": w5m, "1h": w1h },
      output,
      w5m,
      w1h,
      other,
    }));

  test("is the sum of its integer parts", () => {
    fc.assert(
      fc.property(usage, (u) => {
        const uncached = u.input - (u.cacheRead ?? 0) - (u.cacheWrite ?? 0);
        expect(book.cost("claude-opus-5-5", u, now)).toBe(
          BigInt(uncached) * 4_000_000n +
            BigInt(u.cacheRead ?? 0) * 200_000n +
            BigInt(u.w5m + u.other) * 5_000_000n +
            BigInt(u.w1h) * 8_000_000n +
            BigInt(u.output) * 20_000_000n,
        );
      }),
      { numRuns: runs },
    );
  });

  test("two requests cost what they cost one by one, on every tier", () => {
    const tier = fc.constantFrom(undefined, "batch");
    const region = fc.constantFrom(undefined, "us");
    fc.assert(
      fc.property(count, count, count, count, tier, region, (a, b, c, d, tier, region) => {
        const terms = { ...(tier && { tier }), ...(region && { region }) };
        const cost = (input: number, output: number): bigint =>
          BigInt(book.cost("claude-opus-5-5", { input, output, ...terms }, now));
        expect(cost(a, b) + cost(c, d)).toBe(cost(a + c, b + d));
      }),
      { numRuns: runs },
    );
  });

  test("a rate finer than a pico-dollar after its factors is rounded to the nearest, for each token", () => {
    const list = one([{ ...plain, input: 0.000_001, tiers: { half: 0.5, most: 0.499 } }]);
    expect(list.cost("m", { input: 3, output: 0, tier: "half" }, now)).toBe(3n);
    expect(list.cost("m", { input: 3, output: 0, tier: "most" }, now)).toBe(0n);
  });
});

describe("the list", () => {
  test.each(prices.map((model) => [`${model.vendor}/${model.model}`, model] as const))("%s says all", (_, model) => {
    expect(model.prices.length).toBeGreaterThan(0);
    for (const [i, price] of model.prices.entries()) {
      expect(price.source).toMatch(/^https:|^npm /);
      expect(price.from).toMatch(/^\d{4}-\d{2}-\d{2}$/);
      if (i > 0) expect(day(price.from)).toBeGreaterThan(day(model.prices[i - 1]!.from));
      expect(price.cacheRead ?? 0).toBeLessThan(price.input);
      for (const write of Object.values(price.cacheWrite ?? {})) expect(write).toBeGreaterThan(price.input);
    }
  });

  test("names every model once", () => {
    const names = prices.flatMap(({ model, aliases = [] }) => [model, ...aliases]);
    expect(new Set(names).size).toBe(names.length);
  });

  test.each([
    [{ ...plain, input: -1 }, 'prices["acme/m"]["2026-01-01"].input'],
    [{ ...plain, output: Number.NaN }, 'prices["acme/m"]["2026-01-01"].output'],
    [{ ...plain, cacheWrite: { "5m": -2 } }, 'prices["acme/m"]["2026-01-01"].cacheWrite.5m'],
    [{ ...plain, tiers: { batch: 0.123_45 } }, 'prices["acme/m"]["2026-01-01"].tiers.batch'],
    [{ ...plain, long: { above: Number.NaN, input: 2, output: 2 } }, 'prices["acme/m"]["2026-01-01"].long.above'],
    [{ ...plain, from: "yesterday" }, 'prices["acme/m"]["yesterday"].from'],
  ])("refuses %j", (price, name) => {
    expect(() => one([price])).toThrow(TypeError);
    expect(() => one([price])).toThrow(name);
  });
});
