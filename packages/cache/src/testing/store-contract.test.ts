import { manualClock } from "@llm/core/testing";
import { expect, test } from "vitest";
import { asyncStore } from "../kit/async-store.ts";
import { memoryStore } from "../memory.ts";
import type { Store } from "../store.ts";
import { storeContract } from "./index.ts";

/** The names of the checks that a store fails. */
const failures = async (change: (store: Store) => Partial<Store>): Promise<string[]> => {
  const failed: string[] = [];
  let closed = 0;
  const checks = storeContract(() => {
    const clock = manualClock();
    const store = asyncStore({ clock });
    return { store: { ...store, ...change(store) }, wait: clock.advance, close: () => closed++ };
  });
  for (const { name, run } of checks) await run().catch(() => failed.push(name));
  expect(closed).toBe(checks.length);
  return failed;
};

test("a good store fails nothing", async () => {
  expect(await failures(() => ({}))).toEqual([]);
});

const latest = memoryStore();
const bad: Record<string, [(store: Store) => Partial<Store>, string]> = {
  "keeps nothing": [() => ({ set: () => {} }), "a text comes back as it was"],
  "answers null for nothing": [
    () => ({ get: () => null as unknown as undefined }),
    "a key that was never set has no value",
  ],
  trims: [(store) => ({ set: (key, value, ttl) => store.set(key, value.trim(), ttl) }), "a text comes back as it was"],
  normalises: [
    (store) => ({ set: (key, value, ttl) => store.set(key, value.normalize(), ttl) }),
    "a text comes back as it was",
  ],
  "has no room for large values": [
    (store) => ({ set: (key, value, ttl) => store.set(key, value.slice(0, 65_535), ttl) }),
    "a text comes back as it was",
  ],
  "keeps the first value": [
    (store) => ({ set: async (key, value, ttl) => (await store.get(key)) ?? store.set(key, value, ttl) }),
    "a value replaces the one before",
  ],
  "has short keys": [
    (store) => ({
      get: (key) => store.get(key.slice(0, 1)),
      set: (key, value, ttl) => store.set(key.slice(0, 1), value, ttl),
    }),
    "calls at the same time do not mix",
  ],
  "deletes nothing": [() => ({ delete: () => {} }), "delete forgets one key, and one that is not there"],
  "cannot delete what is not there": [
    (store) => ({
      delete: async (key) =>
        (await store.get(key)) === undefined ? Promise.reject(new Error("no")) : store.delete(key),
    }),
    "delete forgets one key, and one that is not there",
  ],
  "never forgets": [
    (store) => ({ set: (key, value) => store.set(key, value, 1e9) }),
    "a value is gone when its time is over, and not before",
  ],
  "takes seconds for milliseconds": [
    (store) => ({ set: (key, value, ttl) => store.set(key, value, ttl / 1_000) }),
    "a value is gone when its time is over, and not before",
  ],
  "lengthens the time at each read": [
    (store) => ({
      get: async (key) => {
        const value = await store.get(key);
        if (value !== undefined) await store.set(key, value, 200);
        return value;
      },
    }),
    "a read does not lengthen the time",
  ],
  "keeps the time of the first value": [
    (store) => {
      const times = new Map<string, number>();
      return { set: (key, value, ttl) => store.set(key, value, times.get(key) ?? (times.set(key, ttl), ttl)) };
    },
    "a new value has a new time",
  ],
  "mixes calls": [
    () => ({ get: () => latest.get("k"), set: (_key, value, ttl) => latest.set("k", value, ttl) }),
    "keys do not touch each other",
  ],
};

test.each(Object.entries(bad))("a store that %s is found out", async (_name, [change, check]) => {
  expect(await failures(change)).toContain(check);
});
