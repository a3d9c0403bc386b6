import * as fc from "fast-check";
import { describe, expect, test, vi } from "vitest";
import { newCall, type CallOptions } from "./call.ts";
import { batches, newEmbedder, type Embedder, type EmbedRequest, type EmbedWire } from "./embed.ts";
import { isLlmError, LlmError } from "./error.ts";
import { estimateTokens } from "./estimate.ts";
import type { Event } from "./event.ts";
import { embedderConformance, mockEmbedder } from "./testing/index.ts";
import { noUsage } from "./usage.ts";

test("batches keep the order and the limits, whatever the texts", () =>
  fc.assert(
    fc.property(
      fc.array(fc.string({ minLength: 1, maxLength: 60 })),
      fc.integer({ min: 1, max: 5 }),
      fc.integer({ min: 1, max: 20 }),
      (texts, most, tokens) => {
        const all = batches(texts, { texts: most, tokens });
        expect(all.flat()).toEqual(texts);
        const sum = (some: readonly string[]) => some.reduce((total, text) => total + estimateTokens(text), 0);
        for (const [nth, batch] of all.entries()) {
          expect(batch.length).toBeGreaterThan(0);
          expect(batch.length).toBeLessThanOrEqual(most);
          if (batch.length > 1) expect(sum(batch)).toBeLessThanOrEqual(tokens);
          const next = all[nth + 1]?.[0]; // what would not have fitted
          if (next !== undefined) expect(batch.length === most || sum([...batch, next]) > tokens).toBe(true);
        }
      },
    ),
  ));

describe("the mock", () => {
  for (const check of embedderConformance(() => mockEmbedder({ limits: { texts: 7 } }))) test(check.name, check.run);
  test("puts texts that share words near each other", async () => {
    const { vectors } = await mockEmbedder({ dimensions: 64 }).embed({
      texts: ["a red door", "red a door!", "blue sky"],
    });
    const dot = (a: number, b: number) => vectors[a]!.reduce((sum, value, i) => sum + value * vectors[b]![i]!, 0);
    expect(dot(0, 1)).toBeCloseTo(1);
    expect(dot(0, 2)).toBeLessThan(0.6);
  });
});

test("a failure between batches carries what has been used", async () => {
  const events: Event[] = [];
  const call = newCall({ onEvent: (event) => events.push(event) });
  const busy = new LlmError("overloaded", "busy", { vendor: "mock", model: "words" });
  const embedder = mockEmbedder({ limits: { texts: 1 }, errors: [undefined, busy] });
  await expect(embedder.embed({ texts: ["one two", "three", "four"] }, call)).rejects.toMatchObject({
    code: "overloaded",
    partial: { usage: { input: 2, output: 0 } },
  });
  expect(events.filter(({ type }) => type === "api.response")).toMatchObject([
    { outcome: "ok", usage: { input: 2 } },
    { outcome: "overloaded", usage: { input: 0 } },
  ]);
  expect(busy.partial).toBeUndefined();
});

