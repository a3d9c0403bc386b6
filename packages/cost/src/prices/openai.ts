import type { ModelPrices, Price } from "../price.ts";

/** A careful copy of the vendor's page, with its history. */
const PAGE = "npm @pydantic/genai-prices 0.1.8, after https://developers.openai.com/api/docs/pricing";
const page = (model: string): string => `https://developers.openai.com/api/docs/models/${model}`;

/** Batch and Flex halve all rates. */
const HALF = { batch: 0.5, flex: 0.5 } as const;
/** Fast mode, called priority processing before 2026-07-30; the factors are those of openai.com/api-fast-mode. */
const fast = (factor: number): Required<Pick<Price, "tiers">> => ({
  tiers: { ...HALF, fast: factor, priority: factor },
});
const TOOLS = { tools: { web_search: 10, file_search: 2.5 } } as const;
/** More than 272,000 tokens read: twice the input and cache rates, 1.5 times the output rate, for the whole request. */
const LONG = { long: { above: 272_000, input: 2, output: 1.5 } } as const;
/** Cache writes cost extra since GPT-5.6: 1.25 times input for 30 minutes, twice for 12 hours (page of gpt-6.2-sol). */
const writes = (half: number, twelve: number): Required<Pick<Price, "cacheWrite">> => ({
  cacheWrite: { "30m": half, "12h": twelve },
});

const GPT_6 = { ...fast(2), ...TOOLS, ...LONG };
const GPT_5 = { ...fast(2), ...TOOLS };

const vendor = "openai";

