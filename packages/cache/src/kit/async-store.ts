import { memoryStore, type MemoryStoreOptions } from "../memory.ts";
import type { Store } from "../store.ts";

/** A memory store that answers a little later, as one across a network does. */
export function asyncStore(options: MemoryStoreOptions = {}): Store {
  const store = memoryStore(options);
  return {
    get: async (key) => {
      await Promise.resolve();
      return store.get(key);
    },
    set: async (key, value, ttlMs) => {
      await Promise.resolve();
      store.set(key, value, ttlMs);
    },
    delete: async (key) => {
      await Promise.resolve();
      store.delete(key);
    },
  };
}
