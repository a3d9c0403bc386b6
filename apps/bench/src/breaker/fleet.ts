import { randomUUID } from "node:crypto";
import { createBreaker } from "@llm/breaker";
import { redisSharing } from "@llm/breaker/redis";
import { startFleet, tripTimes } from "../../../../packages/breaker/src/fleet.bench.ts";
import { redisUrl } from "../../../../.config/services.ts";
import { median, quantile } from "../measure.ts";
import { goal, type Row } from "../row.ts";

const PROCESSES = 8;
const ROUNDS = 100;
const options = { name: "claude", failureThreshold: 3, resetTimeout: "60s", probes: 2 } as const;

/** The calls that are let in while the fleet is half-open, of ten that each process tries at once. */
async function probes(fleet: Awaited<ReturnType<typeof startFleet>>): Promise<number> {
  const { processes, all, flush } = fleet;
  await all({ do: "settle", outcome: "success", calls: 1 });
  await flush();
  for (const { tell } of processes.slice(0, 5)) await tell({ do: "settle", outcome: "failure", calls: 3 });
  await flush();
  await all({ do: "tick", ms: 61_000 });
  const reports = await all({ do: "start", calls: 10 });
  await all({ do: "end", outcome: "success" });
  await Promise.all(processes.map(({ until }) => until("closed")));
  return reports.reduce((sum, { admitted }) => sum + admitted, 0);
}

/** Commands sent for closed calls, over a Redis that never answers: who waited for one would wait for ever. */
async function roundTrips(calls: number): Promise<number> {
  let sent = 0;
  const never = new Promise<never>(() => {});
  const redis = {
    call: (command: string) => {
      if (command !== "PUBLISH") sent++; // told in passing, once a second at most
      return never;
    },
  };
  const subscriber = {
    ...redis,
    subscribe: () => Promise.resolve(),
    unsubscribe: () => Promise.resolve(),
    on: () => {},
    off: () => {},
  };
  const sharing = redisSharing({ redis, subscriber });
  await sharing.ready;
  const breaker = createBreaker({ name: "claude", sharing });
  for (let i = 0; i < calls; i++) await breaker.run(() => i);
  await sharing.close();
  return sent;
}

/** Eight processes that share a breaker over Redis. */
export async function fleetRows(): Promise<Row[]> {
  const rows: Row[] = [
    goal(
      {
        measure: "round trips of 20,000 calls when closed",
        unit: "round trips",
        ours: await roundTrips(20_000),
        peers: {},
      },
      "=",
      0,
    ),
  ];
  const url = await redisUrl();
  if (!url) return rows;
  const setup = { url, prefix: `bench:${randomUUID()}`, timeout: 250, options };
  const fleet = await startFleet(PROCESSES, setup);
  try {
    await tripTimes(fleet, options.failureThreshold, 5); // warms up
    const times = await tripTimes(fleet, options.failureThreshold, ROUNDS);
    rows.push(
      goal(
        {
          measure: `a trip seen by ${PROCESSES} processes, p99 of ${ROUNDS} trips`,
          unit: "ms",
          ours: quantile(times, 0.99),
          peers: { "the median": median(times) },
        },
        "≤",
        250,
      ),
    );
    rows.push(
      goal(
        {
          measure: `probes of the whole fleet, of ${PROCESSES * 10} calls at once, ${options.probes} allowed`,
          unit: "calls",
          ours: await probes(fleet),
          peers: {},
        },
        "=",
        options.probes,
      ),
    );
  } finally {
    await fleet.stop();
  }
  return rows;
}
