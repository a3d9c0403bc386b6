import { describe, expect, test, vi } from "vitest";
import { createBreaker } from "./breaker.ts";
import { createGroup } from "./group.ts";
import type { Breaker, BreakerOptions, Permit } from "./index.ts";
import { redisSharing } from "./redis.ts";
import type { RedisSharing } from "./redis.ts";
import { createRegistry } from "./registry.ts";

/** A Redis in memory, as far as a fleet needs one; with a clock that is moved by hand, and faults. */
function fakeRedis() {
  const hearers = new Map<string, Set<(channel: string, message: string) => void>>();
  const leases = new Map<string, Map<string, number>>();
  const passed = new Map<string, number>();
  const timers = new Set<{ readonly at: number; readonly fn: () => void }>();
  const fake = {
    time: 1_700_000_000_000,
    fault: undefined as "refuses" | "hangs" | undefined,
    sent: [] as string[][],
    /** What a Redis that hangs has not answered yet. */
    held: [] as (() => void)[],
    clock: {
      now: () => fake.time,
      setTimeout: (fn: () => void, ms: number) => {
        const timer = { at: fake.time + ms, fn };
        timers.add(timer);
        return () => void timers.delete(timer);
      },
    },
    tick: async (ms: number) => {
      fake.time += ms;
      // as in an event loop: timers that are due, then what has come, then timers that these have set
      for (let phase = 0; phase < 2; phase++) {
        const due = [...timers].filter(({ at }) => at <= fake.time);
        for (const timer of due) if (timers.delete(timer)) timer.fn();
        await settle();
      }
    },
    publish: (channel: string, message: string) => {
      for (const hear of hearers.get(channel) ?? []) hear(channel, message);
    },
    /** It answers again, what it was asked meanwhile first. */
    recover: async () => {
      fake.fault = undefined;
      for (const answer of fake.held.splice(0)) answer();
      await settle();
    },
    call: async (command: string, ...args: string[]): Promise<unknown> => {
      fake.sent.push([command, ...args]);
      if (fake.fault === "refuses") throw new Error("connection refused");
      if (fake.fault === "hangs") await new Promise<void>((resolve) => fake.held.push(resolve));
      const [first = "", second = ""] = args;
      if (command === "PUBLISH") return fake.publish(first, second);
      if (command === "DEL") return leases.delete(first) && passed.delete(second);
      if (command === "ZREM") return leases.get(first)?.delete(second);
      const [script = "", , key = "", counter = "", token = "", most = "", ms = ""] = args;
      const lent = leases.get(key) ?? new Map<string, number>();
      leases.set(key, lent);
      const count = passed.get(counter) ?? 0;
      if (script.includes("INCR")) {
        if (!lent.delete(token)) return 0;
        passed.set(counter, count + 1);
        if (count + 1 < Number(most)) return 0;
        leases.delete(key);
        passed.delete(counter);
        return 1;
      }
      const live = [...lent].filter(([, end]) => end > fake.time).toSorted(([, a], [, b]) => a - b);
      const mine = live.some(([other]) => other === token);
      if (!mine && live.length + count >= Number(most)) return (live[0]?.[1] ?? Infinity) - fake.time;
      lent.set(token, fake.time + Number(ms));
      return -1;
    },
    on: () => {},
    off: () => {},
  };
  /** A connection that subscribes, as ioredis has them. */
  const subscriber = () => {
    let hear: ((channel: string, message: string) => void) | undefined;
    return {
      call: fake.call,
      on: (_: "message", listener: (channel: string, message: string) => void) => void (hear = listener),
      off: () => void (hear = undefined),
      subscribe: async (channel: string) => {
        if (fake.fault === "refuses") throw new Error("connection refused");
        hearers.set(
          channel,
          (hearers.get(channel) ?? new Set()).add((...heard) => hear?.(...heard)),
        );
      },
      unsubscribe: async () => {},
    };
  };
  return Object.assign(fake, { subscriber });
}
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

