import type { CacheTtl } from "@llm/core";

/** What a model costs from a day on. Money is in US dollars. */
export interface Price {
  /** The first day that it holds, UTC: `"2026-10-07"`. It ends where the next one begins. */
  readonly from: string;
  /** Per million tokens that came neither from nor went to the vendor's prompt cache. */
  readonly input: number;
  /** Per million tokens of answer, reasoning included. */
  readonly output: number;
  /** Per million tokens read from the vendor's prompt cache. Default: as `input`. */
  readonly cacheRead?: number;
  /**
   * Per million tokens written to the vendor's prompt cache, by how long they are kept. Writes without a known time
   * cost what the first one does. Absent: as `input`.
   */
  readonly cacheWrite?: { readonly [ttl in CacheTtl]?: number };
  /** Factors on the whole request when it reads more than `above` tokens; `input` covers the cache too. */
  readonly long?: { readonly above: number; readonly input: number; readonly output: number };
  /** Factors by service tier. The standard tier is always 1; a tier that is not here has no price. */
  readonly tiers?: { readonly [tier: string]: number };
  /** Factors by speed mode. A mode that is not here has no price. */
  readonly speeds?: { readonly [speed: string]: number };
  /** Factors by where inference ran. A place that is not here costs nothing extra. */
  readonly regions?: { readonly [region: string]: number };
  /** Dollars per thousand requests to a tool that the vendor runs. A tool that is not here is not billed by request. */
  readonly tools?: { readonly [tool: string]: number };
  /** Where the figures are from. */
  readonly source: string;
}

/** All prices of a model. */
export interface ModelPrices {
  readonly vendor: string;
  /** The vendor's name of the model, without a date. */
  readonly model: string;
  /** Other names of the same model. */
  readonly aliases?: readonly string[];
  /** Oldest first. */
  readonly prices: readonly Price[];
}

/** Prices of many models. Where two are for the same model, the later one counts. */
export type PriceList = readonly ModelPrices[];
