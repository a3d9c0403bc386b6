import { emit, LlmError, systemClock, toMs, type Call, type Clock } from "@llm/core";
import { memoryStore } from "./memory.ts";
import type { CacheOptions } from "./options.ts";
import type { MaybePromise } from "./store.ts";

/** A store that never fails: what goes wrong is told as `cache.error`. */
export interface GuardedStore {
  readonly clock: Clock;
  /** An entry that `read` understands and that is not older than the TTL; synchronous when the store is. */
  readonly get: <T extends { readonly at: number }>(
    key: string,
    call: Call,
    read: (text: string) => T | undefined,
  ) => MaybePromise<T | undefined>;
  /** Keeps what `write` returns, unless that is undefined; synchronous when the store is. */
  readonly set: (key: string, call: Call, write: () => string | undefined) => MaybePromise<void>;
}

/** Whether a value is still to come. */
export const isPromise = <T>(value: MaybePromise<T>): value is Promise<T> =>
  typeof value === "object" && value !== null && "then" in value;

/**
 * Puts a guard around a store.
 *
 * @throws TypeError for a bad option
 */
export function guardStore(options: CacheOptions): GuardedStore {
  const { clock = systemClock, store = memoryStore({ clock }) } = options;
  const ttlMs = Math.floor(toMs(options.ttl ?? "1h", "ttl"));
  if (ttlMs < 1 || ttlMs === Infinity) throw new TypeError(`ttl must be at least 1 ms and finite, not ${options.ttl}`);
  const patienceMs = toMs(options.storeTimeout ?? "1s", "storeTimeout");

  /** Waits for the store, but not longer than allowed. */
  const within = <T>(promise: Promise<T>): Promise<T> =>
    new Promise((resolve, reject) => {
      const cancel = clock.setTimeout(
        () => reject(new LlmError("timeout", `the cache's store has not answered in ${patienceMs} ms`)),
        patienceMs,
      );
      void Promise.resolve(promise).then(resolve, reject).finally(cancel); // clients may have promises of their own kind
    });

  return {
    clock,
    get: (key, call, read) => {
      const failed = (error: unknown): undefined => {
        emit(call, "cache.error", { operation: "get", key, error });
        return undefined;
      };
      const fresh = (text: unknown): ReturnType<typeof read> => {
        const entry = typeof text === "string" ? read(text) : undefined;
        return entry && clock.now() - entry.at < ttlMs ? entry : undefined;
      };
      try {
        const text = store.get(key);
        return isPromise(text) ? within(text).then(fresh).catch(failed) : fresh(text);
      } catch (error) {
        return failed(error);
      }
    },
    set: (key, call, write) => {
      const failed = (error: unknown): void => emit(call, "cache.error", { operation: "set", key, error });
      try {
        const text = write();
        if (text === undefined) return undefined;
        const done = (): void => emit(call, "cache.stored", { key, characters: text.length, ttlMs });
        const stored = store.set(key, text, ttlMs);
        if (isPromise(stored)) return within(stored).then(done).catch(failed);
        done();
      } catch (error) {
        failed(error);
      }
      return undefined;
    },
  };
}
