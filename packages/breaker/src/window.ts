/**
 * What happened lately: calls, failures and slow calls in a ring of buckets. The caller numbers the buckets: by time
 * for a time window, one a call for a count window. Whatever was skipped has expired, however long nothing happened.
 */
export class Window {
  calls = 0;
  failures = 0;
  slow = 0;
  readonly #buckets: number;
  #head = -1;
  /** Three counters a bucket; one array is smaller and faster than an object for each. */
  readonly #counts: number[];

  constructor(buckets: number) {
    this.#buckets = buckets;
    this.#counts = Array.from({ length: buckets * 3 }, () => 0);
  }

  /** The number of the newest bucket; -1 while nothing was counted. */
  get head(): number {
    return this.#head;
  }

  /** Makes `bucket` the newest one and forgets those that fall out. An older one changes nothing. */
  advance(bucket: number): void {
    if (bucket <= this.#head) return;
    const counts = this.#counts;
    const buckets = this.#buckets;
    for (let i = Math.max(this.#head + 1, bucket - buckets + 1); i <= bucket; i++) {
      const at = (i % buckets) * 3;
      this.calls -= counts[at] ?? 0;
      this.failures -= counts[at + 1] ?? 0;
      this.slow -= counts[at + 2] ?? 0;
      counts[at] = counts[at + 1] = counts[at + 2] = 0;
    }
    this.#head = bucket;
  }

  /** Counts calls into a bucket; one that is older than the newest counts as the newest. */
  add(bucket: number, failures: number, slow: number, calls = 1): void {
    this.advance(bucket);
    const counts = this.#counts;
    const at = (this.#head % this.#buckets) * 3;
    counts[at] = (counts[at] ?? 0) + calls;
    counts[at + 1] = (counts[at + 1] ?? 0) + failures;
    counts[at + 2] = (counts[at + 2] ?? 0) + slow;
    this.calls += calls;
    this.failures += failures;
    this.slow += slow;
  }

  /** The counters that are not zero, as `[bucket, calls, failures, slow]`, oldest first. */
  entries(): number[][] {
    const counts = this.#counts;
    const buckets = this.#buckets;
    const all: number[][] = [];
    for (let i = Math.max(0, this.#head - buckets + 1); i <= this.#head; i++) {
      const at = (i % buckets) * 3;
      if (counts[at]) all.push([i, counts[at] ?? 0, counts[at + 1] ?? 0, counts[at + 2] ?? 0]);
    }
    return all;
  }
}
