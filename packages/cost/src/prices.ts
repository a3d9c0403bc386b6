import type { PriceList } from "./price.ts";
import { anthropic } from "./prices/anthropic.ts";
import { openaiEmbeddings } from "./prices/openai-embeddings.ts";
import { openai } from "./prices/openai.ts";

/**
 * List prices of Anthropic's and OpenAI's models, as of 2026-11-22. Put your own after them, and they count instead:
 *
 * @example
 * ```ts
 * import { prices } from "@llm/cost/prices";
 *
 * const ours: ModelPrices = {
 *   vendor: "anthropic",
 *   model: "claude-opus-5-5",
 *   prices: [{ from: "2026-11-01", input: 3.2, output: 16, source: "our contract" }],
 * };
 * const costs = new CostTracker({ prices: [...prices, ours] });
 * ```
 */
export const prices: PriceList = [...anthropic, ...openai, ...openaiEmbeddings];
