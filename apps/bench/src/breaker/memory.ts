import { createBreaker } from "@llm/breaker";
import { circuitBreaker, handleAll, SamplingBreaker } from "cockatiel";
import Opossum from "opossum";
import { collectGarbage } from "../measure.ts";
import { goal, type Row } from "../row.ts";

const action = (): Promise<number> => Promise.resolve(1);

/** Heap of one of many, each after its first call, in bytes. */
async function bytesEach(make: () => Promise<unknown>, many: number): Promise<number> {
  const kept: unknown[] = Array.from({ length: many });
  for (let i = 0; i < 100; i++) await make(); // what the first ones share
  collectGarbage();
  const before = process.memoryUsage().heapUsed;
  for (let i = 0; i < many; i++) kept[i] = await make();
  collectGarbage();
  const bytes = (process.memoryUsage().heapUsed - before) / many;
  if (kept.length !== many) throw new Error("kept them all");
  return bytes;
}

/** How many timers something sets, pending ones that do not keep the process alive included. */
async function timersOf(make: () => Promise<unknown>): Promise<number> {
  const { setTimeout: one, setInterval: many } = globalThis;
  let count = 0;
  globalThis.setTimeout = Object.assign((...args: Parameters<typeof one>) => (count++, one(...args)), one);
  globalThis.setInterval = Object.assign((...args: Parameters<typeof many>) => (count++, many(...args)), many);
  try {
    await make();
  } finally {
    globalThis.setTimeout = one;
    globalThis.setInterval = many;
  }
  return count;
}

const makeOurs = async (): Promise<unknown> => {
  const breaker = createBreaker();
  await breaker.run(action);
  return breaker;
};
const makeCockatiel = async (): Promise<unknown> => {
  const policy = circuitBreaker(handleAll, {
    halfOpenAfter: 60_000,
    breaker: new SamplingBreaker({ threshold: 0.5, duration: 60_000, minimumRps: 1 }),
  });
  await policy.execute(action);
  return policy;
};

/** Megabytes of heap that stay after a million calls: the least of some goes, since a heap is never quite the same twice. */
async function retained(call: () => Promise<unknown>, goes: number): Promise<number> {
  const go = async (calls: number): Promise<number> => {
    for (let i = 0; i < calls; i++) await call();
    collectGarbage();
    return process.memoryUsage().heapUsed;
  };
  const grown: number[] = [];
  let before = await go(50_000);
  for (let i = 0; i < goes; i++) {
    const after = await go(1_000_000);
    grown.push(Math.max(0, after - before));
    before = after;
  }
  return Math.round(Math.min(...grown) / 10_000) / 100;
}

/** What a breaker holds, and the timers that it keeps. */
export async function memory(): Promise<Row[]> {
  const ours = await bytesEach(makeOurs, 20_000);
  const cockatiel = await bytesEach(makeCockatiel, 5_000);
  const fired: Opossum[] = [];
  const makeOpossum = async (): Promise<unknown> => {
    const breaker = new Opossum(action, { timeout: false });
    fired.push(breaker);
    await breaker.fire();
    return breaker;
  };
  const opossum = await bytesEach(makeOpossum, 1_000);
  const timers = {
    ours: await timersOf(makeOurs),
    cockatiel: await timersOf(makeCockatiel),
    opossum: await timersOf(makeOpossum),
  };
  for (const one of fired) one.shutdown();
  const breaker = createBreaker();
  const opossumBreaker = new Opossum(action, { timeout: false });
  const theirs = await retained(() => opossumBreaker.fire(), 1);
  opossumBreaker.shutdown();
  return [
    goal(
      { measure: "a breaker with defaults, after its first call", unit: "bytes", ours, peers: { cockatiel, opossum } },
      "≤",
      700,
    ),
    goal(
      {
        measure: "timers of a breaker",
        unit: "timers",
        ours: timers.ours,
        peers: { cockatiel: timers.cockatiel, opossum: timers.opossum },
      },
      "=",
      0,
    ),
    goal(
      {
        measure: "heap retained after 1,000,000 calls",
        unit: "MB",
        ours: await retained(() => breaker.run(action), 3),
        peers: { opossum: theirs },
      },
      "=",
      0,
    ),
  ];
}
