import { createBreaker } from "@llm/breaker";
import { circuitBreaker, ConsecutiveBreaker, handleAll, SamplingBreaker } from "cockatiel";
import Opossum from "opossum";
import { cpuTimes } from "../measure.ts";
import { goal, type Row } from "../row.ts";

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

/** What a closed breaker adds to a call. */
export async function closed(): Promise<Row[]> {
  const ours = createBreaker();
  const opossum = new Opossum(action, { timeout: false });
  const times = await cpuTimes({
    bare: thousand(action),
    ours: thousand(() => ours.run(action)),
    permits: () => {
      for (let i = 0; i < GOES; i++) ours.acquire().success(); // around a call there is no promise of ours to wait for
    },
    clock: () => {
      for (let i = 0; i < GOES; i++) if (Date.now() < 0) throw new Error("no clock");
    },
    sampling: thousand(() => sampling.execute(action)),
    consecutive: thousand(() => consecutive.execute(action)),
    opossum: thousand(() => opossum.fire()),
  });
  opossum.shutdown();
  const added = (name: keyof typeof times.us): number => times.added(name, "bare"); // µs for 1,000 calls: ns for one
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
        measure: "acquire and success, × a call through cockatiel consecutive",
        unit: "ns CPU",
        ours: times.us.permits,
        peers: { "cockatiel consecutive": times.us.consecutive },
        ratio: times.ratio("permits", "consecutive"),
      },
      "≤",
      0.4,
    ),
    {
      measure: "likewise, × only what cockatiel consecutive adds to the call",
      unit: "ns CPU",
      ours: times.us.permits,
      peers: { "cockatiel consecutive": added("consecutive"), "one reading of the clock": times.us.clock },
      ratio: times.us.permits / added("consecutive"),
    },
  ];
}
