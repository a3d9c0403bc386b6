import type { ModelPrices, Price } from "../price.ts";

// The vendor's table has five rates for each model; they were read in it, on the models' own pages, or in a copy.
const PAGE = "https://platform.claude.com/docs/en/about-claude/pricing";
/** A careful copy of the vendor's page, with its history. */
const COPY = `npm @pydantic/genai-prices 0.1.8, after ${PAGE}`;
const overview = (model: string): string => `https://platform.claude.com/docs/en/models/${model}/overview`;

type Rates = Pick<Price, "input" | "output" | "cacheRead" | "cacheWrite">;

/** Input, output, cache read, and cache writes that are kept 5 minutes and an hour: the columns of the table. */
const rates = (input: number, output: number, cacheRead: number, write5m: number, write1h: number): Rates => ({
  input,
  output,
  cacheRead,
  cacheWrite: { "5m": write5m, "1h": write1h },
});

/** The Batch API halves all rates; a thousand web searches are $10; fetching costs nothing but tokens. */
const ALL = { tiers: { batch: 0.5 }, tools: { web_search: 10 } } as const;
/** Inference in the US only: since 4.6. */
const MODERN = { ...ALL, regions: { us: 1.1 } } as const;
const FAST = { speeds: { fast: 2 } } as const;
/** The premium on more than 200,000 tokens, which ended with 4.6 on 2026-03-13. */
const LONG = { long: { above: 200_000, input: 2, output: 1.5 } } as const;

const FABLE_5 = rates(10, 50, 1, 12.5, 20);
const FABLE_5_1 = rates(10, 50, 0.25, 12.5, 20);
const OPUS_4 = rates(15, 75, 1.5, 18.75, 30);
const OPUS_5 = rates(5, 25, 0.5, 6.25, 10);
const SONNET_4 = rates(3, 15, 0.3, 3.75, 6);
const SONNET_5 = rates(2, 10, 0.2, 2.5, 4);

const vendor = "anthropic";

/** Claude models, newest first. No price is known for `claude-mythos-5-2` and `claude-mythos-preview`. */
export const anthropic: readonly ModelPrices[] = [
  {
    vendor,
    model: "claude-fable-5-2",
    prices: [
      {
        from: "2026-11-09", // the day on which it came into the vendor's SDK, 1.7.0
        ...rates(8, 40, 0.2, 10, 16),
        ...MODERN,
        source: "npm @earendil-works/pi-ai 1.5.2; the hour's cache write by the vendor's rule (2 × input)",
      },
    ],
  },
  {
    vendor,
    model: "claude-haiku-5-5",
    prices: [
      {
        from: "2026-10-07",
        ...rates(0.1, 0.5, 0.01, 0.125, 0.2),
        ...MODERN,
        long: { above: 100_000, input: 5, output: 5 },
        source: overview("haiku-5-5"),
      },
    ],
  },
  {
    vendor,
    model: "claude-sonnet-5-5",
    prices: [
      { from: "2026-09-28", ...SONNET_5, ...MODERN, source: overview("sonnet-5-5") },
      { from: "2026-10-07", ...SONNET_5, cacheRead: 0.1, ...MODERN, source: PAGE },
    ],
  },
  {
    vendor,
    model: "claude-opus-5-5",
    prices: [{ from: "2026-09-22", ...rates(4, 20, 0.2, 5, 8), ...MODERN, ...FAST, source: overview("opus-5-5") }],
  },
  {
    vendor,
    model: "claude-fable-5-1",
    prices: [{ from: "2026-09-01", ...FABLE_5_1, ...MODERN, source: PAGE }],
  },
  {
    vendor,
    model: "claude-mythos-5-1",
    prices: [{ from: "2026-09-01", ...FABLE_5_1, ...MODERN, source: PAGE }],
  },
  {
    vendor,
    model: "claude-opus-5",
    prices: [{ from: "2026-07-24", ...OPUS_5, ...MODERN, ...FAST, source: overview("opus-5") }],
  },
  {
    vendor,
    model: "claude-sonnet-5",
    prices: [{ from: "2026-06-30", ...SONNET_5, ...MODERN, source: overview("sonnet-5") }],
  },
  {
    vendor,
    model: "claude-fable-5",
    prices: [{ from: "2026-06-09", ...FABLE_5, ...MODERN, source: overview("fable-5") }],
  },
  {
    vendor,
    model: "claude-mythos-5",
    prices: [{ from: "2026-06-09", ...FABLE_5, ...MODERN, source: PAGE }],
  },
  {
    vendor,
    model: "claude-opus-4-8",
    aliases: ["claude-opus-4.8"],
    prices: [{ from: "2026-05-28", ...OPUS_5, ...MODERN, ...FAST, source: PAGE }],
  },
  {
    vendor,
    model: "claude-opus-4-7",
    aliases: ["claude-opus-4.7"],
    prices: [{ from: "2026-04-16", ...OPUS_5, ...MODERN, source: PAGE }],
  },
  {
    vendor,
    model: "claude-opus-4-6",
    aliases: ["claude-opus-4.6"],
    prices: [
      { from: "2026-02-05", ...OPUS_5, ...MODERN, ...LONG, source: COPY },
      { from: "2026-03-13", ...OPUS_5, ...MODERN, source: COPY },
    ],
  },
  {
    vendor,
    model: "claude-sonnet-4-6",
    aliases: ["claude-sonnet-4.6", "claude-4.6-sonnet"],
    prices: [
      { from: "2026-02-17", ...SONNET_4, ...MODERN, ...LONG, source: COPY },
      { from: "2026-03-13", ...SONNET_4, ...MODERN, source: COPY },
    ],
  },
  {
    vendor,
    model: "claude-opus-4-5",
    aliases: ["claude-opus-4.5"],
    prices: [{ from: "2025-11-24", ...OPUS_5, ...ALL, source: overview("opus-4-5") }],
  },
  {
    vendor,
    model: "claude-haiku-4-5",
    aliases: ["claude-haiku-4.5"],
    prices: [{ from: "2025-10-15", ...rates(1, 5, 0.1, 1.25, 2), ...ALL, source: COPY }],
  },
  {
    vendor,
    model: "claude-sonnet-4-5",
    aliases: ["claude-sonnet-4.5", "claude-4.5-sonnet"],
    prices: [{ from: "2025-09-29", ...SONNET_4, ...ALL, ...LONG, source: COPY }],
  },
  {
    vendor,
    model: "claude-opus-4-1",
    aliases: ["claude-opus-4.1"],
    prices: [{ from: "2025-08-05", ...OPUS_4, ...ALL, source: PAGE }],
  },
  {
    vendor,
    model: "claude-opus-4",
    aliases: ["claude-opus-4-0"],
    prices: [{ from: "2025-05-22", ...OPUS_4, ...ALL, source: PAGE }],
  },
  {
    vendor,
    model: "claude-sonnet-4",
    aliases: ["claude-sonnet-4-0"],
    prices: [{ from: "2025-05-22", ...SONNET_4, ...ALL, ...LONG, source: COPY }],
  },
  {
    vendor,
    model: "claude-3-haiku",
    prices: [{ from: "2024-03-07", ...rates(0.25, 1.25, 0.03, 0.3, 0.5), tiers: ALL.tiers, source: COPY }],
  },
  {
    vendor,
    model: "claude-3-opus",
    prices: [{ from: "2024-02-29", ...OPUS_4, tiers: ALL.tiers, source: COPY }],
  },
];
