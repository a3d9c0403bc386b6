import { fork } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { setTimeout as pause } from "node:timers/promises";
import { createClient } from "redis";
import { createBreaker } from "./breaker.ts";
import type { BreakerOptions, State } from "./index.ts";
import { redisSharing } from "./redis.ts";

/*
 * Processes that share a breaker, for tests and benchmarks. Each has a clock that can be moved, so that nobody waits
 * for a reset. This file is what they run, too.
 */

/** What a process is told to do. */
type Order =
  | { readonly do: "settle"; readonly outcome: "success" | "failure"; readonly calls: number }
  /** Starts calls that end when they are told to. */
  | { readonly do: "start"; readonly calls: number }
  | { readonly do: "end"; readonly outcome: "success" | "failure" }
  | { readonly do: "tick"; readonly ms: number }
  | { readonly do: "close" }
  /** Says `id` where all hear it, and waits a little for others to do so: what they had sent before is heard, too. */
  | { readonly do: "flush"; readonly id: string }
  | { readonly do: "report" };

/** What it knows afterwards. */
export interface Report {
  readonly state: State;
  /** Calls that were let in by this order. */
  readonly admitted: number;
  readonly rejected: number;
  /** When it last opened, by the machine's clock. */
  readonly openedAt: number;
  /** How many have said what it was last told to say. */
  readonly heard: number;
}

/** A process of a fleet. */
export interface FleetProcess {
  readonly tell: (order: Order) => Promise<Report>;
  /** Resolves when it has opened, or closed, to the time of that by the machine's clock. */
  readonly until: (state: State) => Promise<number>;
}

/** Several processes. */
export interface Fleet {
  readonly processes: readonly FleetProcess[];
  /** All of them at once. */
  readonly all: (order: Order) => Promise<Report[]>;
  /**
   * Resolves when each has heard all that any had sent. Before a clock is moved nothing may be under way: a message that
   * comes after it looks as if it had taken as long.
   */
  readonly flush: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

interface Setup {
  readonly url: string;
  readonly prefix: string;
  /** How long a probe waits for Redis, in milliseconds. */
  readonly timeout: number;
  readonly options: Omit<BreakerOptions, "sharing" | "clock" | "classify" | "group" | "onEvent" | "random">;
}

function control(child: ChildProcess): FleetProcess {
  let orders = 0;
  const reports = new Map<number, (report: Report) => void>();
  const waiting = new Set<{ readonly state: State; readonly resolve: (at: number) => void }>();
  child.on("message", (message: { id?: number; report?: Report; state?: State; at?: number }) => {
    if (message.id !== undefined && message.report) reports.get(message.id)?.(message.report);
    for (const wait of waiting) {
      if (wait.state !== message.state) continue;
      waiting.delete(wait);
      wait.resolve(message.at ?? 0);
    }
  });
  const tell = (order: Order): Promise<Report> =>
    new Promise((resolve) => {
      const id = ++orders;
      reports.set(id, resolve);
      child.send({ id, order });
    });
  return {
    tell,
    until: async (state) => {
      let wait: { state: State; resolve: (at: number) => void } | undefined;
      const seen = new Promise<number>((resolve) => waiting.add((wait = { state, resolve })));
      const now = await tell({ do: "report" });
      if (now.state !== state) return seen;
      if (wait) waiting.delete(wait);
      return now.openedAt;
    },
  };
}

/**
 * Starts processes that share one breaker over the Redis at `url`; resolves when all of them hear each other.
 *
 * @throws Error if one of them ends before that
 */
export async function startFleet(count: number, setup: Setup): Promise<Fleet> {
  const children = Array.from({ length: count }, () =>
    fork(import.meta.filename, { env: { ...process.env, FLEET: JSON.stringify(setup) } }),
  );
  const ready = async (child: ChildProcess): Promise<void> => {
    const died = once(child, "exit").then(() => Promise.reject(new Error("a process of the fleet has ended")));
    await Promise.race([once(child, "message"), died]);
    died.catch(() => {}); // it is told to, in the end
  };
  await Promise.all(children.map(ready));
  const processes = children.map(control);
  const all = (order: Order): Promise<Report[]> => Promise.all(processes.map(({ tell }) => tell(order)));
  const flush = async (): Promise<void> => {
    const id = randomUUID();
    // again, for one that was not connected when it was said
    while (!(await all({ do: "flush", id })).every(({ heard }) => heard === count));
  };
  await flush();
  return {
    processes,
    all,
    flush,
    stop: async () => {
      await Promise.all(
        children.map((child) => {
          const ended = once(child, "exit");
          child.kill("SIGKILL");
          return ended;
        }),
      );
    },
  };
}

/**
 * Milliseconds from the trip that makes a majority until all processes are open, for each of some rounds. The breaker
 * opens after `threshold` failures.
 */
export async function tripTimes(fleet: Fleet, threshold: number, rounds: number): Promise<number[]> {
  const { processes, all, flush } = fleet;
  const majority = Math.floor(processes.length / 2) + 1;
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) {
    await all({ do: "settle", outcome: "success", calls: 1 });
    await flush();
    for (const { tell } of processes.slice(0, majority - 1))
      await tell({ do: "settle", outcome: "failure", calls: threshold });
    const last = await processes[majority - 1]?.tell({ do: "settle", outcome: "failure", calls: threshold });
    const opened = await Promise.all(processes.map(({ until }) => until("open")));
    times.push(Math.max(...opened) - (last?.openedAt ?? Number.NaN));
    await all({ do: "close" });
  }
  return times;
}

