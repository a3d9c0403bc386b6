import type { RateLimit } from "./stream-part.ts";

/** How far ahead a Retry-After may lie before it is taken for nonsense: a day. */
const MAX_WAIT_MS = 86_400_000;

const bounded = (ms: number): number | undefined =>
  Number.isFinite(ms) ? Math.min(Math.max(0, ms), MAX_WAIT_MS) : undefined;

/** Go's duration text, as OpenAI's reset headers have it: `"1s"`, `"6m0s"`, `"120ms"`, `"1h2m3.5s"`. Milliseconds. */
export function goDuration(text: string): number | undefined {
  const pieces = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|us|µs|ns|h|m|s)/g)];
  if (pieces.length === 0 || pieces.map((piece) => piece[0]).join("") !== text) return undefined;
  const units: Readonly<Record<string, number>> = { h: 3_600_000, m: 60_000, s: 1_000, ms: 1 };
  return pieces.reduce((sum, [, count, unit]) => sum + Number(count) * (units[unit ?? ""] ?? 0), 0);
}

/** A moment as reset headers give it: a date, seconds since 1970, or a duration from now. Milliseconds since 1970. */
function moment(text: string | null, now: number): number | undefined {
  if (text === null) return undefined;
  const duration = goDuration(text);
  if (duration !== undefined) return now + duration;
  const number = Number(text);
  if (text.trim() !== "" && Number.isFinite(number))
    return number > 1e9 ? number * (number > 1e12 ? 1 : 1_000) : now + number * 1_000;
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : date;
}

type What = "limit" | "remaining" | "reset";

/** The vendors' headers: what they limit, and how they name it. */
const HEADERS: readonly (readonly [name: string, header: (what: What) => string])[] = [
  ...["requests", "tokens", "input-tokens", "output-tokens"].map(
    (name) => [name, (what: What) => `anthropic-ratelimit-${name}-${what}`] as const,
  ),
  ...["requests", "tokens"].map((name) => [name, (what: What) => `x-ratelimit-${what}-${name}`] as const),
];

const count = (text: string | null): number | undefined => {
  const value = text === null || text.trim() === "" ? Number.NaN : Number(text);
  return Number.isFinite(value) ? value : undefined;
};

/** The rate limits that a response's headers tell of, Anthropic's and OpenAI's. */
export function rateLimits(headers: Headers, now: number = Date.now()): RateLimit[] {
  const limits: RateLimit[] = [];
  for (const [name, header] of HEADERS) {
    const limit = count(headers.get(header("limit")));
    const remaining = count(headers.get(header("remaining")));
    const resetAt = moment(headers.get(header("reset")), now);
    if (limit === undefined && remaining === undefined && resetAt === undefined) continue;
    limits.push({
      name,
      ...(limit !== undefined && { limit }),
      ...(remaining !== undefined && { remaining }),
      ...(resetAt !== undefined && { resetAt }),
    });
  }
  return limits;
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
  const ms = count(headers.get("retry-after-ms"));
  if (ms !== undefined) return bounded(ms);
  const text = headers.get("retry-after");
  const seconds = count(text);
  if (seconds !== undefined) return bounded(seconds * 1_000);
  const date = text === null ? Number.NaN : Date.parse(text);
  if (!Number.isNaN(date)) return bounded(date - now);
  const resets = rateLimits(headers, now).flatMap((limit) =>
    limit.remaining === 0 && limit.resetAt !== undefined ? [limit.resetAt - now] : [],
  );
  return resets.length > 0 ? bounded(Math.max(...resets)) : undefined;
}
