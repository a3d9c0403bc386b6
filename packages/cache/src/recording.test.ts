import {
  collect,
  compose,
  fromParts,
  isLlmError,
  newCall,
  toRequest,
  wrap,
  type JsonObject,
  type StreamPart,
  type Usage,
} from "@llm/core";
import { mock } from "@llm/core/testing";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { cache } from "./cache.ts";
import { runs } from "./kit/runs.ts";
import { readRecording, record } from "./recording.ts";

const text = fc.string({ unit: "binary", maxLength: 6 }); // lone surrogates too: deltas may be cut anywhere
const block = fc.nat(2);
const object: fc.Arbitrary<JsonObject> = fc
  .dictionary(fc.string(), fc.jsonValue({ maxDepth: 1 }))
  .map((value) => JSON.parse(JSON.stringify(value)) as JsonObject); // -0 is no JSON
const count = fc.nat(1_000);
const usage: fc.Arbitrary<Usage> = fc.record(
  { input: count, cacheRead: count, cacheWrite: count, output: count, reasoning: count, raw: object },
  { requiredKeys: ["input", "cacheRead", "cacheWrite", "output", "reasoning"] },
);
const middle: fc.Arbitrary<StreamPart> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ type: fc.constant("text" as const), block, delta: text }) },
  fc.record(
    { type: fc.constant("reasoning" as const), block, delta: text, data: object },
    { requiredKeys: ["type", "block", "delta"] },
  ),
  fc.record({
    type: fc.constant("tool-call" as const),
    block,
    id: fc.constantFrom("1", "2"),
    name: fc.constantFrom("f", "g"),
    delta: text,
  }),
  fc.record({ type: fc.constant("usage" as const), usage }),
  fc.record(
    { type: fc.constant("opaque" as const), vendor: text, value: object, block },
    { requiredKeys: ["type", "vendor", "value"] },
  ),
);
const answer: fc.Arbitrary<StreamPart[]> = fc
  .tuple(
    fc.record(
      {
        type: fc.constant("start" as const),
        vendor: text,
        model: text,
        id: text,
        warnings: fc.constant([{ code: "changed" as const, field: "f", message: "m" }]),
      },
      { requiredKeys: ["type", "vendor", "model"] },
    ),
    fc.array(middle, { maxLength: 30, size: "max" }),
    fc.record(
      {
        type: fc.constant("finish" as const),
        reason: fc.constantFrom("stop" as const, "tool-calls" as const),
        raw: text,
        usage,
      },
      { requiredKeys: ["type", "reason", "usage"] },
    ),
  )
  .map(([start, parts, finish]) => [start, ...parts, finish]);

const playAll = (stored: string): StreamPart[] => {
  const next = readRecording(stored)!.play();
  const parts: StreamPart[] = [];
  for (let part = next(); part; part = next()) parts.push(part);
  return parts;
};

test("a recording plays the very parts that were recorded, any number of times", () => {
  fc.assert(
    fc.property(answer, (parts) => {
      const stored = record(parts, 5)!;
      expect(playAll(stored)).toEqual(parts);
      const recording = readRecording(stored)!;
      const [one, two] = [recording.play(), recording.play()];
      for (const part of parts) expect([one(), two()]).toEqual([part, part]);
      expect([recording.at, recording.start, recording.finish]).toEqual([5, parts[0], parts.at(-1)]);
      expect(stored).toBe(new TextDecoder().decode(new TextEncoder().encode(stored))); // UTF-8 keeps it
    }),
    runs(200),
  );
});

test("a spoilt recording is none, or one that keeps the laws of streams", () => {
  fc.assert(
    fc.property(answer, fc.nat(), fc.string({ maxLength: 3 }), fc.nat(4), (parts, at, by, drop) => {
      const stored = record(parts, 5)!;
      const i = at % stored.length;
      const spoilt = stored.slice(0, i) + by + stored.slice(i + drop);
      const recording = readRecording(spoilt);
      if (!recording) return;
      const types = playAll(spoilt).map((part) => part.type);
      expect([types[0], types.at(-1)]).toEqual(["start", "finish"]);
      expect(types.filter((type) => type === "start" || type === "finish")).toHaveLength(2);
    }),
    runs(500),
  );
});

test("deltas of one block are kept in one piece", () => {
  const start: StreamPart = { type: "start", vendor: "v", model: "m" };
  const end: StreamPart = {
    type: "finish",
    reason: "stop",
    usage: { input: 1, cacheRead: 0, cacheWrite: 0, output: 1, reasoning: 0 },
  };
  const words = Array.from({ length: 500 }, (_, i): StreamPart => ({ type: "text", block: 0, delta: `word${i} ` }));
  const stored = record([start, ...words, end], 0)!;
  expect(stored.length).toBeLessThan(JSON.stringify(words).length / 4);
  expect(playAll(stored)).toEqual([start, ...words, end]);
});

test("a hit keeps the laws of streams: lazy, start first, finish last, the same answer, one-shot, and left at once", async () => {
  await fc.assert(
    fc.asyncProperty(answer, async (parts) => {
      let asked = 0;
      const provider = wrap(mock(), { stream: () => (asked++, fromParts(parts)) });
      const llm = compose(provider, cache());
      const bare = await collect(fromParts(parts));
      expect(await collect(llm.stream(toRequest("x"), newCall()))).toEqual(bare);
      expect(await collect(llm.stream(toRequest("x"), newCall({ whole: true })))).toEqual(bare);

      const events: string[] = [];
      const stream = llm.stream(toRequest("x"), newCall({ onEvent: (event) => events.push(event.type) }));
      await Promise.resolve();
      expect(events).toEqual([]);
      const seen: StreamPart[] = [];
      for await (const part of stream) seen.push(part);
      expect(seen).toEqual(parts);
      expect(events).toEqual(["cache.hit"]);
      const iterator = stream[Symbol.asyncIterator]();
      expect(await iterator.next()).toEqual({ done: true, value: undefined });

      const stop = new AbortController();
      const left = llm.stream(toRequest("x"), newCall({ signal: stop.signal }))[Symbol.asyncIterator]();
      await left.next();
      stop.abort();
      const error: unknown = await left.next().catch((error: unknown) => error);
      expect(isLlmError(error, "aborted")).toBe(true);
      expect(await left.next()).toEqual({ done: true, value: undefined });
      expect(asked).toBe(1);
    }),
    runs(50),
  );
});
