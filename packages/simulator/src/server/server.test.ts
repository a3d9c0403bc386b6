import Anthropic from "@anthropic-ai/sdk";
import OpenAI from "openai";
import { describe, expect, test } from "vitest";
import { createSimulator, type JournalEntry } from "../index.ts";
import { manualClock, start } from "../test/start.ts";

const claude = { model: "claude-opus-5-5", max_tokens: 500, messages: [{ role: "user" as const, content: "Hello" }] };
const responses = { model: "gpt-6.1-sol", input: "Hello" };

describe("who is let in", () => {
  test("both headers and both versions of Anthropic", async () => {
    const { url } = await start({ apiKeys: ["secret"] });
    const ask = async (headers: Record<string, string>): Promise<number> =>
      (await fetch(`${url}/v1/messages`, { method: "POST", body: JSON.stringify(claude), headers })).status;
    const version = { "anthropic-version": "2023-06-01" };
    expect(await ask({ ...version, "x-api-key": "secret" })).toBe(200);
    expect(await ask({ "anthropic-version": "2026-10-21", authorization: "Bearer secret" })).toBe(200);
    expect(await ask({ ...version, "x-api-key": "wrong" })).toBe(401);
    expect(await ask(version)).toBe(401);
    expect(await ask({ "x-api-key": "secret" })).toBe(400);
    expect(await ask({ "x-api-key": "secret", "anthropic-version": "1999-01-01" })).toBe(400);
  });

  test("a wrong key at OpenAI", async () => {
    const { url } = await start({ apiKeys: ["secret"] });
    const client = new OpenAI({ baseURL: `${url}/v1`, apiKey: "wrong", maxRetries: 0 });
    await expect(client.models.list()).rejects.toMatchObject({ status: 401, code: "invalid_api_key" });
  });

  test("the answer to an old version lacks the fields that came with the new", async () => {
    const { post } = await start();
    const message = async (version: string): Promise<object> =>
      (await (await post("/v1/messages", claude, { "anthropic-version": version })).json()) as object;
    expect(await message("2026-10-21")).toMatchObject({ container: null, diagnostics: null, stop_details: null });
    for (const field of ["container", "diagnostics", "stop_details"])
      expect(await message("2023-06-01")).not.toHaveProperty(field);
  });
});

describe("models", () => {
  test("Anthropic's, page by page, and one", async () => {
    const { anthropic } = await start();
    const ids: string[] = [];
    for await (const model of anthropic.models.list({ limit: 5 })) ids.push(model.id);
    expect(ids).toContain("claude-opus-5-5");
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.length).toBeGreaterThan(15);
    expect(await anthropic.models.retrieve("claude-opus-5-5")).toMatchObject({
      display_name: "Claude Opus 5.5",
      line: "opus",
      lifecycle: "active",
      max_input_tokens: 1_000_000,
      max_tokens: 128_000,
      capabilities: { thinking: { types: { adaptive: { supported: true }, disabled: { supported: false } } } },
    });
    expect(await anthropic.models.retrieve("claude-opus-5-5-20260901")).toMatchObject({ id: "claude-opus-5-5" });
    expect(await anthropic.models.retrieve("claude-sonnet-4-5")).toMatchObject({ lifecycle: "deprecated" });
    await expect(anthropic.models.retrieve("gpt-6.1-sol")).rejects.toMatchObject({ status: 404 });
  });

  test("OpenAI's, and one", async () => {
    const { openai } = await start();
    const { data } = await openai.models.list();
    expect(data.map(({ id }) => id)).toContain("text-embedding-3-small");
    expect(data.every(({ id }) => !id.startsWith("claude"))).toBe(true);
    expect(await openai.models.retrieve("gpt-4o")).toMatchObject({ shutdown_date: "2027-01-14" });
    await expect(openai.models.retrieve("gpt-3.5-turbo")).rejects.toMatchObject({
      status: 404,
      code: "model_not_found",
    });
  });
});

