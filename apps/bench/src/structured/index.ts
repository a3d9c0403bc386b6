import type { Benchmark } from "../row.ts";
import { correctness } from "./correct.ts";
import { corruption } from "./corpus.ts";
import { forms } from "./forms.ts";
import { hostile } from "./hostile.ts";
import { sizes } from "./sizes.ts";
import { streaming } from "./streaming.ts";
import { whole } from "./whole.ts";

/** Reading what models write, beside BAML, the AI SDK, LangChain, jsonrepair, partial-json and jsonriver. */
const run: Benchmark = async ({ data }) => {
  // times come first: thousands of schemas leave the compiler with code for all of them, which no program has
  const times = [...(await streaming()), ...(await whole())];
  return [
    ...(await correctness(data)),
    ...(await corruption()),
    ...times,
    ...(await hostile()),
    ...forms(),
    ...(await sizes()),
  ];
};

export default run;
