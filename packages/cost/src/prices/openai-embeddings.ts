import type { ModelPrices } from "../price.ts";

const page = (model: string): string => `https://developers.openai.com/api/docs/models/${model}`;

const vendor = "openai";

/** OpenAI's embeddings: they write no tokens. */
export const openaiEmbeddings: readonly ModelPrices[] = [
  {
    vendor,
    model: "text-embedding-3-large",
    prices: [
      { from: "2024-01-25", input: 0.13, output: 0, tiers: { batch: 0.5 }, source: page("text-embedding-3-large") },
    ],
  },
  {
    vendor,
    model: "text-embedding-3-small",
    prices: [
      { from: "2024-01-25", input: 0.02, output: 0, tiers: { batch: 0.5 }, source: page("text-embedding-3-small") },
    ],
  },
  {
    vendor,
    model: "text-embedding-ada-002",
    prices: [
      {
        from: "2023-06-13",
        input: 0.1,
        output: 0,
        tiers: { batch: 0.5 },
        source: "npm @pydantic/genai-prices 0.1.8, after https://developers.openai.com/api/docs/pricing",
      },
    ],
  },
];
