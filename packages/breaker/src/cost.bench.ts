import { createBreaker } from "./breaker.ts";

/*
 * What a closed breaker costs, our side: loops to be timed beside those of peers, and what it holds in memory. Run a
 * program that uses the figures of memory with `--expose-gc`.
 */

const answer = (): Promise<number> => Promise.resolve(1);

/** Calls without a breaker: what the others are compared with. */
export async function bare(calls: number): Promise<void> {
  for (let i = 0; i < calls; i++) await answer();
}

/** Makes a loop of `run` on one breaker. */
export function runs(): (calls: number) => Promise<void> {
  const breaker = createBreaker();
  return async (calls) => {
    for (let i = 0; i < calls; i++) await breaker.run(answer);
  };
}

/** Makes a loop of `acquire` and `success` on one breaker. */
export function permits(): (calls: number) => void {
  const breaker = createBreaker();
  return (calls) => {
    for (let i = 0; i < calls; i++) breaker.acquire().success();
  };
}

const heap = (): number => {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
};

/** Bytes of heap that one of `make`'s things takes, over 20,000 of them. */
export function bytesOf(make: () => unknown): number {
  const kept: unknown[] = Array.from({ length: 20_000 }, () => undefined);
  const before = heap();
  for (let i = 0; i < kept.length; i++) kept[i] = make();
  const bytes = (heap() - before) / kept.length;
  return kept.length === 0 ? 0 : bytes; // the list lives until here
}

/** Bytes of a breaker with defaults: as made, and after its first call. */
export const bytes = (): { readonly made: number; readonly used: number } => ({
  made: bytesOf(() => createBreaker()),
  used: bytesOf(() => {
    const breaker = createBreaker();
    breaker.acquire().success();
    return breaker;
  }),
});

/** Bytes of heap that are still held after so many calls on one breaker. */
export function retained(calls: number): number {
  const breaker = createBreaker();
  const go = (times: number): void => {
    for (let i = 0; i < times; i++) {
      const permit = breaker.acquire();
      permit.firstToken();
      permit.success({ output: 100 });
    }
  };
  go(10_000); // compiles, and fills what is bounded
  const before = heap();
  go(calls);
  return heap() - before + (breaker.state === "closed" ? 0 : Infinity);
}
