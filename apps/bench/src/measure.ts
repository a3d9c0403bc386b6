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

/** What works took, in microseconds for one go. */
export interface Times<K extends string> {
  /** The median of each. */
  readonly us: Readonly<Record<K, number>>;
  /** How many times as long one took as another: the median over the rounds, in which both saw the same machine. */
  readonly ratio: (one: K, other: K) => number;
  /** How much longer one took than another: likewise. */
  readonly added: (one: K, other: K) => number;
}

/**
 * CPU time of each work over rounds in which all take turns, in one process, so that whatever else the machine does
 * falls on all of them alike. Each work first runs for `warmMs`, until it is compiled; then each round repeats it for
 * about `roundMs`.
 */
export async function cpuTimes<K extends string>(
  works: Readonly<Record<K, Work>>,
  { rounds = 15, roundMs = 20, warmMs = 300 }: { rounds?: number; roundMs?: number; warmMs?: number } = {},
): Promise<Times<K>> {
  const names = Object.keys(works) as K[]; // the keys of a record of K
  const figures = new Map(names.map((name) => [name, [] as number[]]));
  const goes = new Map<K, number>();
  for (const name of names) {
    let count = 0;
    const start = performance.now();
    const until = start + warmMs;
    while (performance.now() < until) {
      await works[name]();
      count++;
    }
    goes.set(name, Math.max(1, Math.ceil((count * roundMs) / (performance.now() - start))));
  }
  collectGarbage(); // what came before is nobody's
  for (let round = 0; round < rounds; round++) {
    for (const name of round % 2 === 0 ? names : [...names].reverse()) {
      const times = goes.get(name) ?? 1;
      const before = cpu();
      for (let go = 0; go < times; go++) await works[name]();
      figures.get(name)?.push((cpu() - before) / times);
    }
  }
  const of = (name: K): readonly number[] => figures.get(name) ?? [];
  const pairs = (one: K, other: K, by: (a: number, b: number) => number): number =>
    median(of(one).map((figure, round) => by(figure, of(other)[round] ?? Number.NaN)));
  return {
    us: Object.fromEntries(names.map((name) => [name, median(of(name))])) as Record<K, number>, // one for each name
    ratio: (one, other) => pairs(one, other, (a, b) => a / b),
    added: (one, other) => pairs(one, other, (a, b) => a - b),
  };
}

/** CPU time of one go, in microseconds: for what takes too long to repeat. */
export async function cpuOnce(work: Work): Promise<number> {
  const before = cpu();
  await work();
  return cpu() - before;
}
