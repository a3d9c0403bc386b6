import type { Priority } from "./options.ts";
import { Samples } from "./samples.ts";
import { Window } from "./window.ts";

const BUCKETS = 20;

/**
 * Client-side throttling as in Google's "Site Reliability Engineering", chapter "Handling Overload": with K times the
 * accepted calls below the requests, a share (requests - K × accepts) / (requests + 1) is turned away here. Requests
 * count when they end, or are shed, so that calls in flight, which for a model may be many, do not look like refusals.
 * A window shorter than most calls would forget their beginning, so it widens with the 99th percentile of durations.
 */
export class Throttle {
  readonly #multiplier: number;
  readonly #durations = new Samples();
  #bucket: number;
  #window = new Window(BUCKETS);
  #ends = 0;

  constructor(options: { readonly multiplier: number; readonly window: number }) {
    this.#multiplier = options.multiplier;
    this.#bucket = options.window / BUCKETS;
  }

  /** The share of calls to shed now, 0 to 1. Batch calls have half the allowance above 1. */
  share(now: number, priority: Priority): number {
    const window = this.#window;
    window.advance(Math.floor(now / this.#bucket));
    const k = priority === "batch" ? (1 + this.#multiplier) / 2 : this.#multiplier;
    return Math.max(0, (window.calls - k * (window.calls - window.failures)) / (window.calls + 1));
  }

  /** Counts a request that was accepted, or was not, after `ms` milliseconds; without: it was shed here. */
  add(now: number, accepted: boolean, ms?: number): void {
    if (ms !== undefined) {
      this.#durations.add(ms);
      if (++this.#ends % 16 === 0) this.#widen(now);
    }
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
