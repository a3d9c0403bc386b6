import { circuitBreaker, ConsecutiveBreaker, handleAll, SamplingBreaker } from "cockatiel";
import Opossum from "opossum";
import {
  arrivalsOf,
  cooldown,
  faults,
  ours,
  simulate,
  traces,
  type Guard,
  type MakeGuard,
  type Tally,
} from "../../../../packages/breaker/src/simulation.bench.ts";
import { goal, type Row } from "../row.ts";

type Call = Parameters<Guard["run"]>[0];
const begin = (call: Call): Promise<void> => call(() => {});

/** Ours as it comes, and as an interactive service would set it. */
const own: Readonly<Record<string, MakeGuard>> = { defaults: ours({}), interactive: ours() };

/** The peers: as they come, and with the settings of their own first examples where nothing is set by itself. */
const peers: Readonly<Record<string, MakeGuard>> = {
  "cockatiel consecutive": () => {
    const policy = circuitBreaker(handleAll, { halfOpenAfter: 10_000, breaker: new ConsecutiveBreaker(5) });
    return { run: (call) => policy.execute(() => begin(call)) };
  },
  "cockatiel sampling": () => {
    const breaker = new SamplingBreaker({ threshold: 0.5, duration: 60_000, minimumRps: 10 / 60 });
    const policy = circuitBreaker(handleAll, { halfOpenAfter: 10_000, breaker });
    return { run: (call) => policy.execute(() => begin(call)) };
  },
  opossum: () => {
    const breaker = new Opossum(begin);
    return { run: (call) => breaker.fire(call), stop: () => breaker.shutdown() };
  },
  "opossum without timeout": () => {
    const breaker = new Opossum(begin, { timeout: false });
    return { run: (call) => breaker.fire(call), stop: () => breaker.shutdown() };
  },
  "cooldown of 5 s": cooldown,
};

const none: Tally = { calls: 0, doomed: 0, refused: 0 };
const add = (a: Tally, b: Tally): Tally => ({
  calls: a.calls + b.calls,
  doomed: a.doomed + b.doomed,
  refused: a.refused + b.refused,
});

/** What each guard lets through, by fault, over all traces. */
async function tallies(makers: Readonly<Record<string, MakeGuard>>): Promise<Record<string, Record<string, Tally>>> {
  const out: Record<string, Record<string, Tally>> = {};
  for (const trace of traces) {
    const arrivals = arrivalsOf(trace);
    if (!arrivals) continue;
    for (const fault of faults)
      for (const [name, make] of Object.entries(makers)) {
        const byFault = (out[name] ??= {});
        byFault[fault.name] = add(byFault[fault.name] ?? none, await simulate(arrivals, fault, make));
      }
  }
  return out;
}

const total = (byFault: Readonly<Record<string, Tally>>): Tally => Object.values(byFault).reduce(add, none);

/** Calls sent into a fault, and refused while all was well, over the arrivals of four traces. */
export async function doomedCalls(): Promise<Row[]> {
  const [mine, theirs] = [await tallies(own), await tallies(peers)];
  if (Object.keys(mine).length === 0) return [];
  const each = (figure: (one: Tally) => number, fault?: string): Record<string, number> =>
    Object.fromEntries(
      Object.entries(theirs).map(([name, one]) => [name, figure(fault ? (one[fault] ?? none) : total(one))]),
    );
  const best = Object.values(theirs)
    .map(total)
    .reduce((a, b) => (b.doomed < a.doomed ? b : a));
  const rows: Row[] = [];
  for (const [name, byFault] of Object.entries(mine)) {
    const { calls, doomed, refused } = total(byFault);
    rows.push(
      goal(
        {
          measure: `doomed calls of ${calls}, ${name}, × the best peer's`,
          unit: "calls",
          ours: doomed,
          peers: each((one) => one.doomed),
          ratio: doomed / best.doomed,
        },
        "≤",
        0.5,
      ),
      goal(
        {
          measure: `refused while the upstream was well, ${name}, × that peer's`,
          unit: "calls",
          ours: refused,
          peers: each((one) => one.refused),
          ratio: refused / best.refused,
        },
        "≤",
        1,
      ),
    );
  }
  for (const [name, byFault] of Object.entries(mine))
    for (const fault of Object.keys(byFault))
      rows.push(
        {
          measure: `${fault}: doomed, ${name}`,
          unit: "calls",
          ours: byFault[fault]?.doomed ?? 0,
          peers: each((one) => one.doomed, fault),
        },
        {
          measure: `${fault}: refused while well, ${name}`,
          unit: "calls",
          ours: byFault[fault]?.refused ?? 0,
          peers: each((one) => one.refused, fault),
        },
      );
  return rows;
}