describe("one made of a wire", () => {
  const at = { vendor: "v", model: "m" };
  const used = (input: number) => ({ ...noUsage, input });
  const make = (send: EmbedWire["send"], more: object = {}, texts = 9) =>
    newEmbedder(
      { ...at, ...more },
      { texts, tokens: 1_000 },
      {
        send,
        toError: (error) => new LlmError("server", String(error), at),
      },
    );
  /** Embeds, and tells what came of it. */
  async function run(embedder: Embedder, request: EmbedRequest, options: CallOptions = {}) {
    const events: object[] = [];
    const call = newCall({ ...options, onEvent: ({ at: _at, call: _call, ...event }) => events.push(event) });
    const result = await embedder.embed(request, call).catch((error: unknown) => error);
    return { result, error: isLlmError(result) ? result : undefined, events };
  }

  test.each([
    [{ texts: "a" }, "texts: must be a list"],
    [{ texts: ["a", ""] }, "texts[1]: must be text that is not empty"],
    [{ texts: [7] }, "texts[0]: must be text that is not empty"],
    [{ texts: ["a"], dimensions: 0 }, "dimensions: must be a whole number above 0"],
    [{ texts: ["a"], dimensions: -2 }, "dimensions: must be a whole number above 0"],
    [{ texts: ["a"], dimensions: 1.5 }, "dimensions: must be a whole number above 0"],
  ])("refuses %j before anything is sent", async (request, message) => {
    const { error, events } = await run(
      make(() => Promise.reject(new Error("sent"))),
      request as EmbedRequest,
    );
    expect(error).toMatchObject({ code: "invalid-request", message, ...at });
    expect(events).toEqual([]);
  });

  test("has the name of its model, or one that it is given", () => {
    const send = () => Promise.reject(new Error("no"));
    expect(make(send)).toMatchObject({ name: "v/m", ...at });
    expect(make(send, { name: "v/m@here", endpoint: "here" })).toMatchObject({ name: "v/m@here", endpoint: "here" });
  });

  test("tells of each request, and who answered", async () => {
    const answers = [
      { vectors: [[1, 2]], usage: used(3), model: "m-1", requestId: "req_1" },
      { vectors: [[3, 4]], usage: used(4) },
    ];
    vi.useFakeTimers();
    try {
      const send = async () => {
        await vi.advanceTimersByTimeAsync(40);
        return answers.shift()!;
      };
      const { result, events } = await run(make(send, { endpoint: "here" }, 1), { texts: ["a", "b"] });
      expect(result).toEqual({
        vendor: "v",
        model: "m-1",
        vectors: [
          [1, 2],
          [3, 4],
        ],
        usage: used(7),
      });
      const request = { type: "api.request", ...at };
      const response = { type: "api.response", vendor: "v", endpoint: "here", outcome: "ok", ms: 40 };
      expect(events).toStrictEqual([
        request,
        { ...response, model: "m-1", usage: used(3), requestId: "req_1" },
        request,
        { ...response, model: "m", usage: used(4) },
      ]);
    } finally {
      vi.useRealTimers();
    }
  });

  test("tells what a vendor's error tells, which costs nothing", async () => {
    for (const code of ["timeout", "overloaded"] as const) {
      const busy = new LlmError(code, "busy", { ...at, status: 504, requestId: "req_2" });
      const { error, events } = await run(
        make(() => Promise.reject(busy)),
        { texts: ["a"] },
      );
      expect(error).toBe(busy);
      expect(events[1]).toEqual({
        type: "api.response",
        ...at,
        usage: noUsage,
        outcome: code,
        ms: expect.any(Number),
        status: 504,
        requestId: "req_2",
      });
    }
    const { error } = await run(
      make(() => Promise.reject(new Error("odd"))),
      { texts: ["a"] },
    );
    expect(error).toMatchObject({ code: "server", message: "Error: odd" });
  });

  test("stops the request of a caller who leaves, which may have cost what was asked", async () => {
    let signal: AbortSignal | undefined;
    const leave = new AbortController();
    const send: EmbedWire["send"] = (_texts, _request, given) => {
      signal = given;
      leave.abort();
      return new Promise(() => {});
    };
    const { error, events } = await run(make(send), { texts: ["four words in all"] }, { signal: leave.signal });
    const usage = { input: estimateTokens("four words in all"), output: 0, estimated: true };
    expect(error).toMatchObject({ code: "aborted", partial: { usage } });
    expect(events[1]).toMatchObject({ outcome: "aborted", usage });
    expect(events[1]).not.toHaveProperty("status");
    expect(signal?.aborted).toBe(true);
  });

  test("estimates a usage that the vendor leaves out", async () => {
    const { result } = await run(
      make(() => Promise.resolve({ vectors: [[1]], usage: noUsage })),
      { texts: ["a b c"] },
    );
    expect(result).toMatchObject({ usage: { input: estimateTokens("a b c"), estimated: true } });
  });

  test.each([
    [[[1]], "1 vectors came for 2 texts"],
    [[[1], [2], [3]], "3 vectors came for 2 texts"],
    [[[1], [1, 2]], "the vectors are not of one length, or hold what is no number"],
    [[[], []], "the vectors are not of one length, or hold what is no number"],
    [
      [
        [1, 2],
        [1, Number.NaN],
      ],
      "the vectors are not of one length, or hold what is no number",
    ],
  ])("takes %j for no answer", async (vectors, message) => {
    const { error, events } = await run(
      make(() => Promise.resolve({ vectors, usage: used(5) })),
      { texts: ["a", "b"] },
    );
    expect(error).toMatchObject({ code: "malformed", message, ...at, partial: { usage: used(5) } });
    expect(events[1]).toMatchObject({ outcome: "malformed", usage: used(5) });
  });
});
