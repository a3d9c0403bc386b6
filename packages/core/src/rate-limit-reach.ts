import type { Amounts, RateLimitNews, RateLimitStore } from "./rate-limit-store.ts";
import type { Clock } from "./time.ts";

/** How long a shared store may take to answer, and how long it is left alone after it did not. Milliseconds. */
const PATIENCE = 1_000;
const REST = 5_000;

/** How one call reaches the buckets; nothing of it fails. */
export interface Reach {
  readonly take: (key: string, amounts: Amounts, limits: Amounts, mostMs: number) => Promise<number>;
  /** Gives back to where this call has taken from. */
  readonly give: (key: string, amounts: Amounts, limits: Amounts) => void;
  readonly learn: (key: string, news: RateLimitNews) => void;
}

/**
 * A shared store with the memory of this process to stand in for it, for a while, when it fails or does not answer in
 * time. Memory hears what is learned in any case, so that it knows the limits when it is needed.
 */
export function newReach(
  store: RateLimitStore,
  local: RateLimitStore,
  clock: Clock,
): (failed: (error: unknown) => void) => Reach {
  let restUntil = 0;

  const inTime = <T>(work: T | Promise<T>): Promise<T> =>
    new Promise((resolve, reject) => {
      const cancel = clock.setTimeout(() => reject(new Error(`the store did not answer for ${PATIENCE} ms`)), PATIENCE);
      Promise.resolve(work).then(resolve, reject).finally(cancel);
    });

  return (failed) => {
    let from = store;
    const fail = (error: unknown): void => {
      restUntil = clock.now() + REST;
      failed(error);
    };
    const tell = (what: () => void | Promise<void>): void => {
      if (clock.now() >= restUntil) Promise.resolve().then(what).catch(fail);
    };
    return {
      take: async (key, amounts, limits, mostMs) => {
        if (clock.now() < restUntil) from = local;
        if (from === local) return local.take(key, amounts, limits, mostMs);
        const granted = Promise.resolve().then(() => store.take(key, amounts, limits, mostMs));
        try {
          return await inTime(granted);
        } catch (error) {
          fail(error);
          from = local;
          // what comes too late was taken for nothing
          granted.then((ms) => ms <= mostMs && store.give(key, amounts, limits)).catch(() => {});
          return local.take(key, amounts, limits, mostMs);
        }
      },
      give: (key, amounts, limits) => {
        if (from === local) void local.give(key, amounts, limits);
        else tell(() => store.give(key, amounts, limits));
      },
      learn: (key, news) => {
        void local.learn(key, news);
        if (store !== local) tell(() => store.learn(key, news));
      },
    };
  };
}
