import { randomUUID } from "node:crypto";
import * as fc from "fast-check";
import { redisCommand } from "@llm/core";
import { createClient } from "redis";
import { afterAll, describe, expect, test, vi } from "vitest";
import { redisUrl } from "../../../.config/services.ts";
import { slots } from "./slots.ts";
import type { RedisCommand } from "./slots.ts";

const url = await redisUrl();
vi.setConfig({ testTimeout: 240_000 }); // a busy machine

describe.skipIf(!url)("probe slots in a real Redis", async () => {
  const redis = createClient({ url: url ?? "" });
  if (url) await redis.connect();
  afterAll(() => redis.destroy());
  const command: RedisCommand = (...words) => redisCommand(redis, ...words);
  const LONG = 3_600_000;
  /** The slots of one breaker; processes may want another lease. */
  const make = (most: number) => {
    const prefix = `test:${randomUUID()}`;
    const keys = ["leases", "passed"].map((what) => `${prefix}:{b}:${what}`);
    const lend = (token: string, ms: number): Promise<number> => slots(command, prefix, "b", most, ms).lend(token);
    return { ...slots(command, prefix, "b", most, LONG), lend, keys };
  };

  test("as many as there may be, less those that succeeded; whatever happens, as a plain reference has it", async () => {
    const tokens = ["a", "b", "c", "d", "e"];
    const steps = fc.tuple(
      fc.constantFrom("lend", "lend", "pass", "giveBack", "clear" as const),
      fc.constantFrom(...tokens),
    );
    const run = async (most: number, sequence: (readonly [string, string])[]): Promise<void> => {
      const { lend, pass, giveBack, clear, keys } = make(most);
      let lent = new Set<string>();
      let passed = 0;
      for (const [step, token] of sequence) {
        if (step === "lend") {
          const free = lent.has(token) || lent.size + passed < most;
          if (free) lent.add(token);
          const wait = await lend(token, LONG);
          if (free) expect(wait).toBe(-1);
          else expect(wait).toSatisfy((ms: number) => ms > 0 && ms <= LONG);
        } else if (step === "pass") {
          const enough = lent.delete(token) && ++passed >= most;
          if (enough) [lent, passed] = [new Set(), 0];
          expect(await pass(token)).toBe(enough);
        } else if (step === "giveBack") {
          lent.delete(token);
          await giveBack(token);
        } else {
          [lent, passed] = [new Set(), 0];
          await clear();
        }
        expect(await redis.exists(keys)).toBe((lent.size > 0 ? 1 : 0) + (passed > 0 ? 1 : 0));
      }
      await clear();
    };
    const sequences = fc.array(steps, { maxLength: 30 });
    await fc.assert(fc.asyncProperty(fc.integer({ min: 1, max: 3 }), sequences, run), { numRuns: 100 });
  });

  test("says when the first of the leases ends, and lends its slot then; its success counts all the same", async () => {
    const { lend, pass, keys } = make(2);
    expect(await lend("long", LONG)).toBe(-1);
    expect(await lend("short", 100)).toBe(-1);
    expect(await lend("next", 60)).toSatisfy((ms: number) => ms === -1 || (ms > 0 && ms <= 100));
    await expect.poll(() => lend("next", LONG), { timeout: 60_000, interval: 10 }).toBe(-1);
    expect(await lend("more", LONG)).toBeGreaterThan(LONG / 2);
    expect(await pass("short")).toBe(false);
    expect(await pass("short")).toBe(false); // once
    expect(await pass("next")).toBe(true);
    expect(await redis.exists(keys)).toBe(0);
  });

  test("a lease is renewed, not lent twice; one that is over is not, when its slot was lent again", async () => {
    const { lend } = make(1);
    await lend("a", LONG);
    expect(await lend("a", 50)).toBe(-1);
    await expect.poll(() => lend("b", LONG), { timeout: 60_000, interval: 10 }).toBe(-1);
    expect(await lend("a", LONG)).toBeGreaterThan(0);
  });

  test("all of it goes by itself ten minutes after the last lease or success; parts of milliseconds are rounded up", async () => {
    const { lend, pass, keys } = make(2);
    const left = (): Promise<number[]> => Promise.all(keys.map((key) => redis.pTTL(key)));
    const near = (ms: number) => expect.toSatisfy((left: number) => left <= ms && left > ms - 120_000);
    await lend("a", 0.5);
    await lend("b", 1_000_000.2);
    await pass("b");
    expect(await left()).toEqual([near(1_600_001), near(600_000)]);
  });
});
