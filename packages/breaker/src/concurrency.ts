import type { ConcurrencyOptions, Priority } from "./options.ts";
import type { Finished } from "./soft.ts";

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
export class Concurrency {
  readonly #min: number;
  readonly #max: number;
  #limit: number;
  #inFlight = 0;
  #usual = 0;

  constructor(options: Required<ConcurrencyOptions>) {
    this.#limit = options.initial;
    this.#min = options.min;
    this.#max = options.max;
  }

  /** How many calls may be in flight. */
  get limit(): number {
    return Math.floor(this.#limit);
  }

  isFull(priority: Priority): boolean {
    const limit = priority === "batch" ? Math.max(1, Math.floor(this.#limit * BATCH)) : this.limit;
    return this.#inFlight >= limit;
  }

  enter(): void {
    this.#inFlight++;
  }

  leave(finished: Finished | undefined): void {
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