interface Process {
  readonly breaker: Breaker;
  readonly sharing: RedisSharing;
  readonly fail: () => void;
  readonly succeed: () => void;
}
async function fleet(count: number, options: BreakerOptions = {}) {
  const redis = fakeRedis();
  const start = async (node: string): Promise<Process> => {
    const { clock } = redis;
    const sharing = redisSharing({ redis, subscriber: redis.subscriber(), clock, node, prefix: "t" });
    await sharing.ready;
    const breaker = createBreaker({ name: "b", failureThreshold: 3, clock, random: () => 0, sharing, ...options });
    const fail = (): void => {
      for (let i = 0; i < 3; i++) breaker.acquire().failure(new Error("no"));
    };
    return { breaker, sharing, fail, succeed: () => breaker.acquire().success() };
  };
  const processes: Process[] = [];
  for (let i = 0; i < count; i++) processes.push(await start(`n${i}`));
  for (const { succeed } of processes) succeed();
  await settle();
  const states = (): string[] => processes.map(({ breaker }) => breaker.state);
  const messages = (type: string): unknown[] =>
    redis.sent
      .flatMap(([command, , text = ""]) => (command === "PUBLISH" ? [JSON.parse(text)] : []))
      .filter((message) => message.type === type);
  return { redis, processes, states, start, messages };
}
const all = (count: number, state: string): string[] => Array.from({ length: count }, () => state);
const enter = async ({ breaker }: Process): Promise<Permit> => {
  await breaker.prepare();
  return breaker.acquire();
};
const entered = async (process: Process): Promise<boolean> =>
  enter(process).then(
    () => true,
    () => false,
  );

describe("opening", () => {
  test("a majority opens all, with the last one's time and as part of the fleet", async () => {
    const { redis, processes, states } = await fleet(5);
    processes[0]!.fail();
    processes[1]!.fail();
    await settle();
    expect(states()).toEqual(["open", "open", "closed", "closed", "closed"]);
    await redis.tick(10_000);
    processes[2]!.fail();
    await settle();
    expect(states()).toEqual(all(5, "open"));
    expect(processes[4]!.breaker.health()).toMatchObject({ reason: "fleet", until: redis.time + 60_000 });
    expect(processes[0]!.breaker.health()).toMatchObject({ reason: "failures", until: redis.time + 60_000 });
  });

  test("processes without traffic within the window do not count", async () => {
    const { redis, processes, states } = await fleet(5);
    await redis.tick(60_001);
    processes[0]!.succeed();
    await settle();
    processes[1]!.fail();
    await settle();
    expect(states()).toEqual(["closed", "open", "closed", "closed", "closed"]);
    processes[0]!.fail();
    await settle();
    expect(states()).toEqual(all(5, "open"));
  });

  test("one with a bad credential keeps its own reason and time", async () => {
    const { processes } = await fleet(2, { classify: (error) => (error === "key" ? "credential" : "failure") });
    processes[0]!.breaker.acquire().failure("key");
    processes[1]!.fail();
    await settle();
    expect(processes[0]!.breaker.health()).toMatchObject({ reason: "credential" });
    await processes[1]!.sharing.close();
  });

  test("a group's last candidate is not opened for the others", async () => {
    const group = createGroup();
    const { processes, states, redis, start } = await fleet(1, { group });
    const other = await start("n9");
    other.breaker.isolate();
    processes[0]!.fail();
    redis.publish("t:events", JSON.stringify({ node: "x", type: "opened", name: "b", ms: 1_000, failures: 1 }));
    redis.publish("t:events", JSON.stringify({ node: "y", type: "opened", name: "b", ms: 1_000, failures: 1 }));
    expect(states()).toEqual(["closed"]);
    other.breaker.close(); // that counts as a sign of life
    redis.publish("t:events", JSON.stringify({ node: "z", type: "opened", name: "b", ms: 1_000, failures: 1 }));
    expect(states()).toEqual(["open"]);
  });

  test("one that is isolated stays so", async () => {
    const { processes, states } = await fleet(2);
    processes[1]!.breaker.isolate();
    processes[0]!.fail();
    await settle();
    expect(states()[1]).toBe("isolated");
  });

  test("votes from before the fleet closed do not count", async () => {
    const { redis, processes, states } = await fleet(2);
    for (const node of ["x", "y"])
      redis.publish("t:events", JSON.stringify({ node, type: "opened", name: "b", ms: 500_000, failures: 1 }));
    expect(states()).toEqual(all(2, "closed"));
    processes[0]!.fail();
    await settle();
    expect(states()).toEqual(all(2, "open"));
    redis.publish("t:events", JSON.stringify({ node: "x", type: "closed", name: "b", forAll: true }));
    expect(states()).toEqual(all(2, "closed"));
    processes[1]!.fail();
    await settle();
    expect(states()).toEqual(["closed", "open"]);
  });

  test("one that has closed on its own takes its vote back", async () => {
    const { processes, states } = await fleet(3);
    processes[0]!.fail();
    processes[0]!.breaker.close();
    processes[1]!.fail();
    await settle();
    expect(states()).toEqual(["closed", "open", "closed"]);
  });

  test("the vote of one that failed to probe on its own counts anew", async () => {
    const { redis, processes, states } = await fleet(3);
    processes[0]!.fail();
    await settle();
    await redis.tick(60_000);
    for (const { succeed } of processes.slice(1)) succeed();
    processes[0]!.breaker.acquire().failure(new Error("no"));
    await settle();
    processes[1]!.fail();
    await settle();
    expect(states()).toEqual(all(3, "open"));
  });
});

