import { bounded, toMs } from "@llm/core";
import type { Duration } from "@llm/core";
import type { Finished, Limit, Limiter } from "./limit.ts";
import type { Priority } from "./options.ts";
import { Samples } from "./samples.ts";
import { Window } from "./window.ts";

const BUCKETS = 20;

/** How {@link adaptiveThrottle} sheds. */
export interface ThrottleOptions {
  /** How many times the accepted calls may be sent before some are shed, at least 1. Default 2; batch: half way to 1. */
  readonly multiplier?: number;
  /** What it looks back on. It widens by itself to twice the 99th percentile of call durations. Default `"2m"`. */
  readonly window?: Duration;
}

/**
 * Client-side throttling as in Google's "Site Reliability Engineering", chapter "Handling Overload": with K times the
 * accepted calls below the requests, a share (requests - K × accepts) / (requests + 1) is turned away here. Requests
 * count when they end, or are shed, so that calls in flight, which for a model may be many, do not look like refusals.
 * A window shorter than most calls would forget their beginning, so it widens with the 99th percentile of durations.
 */
export class Throttle implements Limiter {
  readonly code = "circuit-open";
  readonly reason = "shed";
  readonly #random: () => number;
  readonly #multiplier: number;
  readonly #durations = new Samples();
  #bucket: number;
  #window = new Window(BUCKETS);
  #ends = 0;

  constructor(multiplier: number, window: number, random: () => number) {
    this.#multiplier = multiplier;
    this.#bucket = window / BUCKETS;
    this.#random = random;
  }

  admit(now: number, priority: Priority): boolean {
    const share = this.share(now, priority);
    if (share === 0 || this.#random() >= share) return true;
    this.#count(now, false);
    return false;
  }

  enter(): void {}

  leave(now: number, finished: Finished | undefined): void {
    if (!finished) return;
    this.#durations.add(finished.ms);
    if (++this.#ends % 16 === 0) this.#widen(now);
    this.#count(now, finished.accepted);
  }

  /** The share of calls to shed now, 0 to 1. Batch calls have half the allowance above 1. */
  share(now: number, priority: Priority): number {
    const window = this.#window;
    window.advance(Math.floor(now / this.#bucket));
    const k = priority === "batch" ? (1 + this.#multiplier) / 2 : this.#multiplier;
    return Math.max(0, (window.calls - k * (window.calls - window.failures)) / (window.calls + 1));
  }

  #count(now: number, accepted: boolean): void {
    this.#window.add(Math.floor(now / this.#bucket), accepted ? 0 : 1, 0);
  }

  #widen(now: number): void {
    const p99 = this.#durations.quantile(0.99) ?? 0;
    if (p99 <= this.#bucket * BUCKETS) return;
    const { calls, failures } = this.#window;
    this.#bucket = (2 * p99) / BUCKETS;
    this.#window = new Window(BUCKETS);
    this.#window.add(Math.floor(now / this.#bucket), failures, 0, calls);
  }
}

/**
 * Sheds calls at random while many fail, before and after the breaker opens; batch calls first. Rejects with
 * `circuit-open`, reason `shed`.
 *
 * @throws TypeError that names the option that is out of range
 * @example
 * ```ts
 * import { adaptiveThrottle } from "@llm/breaker/adaptive";
 *
 * const steady = compose(provider, breaker({ limits: [adaptiveThrottle()] }));
 * ```
 */
export function adaptiveThrottle(options: ThrottleOptions = {}): Limit {
  const multiplier = bounded(options.multiplier ?? 2, "multiplier", 1, 1_000);
  const window = bounded(toMs(options.window ?? "2m", "window"), "window", 1, 1e12);
  return (random) => new Throttle(multiplier, window, random);
}
