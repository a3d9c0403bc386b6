import { defined } from "./defined.ts";
import type { RateLimit } from "./stream-part.ts";

/** How far ahead a Retry-After may lie before it is taken for nonsense: a day. */
const MAX_WAIT_MS = 86_400_000;

const bounded = (ms = Number.NaN): number | undefined =>
  Number.isFinite(ms) ? Math.min(Math.max(0, ms), MAX_WAIT_MS) : undefined;

/** Shorter ones than these are none. */
const UNITS: Readonly<Record<string, number>> = { h: 3_600_000, m: 60_000, s: 1_000, ms: 1 };

/** Go's duration text, as OpenAI's reset headers have it: `"1s"`, `"6m0s"`, `"120ms"`, `"1h2m3.5s"`. Milliseconds. */
export function goDuration(text: string): number | undefined {
  let ms = 0;
  const rest = text.replaceAll(/(\d+(?:\.\d+)?)(ms|us|µs|ns|h|m|s)/g, (_, count: string, unit: string) => {
    ms += Number(count) * (UNITS[unit] ?? 0);
    return "";
  });
  return text === "" || rest !== "" ? undefined : ms;
}

/** A moment as reset headers give it: a date, seconds since 1970, or a duration from now. Milliseconds since 1970. */
function moment(text: string | null, now: number): number | undefined {
  if (text === null) return undefined;
  const duration = goDuration(text);
  if (duration !== undefined) return now + duration;
  const number = count(text);
  if (number !== undefined) return number > 1e9 ? number * (number > 1e12 ? 1 : 1_000) : now + number * 1_000;
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : date;
}

/** What the vendors limit. */
const NAMES = ["requests", "tokens", "input-tokens", "output-tokens"];

const count = (text: string | null): number | undefined => {
  const value = text === null || text.trim() === "" ? Number.NaN : Number(text);
  return Number.isFinite(value) ? value : undefined;
};

/** The rate limits that a response's headers tell of, Anthropic's and OpenAI's. */
export function rateLimits(headers: Headers, now: number = Date.now()): RateLimit[] {
  return NAMES.flatMap((name) => {
    const header = (what: string): string | null =>
      headers.get(`anthropic-ratelimit-${name}-${what}`) ?? headers.get(`x-ratelimit-${what}-${name}`);
    const known = defined({
      limit: count(header("limit")),
      remaining: count(header("remaining")),
      resetAt: moment(header("reset"), now),
    });
    return Object.keys(known).length > 0 ? [{ name, ...known }] : [];
  });
}

/**
 * How long a response asks to wait, in milliseconds: `retry-after-ms`, or `retry-after` in seconds or as a date, or the
 * latest reset of a limit that has nothing left.
 *
 * @example
 * ```ts
 * import { retryAfter } from "@llm/core/adapter";
 * retryAfter(new Headers({ "retry-after": "2" })); // 2000
 * ```
 */
export function retryAfter(headers: Headers, now: number = Date.now()): number | undefined {
  const text = headers.get("retry-after");
  const resets = rateLimits(headers, now).map(({ remaining, resetAt }) => (remaining === 0 && resetAt) || 0);
  const latest = Math.max(...resets);
  return (
    bounded(count(headers.get("retry-after-ms"))) ??
    bounded(Number(count(text)) * 1_000) ??
    bounded(Date.parse(text ?? "") - now) ??
    bounded(latest > 0 ? latest - now : undefined)
  );
}
