import { randomUUID } from "node:crypto";
import { Redis } from "ioredis";
import { createClient } from "redis";
import { afterAll, describe, expect, test, vi } from "vitest";
import { ownRedis, redisUrl } from "../../../.config/services.ts";
import { createBreaker } from "./breaker.ts";
import type { Breaker, BreakerOptions } from "./index.ts";
import { startFleet } from "./fleet.bench.ts";
import type { Fleet } from "./fleet.bench.ts";
import { redisSharing } from "./redis.ts";

const url = await redisUrl();
vi.setConfig({ testTimeout: 240_000 }); // a busy machine
const poll = <T>(read: () => T): ReturnType<typeof expect.poll<T>> =>
  expect.poll(read, { timeout: 60_000, interval: 20 });
describe.skipIf(!url)("eight processes over a real Redis", () => {
  const options = { name: "claude", failureThreshold: 3, resetTimeout: "60s", probes: 2 } as const;
  const fleets: Fleet[] = [];
  // a busy machine may take long to answer; only where Redis is gone is the answer not waited for
  const start = async (address = url ?? "", timeout = 20_000): Promise<Fleet> => {
    const fleet = await startFleet(8, { url: address, prefix: `test:${randomUUID()}`, timeout, options });
    fleets.push(fleet);
    await fleet.all({ do: "settle", outcome: "success", calls: 1 }); // all have had traffic, and know it of each other
    await fleet.flush();
    return fleet;
  };
  afterAll(() => Promise.all(fleets.map((fleet) => fleet.stop())));

  test("one sick process opens alone; a majority opens all; k probes pass; their success closes all", async () => {
    const fleet = await start();
    const { processes, flush } = fleet;
    const states = async (): Promise<string[]> => {
      await flush();
      return (await fleet.all({ do: "report" })).map(({ state }) => state);
    };
    const sum = (reports: { admitted: number; rejected: number }[], what: "admitted" | "rejected"): number =>
      reports.reduce((total, report) => total + report[what], 0);

    await processes[0]?.tell({ do: "settle", outcome: "failure", calls: 3 });
    await Promise.all(processes.slice(1).map(({ tell }) => tell({ do: "settle", outcome: "success", calls: 20 })));
    expect(await states()).toEqual(["open", ...Array.from({ length: 7 }, () => "closed")]);

    for (const { tell } of processes.slice(1, 4)) await tell({ do: "settle", outcome: "failure", calls: 3 });
    expect((await states()).filter((state) => state === "open")).toHaveLength(4); // half is no majority
    await processes[4]?.tell({ do: "settle", outcome: "failure", calls: 3 });
    expect(await states()).toEqual(Array.from({ length: 8 }, () => "open"));

    await fleet.all({ do: "tick", ms: 61_000 });
    const probing = await fleet.all({ do: "start", calls: 10 });
    expect([sum(probing, "admitted"), sum(probing, "rejected")]).toEqual([2, 78]);

    // they fail: open again, everywhere
    await fleet.all({ do: "end", outcome: "failure" });
    expect(await states()).toEqual(Array.from({ length: 8 }, () => "open"));

    await fleet.all({ do: "tick", ms: 600_000 });
    const again = await fleet.all({ do: "start", calls: 10 });
    expect(sum(again, "admitted")).toBe(2);
    await fleet.all({ do: "end", outcome: "success" });
    await Promise.all(processes.map(({ until }) => until("closed")));
    const after = await fleet.all({ do: "settle", outcome: "success", calls: 5 });
    expect(after.map(({ admitted }) => admitted)).toEqual(Array.from({ length: 8 }, () => 5));
  });

  test("Redis killed and restarted in the middle: local behaviour, then a fleet again", async ({ skip }) => {
    const redis = await ownRedis();
    if (!redis) return skip("no redis-server on the path");
    const fleet = await start(redis.url, 250);
    const { processes } = fleet;
    const trip = (from: number, to: number) =>
      Promise.all(processes.slice(from, to).map(({ tell }) => tell({ do: "settle", outcome: "failure", calls: 3 })));
    const states = async (): Promise<string[]> => (await fleet.all({ do: "report" })).map(({ state }) => state);
    try {
      await trip(0, 5);
      await fleet.flush();
      expect(new Set(await states())).toEqual(new Set(["open"]));
      await redis.stop();

      // each probes on its own
      await fleet.all({ do: "tick", ms: 61_000 });
      const alone = await fleet.all({ do: "start", calls: 10 });
      expect(alone.map(({ admitted }) => admitted)).toEqual(Array.from({ length: 8 }, () => 2));
      await fleet.all({ do: "end", outcome: "success" });
      expect(new Set(await states())).toEqual(new Set(["closed"]));

      // a majority does not reach the rest, and calls go on
      await trip(0, 6);
      const rest = await fleet.all({ do: "settle", outcome: "success", calls: 5 });
      expect(rest.map(({ admitted }) => admitted)).toEqual([0, 0, 0, 0, 0, 0, 5, 5]);

      await redis.start();
      await fleet.flush(); // all are connected again, and nobody is told now of what happened meanwhile
      expect(await states()).toEqual([...Array.from({ length: 6 }, () => "open"), "closed", "closed"]);
      await fleet.all({ do: "tick", ms: 61_000 });
      await fleet.all({ do: "settle", outcome: "success", calls: 3 }); // each closes by its own probes
      await fleet.flush();
      expect(new Set(await states())).toEqual(new Set(["closed"]));
      await trip(0, 5);
      await fleet.flush();
      expect(new Set(await states())).toEqual(new Set(["open"]));
    } finally {
      await redis.stop();
    }
  });
});

