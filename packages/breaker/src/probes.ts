/** The probes of one half-open phase: slots lent on leases, and how many succeeded. */
export class Probes {
  readonly #most: number;
  readonly #leaseMs: number;
  /** When the leases of the probes under way end. */
  #ends: number[] = [];
  #passed = 0;

  constructor(most: number, leaseMs: number) {
    this.#most = most;
    this.#leaseMs = leaseMs;
  }

  /** When the next slot comes free; `now` when one is. */
  freeAt(now: number): number {
    this.#ends = this.#ends.filter((end) => end > now);
    return this.#ends.length + this.#passed < this.#most ? now : Math.min(...this.#ends);
  }

  /** Lends a slot, and says when the lease ends. */
  lend(now: number): number {
    const end = now + this.#leaseMs;
    this.#ends.push(end);
    return end;
  }

  /** Takes a slot back, and says whether it was still lent: one that has expired may be gone. */
  takeBack(end: number): boolean {
    const at = this.#ends.indexOf(end);
    if (at < 0) return false;
    this.#ends.splice(at, 1);
    return true;
  }

  /** Counts a success, and says whether there are enough. */
  pass(): boolean {
    return ++this.#passed >= this.#most;
  }
}
