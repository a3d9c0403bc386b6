import type { Benchmark } from "../row.ts";
import { closed } from "./closed.ts";
import { doomedCalls } from "./doomed.ts";
import { fleetRows } from "./fleet.ts";
import { memory } from "./memory.ts";
import { size } from "./size.ts";

/** What a breaker costs and what it is good for, beside cockatiel, opossum and a cooldown. */
const run: Benchmark = async () => [
  ...(await closed()),
  ...(await memory()),
  ...(await size()),
  ...(await doomedCalls()),
  ...(await fleetRows()),
];

export default run;