describe.skipIf(!url)("one process, both clients", () => {
  const connections: { close: () => Promise<void> | void }[] = [];
  afterAll(async () => {
    for (const { close } of connections) await close();
  });
  const nodeRedis = async () => {
    const redis = createClient({ url: url ?? "" });
    const subscriber = redis.duplicate();
    await Promise.all([redis.connect(), subscriber.connect()]);
    connections.push({ close: () => redis.destroy() }, { close: () => subscriber.destroy() });
    return { redis, subscriber };
  };
  const ioRedis = () => {
    const redis = new Redis(url ?? "");
    const subscriber = redis.duplicate();
    connections.push({ close: () => redis.disconnect() }, { close: () => subscriber.disconnect() });
    return { redis, subscriber };
  };
  const member = async (
    prefix: string,
    clients: Pick<Parameters<typeof redisSharing>[0], "redis" | "subscriber">,
    options: BreakerOptions = {},
  ) => {
    const sharing = redisSharing({ ...clients, prefix });
    await sharing.ready;
    const clock = { offset: 0, now: () => Date.now() + clock.offset };
    const breaker = createBreaker({ name: "claude", failureThreshold: 1, sharing, clock, ...options });
    return { breaker, sharing, clock };
  };
  const fail = (breaker: Breaker): void => breaker.acquire().failure(new Error("no"));

  test("a node-redis process and an ioredis one are a fleet", async () => {
    const prefix = `test:${randomUUID()}`;
    const a = await member(prefix, await nodeRedis());
    const b = await member(prefix, ioRedis());
    fail(a.breaker); // alone: b has had no traffic
    await poll(() => b.breaker.state).toBe("open");
    expect(b.breaker.health()).toMatchObject({ reason: "fleet" });

    for (const { clock } of [a, b]) clock.offset += 61_000;
    let end: ((value: unknown) => void) | undefined;
    const probe = b.breaker.run(() => new Promise((resolve) => (end = resolve)));
    await poll(() => b.breaker.health().reason).toBe("probing");
    await expect(a.breaker.run(() => 1)).rejects.toMatchObject({ code: "circuit-open" });
    end?.("answer");
    await probe;
    expect(b.breaker.state).toBe("closed");
    await poll(() => a.breaker.state).toBe("closed");
    await a.sharing.close();
    await b.sharing.close();
  });

  test("a caller who leaves gives the fleet's slot back", async () => {
    const prefix = `test:${randomUUID()}`;
    const [a, b] = [await member(prefix, ioRedis()), await member(prefix, ioRedis())];
    fail(a.breaker);
    await poll(() => b.breaker.state).toBe("open");
    for (const { clock } of [a, b]) clock.offset += 61_000;
    const caller = new AbortController();
    caller.abort();
    await expect(a.breaker.run(() => Promise.reject(new Error("left")), { signal: caller.signal })).rejects.toThrow(
      "left",
    );
    expect(a.breaker.state).toBe("half-open");
    await poll(() => b.breaker.run(() => "answer").catch(() => "")).toBe("answer");
    await poll(() => a.breaker.state).toBe("closed");
  });

  test("nothing is sent on a call's way while closed but a message a second", async () => {
    const prefix = `test:${randomUUID()}`;
    const { redis, subscriber } = ioRedis();
    const sent: string[] = [];
    const counting = {
      call: (command: string, ...args: string[]) => {
        sent.push(command);
        return redis.call(command, ...args);
      },
    };
    const { breaker } = await member(prefix, { redis: counting, subscriber });
    const before = Date.now();
    for (let i = 0; i < 20_000; i++) await breaker.run(() => i);
    expect(sent.every((command) => command === "PUBLISH")).toBe(true);
    expect(sent.length).toBeLessThanOrEqual(2 + (Date.now() - before) / 1_000);
  });
});
