import type { Call } from "./call.ts";
import { wrap } from "./compose.ts";
import { isLlmError, LlmError } from "./error.ts";
import { estimateRequestTokens } from "./estimate.ts";
import { emit } from "./event.ts";
import { newPause } from "./pause.ts";
import type { Middleware, Provider } from "./provider.ts";
import { newReach } from "./rate-limit-reach.ts";
import { memoryRateLimits, type Amounts, type Meter, type RateLimitStore } from "./rate-limit-store.ts";
import type { ChatRequest } from "./request.ts";
import type { RateLimit, StreamPart } from "./stream-part.ts";
import { systemClock, toMs, type Clock, type Duration } from "./time.ts";
import { until } from "./until.ts";
import type { Usage } from "./usage.ts";
import { watch, type Outcome, type Watcher } from "./watch.ts";

/** How much may be asked in a minute. What is left out is learned from the vendor's headers. */
export interface RateLimitOptions {
  /** Requests a minute. */
  readonly requests?: number;
  /** Tokens a minute, read and written. */
  readonly tokens?: number;
  /** Tokens a minute that are read, without those from the vendor's cache. */
  readonly inputTokens?: number;
  /** Tokens a minute that are written. */
  readonly outputTokens?: number;
  /** The longest wait; a call that would wait for longer, or past its deadline, fails at once. Default `"60s"`. */
  readonly maxWait?: Duration;
  /** Whose limits a call counts against. Default: its tenant's. */
  readonly key?: (call: Call) => string;
  /** Where the buckets are. Default: the memory of this process. */
  readonly store?: RateLimitStore;
  readonly clock?: Clock;
}

const METERS: readonly Meter[] = ["requests", "tokens", "input-tokens", "output-tokens"];

/** How many tokens an answer is taken to have until some have been seen. */
const FIRST_GUESS = 500;

/** What a request has used of each meter. Vendors do not count what comes from their cache as read. */
const used = (usage: Usage): Amounts => ({
  tokens: usage.input + usage.output,
  "input-tokens": usage.input - usage.cacheRead,
  "output-tokens": usage.output,
});

const minus = (a: Amounts, b: Amounts): Amounts =>
  Object.fromEntries(METERS.flatMap((meter) => (meter in a ? [[meter, (a[meter] ?? 0) - (b[meter] ?? 0)]] : [])));

/** A limit that is full again later than this, in milliseconds, is by the day: twice a minute, for clocks that differ. */
const BY_THE_MINUTE = 120_000;

/** What headers tell of limits by the minute, for the meters that there are. */
function learned(limits: readonly RateLimit[], now: number): { limits: Amounts; remaining: Amounts } {
  const known: Partial<Record<Meter, number>> = {};
  const remaining: Partial<Record<Meter, number>> = {};
  for (const { name, limit, remaining: left, resetAt = now } of limits) {
    const meter = METERS.find((one) => one === name);
    if (!meter || resetAt - now > BY_THE_MINUTE) continue;
    if (limit !== undefined && limit > 0) known[meter] = limit;
    if (left !== undefined) remaining[meter] = Math.max(0, left);
  }
  return { limits: known, remaining };
}

/**
 * Keeps calls below the vendor's requests and tokens a minute: a call waits for its turn instead of being told to go
 * away. Buckets hold a minute's worth and fill evenly. A call takes one request and about the tokens that it will use,
 * and puts the difference right once the usage is known. What the vendor says counts too: limits by the minute and what
 * is left of them from `start`, and the wait that a `rate-limit` error asks for, for all calls. A store that fails, or
 * does not answer for a second, is stood in for by the memory of this process for the next five. Belongs inside of
 * `retry`, where each attempt is a request.
 *
 * @throws TypeError for a bad option
 * @throws LlmError `rate-limit` with `retryAfterMs`, when the wait would be too long
 * @example
 * ```ts
 * const polite = compose(provider, retry(), rateLimit({ requests: 50, inputTokens: 400_000 }));
 * ```
 */
