import type { SubCall } from "../answer.ts";

/** What an answer used, in tokens. The vendors' usage objects are written from it. */
export interface Bill {
  /** Everything read: uncached, read from the cache, and written to it. */
  readonly input: number;
  readonly cacheRead: number;
  /** Written to the cache, by how long it is kept. */
  readonly cacheWrite: Readonly<Record<CacheTtl, number>>;
  /** Everything written, thoughts included. */
  readonly output: number;
  readonly reasoning: number;
  /** Searches of the web that the vendor made. */
  readonly searches: number;
  /** The tier that really served it. */
  readonly tier: string;
  /** `fast` where the caller asked for it (Anthropic). */
  readonly speed: string;
  /** Calls that the answer was made of besides its own (Anthropic). */
  readonly subCalls?: readonly SubCall[];
}

/** How long a prefix is kept: five minutes or an hour (Anthropic), half an hour or half a day (OpenAI). */
export type CacheTtl = "5m" | "1h" | "30m" | "12h";

/** Tokens written to the cache in all. */
export function written(bill: Bill): number {
  return bill.cacheWrite["5m"] + bill.cacheWrite["1h"] + bill.cacheWrite["30m"] + bill.cacheWrite["12h"];
}
