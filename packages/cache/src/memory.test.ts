import { manualClock } from "@llm/core/testing";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { runs } from "./kit/runs.ts";
import { memoryStore } from "./memory.ts";
import { storeContract } from "./testing/index.ts";

describe("the contract of stores", () => {
  const checks = storeContract(() => {
    const clock = manualClock();
    return { store: memoryStore({ clock }), wait: clock.advance };
  });
  test.each(checks)("$name", ({ run }) => run());
});

/** The plain reference: a list, oldest use first. */
const newReference = (maxEntries: number, maxBytes: number) => {
  let list: { key: string; value: string; expires: number }[] = [];
  const cost = ({ key, value }: { key: string; value: string }): number =>
    [key, value].reduce((sum, text) => sum + text.length * (/[\u0100-\uffff]/.test(text) ? 2 : 1), 256);
  const bytes = (): number => list.reduce((sum, entry) => sum + cost(entry), 0);
  const without = (key: string) => list.filter((entry) => entry.key !== key);
  return {
    get: (key: string, now: number) => {
      const entry = list.find((entry) => entry.key === key);
      list = without(key);
      if (!entry || entry.expires <= now) return undefined;
      list.push(entry);
      return entry.value;
    },
    set: (key: string, value: string, expires: number) => {
      list = without(key);
      if (cost({ key, value }) > maxBytes) return;
      list.push({ key, value, expires });
      while (list.length > maxEntries || bytes() > maxBytes) list.shift();
    },
    delete: (key: string) => (list = without(key)),
    size: () => list.length,
    bytes,
  };
};

test("holds what a plain list of the least recently used holds, and never more than its bounds", async () => {
  const key = fc.constantFrom("a", "b", "c", "d", "é", "漢");
  const command = fc.oneof(
    fc.record({ type: fc.constant("get" as const), key }),
    fc.record({ type: fc.constant("delete" as const), key }),
    fc.record({ type: fc.constant("wait" as const), ms: fc.nat(50) }),
    fc.record({
      type: fc.constant("set" as const),
      key,
      value: fc.string({ unit: "binary", maxLength: 300 }),
      ttl: fc.integer({ min: 1, max: 100 }),
    }),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(command, { maxLength: 60 }),
      fc.integer({ min: 1, max: 5 }),
      fc.integer({ min: 200, max: 2_000 }),
      async (commands, maxEntries, maxBytes) => {
        const clock = manualClock();
        const store = memoryStore({ maxEntries, maxBytes, clock });
        const reference = newReference(maxEntries, maxBytes);
        for (const command of commands) {
          if (command.type === "wait") await clock.advance(command.ms);
          else if (command.type === "get") expect(store.get(command.key)).toBe(reference.get(command.key, clock.now()));
          else if (command.type === "delete") {
            store.delete(command.key);
            reference.delete(command.key);
          } else {
            store.set(command.key, command.value, command.ttl);
            reference.set(command.key, command.value, clock.now() + command.ttl);
          }
          expect(store.size()).toBe(reference.size());
          expect(store.bytes()).toBe(reference.bytes());
          expect(store.size()).toBeLessThanOrEqual(maxEntries);
          expect(store.bytes()).toBeLessThanOrEqual(maxBytes);
        }
      },
    ),
    runs(200),
  );
});

test("bad options are named", () => {
  expect(() => memoryStore({ maxEntries: 0 })).toThrow(/maxEntries/);
  expect(() => memoryStore({ maxEntries: "many" as never })).toThrow(/maxEntries/);
  expect(() => memoryStore({ maxBytes: Number.NaN })).toThrow(/maxBytes/);
});
