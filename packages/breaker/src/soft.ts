import { Concurrency } from "./concurrency.ts";
import type { Priority } from "./options.ts";
import type { Policy } from "./policy.ts";
import { Throttle } from "./throttle.ts";

/** How an admitted call ended, for the soft limits. */
export interface Finished {
  readonly accepted: boolean;
  /** Milliseconds from its start to its end. */
  readonly ms: number;
  /** Milliseconds for each output token, where known. */
  readonly perToken: number | undefined;
}

/** What gives way before the breaker opens: the throttle and the concurrency limit, where asked for. */
export class Soft {
  readonly #throttle: Throttle | undefined;
  readonly #concurrency: Concurrency | undefined;
  readonly #random: () => number;

  constructor(policy: Policy) {
    this.#throttle = policy.throttle && new Throttle(policy.throttle);
    this.#concurrency = policy.concurrency && new Concurrency(policy.concurrency);
    this.#random = policy.random;
  }

  /** Lets a call in, or says why not. */
  admit(now: number, priority: Priority): "shed" | "concurrency" | undefined {
    if (this.#concurrency?.isFull(priority)) return "concurrency";
    const share = this.#throttle?.share(now, priority) ?? 0;
    if (share > 0 && this.#random() < share) {
      this.#throttle?.add(now, false);
      return "shed";
    }
    this.enter();
    return undefined;
  }

  /** Takes a call in that nothing may stop. */
  enter(): void {
    this.#concurrency?.enter();
  }

  /** Takes a call's end; `undefined`: it says nothing about the upstream. */
  leave(now: number, finished: Finished | undefined): void {
    this.#concurrency?.leave(finished);
    if (finished) this.#throttle?.add(now, finished.accepted, finished.ms);
  }
}
