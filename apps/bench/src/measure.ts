/** Something to be timed: does its work `times` times. */
export type Work = () => unknown;

/** The middle of some figures. */
export const median = (figures: readonly number[]): number => {
  const sorted = [...figures].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2;
};

/** The figure below which a share of all lies. */
export const quantile = (figures: readonly number[], share: number): number => {
  const sorted = [...figures].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
};

/** Collects all garbage. */
export function collectGarbage(): void {
  if (!globalThis.gc) throw new Error("run node with --expose-gc");
  for (let i = 0; i < 4; i++) globalThis.gc();
}

const cpu = (): number => {
  const { user, system } = process.cpuUsage();
  return user + system;
};

/**
 * CPU time of each work, in microseconds for one go: the median over rounds in which all take turns, in one process, so
 * that whatever else the machine does falls on all of them alike. Each round repeats a work until it has run for at
 * least `roundMs`.
 */
export async function cpuTimes<K extends string>(
  works: Readonly<Record<K, Work>>,
  { rounds = 15, roundMs = 20 }: { rounds?: number; roundMs?: number } = {},
): Promise<Record<K, number>> {
  const names = Object.keys(works) as K[]; // the keys of a record of K
  const figures = new Map(names.map((name) => [name, [] as number[]]));
  const goes = new Map<K, number>();
  for (const name of names) {
    let count = 0;
    const until = performance.now() + roundMs * 3; // warms up
    while (performance.now() < until) {
      await works[name]();
      count++;
    }
    goes.set(name, Math.max(1, Math.ceil(count / 3)));
  }
  for (let round = 0; round < rounds; round++) {
    for (const name of round % 2 === 0 ? names : [...names].reverse()) {
      const times = goes.get(name) ?? 1;
      const before = cpu();
      for (let go = 0; go < times; go++) await works[name]();
      figures.get(name)?.push((cpu() - before) / times);
    }
  }
  return Object.fromEntries(names.map((name) => [name, median(figures.get(name) ?? [])])) as Record<K, number>; // one for each name
}

/** CPU time of one go, in microseconds: for what takes too long to repeat. */
export async function cpuOnce(work: Work): Promise<number> {
  const before = cpu();
  await work();
  return cpu() - before;
}
