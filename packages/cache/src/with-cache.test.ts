import { manualClock } from "@llm/core/testing";
import type { Event } from "@llm/core";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { asyncStore } from "./kit/async-store.ts";
import { runs } from "./kit/runs.ts";
import { memoryStore } from "./memory.ts";
import { withCache, type WithCacheOptions } from "./with-cache.ts";

/** A function that counts its calls, remembered. */
const counted = <A extends readonly unknown[], R>(
  fn: (...args: A) => R | Promise<R>,
  options: WithCacheOptions<A> = {},
) => {
  const events: string[] = [];
  let calls = 0;
  const cached = withCache(
    (...args: A) => {
      calls++;
      return fn(...args);
    },
    { onEvent: (event: Event) => events.push(event.type), ...options },
  );
  return { cached, events, calls: () => calls };
};

test("runs once for equal arguments, whatever the order of their keys", async () => {
  const { cached, events, calls } = counted((user: { id: number; name?: string | undefined }, n: number) =>
    Promise.resolve({ sum: user.id + n }),
  );
  expect(await cached({ id: 1, name: "x" }, 2)).toEqual({ sum: 3 });
  expect(await cached({ name: "x", id: 1 }, 2)).toEqual({ sum: 3 });
  expect(calls()).toBe(1);
  expect(await cached({ id: 1 }, 2)).toEqual({ sum: 3 });
  expect(await cached({ id: 1, name: undefined }, 2)).toEqual({ sum: 3 });
  expect(calls()).toBe(2);
  expect(events).toEqual(["cache.miss", "cache.stored", "cache.hit", "cache.miss", "cache.stored", "cache.hit"]);
});

test("tells undefined from null, and a missing argument from both", async () => {
  const { cached, calls } = counted((...args: (null | undefined)[]) => String(args));
  for (const args of [[null], [undefined], [], [undefined, undefined]]) await cached(...args);
  expect(calls()).toBe(4);
});

test("gives any JSON value back, and undefined, a fresh copy each time", async () => {
  await fc.assert(
    fc.asyncProperty(fc.option(fc.jsonValue(), { nil: undefined }), async (value) => {
      const { cached, calls } = counted(() => value);
      await cached();
      const hit = await cached();
      expect(JSON.stringify(hit)).toEqual(JSON.stringify(value));
      if (typeof hit === "object" && hit !== null) expect(hit).not.toBe(await cached());
      expect(calls()).toBe(1);
    }),
    runs(100),
  );
});

test.each([
  ["a date", new Date(0)],
  ["a map", new Map()],
  ["NaN", { a: Number.NaN }],
  ["a big number", 1n],
  ["a gap", [1, undefined]],
])("does not store a value that is not JSON: %s", async (_name, value) => {
  const { cached, events, calls } = counted(() => value as unknown);
  expect(await cached()).toBe(value);
  expect(await cached()).toBe(value);
  expect(calls()).toBe(2);
  expect(events).toEqual(["cache.miss", "cache.error", "cache.miss", "cache.error"]);
});

test("does not remember errors, of a promise or thrown", async () => {
  let fail = true;
  for (const fn of [
    () => Promise.reject(new Error("no")),
    () => {
      throw new Error("no");
    },
  ]) {
    fail = true;
    const { cached, calls } = counted((): Promise<number> | number => (fail ? fn() : 7));
    await expect(Promise.all([cached(), cached()])).rejects.toThrow("no");
    expect(calls()).toBe(1);
    fail = false;
    expect(await cached()).toBe(7);
  }
});

test("calls at the same time share one run", async () => {
  for (const store of [undefined, asyncStore()]) {
    const { cached, events, calls } = counted(
      (n: number) => Promise.resolve(n * 2),
      store ? { store, name: "double" } : {},
    );
    expect(await Promise.all(Array.from({ length: 100 }, () => cached(21)))).toEqual(Array(100).fill(42));
    expect(calls()).toBe(1);
    expect(events.filter((type) => type === "cache.coalesced")).toHaveLength(99);
    await new Promise((resolve) => setTimeout(resolve, 0));
    expect(await cached(21)).toBe(42);
    expect(events.at(-1)).toBe("cache.hit");
  }
});

test("forgets when its time is over", async () => {
  const clock = manualClock();
  const { cached, calls } = counted(() => 1, { clock, ttl: "1m" });
  await cached();
  await clock.advance(59_999);
  await cached();
  expect(calls()).toBe(1);
  await clock.advance(1);
  await cached();
  expect(calls()).toBe(2);
});

test("functions with other names share a store without meeting", async () => {
  const store = memoryStore();
  const one = withCache((n: number) => `one ${n}`, { store, name: "one" });
  const two = withCache((n: number) => `two ${n}`, { store, name: "two" });
  expect([await one(1), await two(1), await one(1), await two(1)]).toEqual(["one 1", "two 1", "one 1", "two 1"]);
  expect(store.size()).toBe(2);
  expect(() => withCache((n: number) => n, { store })).toThrow(/name/);
});

test("takes what the key says for equal", async () => {
  const { cached, calls } = counted((at: Date, _log: () => void) => at.getTime(), { key: (at) => at.getTime() });
  expect(await cached(new Date(5), () => {})).toBe(5);
  expect(await cached(new Date(5), () => {})).toBe(5);
  expect(calls()).toBe(1);
  await expect(counted((at: Date) => at.getTime()).cached(new Date(5))).rejects.toThrow(TypeError);
});

test("runs when the store is broken", async () => {
  const boom = (): never => {
    throw new Error("boom");
  };
  for (const store of [
    { get: boom, set: boom, delete: boom },
    { get: () => "{", set: boom, delete: boom },
  ]) {
    const { cached, calls } = counted((n: number) => n, { store, name: "n" });
    expect([await cached(1), await cached(1)]).toEqual([1, 1]);
    expect(calls()).toBe(2);
  }
});
