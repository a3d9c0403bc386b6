import { emit, isRecord, newCall, type Call, type Listener } from "@llm/core";
import { canonical } from "./canonical.ts";
import { guardStore, isPromise } from "./guarded-store.ts";
import { argumentsKey } from "./key.ts";
import type { CacheOptions } from "./options.ts";
import type { MaybePromise } from "./store.ts";

/** How {@link withCache} keeps the values of a function. */
export interface WithCacheOptions<A extends readonly unknown[]> extends CacheOptions {
  /** Keeps the values of functions apart in one store: needed with `store`. */
  readonly name?: string;
  /** What tells calls apart, as JSON. Default: all arguments. */
  readonly key?: (...args: A) => unknown;
  readonly onEvent?: Listener;
}

/** Changes with the form of entries; one of another version is not read. */
const VERSION = 1;

interface Entry {
  readonly at: number;
  readonly value: unknown;
}

const readEntry = (text: string): Entry | undefined => {
  try {
    const entry: unknown = JSON.parse(text);
    if (!isRecord(entry) || entry["v"] !== VERSION || typeof entry["at"] !== "number") return undefined;
    return { at: entry["at"], value: entry["value"] };
  } catch {
    return undefined;
  }
};

/** The text of an entry. @throws TypeError if the value would come back as another one */
const writeEntry = (value: unknown, at: number): string => {
  const text = JSON.stringify({ v: VERSION, at, value });
  if (canonical(readEntry(text)?.value) !== canonical(value)) throw new TypeError("the value is not JSON");
  return text;
};

/**
 * A function that remembers what another one returned. Calls with equal arguments at the same time share one run and its
 * value. Errors are not remembered. Only values that are JSON are stored (for others `cache.error` is told), and every
 * hit is a fresh copy.
 *
 * @throws TypeError for a bad option; the function rejects with one when its arguments are not JSON and there is no `key`
 * @example
 * ```ts
 * const embed = withCache((text: string) => embedder.embed(text), { ttl: "7d" });
 * await embed("hello");
 * await embed("hello"); // from the cache
 * ```
 */
export function withCache<A extends readonly unknown[], R>(
  fn: (...args: A) => R | Promise<R>,
  options: WithCacheOptions<A> = {},
): (...args: A) => Promise<R> {
  const { name, key: toKey, onEvent } = options;
  if (options.store && !name) throw new TypeError("name must be given with a store, which others may share");
  const store = guardStore(options);
  const flights = new Map<string, { readonly id: string; readonly value: Promise<R> }>();

  const replay = (key: string, call: Call, entry: Entry): R => {
    emit(call, "cache.hit", { key, ageMs: Math.max(0, store.clock.now() - entry.at) });
    return entry.value as R; // what is stored under this key is what the function returned
  };
  const run = async (key: string, call: Call, found: MaybePromise<Entry | undefined>, args: A): Promise<R> => {
    let stored: MaybePromise<void> = undefined;
    try {
      const entry = await found;
      if (entry) return replay(key, call, entry);
      emit(call, "cache.miss", { key });
      const value = await fn(...args);
      stored = store.set(key, call, () => writeEntry(value, store.clock.now()));
      return value;
    } finally {
      if (isPromise(stored)) void stored.then(() => flights.delete(key)); // until then the run stands in for the entry
      else flights.delete(key);
    }
  };

  return async (...args) => {
    const key = argumentsKey(name ?? "", toKey ? toKey(...args) : args);
    const call = newCall({ onEvent });
    const flight = flights.get(key);
    if (flight) {
      emit(call, "cache.coalesced", { key, flight: flight.id });
      return flight.value;
    }
    const found = store.get(key, call, readEntry);
    if (found && !isPromise(found)) return replay(key, call, found);
    const value = run(key, call, found, args);
    flights.set(key, { id: call.id, value });
    return value;
  };
}
