import { LLMock } from "@copilotkit/aimock";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { anthropic } from "../anthropic/index.ts";
import { newCall } from "../call.ts";
import { collect } from "../collect.ts";
import { compose } from "../compose.ts";
import { isLlmError, type LlmError } from "../error.ts";
import { fallback } from "../fallback.ts";
import { generate } from "../generate.ts";
import { openaiChat } from "../openai-chat/index.ts";
import { openaiEmbedder } from "../openai-embeddings/index.ts";
import { openai } from "../openai/index.ts";
import type { Provider } from "../provider.ts";
import { toRequest, type ChatRequest } from "../request.ts";
import type { ChatResult } from "../result.ts";
import { retry } from "../retry.ts";
import { runTools } from "../run-tools.ts";
import { conformance } from "../testing/index.ts";
import { tool } from "../tool.ts";

/* aimock, a mock server that this project did not write, through the vendors' own clients: what it answers, and its faults. */

const mock = new LLMock({ port: 0, logLevel: "silent" });
let url = "";
beforeAll(async () => {
  url = await mock.start();
});
afterAll(() => mock.stop());
afterEach(() => {
  mock.clearChaos().reset();
});

const wires: Readonly<Record<string, () => Provider>> = {
  anthropic: () => anthropic("claude-sonnet-5-5", { baseURL: url, apiKey: "k-aimock" }),
  openai: () => openai("gpt-6.1-terra", { baseURL: `${url}/v1`, apiKey: "k-aimock" }),
  "openai-chat": () => openaiChat("gpt-6.1-terra", { baseURL: `${url}/v1`, apiKey: "k-aimock" }),
};

const ask = (provider: Provider, request: ChatRequest | string, whole: boolean): Promise<ChatResult> =>
  collect(provider.stream(toRequest(request), newCall({ whole })));
const bothWays = async (provider: Provider, request: ChatRequest | string): Promise<ChatResult> => {
  const [whole, streamed] = [await ask(provider, request, true), await ask(provider, request, false)];
  const common = ({ text, toolCalls, finish, usage }: ChatResult) => ({ text, toolCalls, finish, input: usage.input });
  expect(common(streamed)).toEqual(common(whole));
  return streamed;
};
const errorOf = async (run: Promise<unknown>): Promise<LlmError> => {
  const error: unknown = await run.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!isLlmError(error)) throw new Error(`no error of ours: ${String(error)}`);
  return error;
};