/** GPT and o models, newest first. No price is known for `gpt-6-rosalind`. */
export const openai: readonly ModelPrices[] = [
  {
    vendor,
    model: "gpt-6.2-astra",
    prices: [
      {
        from: "2026-11-17",
        input: 8,
        output: 40,
        cacheRead: 0.4,
        ...writes(10, 16),
        ...GPT_6,
        source:
          "https://github.com/BerriAI/litellm/discussions/52347 (cached input 60 % below gpt-6-astra's); cache writes by the vendor's rule",
      },
    ],
  },
  {
    vendor,
    model: "gpt-6.2-sol",
    prices: [
      {
        from: "2026-11-17",
        input: 2,
        output: 10,
        cacheRead: 0.1,
        ...writes(2.5, 5),
        ...GPT_6,
        tiers: { ...GPT_6.tiers, ultrafast: 3 },
        source: page("gpt-6.2-sol"),
      },
      {
        from: "2027-03-01", // announced: Ultrafast doubles
        input: 2,
        output: 10,
        cacheRead: 0.1,
        ...writes(2.5, 5),
        ...GPT_6,
        tiers: { ...GPT_6.tiers, ultrafast: 6 },
        source: page("gpt-6.2-sol"),
      },
    ],
  },
  {
    vendor,
    model: "gpt-6.1-terra",
    prices: [
      {
        from: "2026-10-26",
        input: 1,
        output: 5,
        cacheRead: 0.05,
        ...writes(1.25, 2.5),
        ...GPT_6,
        source: "https://apidog.com/de/blog/gpt-6-1-terra-pricing/, after the vendor's page of the model",
      },
    ],
  },
  {
    vendor,
    model: "gpt-6.1-sol",
    prices: [
      {
        from: "2026-09-29",
        input: 2,
        output: 10,
        cacheRead: 0.1,
        ...writes(2.5, 5),
        ...GPT_6,
        source: "https://github.com/KZCFG/AILSA-SubSwitch/releases/tag/v1.0.0-g, after the vendor's page of the model",
      },
    ],
  },
  {
    vendor,
    model: "gpt-6-sol",
    prices: [
      {
        from: "2026-09-22",
        input: 2,
        output: 10,
        cacheRead: 0.2,
        ...writes(2.5, 5),
        ...GPT_6,
        source: PAGE,
      },
    ],
  },
  {
    vendor,
    model: "gpt-6-luna",
    prices: [
      {
        from: "2026-09-22",
        input: 0.1,
        output: 0.5,
        cacheRead: 0.01,
        ...writes(0.125, 0.2),
        ...GPT_6,
        source: PAGE,
      },
    ],
  },
  {
    vendor,
    model: "gpt-6-astra",
    prices: [
      {
        from: "2026-09-03",
        input: 10,
        output: 50,
        cacheRead: 1,
        ...writes(12.5, 20),
        ...GPT_6,
        source: PAGE,
      },
    ],
  },
  {
    vendor,
    model: "gpt-5.6-sol",
    aliases: ["gpt-5.6"],
    prices: [
      {
        from: "2026-07-09",
        input: 5,
        output: 30,
        cacheRead: 0.5,
        ...writes(6.25, 10),
        ...GPT_6,
        source: PAGE,
      },
      {
        from: "2026-08-21", // a promotion, announced until 2026-11-21 at least; no end is known
        input: 4,
        output: 20,
        cacheRead: 0.4,
        ...writes(5, 8),
        ...GPT_6,
        source: page("gpt-5.6-sol"),
      },
    ],
  },
  {
    vendor,
    model: "gpt-5.6-terra",
    prices: [
      {
        from: "2026-07-09",
        input: 2.5,
        output: 15,
        cacheRead: 0.25,
        ...writes(3.125, 5),
        ...GPT_6,
        source: PAGE,
      },
      {
        from: "2026-07-30",
        input: 2,
        output: 12,
        cacheRead: 0.2,
        ...writes(2.5, 4),
        ...GPT_6,
        source: PAGE,
      },
    ],
  },
  {
    vendor,
    model: "gpt-5.6-luna",
    prices: [
      { from: "2026-07-09", input: 1, output: 6, cacheRead: 0.1, ...writes(1.25, 2), ...GPT_6, source: PAGE },
      { from: "2026-07-30", input: 0.2, output: 1.2, cacheRead: 0.02, ...writes(0.25, 0.4), ...GPT_6, source: PAGE },
    ],
  },
  {
    vendor,
    model: "gpt-5.5",
    prices: [
      { from: "2026-04-23", input: 5, output: 30, cacheRead: 0.5, ...TOOLS, ...LONG, ...fast(2.5), source: PAGE },
    ],
  },
  {
    vendor,
    model: "gpt-5.5-pro",
    prices: [{ from: "2026-04-23", input: 30, output: 180, ...TOOLS, ...LONG, tiers: HALF, source: PAGE }],
  },
  {
    vendor,
    model: "gpt-5.4",
    prices: [{ from: "2026-03-05", input: 2.5, output: 15, cacheRead: 0.25, ...GPT_5, ...LONG, source: PAGE }],
  },
  {
    vendor,
    model: "gpt-5.4-mini",
    prices: [{ from: "2026-03-17", input: 0.75, output: 4.5, cacheRead: 0.075, ...GPT_5, source: PAGE }],
  },
  {
    vendor,
    model: "gpt-5.4-nano",
    prices: [{ from: "2026-03-17", input: 0.2, output: 1.25, cacheRead: 0.02, ...TOOLS, tiers: HALF, source: PAGE }],
  },
  {
    vendor,
    model: "gpt-5.2",
    prices: [{ from: "2025-12-11", input: 1.75, output: 14, cacheRead: 0.175, ...GPT_5, source: PAGE }],
  },
  {
    vendor,
    model: "gpt-5.1",
    prices: [{ from: "2025-11-13", input: 1.25, output: 10, cacheRead: 0.125, ...GPT_5, source: PAGE }],
  },
  {
    vendor,
    model: "gpt-5",
    prices: [{ from: "2025-08-07", input: 1.25, output: 10, cacheRead: 0.125, ...GPT_5, source: PAGE }],
  },
  {
    vendor,
    model: "gpt-5-mini",
    prices: [{ from: "2025-08-07", input: 0.25, output: 2, cacheRead: 0.025, ...TOOLS, ...fast(1.8), source: PAGE }],
  },
  {
    vendor,
    model: "gpt-5-nano",
    prices: [{ from: "2025-08-07", input: 0.05, output: 0.4, cacheRead: 0.005, ...TOOLS, tiers: HALF, source: PAGE }],
  },
  {
    vendor,
    model: "gpt-4.1",
    prices: [{ from: "2025-04-14", input: 2, output: 8, cacheRead: 0.5, ...TOOLS, ...fast(1.75), source: PAGE }],
  },
  {
    vendor,
    model: "gpt-4.1-mini",
    prices: [{ from: "2025-04-14", input: 0.4, output: 1.6, cacheRead: 0.1, ...TOOLS, ...fast(1.75), source: PAGE }],
  },
  {
    vendor,
    model: "gpt-4.1-nano",
    prices: [{ from: "2025-04-14", input: 0.1, output: 0.4, cacheRead: 0.025, ...fast(2), source: PAGE }],
  },
  {
    vendor,
    model: "gpt-4o",
    prices: [
      { from: "2024-08-06", input: 2.5, output: 10, cacheRead: 1.25, ...TOOLS, tiers: { batch: 0.5 }, source: PAGE },
    ],
  },
  {
    vendor,
    model: "gpt-4o-2024-05-13", // kept its launch price
    prices: [{ from: "2024-05-13", input: 5, output: 15, tiers: { batch: 0.5 }, source: PAGE }],
  },
  {
    vendor,
    model: "gpt-4o-mini",
    prices: [
      { from: "2024-07-18", input: 0.15, output: 0.6, cacheRead: 0.075, ...TOOLS, tiers: { batch: 0.5 }, source: PAGE },
    ],
  },
  {
    vendor,
    model: "o3",
    prices: [
      { from: "2025-04-16", input: 10, output: 40, cacheRead: 2.5, ...TOOLS, tiers: HALF, source: PAGE },
      { from: "2025-06-10", input: 2, output: 8, cacheRead: 0.5, ...TOOLS, tiers: HALF, source: PAGE },
    ],
  },
  {
    vendor,
    model: "o4-mini",
    prices: [{ from: "2025-04-16", input: 1.1, output: 4.4, cacheRead: 0.275, ...TOOLS, tiers: HALF, source: PAGE }],
  },
  {
    vendor,
    model: "o3-mini",
    prices: [{ from: "2025-01-31", input: 1.1, output: 4.4, cacheRead: 0.55, tiers: { batch: 0.5 }, source: PAGE }],
  },
  {
    vendor,
    model: "o1-mini",
    prices: [{ from: "2025-01-31", input: 1.1, output: 4.4, cacheRead: 0.55, tiers: { batch: 0.5 }, source: PAGE }],
  },
];
