import type { Health } from "@llm/core";
import type { Finished } from "./limit.ts";
import type { Policy } from "./policy.ts";
import { Samples } from "./samples.ts";
import type { Ticket } from "./ticket.ts";

/** How many first tokens it takes to know what is usual. */
const ENOUGH = 16;
/** How many times the usual 95th percentile is too long, and what never is, in milliseconds. */
const TIMES = 3;
const LEAST = 5_000;
/** After so many openings in a row, what was usual no longer is. */
const PATIENCE = 4;

/** How long calls wait for their first tokens, and which of them have waited too long. */
export class FirstTokens extends Samples {
  readonly #policy: Policy;
  /** The oldest calls since a first token last came in time, as many as it takes to open. */
  #waiting: Ticket[] = [];

  constructor(policy: Policy) {
    super();
    this.#policy = policy;
  }

  /** Beyond which a wait is too long, in milliseconds. */
  get #limit(): number {
    const usual = this.size < ENOUGH ? Infinity : (this.quantile(0.95) ?? Infinity);
    return this.#policy.slowFirstToken ?? Math.max(LEAST, TIMES * usual);
  }

  /** Median and 95th percentile of the waits that are remembered. */
  health(): Pick<Health, "firstPartMs" | "firstPartP95Ms"> {
    const firstPartMs = this.quantile(0.5);
    return firstPartMs === undefined ? {} : { firstPartMs, firstPartP95Ms: this.quantile(0.95) ?? firstPartMs };
  }

  /** A call has begun. */
  began(ticket: Ticket): void {
    const { failureThreshold, memory } = this.#policy;
    // late ones that nobody added to for a whole window say nothing about now
    if (ticket.started - (this.#waiting.at(-1)?.first ?? Infinity) > memory) this.#waiting = [];
    if (this.#waiting.length < (failureThreshold < Infinity ? failureThreshold : 1)) this.#waiting.push(ticket);
  }

  /** A call's first token has come, after `ms`: in time, it begins a new run. It is to be added once all was judged. */
  came(ms: number): void {
    if (ms <= this.#limit) this.#waiting = [];
  }

  /** A call has ended. Without a first token, an answer in time is as good a sign; anything else says nothing here. */
  left(ticket: Ticket, finished: Finished | undefined): void {
    if (ticket.first !== undefined) return;
    if (finished?.accepted) this.came(finished.ms);
    this.#waiting = this.#waiting.filter((other) => other !== ticket);
  }

  /** The last of so many calls in a row that have all waited too long; undefined when there are fewer. */
  overdue(now: number, calls: number): Ticket | undefined {
    const last = this.#waiting[calls - 1];
    return last && (last.first ?? now) - last.started > this.#limit ? last : undefined;
  }

  /** Begins a new run; after many openings in a row it also learns anew. */
  restart(opens: number): void {
    this.#waiting = [];
    if (opens > PATIENCE) this.clear();
  }
}
