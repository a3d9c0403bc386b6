/** The last so many numbers, in order of size. */
export interface Quantiles {
  readonly add: (value: number) => void;
  readonly count: () => number;
  /** The smallest value that at least the share `q` of the values does not exceed; Infinity while there is none. */
  readonly at: (q: number) => number;
}

/** Where a value stands, or would stand, among sorted ones. */
function place(sorted: readonly number[], value: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? Infinity) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** A window over the last `most` numbers added. */
export function newQuantiles(most: number): Quantiles {
  const ring: number[] = []; // in order of arrival
  const sorted: number[] = [];
  let next = 0;
  return {
    add: (value) => {
      const oldest = ring[next];
      if (oldest !== undefined) sorted.splice(place(sorted, oldest), 1);
      ring[next] = value;
      next = (next + 1) % most;
      sorted.splice(place(sorted, value), 0, value);
    },
    count: () => sorted.length,
    at: (q) => sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)] ?? Infinity,
  };
}
