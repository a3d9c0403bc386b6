import { describe, expect, test } from "vitest";
import { newCall, amend, type Call } from "../call.ts";
import type { Embedder, EmbedResult } from "../embed.ts";
import { emit } from "../event.ts";
import { embedderConformance, mockEmbedder } from "./index.ts";

const failing = async (make: () => Embedder): Promise<string[]> => {
  const failed: string[] = [];
  for (const { name, run } of embedderConformance(make)) await run().catch(() => failed.push(name));
  return failed;
};

test("an embedder that keeps the laws passes, in one request or in many", async () => {
  expect(await failing(() => mockEmbedder())).toEqual([]);
  expect(await failing(() => mockEmbedder({ limits: { texts: 3 } }))).toEqual([]);
});

describe("an embedder that breaks one law", () => {
  const good = mockEmbedder();
  /** The mock with another answer. */
  const changed = (change: (result: EmbedResult) => EmbedResult): Embedder => ({
    ...good,
    embed: async (request, call) => change(await good.embed(request, call)),
  });
  /** The mock, asked with another call than the caller's. */
  const asked = (change: (call: Call) => Call): Embedder => ({
    ...good,
    embed: (request, call = newCall()) => good.embed(request, change(call)),
  });

  const broken: Record<string, readonly [check: string, embedder: Embedder]> = {
    "has no name": ["it names itself, and its model answers", { ...good, name: "" }],
    "answers as another": ["it names itself, and its model answers", changed((r) => ({ ...r, vendor: "another" }))],
    "turns the order round": [
      "vectors come in the order of the texts",
      changed((result) => ({ ...result, vectors: result.vectors.toReversed() })),
    ],
    "does not tell what it asks": [
      "usage is told once for each upstream request, and sums up",
      asked((call) => amend(call, { listener: (event) => event.type !== "api.request" && call.listener?.(event) })),
    ],
    "tells a success as a failure": [
      "usage is told once for each upstream request, and sums up",
      asked((call) =>
        amend(call, {
          listener: (event) => call.listener?.(event.type === "api.response" ? { ...event, outcome: "server" } : event),
        }),
      ),
    ],
    "hears no abort once it has begun": [
      "an abort on the way ends it, and is told once, with what it used",
      asked((call) => (call.signal?.aborted ? call : amend(call, { signal: undefined }))),
    ],
    "does not tell how an abort ended": [
      "an abort on the way ends it, and is told once, with what it used",
      asked((call) =>
        amend(call, {
          listener: (event) => (event.type !== "api.response" || event.outcome === "ok") && call.listener?.(event),
        }),
      ),
    ],
    "asks though it is too late": [
      "a deadline that has passed is a timeout",
      {
        ...good,
        embed: (request, call = newCall()) => {
          if (call.deadline < Date.now()) emit(call, "api.request", { vendor: "mock", model: "words" });
          return good.embed(request, call);
        },
      },
    ],
  };
  for (const [name, [check, embedder]] of Object.entries(broken))
    test(name, async () => expect(await failing(() => embedder)).toContain(check));
});
