/*
 * What layers cost: `pnpm exec node src/stream.bench.ts`. CPU time of one process, medians of interleaved rounds.
 *
 * 1. a thousand text deltas through retry and two watchers, as a multiple of a bare hand-written iterator's;
 * 2. `generate` through the same, in microseconds above `generate` without any.
 */
import { compose, layer, wrap } from "./compose.ts";
import { generate } from "./generate.ts";
import type { Middleware, Provider } from "./provider.ts";
import { newCall } from "./call.ts";
import { fromParts } from "./replay.ts";
import { toRequest } from "./request.ts";
import { retry } from "./retry.ts";
import type { StreamPart } from "./stream-part.ts";
import { mock } from "./testing/index.ts";
import { watch } from "./watch.ts";

const usage = { input: 3, cacheRead: 0, cacheWrite: 0, output: 1_000, reasoning: 0 };
const answer = (deltas: number): readonly StreamPart[] => [
  { type: "start", vendor: "mock", model: "model" },
  ...Array.from({ length: deltas }, (): StreamPart => ({ type: "text", block: 0, delta: "word" })),
  { type: "finish", reason: "stop", usage },
];
const provider = (parts: readonly StreamPart[]): Provider => wrap(mock(), { stream: () => fromParts(parts) });

/** What a breaker and a cost tracker do with a stream: look at each part, and settle. */
const look = (): Middleware => {
  let parts = 0;
  let ends = 0;
  return layer((request, call, inner) =>
    watch(
      () => inner.stream(request, call),
      () => ({ part: () => void parts++, end: () => void ends++ }),
    ),
  );
};

const request = toRequest("Hi");
const read = async ({ stream }: Provider): Promise<number> => {
  let parts = 0;
  for await (const part of stream(request, newCall())) if (part.type === "text") parts++;
  return parts;
};

/** Median CPU time of each, in microseconds a run: rounds take turns, so that noise meets all alike. */
async function measure(
  runs: Readonly<Record<string, () => Promise<unknown>>>,
  repeat: number,
  rounds: number,
): Promise<Record<string, number>> {
  const times: Record<string, number[]> = {};
  for (let round = -5; round < rounds; round++)
    for (const [name, run] of Object.entries(runs)) {
      const before = process.cpuUsage();
      for (let i = 0; i < repeat; i++) await run();
      const { user, system } = process.cpuUsage(before);
      if (round >= 0) (times[name] ??= []).push((user + system) / repeat);
    }
  return Object.fromEntries(
    Object.entries(times).map(([name, all]) => [name, all.sort((a, b) => a - b)[all.length >> 1] ?? Number.NaN]),
  );
}

const long = provider(answer(1_000));
const layered = compose(long, retry(), look(), look());
const streams = await measure({ bare: () => read(long), layered: () => read(layered) }, 20, 60);
const [bare = 0, three = 0] = [streams["bare"], streams["layered"]];
console.log(
  `1,000 deltas: bare ${bare.toFixed(0)} µs, through three layers ${three.toFixed(0)} µs, × ${(three / bare).toFixed(2)}`,
);

const short = provider(answer(1));
const steady = compose(short, retry(), look(), look());
const whole = await measure({ none: () => generate(short, "Hi"), three: () => generate(steady, "Hi") }, 2_000, 40);
console.log(
  `generate: ${whole["none"]?.toFixed(2)} µs, three layers add ${((whole["three"] ?? 0) - (whole["none"] ?? 0)).toFixed(2)} µs`,
);