describe("probing", () => {
  const opened = async (count: number, options: BreakerOptions = {}) => {
    const made = await fleet(count, options);
    for (const { fail } of made.processes.slice(0, Math.floor(count / 2) + 1)) fail();
    await settle();
    expect(made.states()).toEqual(all(count, "open"));
    await made.redis.tick(60_000);
    return made;
  };

  test("k in the whole fleet, whoever comes first; k successes anywhere close all", async () => {
    const { processes, states } = await opened(4, { probes: 2 });
    const first = await enter(processes[0]!);
    const second = await enter(processes[1]!);
    expect(await Promise.all(processes.map(entered))).toEqual([false, false, false, false]);
    first.success();
    await settle();
    expect(states()).toEqual(all(4, "half-open"));
    expect(await Promise.all(processes.map(entered))).toEqual([false, false, false, false]);
    second.success();
    await settle();
    expect(states()).toEqual(all(4, "closed"));
  });

  test("a failed one opens all again, for as long as it says", async () => {
    const { redis, processes, states } = await opened(3);
    (await enter(processes[2]!)).failure(new Error("no"));
    await settle();
    expect(states()).toEqual(all(3, "open"));
    for (const { breaker } of processes) expect(breaker.health().until).toBe(redis.time + 60_000);
    await redis.tick(60_000);
    (await enter(processes[0]!)).success();
    await settle();
    expect(states()).toEqual(all(3, "closed"));
  });

  test("an aborted one gives its slot to another process at once", async () => {
    const { processes } = await opened(2);
    const permit = await enter(processes[0]!);
    expect(await entered(processes[1]!)).toBe(false);
    permit.ignore();
    await settle();
    expect(await entered(processes[0]!)).toBe(true);
  });

  test("a lease that expired is lent again", async () => {
    const { redis, processes } = await opened(2, { probeLease: 5_000 });
    await enter(processes[0]!);
    await redis.tick(4_999);
    expect(await entered(processes[1]!)).toBe(false);
    await redis.tick(1_001);
    expect(await entered(processes[1]!)).toBe(true);
  });

  test("who was refused does not ask again for a second, however many calls come", async () => {
    const { redis, processes } = await opened(2);
    await enter(processes[0]!);
    const asked = (): number => redis.sent.filter(([command]) => command === "EVAL").length;
    const before = asked();
    for (let i = 0; i < 50; i++) expect(await entered(processes[1]!)).toBe(false);
    expect(asked() - before).toBe(1);
    await redis.tick(1_000);
    expect(await entered(processes[1]!)).toBe(false);
    expect(asked() - before).toBe(2);
  });

  test("calls that come together in one process may all be probes, as far as there are slots", async () => {
    const { redis, processes, states } = await opened(2, { probes: 3 });
    const before = redis.sent.length;
    const entered = await Promise.all(Array.from({ length: 10 }, () => enter(processes[0]!).catch(() => undefined)));
    expect(redis.sent.length - before).toBe(3);
    const probes = entered.filter((permit) => permit !== undefined);
    expect(probes).toHaveLength(3);
    for (const permit of probes) permit.success();
    await settle();
    expect(states()).toEqual(all(2, "closed"));
  });

  test("who is turned away hears when to come back, and is not ready until then", async () => {
    const { redis, processes } = await opened(2, { probeLease: 500 });
    await enter(processes[0]!);
    await redis.tick(200);
    const error: unknown = await enter(processes[1]!).catch((error: unknown) => error);
    const health = { ready: false, reason: "probing", until: redis.time + 300 };
    expect(error).toMatchObject({ code: "circuit-open", retryAfterMs: 300, health });
    expect(processes[1]!.breaker.health()).toMatchObject(health);
    await redis.tick(300);
    expect(processes[1]!.breaker.health()).toMatchObject({ ready: true });
    expect(await entered(processes[1]!)).toBe(true);
  });

  test("a lease begins anew with the first token", async () => {
    const { redis, processes } = await opened(2, { probeLease: 10_000 });
    const probe = await enter(processes[0]!);
    await redis.tick(9_000);
    probe.firstToken();
    await redis.tick(9_999);
    expect(await entered(processes[1]!)).toBe(false);
    await redis.tick(1_001);
    expect(await entered(processes[1]!)).toBe(true);
  });

  test("a success counts when its lease is over, but not when its round is", async () => {
    const { redis, processes, states } = await opened(3, { probes: 2, probeLease: 5_000, resetTimeout: 1_000 });
    const late = await enter(processes[0]!);
    await redis.tick(6_000);
    const other = await enter(processes[1]!);
    late.success();
    await settle();
    other.success();
    await settle();
    expect(states()).toEqual(all(3, "closed"));
    for (const { fail } of processes.slice(0, 2)) fail();
    await settle();
    expect(states()).toEqual(all(3, "open"));
    await redis.tick(1_000);
    const [good, bad] = [await enter(processes[0]!), await enter(processes[1]!)];
    bad.failure(new Error("no"));
    good.success(); // it has not heard of the other yet
    await redis.tick(10_000);
    expect(await Promise.all(processes.map(entered))).toEqual([true, true, false]);
  });

  test("a round begins with all its slots, whatever was left of the last", async () => {
    const { redis, processes } = await opened(2, { probes: 2 });
    (await enter(processes[0]!)).success();
    await enter(processes[1]!);
    for (const { breaker } of processes) breaker.close();
    for (const { fail } of processes) fail();
    await redis.tick(60_000);
    expect(await Promise.all([...processes, ...processes].map(entered))).toEqual([true, true, false, false]);
  });

  test("calls that come together ask once for each slot, and one that nobody took is used by the next call", async () => {
    const { redis, processes } = await opened(2);
    const before = redis.sent.length;
    await Promise.all(Array.from({ length: 20 }, async () => processes[0]!.breaker.prepare()));
    await processes[0]!.breaker.prepare();
    expect(redis.sent.length - before).toBe(1);
    processes[0]!.breaker.acquire().success();
    await settle();
    expect(processes[1]!.breaker.state).toBe("closed");
  });

  test.each([
    ["a second", 60_000, 1_000],
    ["its lease", 400, 400],
  ])("a slot that nobody took goes back after %s", async (_, probeLease, ms) => {
    const { redis, processes } = await opened(2, { probeLease });
    await processes[0]!.breaker.prepare();
    expect(processes[0]!.breaker.health().ready).toBe(true);
    await redis.tick(ms - 1);
    expect(await entered(processes[1]!)).toBe(false);
    await redis.tick(1);
    expect(() => processes[0]!.breaker.acquire()).toThrow("probing");
    await redis.tick(1_000);
    expect(await entered(processes[1]!)).toBe(true);
  });

  test("a slot of an earlier round is not used", async () => {
    const { redis, processes } = await opened(3, { probes: 2, resetTimeout: 100 });
    await processes[0]!.breaker.prepare();
    (await enter(processes[1]!)).failure(new Error("no"));
    await redis.tick(200);
    expect(await Promise.all([1, 2].map((i) => entered(processes[i]!)))).toEqual([true, true]);
    expect(() => processes[0]!.breaker.acquire()).toThrow("probing");
  });

  test("a slot that is granted too late goes back", async () => {
    const { redis, processes } = await opened(2);
    redis.fault = "hangs";
    const asked = enter(processes[0]!);
    await redis.tick(250);
    (await asked).ignore();
    await redis.recover();
    expect(await entered(processes[1]!)).toBe(true);
  });

  test("an answer that has come while the process was busy counts", async () => {
    const { redis, processes } = await opened(2);
    redis.fault = "hangs";
    const asked = processes.map(entered);
    setImmediate(() => void redis.recover());
    await redis.tick(400);
    expect(await Promise.all(asked)).toEqual([true, false]);
  });

  test("a parent that the fleet has opened recovers by a call through a child", async () => {
    const { redis, processes } = await fleet(2);
    const registries = processes.map(({ sharing }) =>
      createRegistry({ clock: redis.clock, random: () => 0, sharing, failureThreshold: 1 }),
    );
    const parents = registries.map((registry) => registry.get({ provider: "p" }));
    const children = registries.map((registry) => registry.get({ provider: "p", model: "m" }));
    parents[1]!.acquire().failure(new Error("no"));
    await settle();
    expect(parents.map((parent) => parent.health().reason)).toEqual(["fleet", "failures"]);
    await redis.tick(60_000);
    await children[1]!.run(() => "answer");
    await settle();
    expect(parents.map(({ state }) => state)).toEqual(["closed", "closed"]);
  });

  test("a child and its parent may both need a slot", async () => {
    const { redis, processes } = await fleet(1);
    const { sharing } = processes[0]!;
    const registry = createRegistry({ clock: redis.clock, random: () => 0, sharing, failureThreshold: 1 });
    const [child, parent] = [{ provider: "p", model: "m" }, { provider: "p" }].map((key) => registry.get(key));
    child!.acquire().failure(new Error("no"));
    parent!.acquire().failure(new Error("no"));
    await redis.tick(60_000);
    await child!.run(() => "answer");
    await settle();
    expect([child!.state, parent!.state]).toEqual(["closed", "closed"]);
  });

  test.each(["refuses", "hangs"] as const)("without Redis each probes alone: it %s", async (fault) => {
    const { redis, processes, states } = await opened(3);
    redis.fault = fault;
    const asked = processes.map(async ({ breaker }) => breaker.prepare());
    await redis.tick(fault === "hangs" ? 250 : 0);
    await Promise.all(asked);
    const permits = processes.map(({ breaker }) => breaker.acquire());
    for (const { breaker } of processes) expect(() => breaker.acquire()).toThrow("probing");
    for (const permit of permits) permit.success();
    expect(states()).toEqual(all(3, "closed"));
  });

  test("a Redis that does not answer is asked again after a second", async () => {
    const { redis, processes } = await opened(2);
    redis.fault = "hangs";
    const before = redis.sent.length;
    const asked = processes[0]!.breaker.prepare();
    await redis.tick(249);
    expect(() => processes[0]!.breaker.acquire()).toThrow("probing");
    await redis.tick(1);
    await asked;
    processes[0]!.breaker.acquire().ignore();
    await redis.tick(999);
    await processes[0]!.breaker.prepare();
    expect(redis.sent.length - before).toBe(1);
    redis.fault = undefined;
    await redis.tick(1);
    await processes[0]!.breaker.prepare();
    expect(redis.sent.length - before).toBe(2);
    processes[0]!.breaker.acquire();
  });
});

