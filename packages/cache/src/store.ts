/** A value, or a promise of it. */
export type MaybePromise<T> = T | Promise<T>;

/**
 * Where entries are kept. Keys are 64 hexadecimal digits; values are JSON texts, so they have neither NUL nor lone
 * surrogates. Any method may be synchronous. One that throws or hangs never breaks a call. Whoever creates a store closes
 * it. `storeContract` of `@llm/cache/testing` proves one.
 *
 * @example
 * ```ts
 * const kept = new Map<string, { value: string; until: number }>();
 * const store: Store = {
 *   get: (key) => {
 *     const entry = kept.get(key);
 *     return entry && entry.until > Date.now() ? entry.value : undefined;
 *   },
 *   set: (key, value, ttlMs) => kept.set(key, { value, until: Date.now() + ttlMs }),
 *   delete: (key) => kept.delete(key),
 * };
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
