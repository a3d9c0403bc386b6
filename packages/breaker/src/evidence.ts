import type { Policy } from "./policy.ts";
import { Window } from "./window.ts";

/** Why there is cause to open: a run of failures, a share of failed or slow calls, or a run of first tokens that are late. */
export type Cause = "failures" | "failure-rate" | "slow";

/** What the calls of late say about an upstream. */
export class Evidence {
  readonly #policy: Policy;
  /** Failures in a row, and when the last of them was. */
  #run = 0;
  #failedAt = 0;
  /** Made at the first call: most keys of a large registry never see one. */
  #window: Window | undefined;

  constructor(policy: Policy) {
    this.#policy = policy;
  }

  /** Failures in a row, or in the window if they are more. */
  get failures(): number {
    return Math.max(this.#run, this.#window?.failures ?? 0);
  }

  get calls(): number {
    return this.#window?.calls ?? 0;
  }

  /** Share of failures in the window; undefined without a call. */
  rate(now: number): number | undefined {
    const window = this.#window;
    if (window && this.#policy.bucket > 0) window.advance(this.#bucketOf(now));
    return window && window.calls > 0 ? window.failures / window.calls : undefined;
  }

  /** A success; `counted`: the call is in the window already. */
  success(now: number, counted: boolean): void {
    this.#run = 0;
    if (!counted) this.#count(now, 0, 0);
  }

  /** A failure of a call that began at `started`; one that was slow before counts again. */
  failure(now: number, started: number): Cause | undefined {
    const { memory, failureThreshold, minimumCalls, failureRate } = this.#policy;
    const { calls, failures } = this.#count(now, 1, 0);
    // a run that nobody added to for a whole window says nothing about now; a long call did add to it
    this.#run = started - this.#failedAt > memory ? 1 : this.#run + 1;
    this.#failedAt = now;
    if (this.#run >= failureThreshold) return "failures";
    return calls >= minimumCalls && failures >= calls * failureRate ? "failure-rate" : undefined;
  }

  /** A call that is slow, at its first token or its end. */
  slow(now: number): Cause | undefined {
    const { calls, slow } = this.#count(now, 0, 1);
    return calls >= this.#policy.minimumCalls && slow >= calls * this.#policy.slowRate ? "slow" : undefined;
  }

  /** The state as plain JSON, its times by `outer`. */
  save(outer: (time: number) => number): { failures: number; failedAt: number; window: number[][] } {
    const { bucket: size } = this.#policy;
    const entries = this.#window?.entries() ?? [];
    return {
      failures: this.#run,
      failedAt: this.#run > 0 ? outer(this.#failedAt) : 0,
      // the buckets of a count window are no times
      window: size > 0 ? entries.map(([bucket = 0, ...counts]) => [outer(bucket * size), ...counts]) : entries,
    };
  }

  /** What {@link save} gave, its times by `inner`. */
  load(
    saved: { readonly failures: number; readonly failedAt: number; readonly window: readonly (readonly number[])[] },
    inner: (time: number) => number,
  ): void {
    this.#run = saved.failures;
    this.#failedAt = inner(saved.failedAt);
    this.#window = undefined;
    for (const [start = 0, calls = 0, failures = 0, slow = 0] of saved.window)
      this.#ring().add(this.#policy.bucket > 0 ? this.#bucketOf(inner(start)) : start, failures, slow, calls);
  }

  #ring(): Window {
    return (this.#window ??= new Window(this.#policy.buckets));
  }

  #count(now: number, failures: number, slow: number): Window {
    const window = this.#ring();
    // a count window has a bucket for each call
    window.add(this.#policy.bucket > 0 ? this.#bucketOf(now) : window.head + 1, failures, slow);
    return window;
  }

  #bucketOf(time: number): number {
    return Math.floor(time / this.#policy.bucket);
  }
}