export function rateLimit(options: RateLimitOptions = {}): Middleware {
  const { key = (call) => call.tenant, clock = systemClock } = options;
  const maxWait = toMs(options.maxWait ?? "60s", "maxWait");
  const limits: Partial<Record<Meter, number>> = {};
  const set = (meter: Meter, option: "requests" | "tokens" | "inputTokens" | "outputTokens"): void => {
    const limit = options[option];
    if (limit === undefined) return;
    if (!(limit > 0 && limit < Infinity)) throw new TypeError(`${option} must be a number above 0, not ${limit}`);
    limits[meter] = limit;
  };
  set("requests", "requests");
  set("tokens", "tokens");
  set("input-tokens", "inputTokens");
  set("output-tokens", "outputTokens");
  const local = memoryRateLimits(undefined, clock);
  const reach = newReach(options.store ?? local, local, clock);

  return (inner) => {
    let meanOutput = FIRST_GUESS;

    const expected = (request: ChatRequest): Amounts => {
      const input = estimateRequestTokens(request);
      const output = Math.min(request.maxTokens ?? Infinity, meanOutput);
      return { requests: 1, tokens: input + output, "input-tokens": input, "output-tokens": output };
    };

    const enter = async (request: ChatRequest, call: Call, onLeave: (leave: () => void) => void): Promise<Watcher> => {
      const bucket = `{${key(call).replace(/[%{}]/g, encodeURIComponent)}}:${inner.name}`;
      const buckets = reach((error) => emit(call, "rate_limit.store_failed", { error }));
      const give = (amounts: Amounts): void => buckets.give(bucket, amounts, limits);
      const take = (amounts: Amounts, most: number): Promise<number> => buckets.take(bucket, amounts, limits, most);

      const amounts = expected(request);
      const latest = Math.min(clock.now() + maxWait, call.deadline);
      const most = (): number => Math.max(0, latest - clock.now());
      let left = false;
      let endPause = (): void => {};
      onLeave(() => {
        left = true;
        endPause();
      });
      /** Waits for its turn; again, if the vendor has asked for patience in the meantime. */
      const wait = async (first: number): Promise<void> => {
        for (let ms = first; ms > 0 && !left; ms = await until(take({}, most()), call, clock)) {
          if (ms > most()) {
            emit(call, "rate_limit.rejected", { ms });
            throw new LlmError("rate-limit", `the rate limit asks to wait for ${Math.ceil(ms)} ms`, {
              retryAfterMs: ms,
            });
          }
          emit(call, "rate_limit.waiting", { ms });
          const pause = newPause(ms, call, clock);
          endPause = pause.end;
          await pause.done;
        }
        if (left) throw new LlmError("aborted", "the reader left");
      };

      const longest = most();
      const taking = take(amounts, longest);
      try {
        await wait(await until(taking, call, clock));
      } catch (error) {
        // also what is granted only after the call is over
        taking.then((ms) => ms <= longest && give(amounts)).catch(() => {});
        throw error;
      }

      let usage: Usage | undefined;
      const part = (part: StreamPart): void => {
        if (part.type === "usage" || part.type === "finish") usage = part.usage;
        else if (part.type === "start" && part.rateLimits) {
          buckets.learn(bucket, learned(part.rateLimits, clock.now()));
        }
      };
      const end = (outcome: Outcome): void => {
        if (outcome.type === "left") return; // nobody knows what it has used: the estimate stands
        if (outcome.type === "failed" && isLlmError(outcome.error)) {
          const { code, retryAfterMs, partial } = outcome.error;
          usage = partial?.usage ?? usage;
          if (code === "rate-limit" && retryAfterMs !== undefined) buckets.learn(bucket, { pauseMs: retryAfterMs });
        }
        if (outcome.type === "done" && usage) meanOutput += (usage.output - meanOutput) / 10;
        const { requests: _, ...tokens } = amounts;
        give(minus(tokens, usage ? used(usage) : {}));
      };
      return { part, end };
    };

    const stream: Provider["stream"] = (request, call) =>
      watch(
        () => inner.stream(request, call),
        (onLeave) => enter(request, call, onLeave),
      );
    return wrap(inner, { stream });
  };
}
