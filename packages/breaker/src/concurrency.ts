import { bounded } from "@llm/core";
import type { Finished, Limit, Limiter } from "./limit.ts";
import type { Priority } from "./options.ts";

/** How the limit of {@link adaptiveConcurrency} moves. */
export interface ConcurrencyOptions {
  /** Where it starts. Default 20. */
  readonly initial?: number;
  /** Default 1. */
  readonly min?: number;
  /** Default 1000. */
  readonly max?: number;
}

/** Share of the limit that batch calls may fill; the rest is kept for interactive ones. */
const BATCH = 0.8;
/** How much of each step is taken. */
const SMOOTHING = 0.2;
/** Samples that the long average looks back on. */
const LONG = 600;
/** How much slower than the long average still counts as normal. */
const TOLERANCE = 1.5;

/**
 * A limit on calls in flight that follows the gradient between the usual latency and the latest, after the Gradient2
 * limit of Netflix's concurrency-limits, but on milliseconds per output token: a long answer is not a slow one. Calls
 * without a usage do not move it; a failure or a 429 takes a tenth off.
 */
export class Concurrency implements Limiter {
  readonly code = "queue-full";
  readonly reason = "concurrency";
  readonly #min: number;
  readonly #max: number;
  #limit: number;
  #inFlight = 0;
  #usual = 0;

  constructor(initial: number, min: number, max: number) {
    this.#limit = initial;
    this.#min = min;
    this.#max = max;
  }

  /** How many calls may be in flight. */
  get limit(): number {
    return Math.floor(this.#limit);
  }

  admit(_now: number, priority: Priority): boolean {
    return this.#inFlight < (priority === "batch" ? Math.max(1, Math.floor(this.#limit * BATCH)) : this.limit);
  }

  enter(): void {
    this.#inFlight++;
  }

  leave(_now: number, finished: Finished | undefined): void {
    const used = this.#inFlight--;
    if (!finished) return;
    if (!finished.accepted) this.#set(this.#limit * 0.9);
    else if (finished.perToken !== undefined) this.#follow(Math.max(finished.perToken, 0.01), used);
  }

  #follow(latest: number, used: number): void {
    this.#usual = this.#usual === 0 ? latest : this.#usual + (latest - this.#usual) * (2 / (LONG + 1));
    // after an overload the average is too high to notice the next one: let it come down faster
    if (this.#usual > 2 * latest) this.#usual *= 0.95;
    const gradient = Math.max(0.5, Math.min(1, (TOLERANCE * this.#usual) / latest));
    if (gradient === 1 && used * 2 < this.#limit) return; // not tested by the load: no reason to allow more
    const target = this.#limit * gradient + Math.sqrt(this.#limit);
    this.#set(this.#limit + (target - this.#limit) * SMOOTHING);
  }

  #set(limit: number): void {
    this.#limit = Math.max(this.#min, Math.min(this.#max, limit));
  }
}

/**
 * Limits the calls in flight by how latency for each output token changes; batch calls to four fifths of the limit.
 * Rejects with `queue-full`, reason `concurrency`.
 *
 * @throws TypeError that names the option that is out of range
 * @example
 * ```ts
 * import { adaptiveConcurrency } from "@llm/breaker/adaptive";
 *
 * const steady = compose(provider, breaker({ limits: [adaptiveConcurrency({ max: 64 })] }));
 * ```
 */
export function adaptiveConcurrency(options: ConcurrencyOptions = {}): Limit {
  const max = bounded(options.max ?? 1_000, "max", 1, 1_000_000, true);
  const min = bounded(options.min ?? 1, "min", 1, max, true);
  const initial = bounded(options.initial ?? Math.min(20, max), "initial", min, max);
  return () => new Concurrency(initial, min, max);
}
