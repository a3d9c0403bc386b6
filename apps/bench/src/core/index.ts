import type { Benchmark } from "../row.ts";
import { adapters } from "./adapters.ts";
import { firstDelta } from "./first-delta.ts";
import { imports, sizes } from "./footprint.ts";
import { layers } from "./layers.ts";
import { memory } from "./memory.ts";

/** What core costs, beside the AI SDK, LangChain and the vendors' own SDKs. */
const run: Benchmark = async () => [
  ...(await layers()),
  ...(await adapters()),
  ...(await firstDelta()),
  ...(await sizes()),
  ...(await imports()),
  ...(await memory()),
];

export default run;