describe("embeddings", () => {
  test("base64 and floats are the same unit vectors; words that are shared bring texts nearer", async () => {
    const { openai, post } = await start();
    const input = ["the blue whale swims", "the blue whale sings", "quarterly tax report"];
    const model = "text-embedding-3-small";
    const { data, usage } = await openai.embeddings.create({ model, input });
    const floats = await openai.embeddings.create({ model, input, encoding_format: "float" });
    const raw = (await (await post("/v1/embeddings", { model, input, encoding_format: "base64" })).json()) as {
      data: { embedding: unknown }[];
    };
    expect(typeof raw.data[0]?.embedding).toBe("string");
    expect(usage).toEqual({ prompt_tokens: 15, total_tokens: 15 });
    const [a = [], b = [], c = []] = data.map(({ embedding }) => embedding);
    expect(a.length).toBe(1_536);
    for (const [i, value] of a.entries()) expect(value).toBeCloseTo(floats.data[0]?.embedding[i] ?? 9, 6);
    const dot = (left: readonly number[], right: readonly number[]): number =>
      left.reduce((sum, value, i) => sum + value * (right[i] ?? 0), 0);
    expect(dot(a, a)).toBeCloseTo(1, 4);
    expect(dot(a, b)).toBeGreaterThan(dot(a, c) + 0.3);
  });

  test("count against the rate limit", async () => {
    const { post } = await start({ clock: manualClock(), rateLimits: { requestsPerMinute: 1 } });
    const body = { model: "text-embedding-3-small", input: "x" };
    expect((await post("/v1/embeddings", body)).headers.get("x-ratelimit-remaining-requests")).toBe("0");
    expect((await post("/v1/embeddings", body)).status).toBe(429);
  });

  test.each([
    [{ input: "" }, 400],
    [{ input: [] }, 400],
    [{ input: "x", dimensions: 9_999 }, 400],
    [{ input: "x", encoding_format: "hex" }, 400],
    [{ input: "word ".repeat(9_000) }, 400],
    [{ input: "x", model: "gpt-6.1-sol" }, 403],
    [{ input: "x", dimensions: 8 }, 200],
    [{ input: [1, 2, 3] }, 200],
    [{ input: [[1, 2], [3]] }, 200],
  ])("%j: %i", async (body, status) => {
    const { post } = await start();
    expect((await post("/v1/embeddings", { model: "text-embedding-3-large", ...body })).status).toBe(status);
  });
});

describe("stored responses", () => {
  test("are fetched, listed, built upon and deleted; what was not stored is not found", async () => {
    const { openai } = await start();
    const first = await openai.responses.create(responses);
    expect((await openai.responses.retrieve(first.id)).output_text).toBe(first.output_text);
    const items = await openai.responses.inputItems.list(first.id);
    expect(items.data[0]).toMatchObject({ role: "user", content: "Hello" });
    await expect(openai.responses.cancel(first.id)).rejects.toMatchObject({ status: 400 });
    await openai.responses.delete(first.id);
    await expect(openai.responses.retrieve(first.id)).rejects.toMatchObject({ status: 404 });
    const second = await openai.responses.create({ ...responses, store: false });
    await expect(openai.responses.create({ ...responses, previous_response_id: second.id })).rejects.toMatchObject({
      code: "previous_response_not_found",
    });
  });
});

describe("what is no request", () => {
  test.each([
    ["GET", "/v1/nothing", 404],
    ["GET", "//x", 404],
    ["GET", "/v1/chat/completions", 405],
    ["GET", "/v1/messages", 405],
  ])("%s %s: %i", async (method, path, status) => {
    const { url, simulator } = await start();
    const answer = await fetch(url + path, { method, headers: { authorization: "Bearer x" } });
    expect(answer.status).toBe(status);
    expect(await answer.json()).toHaveProperty("error");
    expect(simulator.journal.entries()[0]?.reason).toContain("no route");
  });

  test("an id that is no sound URL", async () => {
    const { url } = await start();
    expect((await fetch(`${url}/v1/models/%zz`, { headers: { authorization: "Bearer x" } })).status).toBe(404);
  });

  test("a body that is no JSON, and one that is too large", async () => {
    const { post } = await start();
    expect((await post("/v1/messages", "{")).status).toBe(400);
    expect((await post("/v1/responses", "[1]")).status).toBe(400);
    const large = await post("/v1/messages", `"${"x".repeat(33 * 1024 * 1024)}"`);
    expect([large.status, await large.json()]).toEqual([
      413,
      expect.objectContaining({ error: expect.objectContaining({ type: "request_too_large" }) }),
    ]);
  });

  test("the front page says what this is", async () => {
    const { url } = await start();
    expect(JSON.stringify(await (await fetch(url)).json())).toContain("simulator");
  });
});

describe("time", () => {
  test("first token and pace follow the injected clock", async () => {
    const clock = manualClock();
    const { simulator, post } = await start({ clock, latency: 800, tokensPerSecond: 10 });
    simulator.when("Hello").reply("One two three four five six.");
    const before = clock.now();
    let answered = false;
    const pending = post("/v1/responses", { ...responses, stream: true }).then(async (answer) => {
      answered = true;
      return answer.text();
    });
    await expect.poll(() => clock.waiting()).toBe(1);
    clock.advance(799);
    expect(answered).toBe(false);
    clock.advance(1);
    // 28 characters are 7 tokens and a little: each piece is rounded up on its own.
    while (simulator.journal.entries().length === 0) {
      await new Promise((resolve) => setImmediate(resolve));
      if (clock.waiting() > 0) clock.advance(10);
    }
    expect(await pending).toContain("response.completed");
    const took = clock.now() - before;
    expect(took).toBeGreaterThanOrEqual(800 + 700);
    expect(took).toBeLessThanOrEqual(800 + 1_300);
    expect(simulator.journal.entries()[0]?.duration).toBe(took);
  });

  test("a whole answer takes as long as a streamed one", async () => {
    const clock = manualClock();
    const { simulator, post } = await start({ clock, tokensPerSecond: 10, models: ["gpt-6.1-sol"] });
    simulator.when("Hello").reply("x".repeat(400));
    const pending = post("/v1/responses", responses);
    await expect.poll(() => clock.waiting()).toBe(1);
    clock.advance(10_000);
    expect((await pending).status).toBe(200);
  });

  test("latencies are drawn anew for each request, by model, and the same for the same seed", async () => {
    const draw = async (seed: number): Promise<readonly number[]> => {
      const clock = manualClock();
      const { simulator, post } = await start({ clock, seed, latency: "model", length: 1 });
      for (let i = 0; i < 4; i++) {
        const pending = post("/v1/responses", responses);
        await expect.poll(() => clock.waiting()).toBe(1);
        while (simulator.journal.entries().length === i) {
          clock.advance(20);
          await new Promise((resolve) => setImmediate(resolve));
        }
        await pending;
      }
      return simulator.journal.entries().map(({ duration }) => duration);
    };
    const drawn = await draw(1);
    expect(new Set(drawn).size).toBeGreaterThan(2);
    for (const ms of drawn) expect(ms).toBeGreaterThan(50);
  });
});

