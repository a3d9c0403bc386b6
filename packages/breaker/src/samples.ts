/** How many samples are kept: enough for a 95th percentile that moves with the last minutes of a busy model. */
const KEPT = 64;

/** The last {@link KEPT} samples of something measured, for its quantiles. */
export class Samples {
  readonly #values: number[] = [];
  #next = 0;

  get size(): number {
    return this.#values.length;
  }

  add(value: number): void {
    this.#values[this.#next++ % KEPT] = value;
  }

  clear(): void {
    this.#values.length = this.#next = 0;
  }

  /** The smallest kept value that at least a share `q` of all kept values do not exceed; undefined without any. */
  quantile(q: number): number | undefined {
    return this.#values.toSorted((a, b) => a - b)[Math.ceil(q * this.size) - 1];
  }
}
