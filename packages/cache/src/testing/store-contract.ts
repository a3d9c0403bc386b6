import { mustEqual, type Check } from "@llm/core/testing";
import type { Store } from "../store.ts";

/** A store to be checked. */
export interface StoreSubject {
  readonly store: Store;
  /** Lets time pass for the store: moves its clock, or really waits. */
  readonly wait: (ms: number) => unknown;
  /** Closes it. */
  readonly close?: () => unknown;
}

const random = (): string =>
  Math.floor(Math.random() * 0x1_0000_0000)
    .toString(16)
    .padStart(8, "0");

/** A key as caches make them: 64 hexadecimal digits, a new one each time, so that a shared store can be checked. */
const newKey = (): string => Array.from({ length: 8 }, random).join("");

const MINUTE = 60_000;

/** Texts that a store may spoil: by encoding, by trimming, by treating as a number or as nothing. */
const TEXTS: readonly string[] = [
  "a",
  "",
  "0",
  "null",
  "1e3",
  " \t\r\n ",
  JSON.stringify("\u0000 in \u0000"),
  'quotes " and \\ backslashes',
  "é is not e\u0301, Ω is not \u2126, 漢字 😀 \u{10ffff}",
  "\ufeffmark",
  JSON.stringify({ v: 1, parts: [{ delta: "\ud800" }] }),
  "x".repeat(1_000_000),
];

/**
 * What every {@link Store} must do, as checks to run in any test runner. Each opens a store of its own; a shared one is
 * fine, as keys are random. With real time the checks wait for about a second in all.
 *
 * @example
 * ```ts
 * for (const check of storeContract(() => ({ store: memoryStore(), wait: (ms) => setTimeout(ms) })))
 *   test(check.name, check.run);
 * ```
 */
export function storeContract(open: () => StoreSubject | Promise<StoreSubject>): readonly Check[] {
  const check = (name: string, body: (store: Store, wait: StoreSubject["wait"]) => Promise<void>): Check => ({
    name,
    run: async () => {
      const { store, wait, close } = await open();
      try {
        await body(store, wait);
      } finally {
        await close?.();
      }
    },
  });
  return [
    check("a key that was never set has no value", async (store) => {
      mustEqual(await store.get(newKey()), undefined, "get");
    }),
    check("a text comes back as it was", async (store) => {
      for (const text of TEXTS) {
        const key = newKey();
        await store.set(key, text, MINUTE);
        mustEqual(await store.get(key), text, "the first get");
        mustEqual(await store.get(key), text, "the second get");
      }
    }),
    check("a value replaces the one before", async (store) => {
      const key = newKey();
      await store.set(key, "a longer value", MINUTE);
      await store.set(key, "b", MINUTE);
      mustEqual(await store.get(key), "b", "get");
    }),
    check("keys do not touch each other", async (store) => {
      const keys = [newKey(), newKey(), newKey()];
      for (const key of keys) await store.set(key, `of ${key}`, MINUTE);
      for (const key of keys) mustEqual(await store.get(key), `of ${key}`, "get");
    }),
    check("delete forgets one key, and one that is not there", async (store) => {
      const [gone, kept] = [newKey(), newKey()];
      await store.set(gone, "gone", MINUTE);
      await store.set(kept, "kept", MINUTE);
      await store.delete(gone);
      await store.delete(gone);
      await store.delete(newKey());
      mustEqual(await store.get(gone), undefined, "the deleted key");
      mustEqual(await store.get(kept), "kept", "the other key");
    }),
    check("a key can be set again after it was deleted", async (store) => {
      const key = newKey();
      await store.set(key, "a", MINUTE);
      await store.delete(key);
      await store.set(key, "b", MINUTE);
      mustEqual(await store.get(key), "b", "get");
    }),
    check("a value is gone when its time is over, and not before", async (store, wait) => {
      const [short, long] = [newKey(), newKey()];
      await store.set(short, "short", 200);
      await store.set(long, "long", MINUTE);
      await wait(250);
      mustEqual(await store.get(short), undefined, "after its time");
      mustEqual(await store.get(long), "long", "before its time");
    }),
    check("a new value has a new time", async (store, wait) => {
      const [longer, shorter] = [newKey(), newKey()];
      await store.set(longer, "a", 200);
      await store.set(longer, "b", MINUTE);
      await store.set(shorter, "a", MINUTE);
      await store.set(shorter, "b", 200);
      await wait(250);
      mustEqual(await store.get(longer), "b", "the longer time");
      mustEqual(await store.get(shorter), undefined, "the shorter time");
    }),
    check("a read does not lengthen the time", async (store, wait) => {
      const key = newKey();
      await store.set(key, "a", 200);
      await wait(100);
      await store.get(key);
      await wait(150);
      mustEqual(await store.get(key), undefined, "get");
    }),
    check("calls at the same time do not mix", async (store) => {
      const keys = Array.from({ length: 20 }, newKey);
      await Promise.all(keys.map(async (key) => store.set(key, `of ${key}`, MINUTE)));
      const texts = await Promise.all(keys.map(async (key) => store.get(key)));
      for (const [i, key] of keys.entries()) mustEqual(texts[i], `of ${key}`, "get");
    }),
  ];
}
