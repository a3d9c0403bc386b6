import type { Attributes, Meter } from "@opentelemetry/api";
import type { Usage } from "../usage.ts";

const SECONDS = [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92];
const TOKENS = [1, 4, 16, 64, 256, 1_024, 4_096, 16_384, 65_536, 262_144, 1_048_576, 4_194_304, 16_777_216, 67_108_864];

/** What is measured of one upstream request. */
export interface Measured {
  readonly attributes: Attributes;
  readonly usage: Usage;
  readonly ms: number;
  readonly firstPartMs: number | undefined;
  readonly streamed: boolean;
}

/** What measures inferences. */
export interface Meters {
  /** One that is done. */
  readonly done: (measured: Measured) => void;
  /** The time that a piece of its content, behind the first, was waited for. */
  readonly chunk: (ms: number, attributes: Attributes) => void;
}

/** The instruments of the GenAI conventions for inferences, with the bounds that they advise. */
export function newMeters(meter: Meter): Meters {
  const seconds = (name: string, description: string) =>
    meter.createHistogram(`gen_ai.client.inference.${name}`, {
      description,
      unit: "s",
      advice: { explicitBucketBoundaries: SECONDS },
    });
  const tokens = (name: string, description: string) =>
    meter.createHistogram(`gen_ai.client.inference.operation.${name}`, {
      description,
      unit: "{token}",
      advice: { explicitBucketBoundaries: TOKENS },
    });
  const total = (name: string, description: string) =>
    meter.createCounter(`gen_ai.client.inference.usage.${name}`, { description, unit: "{token}" });

  const duration = seconds("duration", "How long an inference took.");
  const firstChunk = seconds("time_to_first_chunk", "How long the first content of a streamed inference took.");
  const perChunk = seconds(
    "time_per_output_chunk",
    "How long each further content of a streamed inference was waited for.",
  );
  const input = tokens("input_tokens", "Tokens read by one inference.");
  const output = tokens("output_tokens", "Tokens written by one inference.");
  const totals = [
    [total("input_tokens", "Tokens read."), (usage: Usage) => usage.input],
    [total("output_tokens", "Tokens written."), (usage: Usage) => usage.output],
    [
      total("cache_read.input_tokens", "Of the tokens read: from the vendor's cache."),
      (usage: Usage) => usage.cacheRead,
    ],
    [
      total("cache_write.input_tokens", "Of the tokens read: to the vendor's cache."),
      (usage: Usage) => usage.cacheWrite,
    ],
    [total("reasoning.output_tokens", "Of the tokens written: reasoning."), (usage: Usage) => usage.reasoning],
  ] as const;

  const done = ({ attributes, usage, ms, firstPartMs, streamed }: Measured): void => {
    duration.record(ms / 1_000, attributes);
    if (streamed && firstPartMs !== undefined) firstChunk.record(firstPartMs / 1_000, attributes);
    if (usage.input > 0) input.record(usage.input, attributes);
    if (usage.output > 0) output.record(usage.output, attributes);
    for (const [counter, count] of totals) if (count(usage) > 0) counter.add(count(usage), attributes);
  };
  return { done, chunk: (ms, attributes) => perChunk.record(ms / 1_000, attributes) };
}
