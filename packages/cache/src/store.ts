/** A value, or a promise of it. */
export type MaybePromise<T> = T | Promise<T>;

/**
 * Where entries are kept. Keys are 64 hexadecimal digits; values are texts without lone surrogates, so that UTF-8 keeps
 * them. Any method may be synchronous. One that throws or hangs never breaks a call. Whoever creates a store closes it.
 *
 * Prove one with `storeContract` of `@llm/cache/testing`.
 *
 * @example
 * ```ts
 * const redisStore = (redis: RedisLike): Store => ({
 *   get: async (key) => (await redis.get(key)) ?? undefined,
 *   set: (key, value, ttlMs) => redis.set(key, value, { PX: ttlMs }),
 *   delete: (key) => redis.del(key),
 * });
 * ```
 */
export interface Store {
  /** The value, or undefined if there is none or its time is over. */
  readonly get: (key: string) => MaybePromise<string | undefined>;
  /**
   * Keeps a value, in place of the one before.
   *
   * @param ttlMs how long to keep it at most, in milliseconds: a whole number, at least 1. A store may drop it earlier
   */
  readonly set: (key: string, value: string, ttlMs: number) => MaybePromise<unknown>;
  /** Forgets a value; one that is not there is no error. */
  readonly delete: (key: string) => MaybePromise<unknown>;
}