describe("messages", () => {
  test("outcomes once a second, all breakers together", async () => {
    const { redis, processes, messages } = await fleet(1);
    const { breaker, sharing } = processes[0]!;
    const other = createBreaker({ name: "other", sharing, clock: redis.clock });
    for (let i = 0; i < 500; i++) breaker.acquire().success();
    other.acquire().failure(new Error("no"));
    expect(messages("outcomes")).toEqual([{ node: "n0", type: "outcomes", outcomes: { b: [1, 0] } }]);
    await redis.tick(1_000);
    other.acquire().success();
    expect(messages("outcomes").slice(1)).toEqual([
      { node: "n0", type: "outcomes", outcomes: { b: [500, 0], other: [2, 1] } },
    ]);
  });

  test("what cannot be read, and what is one's own, is ignored", async () => {
    const { redis, states } = await fleet(2);
    const opened = { node: "x", type: "opened", name: "b", ms: 1_000, failures: 1 };
    for (const message of [
      "no json",
      "null",
      "[]",
      JSON.stringify({ ...opened, node: undefined }),
      JSON.stringify({ ...opened, name: 7 }),
      JSON.stringify({ ...opened, ms: -1 }),
      JSON.stringify({ ...opened, ms: "1" }),
      JSON.stringify({ ...opened, ms: null }),
      JSON.stringify({ ...opened, type: "unknown" }),
      JSON.stringify({ ...opened, name: "another" }),
      JSON.stringify({ ...opened, node: "n0", type: "closed" }),
      JSON.stringify({ node: "x", type: "outcomes", outcomes: null }),
      JSON.stringify({ ...opened, type: "reopened" }), // the fleet is not open
    ])
      redis.publish("t:events", message);
    expect(states()).toEqual(["closed", "closed"]);
    redis.publish("t:events", JSON.stringify(opened));
    redis.publish("t:events", JSON.stringify({ ...opened, node: "y" }));
    expect(states()).toEqual(["closed", "closed"]); // two of four
    redis.publish("t:events", JSON.stringify({ ...opened, node: "z" }));
    expect(states()).toEqual(["open", "open"]);
    redis.publish("t:events", JSON.stringify({ node: "x", type: "closed", name: "b", forAll: false }));
    expect(states()).toEqual(["open", "open"]);
    redis.publish("t:events", JSON.stringify({ node: "x", type: "closed", name: "b", forAll: true }));
    expect(states()).toEqual(["closed", "closed"]);
  });

  test("not more than 64 wait for Redis", async () => {
    const { redis, processes } = await fleet(1);
    redis.fault = "hangs";
    const before = redis.sent.length;
    for (let i = 0; i < 200; i++) {
      processes[0]!.fail();
      processes[0]!.breaker.close();
    }
    expect(redis.sent.length - before).toBe(64);
  });

  test("one that does not reach Redis at first goes on alone, and hears the others a second after it is back", async () => {
    const { redis, start } = await fleet(0);
    redis.fault = "refuses";
    const { breaker, succeed } = await start("late");
    succeed();
    redis.fault = undefined;
    const hears = async (): Promise<boolean> => {
      succeed();
      await settle();
      for (const node of ["x", "y"])
        redis.publish("t:events", JSON.stringify({ node, type: "opened", name: "b", ms: 1_000, failures: 1 }));
      return breaker.state === "open";
    };
    await redis.tick(999);
    expect(await hears()).toBe(false);
    await redis.tick(1);
    expect(await hears()).toBe(true);
  });

  test.each([{ isReady: false }, { status: "reconnecting" }])("a client that is %o is given nothing", async (state) => {
    const { redis, processes } = await fleet(1);
    Object.assign(redis, state);
    const before = redis.sent.length;
    processes[0]!.fail();
    await redis.tick(60_000);
    expect(await Promise.all([entered(processes[0]!), entered(processes[0]!)])).toEqual([true, false]);
    expect(redis.sent.length).toBe(before);
  });

  test.each([{ isReady: true }, { status: "ready" }, { status: "wait" }])("one that is %o is", async (state) => {
    const { redis, processes, messages } = await fleet(1);
    Object.assign(redis, state);
    processes[0]!.fail();
    expect(messages("opened")).toHaveLength(1);
  });

  test("close() does not wait for a Redis that is gone, and whatever comes then is not heard", async () => {
    const redis = fakeRedis();
    const never = { subscribe: () => new Promise<void>(() => {}), status: "connecting" };
    await redisSharing({ redis, subscriber: Object.assign(redis.subscriber(), never) }).close();
    const ended: string[] = [];
    const subscriber = { ...redis.subscriber(), unsubscribe: async (channel: string) => void ended.push(channel) };
    const sharing = redisSharing({ redis, subscriber, prefix: "t" });
    const breaker = createBreaker({ name: "b", sharing });
    await sharing.close();
    expect(ended).toEqual(["t:events"]);
    const deaf = redisSharing({ redis, subscriber: Object.assign(redis.subscriber(), { status: "end" }), prefix: "t" });
    const other = createBreaker({ name: "b", sharing: deaf });
    await deaf.ready;
    await deaf.close();
    redis.publish("t:events", JSON.stringify({ node: "x", type: "opened", name: "b", ms: 1_000, failures: 1 }));
    expect([breaker.state, other.state]).toEqual(["closed", "closed"]);
  });

  test("after close() nothing is heard or told, and probes are local", async () => {
    const { redis, processes, states } = await fleet(2);
    for (const { fail } of processes) fail();
    await settle();
    await processes[0]!.sharing.close();
    await redis.tick(60_000);
    const before = redis.sent.length;
    const permit = await enter(processes[0]!);
    permit.success();
    expect(states()).toEqual(["closed", "half-open"]);
    expect(redis.sent.filter(([command]) => command === "PUBLISH").length).toBeLessThanOrEqual(before);
    processes[1]!.breaker.close();
    processes[1]!.fail();
    await settle();
    expect(states()[0]).toBe("closed");
  });

  test("a breaker that a registry has forgotten is told of again when it is used", async () => {
    const { redis, processes, start } = await fleet(1);
    const others = [await start("n8"), await start("n9")];
    const { clock } = redis;
    const options = { clock, failureThreshold: 3, random: () => 0, idle: 1_000 } as const;
    const [here, ...there] = [...processes, ...others].map(({ sharing }) => createRegistry({ ...options, sharing }));
    const held = here!.get({ provider: "p" });
    held.acquire().success();
    await redis.tick(5_000);
    for (let i = 0; i < 2_100; i++) here!.get({ provider: "busy" });
    expect([...here!].map(({ name }) => name)).toEqual(["busy"]);
    held.acquire().success();
    for (const registry of there)
      for (let i = 0; i < 3; i++) registry.get({ provider: "p" }).acquire().failure(new Error("no"));
    await settle();
    expect(held.state).toBe("open");
  });

  test("a bad timeout is a TypeError", () => {
    const redis = fakeRedis();
    expect(() => redisSharing({ redis, subscriber: redis.subscriber(), timeout: -1 })).toThrow("timeout");
    expect(vi.isFakeTimers()).toBe(false);
  });
});