describe.each(Object.entries(wires))("%s", (wire, make) => {
  describe("conformance", () => {
    const answering = (): Provider => {
      mock.onMessage(/./, { content: "The sea is wide and deep." });
      return make();
    };
    for (const check of conformance(answering)) test(check.name, check.run);
  });

  test("text, usage and the vendor's names", async () => {
    mock.onMessage("sea", {
      content: "Wide 🌊 and deep.",
      id: "answer-1",
      model: "as-served",
      usage: { input_tokens: 9, output_tokens: 5, prompt_tokens: 9, completion_tokens: 5, total_tokens: 14 },
    });
    const result = await bothWays(make(), "Tell me of the sea.");
    expect(result).toMatchObject({ text: "Wide 🌊 and deep.", finish: "stop", model: "as-served", id: "answer-1" });
    expect(result.usage).toMatchObject({ input: 9, output: 5 });
  });

  test("parallel tool calls, in order, with the ids that it gave", async () => {
    const toolCalls = ["Rome", "Oslo", "Cairo"].map((city, i) => ({
      id: `id-${i}`,
      name: "weather",
      arguments: JSON.stringify({ city, note: `"${city}"\n` }),
    }));
    mock.onMessage("weather", { toolCalls });
    const tools = [{ name: "weather", input: { type: "object", properties: { city: { type: "string" } } } }];
    const result = await bothWays(make(), { messages: [{ role: "user", content: "The weather?" }], tools });
    expect(result.finish).toBe("tool-calls");
    expect(result.toolCalls.map(({ id, name, input }) => ({ id, name, input }))).toEqual(
      toolCalls.map((call) => ({ id: call.id, name: call.name, input: JSON.parse(call.arguments) as unknown })),
    );
  });

  test("tools run, and their results arrive", async () => {
    mock.onToolResult("id-2", { content: "Cold in Oslo, warm in Rome." });
    const calls = ["Rome", "Oslo"].map((city, i) => ({ id: `id-${i + 1}`, name: "weather", arguments: { city } }));
    mock.onMessage("weather", { content: "Let me see.", toolCalls: calls });
    const weather = tool({
      schema: z.object({ city: z.string() }),
      run: ({ city }) => (city === "Oslo" ? "2°" : "21°"),
    });
    const result = await runTools(make(), "The weather?", { tools: { weather } }).result;
    expect(result.text).toBe("Cold in Oslo, warm in Rome.");
    expect(mock.getLastRequest()?.body).toMatchObject({
      messages: expect.arrayContaining([
        expect.objectContaining({ role: "tool", tool_call_id: "id-1", content: "21°" }),
        expect.objectContaining({ role: "tool", tool_call_id: "id-2", content: "2°" }),
      ]),
    });
  });

  test("reasoning comes apart from the text, and goes back", async () => {
    mock.onMessage("further", { content: "And deep." });
    mock.onMessage("sea", { content: "Wide.", reasoning: "They ask of the sea.", reasoningSignature: "c2lnbmVk" });
    const result = await bothWays(make(), "Of the sea?");
    expect(result.text).toBe("Wide.");
    expect(result.content.find((part) => part.type === "reasoning")).toMatchObject({ text: "They ask of the sea." });
    const first = { role: "user", content: "Of the sea?" } as const;
    const more = { messages: [first, result.message, { role: "user", content: "Go further." } as const] };
    expect((await bothWays(make(), more)).text).toBe("And deep.");
  });

  test("structured output", async () => {
    mock.onMessage("sea", { content: { deep: true, km: 11 } });
    const schema = { type: "object", properties: { deep: { type: "boolean" }, km: { type: "integer" } } };
    const result = await bothWays(make(), { messages: [{ role: "user", content: "The sea?" }], output: { schema } });
    expect(JSON.parse(result.text)).toEqual({ deep: true, km: 11 });
    expect(result.output).toMatchObject({ mode: "native" });
  });

  test.each([
    [400, "invalid_request_error", "invalid-request"],
    [401, "authentication_error", "auth"],
    [403, "permission_error", "permission"],
    [404, "not_found_error", "not-found"],
    [429, "rate_limit_error", "rate-limit"],
    [500, "api_error", "server"],
    [503, "api_error", "overloaded"],
    [529, "overloaded_error", "overloaded"],
  ] as const)("an error %i %s is %s", async (status, type, code) => {
    for (const whole of [true, false]) {
      mock.nextRequestError(status, { type, message: "as asked" });
      const error = await errorOf(ask(make(), "Hello", whole));
      expect(error).toMatchObject({ code, status, message: expect.stringContaining("as asked") });
      expect(error.partial?.usage).toBeUndefined();
      expect(error.retryAfterMs).toBe(status === 429 ? 1_000 : undefined);
    }
  });

  test.each([
    ["dropRate", "server"],
    ["rateLimitRate", "rate-limit"],
    ["disconnectRate", "network"],
    ["malformedRate", "malformed"],
  ] as const)("chaos: %s is %s", async (rate, code) => {
    mock.onMessage(/./, { content: "Never told." }).setChaos({ [rate]: 1 });
    for (const whole of [true, false]) {
      const error = await errorOf(ask(make(), "Hello", whole));
      expect([error.code, error.retryable]).toEqual([code, true]);
    }
  });

  test("its latency ends with the deadline", async () => {
    mock.onMessage(/./, { content: "Late." }).setChaos({ latencyMs: 20_000 });
    for (const whole of [true, false]) {
      const call = newCall({ whole, deadline: Date.now() + 50 });
      const error = await errorOf(collect(make().stream(toRequest("Hello"), call)));
      expect(error).toMatchObject({ code: "timeout", partial: { usage: { estimated: true } } });
    }
  });

  test.each([
    { truncateAfterChunks: 8, latency: 1 },
    { disconnectAfterMs: 800, latency: 10 }, // late enough for a busy machine to have sent some
  ])("a stream cut by %j keeps what had come", async (fault) => {
    const long = "All the words of the sea. ".repeat(40);
    mock.onMessage(/./, { content: long }, { ...fault, chunkSize: 5 });
    const { code, partial } = await errorOf(ask(make(), "Hello", false));
    expect(code).toBe("network");
    expect(long.startsWith(partial?.text ?? "none")).toBe(true);
    expect(partial?.text).not.toBe("");
    expect(partial?.usage).toMatchObject({ estimated: true });
  });

  test("one failure is retried, and another model asked", async () => {
    mock.onMessage(/./, { content: "At last." });
    mock.nextRequestError(500);
    expect((await generate(compose(make(), retry({ random: () => 0 })), "Hello")).text).toBe("At last.");
    mock.nextRequestError(401);
    expect(await generate(fallback(make(), make()), "Hello")).toMatchObject({ text: "At last.", degraded: true });
  });

  test("what it has no answer for is not-found", async () => {
    expect(await errorOf(ask(make(), "Hello", wire === "anthropic"))).toMatchObject({ code: "not-found", status: 404 });
  });
});

test("embeddings", async () => {
  const embedder = openaiEmbedder("text-embedding-3-small", { baseURL: `${url}/v1`, apiKey: "k-aimock" });
  mock.onEmbedding(/./, { embedding: [0.25, -0.5, 1] });
  const { vectors } = await embedder.embed({ texts: ["a", "b"] }, newCall());
  expect(vectors.map((vector) => [...vector])).toEqual([
    [0.25, -0.5, 1],
    [0.25, -0.5, 1],
  ]);
  mock.nextRequestError(429, { type: "rate_limit_error" });
  expect(await errorOf(embedder.embed({ texts: ["a"] }, newCall()))).toMatchObject({ code: "rate-limit" });
});
