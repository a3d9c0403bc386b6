import { createBreaker } from "@llm/breaker";
import { circuitBreaker, ConsecutiveBreaker, handleAll, SamplingBreaker } from "cockatiel";
import Opossum from "opossum";
import { collectGarbage, cpuTimes } from "./measure.ts";
import { goal, type Benchmark, type Row } from "./row.ts";

const GOES = 1_000;
const action = (): Promise<number> => Promise.resolve(1);

/** A thousand calls, one after the other. */
const thousand = (call: () => Promise<unknown>) => async (): Promise<void> => {
  for (let i = 0; i < GOES; i++) await call();
};

const sampling = circuitBreaker(handleAll, {
  halfOpenAfter: 60_000,
  breaker: new SamplingBreaker({ threshold: 0.5, duration: 60_000, minimumRps: 1 }),
});
const consecutive = circuitBreaker(handleAll, { halfOpenAfter: 60_000, breaker: new ConsecutiveBreaker(5) });

async function passThrough(): Promise<Row[]> {
  const ours = createBreaker();
  const opossum = new Opossum(action, { timeout: false });
  const times = await cpuTimes({
    bare: thousand(action),
    ours: thousand(() => ours.run(action)),
    permits: () => {
      for (let i = 0; i < GOES; i++) ours.acquire().success(); // around a call there is no promise of ours to wait for
    },
    sampling: thousand(() => sampling.execute(action)),
    consecutive: thousand(() => consecutive.execute(action)),
    opossum: thousand(() => opossum.fire()),
  });
  opossum.shutdown();
  const added = (name: keyof typeof times): number => times[name] - times.bare; // µs for 1,000 calls: ns for one
  return [
    goal(
      {
        measure: "run when closed, added, × cockatiel sampling",
        unit: "ns CPU",
        ours: added("ours"),
        peers: { "cockatiel sampling": added("sampling"), opossum: added("opossum") },
        ratio: added("ours") / added("sampling"),
      },
      "≤",
      0.8,
    ),
    goal(
      {
        measure: "acquire and success, × what cockatiel consecutive adds",
        unit: "ns CPU",
        ours: times.permits,
        peers: { "cockatiel consecutive": added("consecutive") },
        ratio: times.permits / added("consecutive"),
      },
      "≤",
      0.4,
    ),
  ];
}

/** Heap of one of many, in bytes. */
function bytesEach(make: () => unknown, many: number): number {
  const kept: unknown[] = Array.from({ length: many });
  for (let i = 0; i < 100; i++) make(); // what the first ones share
  collectGarbage();
  const before = process.memoryUsage().heapUsed;
  for (let i = 0; i < many; i++) kept[i] = make();
  collectGarbage();
  const bytes = (process.memoryUsage().heapUsed - before) / many;
  if (kept.length !== many) throw new Error("kept them all");
  return bytes;
}

/** How many timers something sets, pending ones that do not keep the process alive included. */
function timersOf(make: () => unknown): number {
  const { setTimeout: one, setInterval: many } = globalThis;
  let count = 0;
  globalThis.setTimeout = Object.assign((...args: Parameters<typeof one>) => (count++, one(...args)), one);
  globalThis.setInterval = Object.assign((...args: Parameters<typeof many>) => (count++, many(...args)), many);
  try {
    make();
  } finally {
    globalThis.setTimeout = one;
    globalThis.setInterval = many;
  }
  return count;
}

async function memory(): Promise<Row[]> {
  const ours = bytesEach(() => createBreaker(), 20_000);
  const policy = (): unknown =>
    circuitBreaker(handleAll, {
      halfOpenAfter: 60_000,
      breaker: new SamplingBreaker({ threshold: 0.5, duration: 60_000, minimumRps: 1 }),
    });
  const cockatiel = bytesEach(policy, 5_000);
  const fired: Opossum[] = [];
  const make = (): Opossum => fired[fired.push(new Opossum(action)) - 1]!;
  const opossum = bytesEach(make, 1_000);
  const timers = { ours: timersOf(() => createBreaker()), cockatiel: timersOf(policy), opossum: timersOf(make) };
  for (const one of fired) one.shutdown();

  const breaker = createBreaker();
  const run = thousand(() => breaker.run(action));
  await run();
  collectGarbage();
  const start = process.memoryUsage().heapUsed;
  for (let i = 0; i < 1_000; i++) await run();
  collectGarbage();
  const retained = Math.max(0, process.memoryUsage().heapUsed - start);
  return [
    goal({ measure: "a breaker with defaults", unit: "bytes", ours, peers: { cockatiel, opossum } }, "≤", 700),
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
    // a heap is never quite the same twice: what counts is that nothing grows with the calls
    goal(
      {
        measure: "heap retained after 1,000,000 calls, for each call",
        unit: "bytes",
        ours: Math.round(retained / 1_000_000),
        peers: {},
      },
      "=",
      0,
    ),
  ];
}

/** What a breaker costs, beside cockatiel and opossum, in one process. */
const run: Benchmark = async () => [...(await passThrough()), ...(await memory())];

export default run;
