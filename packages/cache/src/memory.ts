import { systemClock, type Clock } from "@llm/core";
import type { Store } from "./store.ts";

/** How much a memory store keeps. */
export interface MemoryStoreOptions {
  /** Most entries. Default 10,000. */
  readonly maxEntries?: number;
  /** Most memory in bytes, as {@link MemoryStore.bytes} counts it. Default 64 MiB. */
  readonly maxBytes?: number;
  readonly clock?: Clock;
}

/** A {@link Store} in this process. All its methods are synchronous. */
export interface MemoryStore extends Store {
  readonly get: (key: string) => string | undefined;
  readonly set: (key: string, value: string, ttlMs: number) => void;
  readonly delete: (key: string) => void;
  /** How many entries it holds, those included whose time is over and that have not been looked for since. */
  readonly size: () => number;
  /** Bytes it holds: one for each character of keys and values, two where a text goes beyond Latin-1, and 256 an entry. */
  readonly bytes: () => number;
}

interface Entry {
  readonly key: string;
  value: string;
  bytes: number;
  expires: number;
  newer: Entry;
  older: Entry;
}

/** What an entry takes besides its texts: its object and its place in the map, rounded up. */
const OVERHEAD = 256;

const WIDE = /[\u0100-\uffff]/;
const bytesOf = (text: string): number => (WIDE.test(text) ? 2 : 1) * text.length;

const positive = (value: number, option: string): number => {
  if (!(value > 0)) throw new TypeError(`${option} must be more than 0, not ${value}`);
  return value;
};

/**
 * A store in memory that drops the entry used longest ago when it is full. A value that alone is larger than `maxBytes`
 * is not kept.
 *
 * @throws TypeError for a bad option
 * @example
 * ```ts
 * const llm = compose(provider, cache({ store: memoryStore({ maxEntries: 500 }) }));
 * ```
 */
export function memoryStore(options: MemoryStoreOptions = {}): MemoryStore {
  const maxEntries = positive(options.maxEntries ?? 10_000, "maxEntries");
  const maxBytes = positive(options.maxBytes ?? 64 * 1024 * 1024, "maxBytes");
  const clock = options.clock ?? systemClock;
  const entries = new Map<string, Entry>();
  let bytes = 0;
  // a ring of entries by their last use: a list is twice as fast as deleting from the map and setting again
  const ring = { key: "", value: "", bytes: 0, expires: Infinity } as Entry;
  ring.newer = ring.older = ring; // the type is complete from here on: newest is ring.older, oldest ring.newer

  const unlink = (entry: Entry): void => {
    entry.newer.older = entry.older;
    entry.older.newer = entry.newer;
  };
  const touch = (entry: Entry): void => {
    entry.older = ring.older;
    entry.newer = ring;
    ring.older.newer = entry;
    ring.older = entry;
  };
  const drop = (entry: Entry): void => {
    unlink(entry);
    entries.delete(entry.key);
    bytes -= entry.bytes;
  };
  const remove = (key: string): void => {
    const entry = entries.get(key);
    if (entry) drop(entry);
  };

  return {
    get: (key) => {
      const entry = entries.get(key);
      if (!entry) return undefined;
      if (entry.expires <= clock.now()) {
        drop(entry);
        return undefined;
      }
      unlink(entry);
      touch(entry);
      return entry.value;
    },
    set: (key, value, ttlMs) => {
      remove(key);
      const size = OVERHEAD + bytesOf(key) + bytesOf(value);
      if (size > maxBytes) return;
      const entry: Entry = { key, value, bytes: size, expires: clock.now() + ttlMs, newer: ring, older: ring };
      touch(entry);
      entries.set(key, entry);
      bytes += size;
      while (entries.size > maxEntries || bytes > maxBytes) drop(ring.newer);
    },
    delete: remove,
    size: () => entries.size,
    bytes: () => bytes,
  };
}