async function serve({ url, prefix, timeout, options }: Setup): Promise<void> {
  const connect = async (): Promise<ReturnType<typeof createClient>> => {
    const client = createClient({ url, socket: { reconnectStrategy: 20 } });
    client.on("error", () => {}); // it reconnects by itself
    await client.connect();
    return client as ReturnType<typeof createClient>; // the type knows of modules that nobody has loaded
  };
  const redis = await connect();
  const subscriber = await connect();
  const sharing = redisSharing({ redis, subscriber, prefix, timeout });
  let offset = 0;
  let openedAt = 0;
  const breaker = createBreaker({
    ...options,
    sharing,
    clock: { now: () => Date.now() + offset },
    onEvent: ({ type }) => {
      if (type === "circuit_breaker.opened") process.send?.({ state: "open", at: (openedAt = Date.now()) });
      if (type === "circuit_breaker.closed") process.send?.({ state: "closed", at: Date.now() });
    },
  });
  await sharing.ready;
  /** Who has said what; messages come in the order in which they were sent. */
  const said = new Map<string, Set<number>>();
  await subscriber.subscribe(`${prefix}:flush`, (message: string) => {
    const [id = "", from = ""] = message.split(" ");
    said.set(id, (said.get(id) ?? new Set()).add(Number(from)));
  });
  let heard = 0;
  const flush = async (id: string): Promise<void> => {
    await redis.publish(`${prefix}:flush`, `${id} ${process.pid}`);
    await pause(10);
    heard = said.get(id)?.size ?? 0;
  };

  let ends: ((outcome: "success" | "failure") => void)[] = [];
  const follow = async (order: Order): Promise<Report> => {
    let admitted = 0;
    let rejected = 0;
    const run = async (fn: () => Promise<unknown>): Promise<void> => {
      let entered = false;
      await new Promise<void>((resolve) => {
        const ended = breaker.run(() => {
          entered = true;
          const answer = fn();
          if (order.do === "start") resolve(); // it ends when it is told to
          return answer;
        });
        void ended.catch(() => {}).finally(resolve);
      });
      if (entered) admitted++;
      else rejected++;
    };
    if (order.do === "settle")
      for (let i = 0; i < order.calls; i++)
        await run(() => (order.outcome === "success" ? Promise.resolve() : Promise.reject(new Error("no"))));
    else if (order.do === "start")
      await Promise.all(
        Array.from({ length: order.calls }, () =>
          run(
            () =>
              new Promise((resolve, reject) =>
                ends.push((outcome) => (outcome === "success" ? resolve(undefined) : reject(new Error("no")))),
              ),
          ),
        ),
      );
    else if (order.do === "end") for (const end of ends.splice(0)) end(order.outcome);
    else if (order.do === "tick") offset += order.ms;
    else if (order.do === "close") breaker.close();
    else if (order.do === "flush") await flush(order.id);
    await new Promise((resolve) => setImmediate(resolve));
    return { state: breaker.state, admitted, rejected, openedAt, heard };
  };
  process.on("message", ({ id, order }: { id: number; order: Order }) => {
    void follow(order).then((report) => process.send?.({ id, report }));
  });
  process.on("disconnect", () => process.exit());
  process.send?.({ ready: true });
}

const setup = process.env["FLEET"];
if (setup && process.send) void serve(JSON.parse(setup) as Setup); // from startFleet
