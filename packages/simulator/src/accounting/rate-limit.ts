import type { Vendor } from "../model.ts";
import { resetText } from "../fault/failure.ts";

/** What one key may use of one model in a minute. Anything left out is as good as unlimited. */
export interface RateLimits {
  readonly requestsPerMinute?: number;
  /** Anthropic: tokens read, cache reads not counted. */
  readonly inputTokensPerMinute?: number;
  /** Anthropic: tokens written. */
  readonly outputTokensPerMinute?: number;
  /** OpenAI: tokens read and written, together. */
  readonly tokensPerMinute?: number;
}

/** Limits that nobody reaches. */
const REQUESTS = 1_000_000;
const TOKENS = 10_000_000_000;

/** A bucket that fills evenly: never more in it than a minute's worth. */
interface Bucket {
  readonly limit: number;
  level: number;
  at: number;
}

/** What was taken, or what was missing. */
export interface RateDecision {
  readonly headers: Readonly<Record<string, string>>;
  /** The bucket that ran dry; undefined if the request may pass. */
  readonly exceeded?: { readonly name: string; readonly limit: number; readonly seconds: number };
}

/** Buckets for each key and model. */
export interface RateLimiter {
  /** Takes a request with these tokens, if all buckets hold enough; else takes nothing. */
  readonly take: (key: string, vendor: Vendor, input: number) => RateDecision;
  /** Gives back input tokens that turned out not to count. */
  readonly refund: (key: string, vendor: Vendor, input: number) => void;
  /** Takes tokens that were written, when they are known. */
  readonly spend: (key: string, vendor: Vendor, output: number) => void;
}

/** The most buckets that are kept; the one that was used longest ago goes first. */
const MOST = 4_096;

/** Token buckets that really limit, with the headers that tell of them. */
export function createRateLimiter(limits: RateLimits, now: () => number): RateLimiter {
  const sets = new Map<string, Readonly<Record<string, Bucket>>>();

  function buckets(key: string, vendor: Vendor): Readonly<Record<string, Bucket>> {
    let set = sets.get(key);
    const bucket = (limit: number): Bucket => ({ limit, level: limit, at: now() });
    set ??=
      vendor === "anthropic"
        ? {
            requests: bucket(limits.requestsPerMinute ?? REQUESTS),
            "input-tokens": bucket(limits.inputTokensPerMinute ?? TOKENS),
            "output-tokens": bucket(limits.outputTokensPerMinute ?? TOKENS),
          }
        : { requests: bucket(limits.requestsPerMinute ?? REQUESTS), tokens: bucket(limits.tokensPerMinute ?? TOKENS) };
    sets.delete(key);
    sets.set(key, set);
    const [oldest] = sets.keys();
    if (sets.size > MOST && oldest !== undefined) sets.delete(oldest);
    const time = now();
    for (const one of Object.values(set)) {
      one.level = Math.min(one.limit, one.level + ((time - one.at) / 60_000) * one.limit);
      one.at = time;
    }
    return set;
  }

  /** Seconds until a bucket holds that much. */
  const wait = (bucket: Bucket, wanted: number): number => Math.max(0, ((wanted - bucket.level) / bucket.limit) * 60);

  function headers(set: Readonly<Record<string, Bucket>>, vendor: Vendor): Record<string, string> {
    const out: Record<string, string> = {};
    const shown = Object.entries(set).map(([name, bucket]) => ({
      name,
      limit: bucket.limit,
      remaining: Math.max(0, Math.floor(bucket.level)),
      seconds: wait(bucket, bucket.limit),
    }));
    // Anthropic also tells of input and output together, in the header that older clients read.
    const [, input, output] = shown;
    if (vendor === "anthropic" && input && output)
      shown.push({
        name: "tokens",
        limit: input.limit + output.limit,
        remaining: input.remaining + output.remaining,
        seconds: Math.max(input.seconds, output.seconds),
      });
    for (const { name, limit, remaining, seconds } of shown) {
      if (vendor === "anthropic") {
        out[`anthropic-ratelimit-${name}-limit`] = String(limit);
        out[`anthropic-ratelimit-${name}-remaining`] = String(remaining);
        out[`anthropic-ratelimit-${name}-reset`] = new Date(now() + seconds * 1_000).toISOString().replace(/\.\d+/, "");
      } else {
        out[`x-ratelimit-limit-${name}`] = String(limit);
        out[`x-ratelimit-remaining-${name}`] = String(remaining);
        out[`x-ratelimit-reset-${name}`] = resetText(seconds);
      }
    }
    return out;
  }

  return {
    take: (key, vendor, input) => {
      const set = buckets(key, vendor);
      // Output is not known before: a bucket that is not empty lets a request in, and may go below zero.
      const wanted: Readonly<Record<string, number>> = {
        requests: 1,
        "input-tokens": input,
        tokens: input,
        "output-tokens": 1,
      };
      for (const [name, bucket] of Object.entries(set)) {
        const amount = wanted[name] ?? 0;
        if (bucket.level >= amount) continue;
        const seconds = Math.max(1, Math.ceil(wait(bucket, Math.min(amount, bucket.limit))));
        return { headers: headers(set, vendor), exceeded: { name, limit: bucket.limit, seconds } };
      }
      for (const [name, bucket] of Object.entries(set)) if (name !== "output-tokens") bucket.level -= wanted[name] ?? 0;
      return { headers: headers(set, vendor) };
    },
    refund: (key, vendor, input) => {
      const bucket = buckets(key, vendor)[vendor === "anthropic" ? "input-tokens" : "tokens"];
      if (bucket) bucket.level = Math.min(bucket.limit, bucket.level + input);
    },
    spend: (key, vendor, output) => {
      const set = buckets(key, vendor);
      const bucket = set[vendor === "anthropic" ? "output-tokens" : "tokens"];
      if (bucket) bucket.level -= output;
    },
  };
}
