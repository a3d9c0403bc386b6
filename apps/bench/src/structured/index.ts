import type { Benchmark } from "../row.ts";
import { correctness } from "./correct.ts";
import { corruption } from "./corpus.ts";

/** Reading what models write, beside BAML, the AI SDK, LangChain, jsonrepair, partial-json and jsonriver. */
const run: Benchmark = async ({ data }) => [...(await correctness(data)), ...(await corruption())];

export default run;
