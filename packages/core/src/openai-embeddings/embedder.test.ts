import { createSimulator } from "@llm/simulator";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { newCall } from "../call.ts";
import { isLlmError } from "../error.ts";
import type { Event } from "../event.ts";
import { embedderConformance } from "../testing/index.ts";
import { openaiEmbedder, type OpenAIEmbeddingOptions } from "./index.ts";

describe("OpenAI's", () => {
  const simulator = createSimulator();
  let url = "";
  beforeAll(async () => void ({ url } = await simulator.listen()));
  afterAll(() => simulator.close());
  beforeEach(() => {
    simulator.faults.clear();
    simulator.journal.clear();
  });
  const make = (options: OpenAIEmbeddingOptions = {}) =>
    openaiEmbedder("text-embedding-3-small", { baseURL: `${url}/v1`, apiKey: "k-test-key", ...options });

  for (const check of embedderConformance(() => make({ limits: { texts: 9 } }))) test(check.name, check.run);

  test("is told by its name and asks no more often than it must", async () => {
    const embedder = make();
    expect(embedder).toMatchObject({
      vendor: "openai",
      model: "text-embedding-3-small",
      name: expect.stringMatching(/^openai\/text-embedding-3-small@127/),
    });
    const { vectors, usage } = await embedder.embed({
      texts: Array.from({ length: 2_049 }, (_, n) => `t${n}`),
      dimensions: 16,
    });
    expect(vectors).toHaveLength(2_049);
    expect(vectors[0]).toHaveLength(16);
    expect(usage.input).toBeGreaterThan(2_000);
    expect(simulator.journal.entries()).toHaveLength(2);
  });

  test.each([
    [
      { fault: "rate-limit", retryAfter: 3 },
      { code: "rate-limit", retryAfterMs: 3_000 },
    ],
    [{ fault: "server-error" }, { code: "server", status: 500 }],
    [{ fault: "html", status: 200 }, { code: "malformed" }],
    [{ fault: "empty-body" }, { code: "malformed" }],
    [{ fault: "cut" }, { code: "network" }],
    [{ fault: "reset" }, { code: "network" }],
  ] as const)("%j is %j", async (fault, expected) => {
    simulator.faults.add(fault);
    const error = await make()
      .embed({ texts: ["a"] })
      .catch((e: unknown) => e);
    expect(isLlmError(error)).toBe(true);
    expect(error).toMatchObject({ ...expected, vendor: "openai" });
  });

  test("an upstream that never answers ends with the deadline", async () => {
    simulator.faults.add({ fault: "hang" });
    const call = newCall({ deadline: Date.now() + 60 });
    await expect(make().embed({ texts: ["a"] }, call)).rejects.toMatchObject({
      code: "timeout",
      partial: { usage: { input: 1, estimated: true } },
    });
  });

  test("a bad URL, a bad model and a missing key", async () => {
    await expect(make({ baseURL: "nowhere" }).embed({ texts: ["a"] })).rejects.toMatchObject({
      code: "invalid-request",
    });
    await expect(
      openaiEmbedder("text-embedding-9", { baseURL: `${url}/v1`, apiKey: "k" }).embed({ texts: ["a"] }),
    ).rejects.toMatchObject({ code: "not-found" });
    vi.stubEnv("OPENAI_API_KEY", undefined);
    try {
      const events: Event[] = [];
      const call = newCall({ onEvent: (event) => events.push(event) });
      await expect(openaiEmbedder("m", { baseURL: url }).embed({ texts: ["a"] }, call)).rejects.toMatchObject({
        code: "auth",
      });
      expect(events).toEqual([]); // nothing was sent
    } finally {
      vi.unstubAllEnvs();
    }
  });

  test("the request on the wire is what was asked, in the vendor's words", async () => {
    const sent: { readonly body: unknown; readonly mine: string | null }[] = [];
    const fetch = (_: unknown, init?: RequestInit): Promise<Response> => {
      sent.push({ body: JSON.parse(init?.body as string), mine: new Headers(init?.headers).get("x-mine") });
      const body = { model: "m-1", data: [{ embedding: [1] }], usage: { prompt_tokens: 3 } };
      return Promise.resolve(Response.json(body, { headers: { "x-request-id": "req_1" } }));
    };
    const events: Event[] = [];
    const call = newCall({ onEvent: (event) => events.push(event) });
    const embedder = make({ fetch, vendor: "mine" });
    expect(await embedder.embed({ texts: ["a"] }, call)).toMatchObject({ vendor: "mine", model: "m-1" });
    expect(events[1]).toMatchObject({ type: "api.response", model: "m-1", requestId: "req_1" });
    const plain = { model: "text-embedding-3-small", input: ["a"], encoding_format: "base64" };
    const options = { openai: { extra: 1, headers: { "x-mine": "yes" } }, mine: { more: 2 } };
    await embedder.embed({ texts: ["a"], dimensions: 8, user: "u", options });
    expect(sent).toEqual([
      { body: plain, mine: null },
      { body: { ...plain, dimensions: 8, user: "u", extra: 1, more: 2 }, mine: "yes" },
    ]);
  });

  test("vectors of one request are of one length, also those of two batches", async () => {
    let asked = 0;
    const fetch = (): Promise<Response> =>
      Promise.resolve(
        Response.json({ data: [{ embedding: asked++ === 0 ? [1] : [1, 2] }], usage: { prompt_tokens: 3 } }),
      );
    await expect(make({ fetch, limits: { texts: 1 } }).embed({ texts: ["a", "b"] })).rejects.toMatchObject({
      code: "malformed",
      partial: { usage: { input: 6 } },
    });
  });

  test("vectors are sorted by their index; fewer than texts are malformed", async () => {
    const answer = (data: unknown) =>
      make({ fetch: () => Promise.resolve(Response.json({ data, usage: { prompt_tokens: 3 } })) });
    const two = [
      { index: 1, embedding: [2] },
      { index: 0, embedding: [1] },
    ];
    expect((await answer(two).embed({ texts: ["a", "b"] })).vectors).toEqual([[1], [2]]);
    const bytes = [{ embedding: "AACAPw==" }, { embedding: "AAAAQA==" }]; // 1 and 2 as 32-bit floats
    expect((await answer(bytes).embed({ texts: ["a", "b"] })).vectors).toEqual([[1], [2]]);
    const odd = [
      [null, null],
      [{ index: 1e9, embedding: [1] }],
      [{ index: -1, embedding: [1] }],
      [{ index: "0", embedding: [1] }, { embedding: [1] }],
      [{ index: "length", embedding: [1] }],
      [{ embedding: {} }, { embedding: [1] }],
      [{ embedding: [1, "1"] }, { embedding: [1, 1] }],
      [{ embedding: "??" }],
      [{ embedding: "AAA=" }],
      [{ embedding: ["1"] }, { embedding: [2] }],
      [{ embedding: [1, 2] }, { embedding: [1] }],
      [{ embedding: [] }, { embedding: [] }],
      [{ embedding: "AADAfw==" }, { embedding: [1] }], // not a number, as a 32-bit float
    ];
    for (const data of [two.slice(0, 1), [], undefined, [{ index: 0 }], "x", ...odd])
      await expect(answer(data).embed({ texts: ["a", "b"] })).rejects.toMatchObject({ code: "malformed" });
  });
});