describe("the journal", () => {
  test("keeps the last entries, calls its listener, and survives one that throws", async () => {
    const heard: JournalEntry[] = [];
    const { post, simulator } = await start({
      journalSize: 2,
      onExchange: (entry) => {
        heard.push(entry);
        throw new Error("no");
      },
    });
    for (let i = 0; i < 3; i++) expect((await post("/v1/responses", responses)).status).toBe(200);
    expect(heard).toHaveLength(3);
    expect(simulator.journal.entries().map(({ number }) => number)).toEqual([2, 3]);
    expect(heard[0]).toMatchObject({
      method: "POST",
      path: "/v1/responses",
      wire: "openai-responses",
      model: "gpt-6.1-sol",
      stream: false,
      status: 200,
      source: "generated",
      outcome: "complete",
      request: responses,
      usage: { total_tokens: expect.any(Number) },
    });
    simulator.journal.clear();
    expect(simulator.journal.entries()).toEqual([]);
  });

  test("keeps the beginning of what is long", async () => {
    const { post, simulator } = await start();
    expect((await post("/v1/responses", { ...responses, model: "x".repeat(100_000) })).status).toBe(404);
    const [entry] = simulator.journal.entries();
    expect([entry?.model?.length, entry?.reason?.length, String(entry?.request).length]).toEqual([256, 1_024, 65_536]);
  });

  test("says when a caller left", async () => {
    const { anthropic, simulator } = await start({ clock: manualClock(), tokensPerSecond: 5 });
    const stream = await anthropic.messages.create({ ...claude, stream: true });
    for await (const _ of stream) break;
    await expect.poll(() => simulator.journal.entries()[0]?.outcome).toBe("aborted");
  });
});

describe("listening", () => {
  test("on loopback, once, and never again after it was closed", async () => {
    const simulator = createSimulator();
    const first = await simulator.listen();
    expect(first.url).toBe(`http://127.0.0.1:${first.port}`);
    await expect(simulator.listen()).rejects.toThrow("listens already");
    await expect(createSimulator().listen({ prot: 1 } as never)).rejects.toThrow(/^prot is no option/);
    await expect(createSimulator().listen({ port: first.port })).rejects.toMatchObject({ code: "EADDRINUSE" });
    await first.close();
    await expect(fetch(first.url)).rejects.toThrow();
    const again = await simulator.listen({ port: first.port });
    expect((await fetch(again.url)).status).toBe(200);
    await again.close();
  });

  test("two at once do not know of each other; two calls of listen() at once open one", async () => {
    const simulator = createSimulator();
    const [one, other] = await Promise.allSettled([simulator.listen(), simulator.listen()]);
    expect([one.status, other.status]).toEqual(["fulfilled", "rejected"]);
    await simulator.close();
    const [a, b] = [await start(), await start()];
    a.simulator.when("Hello").reply("from a");
    a.simulator.faults.add({ fault: "overloaded", stream: true });
    b.simulator.when("Hello").reply("from b");
    const texts = await Promise.all([a, b].map(({ openai }) => openai.responses.create(responses)));
    expect(texts.map(({ output_text }) => output_text)).toEqual(["from a", "from b"]);
    expect(b.simulator.faults.list()).toEqual([]);
    expect(b.simulator.journal.entries()).toHaveLength(1);
  });

  test("closing breaks off what is open", async () => {
    const simulator = createSimulator({ clock: manualClock(), tokensPerSecond: 1 });
    const { url, close } = await simulator.listen();
    const client = new Anthropic({ baseURL: url, apiKey: "x", maxRetries: 0 });
    const stream = await client.messages.create({ ...claude, stream: true });
    const reading = (async () => {
      for await (const _ of stream) continue;
    })();
    await close();
    await expect(reading).rejects.toThrow();
  });
});
