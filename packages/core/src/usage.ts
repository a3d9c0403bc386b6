import { defined } from "./defined.ts";
import type { JsonObject } from "./json.ts";
import type { CacheTtl } from "./message.ts";

/**
 * Tokens of one upstream request, the same for all vendors. `input` counts everything that was read, so
 * `input = uncached + cacheRead + cacheWrite`; `output` includes `reasoning`.
 */
export interface Usage {
  readonly input: number;
  /** Of `input`: read from the vendor's prompt cache. */
  readonly cacheRead: number;
  /** Of `input`: written to the vendor's prompt cache. */
  readonly cacheWrite: number;
  /** Of `cacheWrite`, by how long it is kept, where the vendor says so. */
  readonly cacheWrites?: { readonly [ttl in CacheTtl]?: number };
  readonly output: number;
  /** Of `output`: tokens of reasoning. */
  readonly reasoning: number;
  /** Requests to tools that the vendor runs, by the vendor's name: `{ web_search: 2 }`. */
  readonly serverTools?: { readonly [tool: string]: number };
  /** The service tier that was really used. */
  readonly tier?: string;
  /** The vendor's speed mode, where it has one. */
  readonly speed?: string;
  /** Where inference ran, where the vendor says so. */
  readonly region?: string;
  /** Sub-calls that the vendor made within this one, possibly on other models; each is priced by itself. */
  readonly iterations?: readonly (Usage & { readonly model?: string; readonly kind?: string })[];
  /** The vendor gave only a placeholder, or the stream ended early: an estimate. */
  readonly estimated?: true;
  /** What the vendor sent. */
  readonly raw?: JsonObject;
}

/** No tokens. */
export const noUsage: Usage = Object.freeze({ input: 0, cacheRead: 0, cacheWrite: 0, output: 0, reasoning: 0 });

/** Tokens read that came neither from nor went to a cache. */
export const uncached = (usage: Usage): number => usage.input - usage.cacheRead - usage.cacheWrite;

type Counts = { readonly [key: string]: number };

const sums = (a: Counts | undefined, b: Counts | undefined): Counts | undefined => {
  if (!a || !b) return a ?? b;
  const sum: { [key: string]: number } = { ...a };
  for (const [key, count] of Object.entries(b)) sum[key] = (sum[key] ?? 0) + count;
  return sum;
};

/**
 * The sum of two usages, as over the attempts of one call. What is not a count (tier, raw) is left out.
 *
 * @example
 * ```ts
 * addUsage(first.usage, second.usage).output;
 * ```
 */
export function addUsage(a: Usage, b: Usage): Usage {
  return defined({
    input: a.input + b.input,
    cacheRead: a.cacheRead + b.cacheRead,
    cacheWrite: a.cacheWrite + b.cacheWrite,
    output: a.output + b.output,
    reasoning: a.reasoning + b.reasoning,
    cacheWrites: sums(a.cacheWrites, b.cacheWrites),
    serverTools: sums(a.serverTools, b.serverTools),
    estimated: a.estimated ?? b.estimated,
  });
}
