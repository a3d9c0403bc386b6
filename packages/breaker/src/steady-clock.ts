/**
 * A clock that never goes back: when the one under it does, the difference is added from then on. So a machine whose
 * time was set back waits no longer than it would have, and nothing is stuck. It counts from shortly before it was made:
 * engines keep small whole numbers in place, and allocate large ones.
 */
export class SteadyClock {
  readonly #source: () => number;
  /** What is added to the source's time. */
  #offset: number;
  /** The last reading. */
  last: number;

  /** @param before the first reading: how many milliseconds of the past matter */
  constructor(source: () => number, before: number) {
    this.#source = source;
    this.#offset = before - source();
    this.last = before;
  }

  now(): number {
    const time = this.#source() + this.#offset;
    if (time >= this.last) return (this.last = time);
    this.#offset += this.last - time;
    return this.last;
  }

  /** How long ago the last reading was, without making another. */
  sinceLast(): number {
    return Math.max(0, this.#source() + this.#offset - this.last);
  }

  /** A time of this clock in milliseconds since 1970, as others see it; 0, which stands for none, stays. */
  outer(time: number): number {
    return time > 0 ? time - this.#offset : 0;
  }

  /** A time that others gave, on this clock; what lies before its beginning is 0, as none is. */
  inner(time: number): number {
    return Math.max(0, time + this.#offset);
  }
}
