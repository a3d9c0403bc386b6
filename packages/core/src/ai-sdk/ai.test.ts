import { createAnthropic } from "@ai-sdk/anthropic";
import { createOpenAI } from "@ai-sdk/openai";
import type { LanguageModelV2, LanguageModelV2StreamPart } from "@ai-sdk/provider";
import { createSimulator } from "@llm/simulator";
import { generateText, stepCountIs, streamText, tool, wrapLanguageModel } from "ai";
import { MockLanguageModelV3, simulateReadableStream } from "ai/test";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { z } from "zod";
import { anthropic } from "../anthropic/index.ts";
import { compose } from "../compose.ts";
import { isLlmError, LlmError } from "../error.ts";
import { fallback } from "../fallback.ts";
import { generate } from "../generate.ts";
import { openai } from "../openai/index.ts";
import { retry } from "../retry.ts";
import { streamText as streamOurs } from "../stream-text.ts";
import { conformance, faults, mock } from "../testing/index.ts";
import type { Event } from "../event.ts";
import { fromAiSdk } from "./from-ai-sdk.ts";
import type { AnyAiSdkModel } from "./language-model.ts";
import { toAiSdkMiddleware } from "./middleware.ts";
import { toAiSdk } from "./to-ai-sdk.ts";

Object.assign(globalThis, { AI_SDK_LOG_WARNINGS: false });
const simulator = createSimulator({ seed: 5 });
let url = "";
beforeAll(async () => {
  ({ url } = await simulator.listen());
});
afterAll(() => simulator.close());
beforeEach(() => simulator.faults.clear());

const CLAUDE = "claude-opus-5-5";
const GPT = "gpt-6.1-sol";
const theirs: Record<string, () => AnyAiSdkModel> = {
  anthropic: () => createAnthropic({ apiKey: "k-secret-1", baseURL: `${url}/v1` })(CLAUDE),
  responses: () => createOpenAI({ apiKey: "k-secret-1", baseURL: `${url}/v1` }).responses(GPT),
  chat: () => createOpenAI({ apiKey: "k-secret-1", baseURL: `${url}/v1` }).chat("gpt-5.6-terra"), // takes tools without effort
};

const weather = tool({
  description: "The weather of a place",
  inputSchema: z.object({ place: z.string() }),
  execute: ({ place }) => Promise.resolve({ place, celsius: 20 }),
});

describe.each(Object.entries(theirs))("fromAiSdk: %s", (name, model) => {
  const make = () => fromAiSdk(model());
  for (const check of conformance(make)) test(check.name, check.run);

  test.each(["cut", "end"] as const)("a stream with the fault %s is no answer, and billed", async (fault) => {
    simulator.faults.add({ fault });
    const events: Event[] = [];
    const stream = streamOurs(make(), "Tell me about the sea.", { onEvent: (event) => events.push(event) });
    const error: unknown = await stream.result.catch((caught: unknown) => caught);
    // their reader says of half an event that it cannot be read, before it hears of the cut
    expect(
      isLlmError(error, ...(fault === "cut" ? (["network", "malformed"] as const) : (["truncated"] as const))),
    ).toBe(true);
    const told = events.filter((event) => event.type === "api.response");
    expect(told).toHaveLength(1);
    expect(told[0]?.usage.input).toBeGreaterThan(0);
    expect(isLlmError(error) && error.partial?.usage).toEqual(told[0]?.usage);
  });

  test.each([
    ["rate-limit", "rate-limit"],
    ["quota", "quota"],
    ["overloaded", "overloaded"],
    ["server-error", "server"],
    ["error-event", "overloaded"],
    ["refuse", "network"],
  ] as const)("the fault %s has the code %s, and neither key nor prompt in it", async (fault, code) => {
    simulator.faults.add({ fault, retryAfter: 3 });
    const stream = streamOurs(make(), "Tell me about the sea.");
    const error: unknown = await stream.result.catch((caught: unknown) => caught);
    if (fault === "error-event") expect(isLlmError(error, "overloaded", "server")).toBe(true); // as the wire has it
    else expect(isLlmError(error) && error.code).toBe(code);
    if (!isLlmError(error)) return;
    if (fault === "rate-limit") expect(error.retryAfterMs).toBe(3_000);
    if (fault === "rate-limit") expect(error.requestId).toMatch(/^req_/);
    const own = Object.getOwnPropertyNames(error).filter((name) => name !== "partial");
    const told =
      JSON.stringify(error, own) + JSON.stringify(error.cause, Object.getOwnPropertyNames(error.cause ?? {}));
    expect(told).not.toContain("k-secret-1");
    expect(told).not.toContain("about the sea");
  });

  test("a whole answer that is cut is one of the network, as of our own adapters", async () => {
    simulator.faults.add({ fault: "cut" });
    await expect(generate(make(), "Tell me about the sea.")).rejects.toMatchObject({
      code: "network",
      requestId: expect.stringMatching(/^req_/),
      cause: { message: "terminated" },
    });
    simulator.faults.set([{ fault: "malformed-event" }]);
    await expect(generate(make(), "Tell me about the sea.")).rejects.toMatchObject({ code: "malformed", status: 200 });
  });

  test("a stream without a word tells whose it was", async () => {
    simulator.faults.add({ fault: "empty-body" });
    const { vendor, model } = make().models[0]!;
    await expect(streamOurs(make(), "Hi").result).rejects.toMatchObject({ code: "truncated", vendor, model });
  });

  test("bytes that are no base64 are the request's fault", async () => {
    const content = [{ type: "file", source: { data: "A=AA", mediaType: "text/plain" } }] as const;
    const asked = generate(make(), { messages: [{ role: "user", content }] });
    // OpenAI's models take no texts by file
    await expect(asked).rejects.toMatchObject({ code: name === "anthropic" ? "invalid-request" : "unsupported" });
  });

  test("a wrong key is auth", async () => {
    await expect(
      generate(fromAiSdk(createOpenAI({ apiKey: "", baseURL: `${url}/v1` }).chat(GPT)), "Hi"),
    ).rejects.toMatchObject({ name: "LlmError" });
  });

  test("answers like our own adapter, and its reasoning goes back", async () => {
    simulator.when("Where?").reply({
      parts: [
        { type: "reasoning", text: "Somewhere." },
        { type: "text", text: "Here." },
        { type: "tool-call", name: "look", input: { at: 1 }, id: "toolu_1" },
      ],
    });
    const tools = [{ name: "look", input: { type: "object", properties: { at: { type: "integer" } } } }] as const;
    const provider = make();
    const effort = name === "chat" ? "none" : "high"; // with tools it takes no more
    const first = await generate(provider, { messages: [{ role: "user", content: "Where?" }], tools, effort });
    expect(first).toMatchObject({ finish: "tool-calls", text: "Here." });
    expect(first.toolCalls).toMatchObject([{ name: "look", input: { at: 1 } }]);
    expect(first.usage.input).toBeGreaterThan(0);
    const second = await generate(provider, {
      messages: [
        { role: "user", content: "Where?" },
        first.message,
        { role: "tool", content: [{ type: "tool-result", id: first.toolCalls[0]!.id, output: "there" }] },
        { role: "user", content: "And now?" },
      ],
      tools,
      effort,
    });
    expect(second.text).not.toBe("");
    const sent = JSON.stringify(simulator.journal.entries().at(-1)?.request);
    expect(sent).toContain("toolu_1");
    if (provider.models[0]?.vendor === "anthropic") expect(sent).toContain("signature");
  });
});

const ours = {
  anthropic: () => anthropic(CLAUDE, { apiKey: "k", baseURL: url }),
  openai: () => openai(GPT, { apiKey: "k", baseURL: `${url}/v1` }),
  mock: () => mock("A breaker opens when calls fail."),
};

describe.each(Object.entries(ours))("toAiSdk: %s", (_name, make) => {
  test("generateText", async () => {
    const result = await generateText({
      model: toAiSdk(make()),
      system: "Be brief.",
      prompt: "What is a circuit breaker?",
    });
    const own = await generate(make(), {
      system: "Be brief.",
      messages: [{ role: "user", content: "What is a circuit breaker?" }],
    });
    expect(result.text).toBe(own.text);
    expect(result.finishReason).toBe("stop");
    expect(result.usage.inputTokens).toBe(own.usage.input);
    expect(result.usage.outputTokens).toBe(own.usage.output);
    expect(result.response.modelId).toBe(own.model);
    expect(result.providerMetadata?.["@llm/core"]).toMatchObject({ start: { vendor: own.vendor, model: own.model } });
    expect(result.warnings ?? []).toEqual([]);
  });

  test("streamText", async () => {
    const result = streamText({ model: toAiSdk(make()), prompt: "What is a circuit breaker?" });
    let text = "";
    for await (const delta of result.textStream) text += delta;
    const own = await streamOurs(make(), "What is a circuit breaker?").result;
    expect(text).toBe(own.text);
    expect((await result.usage).outputTokens).toBe(own.usage.output);
    expect(await result.finishReason).toBe("stop");
  });
});

describe("toAiSdk", () => {
  test.each(["generate", "stream"])("tools, step by step, with parallel calls and reasoning: %s", async (way) => {
    const provider = mock(
      {
        reasoning: "I need the weather.",
        toolCalls: [
          { id: "a", name: "weather", input: { place: "Rome" } },
          { id: "b", name: "weather", input: { place: "Oslo" } },
        ],
      },
      "It is 20 degrees in both.",
    );
    const asked = {
      model: toAiSdk(provider),
      prompt: "Rome or Oslo?",
      tools: { weather },
      stopWhen: stepCountIs(3),
      providerOptions: { "@llm/core": { task: "simple", tenant: "acme", tags: { feature: "weather" } } },
    };
    const text = way === "generate" ? (await generateText(asked)).text : await streamText(asked).text;
    expect(text).toBe("It is 20 degrees in both.");
    expect(provider.calls).toHaveLength(2);
    const { request, call } = provider.calls[1]!;
    expect(call).toMatchObject({ tenant: "acme", tags: { feature: "weather" } });
    expect(request.task).toBe("simple");
    expect(request.tools?.[0]).toMatchObject({ name: "weather", description: "The weather of a place" });
    expect(JSON.parse(JSON.stringify(request.messages.slice(1)))).toMatchObject([
      {
        role: "assistant",
        content: [
          { type: "reasoning", text: "I need the weather.", vendor: "mock", model: "model" },
          { type: "tool-call", id: "a", name: "weather", input: { place: "Rome" } },
          { type: "tool-call", id: "b", name: "weather", input: { place: "Oslo" } },
        ],
      },
      {
        role: "tool",
        content: [
          { type: "tool-result", id: "a", output: '{"place":"Rome","celsius":20}' },
          { type: "tool-result", id: "b", output: '{"place":"Oslo","celsius":20}' },
        ],
      },
    ]);
  });

  test("Claude's signed thinking survives a tool loop of the AI SDK", async () => {
    simulator.when({ text: "Rome or Oslo?" }).reply([
      { type: "reasoning", text: "I need the weather." },
      { type: "tool-call", name: "weather", input: { place: "Rome" } },
    ]);
    simulator.when((question) => question.toolResults !== undefined && question.model === CLAUDE).reply("Rome.");
    const result = await generateText({
      model: toAiSdk(ours.anthropic()),
      prompt: "Rome or Oslo?",
      tools: { weather },
      reasoning: "high",
      stopWhen: stepCountIs(2),
    });
    expect(result.steps).toHaveLength(2);
    expect(JSON.stringify(simulator.journal.entries().at(-1)?.request)).toContain('"signature"');
  });

  test("how closely to look at an image, as AI SDK users say it", async () => {
    const inner = mock("A dot.");
    await generateText({
      model: toAiSdk(inner),
      messages: [
        {
          role: "user",
          content: [
            { type: "file", data: "aGk=", mediaType: "image/png", providerOptions: { openai: { imageDetail: "low" } } },
          ],
        },
      ],
    });
    expect(inner.calls[0]?.request).toMatchObject({ messages: [{ content: [{ type: "image", detail: "low" }] }] });
  });

  test("what only models of the AI SDK understand is warned about", async () => {
    const { warnings } = await generateText({
      model: toAiSdk(mock("ok")),
      prompt: "Hi",
      topK: 3,
      headers: { "x-mine": "1" },
    });
    expect(warnings).toEqual([
      { type: "unsupported", feature: "topK", details: "topK is understood by models of the AI SDK only" },
      {
        type: "unsupported",
        feature: "headers.x-mine",
        details: "headers.x-mine is understood by models of the AI SDK only",
      },
    ]);
  });

  test("errors are ours, not retried by the AI SDK, and rejected before the stream begins", async () => {
    const provider = mock(new LlmError("overloaded", "busy"));
    const model = toAiSdk(provider);
    await expect(generateText({ model, prompt: "Hi" })).rejects.toMatchObject({ code: "overloaded" });
    expect(provider.calls).toHaveLength(1);
    await expect(
      Promise.resolve(model.doStream({ prompt: [{ role: "user", content: [{ type: "text", text: "Hi" }] }] })),
    ).rejects.toMatchObject({ code: "overloaded" });
  });

  test("an error in the middle of a stream reaches onError, with what came before", async () => {
    const model = toAiSdk(
      compose(mock("one two three four"), faults({ after: 3, error: new LlmError("server", "gone") })),
    );
    const errors: unknown[] = [];
    const result = streamText({ model, prompt: "Hi", onError: ({ error }) => void errors.push(error) });
    let text = "";
    for await (const delta of result.textStream) text += delta;
    expect(text).toBe("one two");
    expect(errors).toMatchObject([{ code: "server" }]);
  });

  test("an abort is an abort to the AI SDK, and frees the upstream", async () => {
    const controller = new AbortController();
    const provider = mock("one two three four");
    const model = toAiSdk(compose(provider, faults({ after: 3, stall: true })));
    let aborted = false;
    const result = streamText({
      model,
      prompt: "Hi",
      abortSignal: controller.signal,
      onAbort: () => void (aborted = true),
    });
    for await (const part of result.stream) if (part.type === "text-delta" && part.text === " two") controller.abort();
    expect(aborted).toBe(true);
    expect(provider.active()).toBe(0);
    await expect(
      generateText({ model: toAiSdk(mock("x")), prompt: "Hi", abortSignal: AbortSignal.abort() }),
    ).rejects.toMatchObject({
      name: "AbortError",
    });
  });
});

describe("toAiSdkMiddleware", () => {
  test("our retry and fallback under wrapLanguageModel, around a model of theirs", async () => {
    const openaiModel = createOpenAI({ apiKey: "k", baseURL: `${url}/v1` })(GPT);
    const events: string[] = [];
    const middleware = toAiSdkMiddleware(
      (inner) => fallback(compose(inner, retry({ attempts: 2, baseDelay: 0 })), mock("from the fallback")),
      { onEvent: (event) => events.push(event.type) },
    );
    const model = wrapLanguageModel({ model: openaiModel, middleware });
    const plain = await generateText({ model: openaiModel, prompt: "Hello there" });
    const wrapped = await generateText({ model, prompt: "Hello there" });
    expect(wrapped.text).toBe(plain.text);
    expect(wrapped.usage).toEqual(plain.usage);
    expect(wrapped.providerMetadata?.["openai"]).toBeDefined();
    expect(Object.keys(wrapped.request)).toEqual(Object.keys(plain.request));

    simulator.faults.add({ fault: "overloaded", times: 1, retryAfter: 0 });
    expect((await generateText({ model, prompt: "Hello there", maxRetries: 0 })).text).toBe(plain.text);
    expect(events).toContain("retry.waiting");

    simulator.faults.add({ fault: "server-error" });
    const third = await generateText({ model, prompt: "Hello there", maxRetries: 0 });
    expect(third.text).toBe("from the fallback");
    expect(events).toContain("fallback.used");
    const streamed = streamText({ model, prompt: "Hello there", maxRetries: 0 });
    expect(await streamed.text).toBe("from the fallback");
  });
});

describe("older versions", () => {
  const usage = { inputTokens: 5, outputTokens: 3, totalTokens: 8, reasoningTokens: 1, cachedInputTokens: 2 };
  const v2 = (): LanguageModelV2 => ({
    specificationVersion: "v2",
    provider: "old.chat",
    modelId: "m2",
    supportedUrls: {},
    doGenerate: () =>
      Promise.resolve({
        content: [
          { type: "text", text: "Hello" },
          { type: "file", mediaType: "image/png", data: new Uint8Array([1]) },
        ],
        finishReason: "stop",
        usage,
        warnings: [{ type: "unsupported-setting", setting: "seed" }],
      }),
    doStream: () =>
      Promise.resolve({
        stream: simulateReadableStream<LanguageModelV2StreamPart>({
          initialDelayInMs: null,
          chunkDelayInMs: null,
          chunks: [
            { type: "stream-start", warnings: [{ type: "unsupported-setting", setting: "seed" }] },
            { type: "text-start", id: "1" },
            { type: "text-delta", id: "1", delta: "Hello" },
            { type: "text-end", id: "1" },
            { type: "file", mediaType: "image/png", data: new Uint8Array([1]) },
            { type: "finish", finishReason: "stop", usage },
          ],
        }),
      }),
  });

  for (const check of conformance(() => fromAiSdk(v2()))) test(`v2: ${check.name}`, check.run);

  test("v2: usage, warnings and files are as version 4 has them", async () => {
    const result = await generate(fromAiSdk(v2()), "Hi");
    expect(result).toMatchObject({
      vendor: "old",
      text: "Hello",
      usage: { input: 5, cacheRead: 2, output: 3, reasoning: 1 },
      warnings: [{ code: "unsupported", field: "seed" }],
    });
    const theirs = await generateText({ model: toAiSdk(fromAiSdk(v2())), prompt: "Hi" });
    expect(theirs.files[0]?.uint8Array).toEqual(new Uint8Array([1]));
  });

  test("v2: Anthropic counts what its cache did beside its input, and so it is told", async () => {
    const anthropicsOwn = {
      input_tokens: 12,
      output_tokens: 7,
      cache_read_input_tokens: 3,
      cache_creation_input_tokens: 2,
      cache_creation: { ephemeral_5m_input_tokens: 0, ephemeral_1h_input_tokens: 2 },
    };
    const told = {
      finishReason: "stop",
      usage: { inputTokens: 12, outputTokens: 7, totalTokens: 19, cachedInputTokens: 3 },
      providerMetadata: { anthropic: { usage: anthropicsOwn, cacheCreationInputTokens: 2 } },
    } as const;
    const model: LanguageModelV2 = {
      ...v2(),
      provider: "anthropic.messages",
      doGenerate: () => Promise.resolve({ ...told, content: [{ type: "text", text: "Hello" }], warnings: [] }),
      doStream: () =>
        Promise.resolve({
          stream: simulateReadableStream<LanguageModelV2StreamPart>({ chunks: [{ type: "finish", ...told }] }),
        }),
    };
    const usage = { input: 17, cacheRead: 3, cacheWrite: 2, cacheWrites: { "1h": 2 }, output: 7 };
    expect(await generate(fromAiSdk(model), "Hi")).toMatchObject({ usage });
    expect(await streamOurs(fromAiSdk(model), "Hi").result).toMatchObject({ usage });
  });

  test("v3: prompts go down, and a stream that nobody finished is truncated", async () => {
    const model = new MockLanguageModelV3({
      doStream: () =>
        Promise.resolve({
          stream: simulateReadableStream({
            initialDelayInMs: null,
            chunkDelayInMs: null,
            chunks: [
              { type: "stream-start", warnings: [] },
              { type: "text-start", id: "1" },
              { type: "text-delta", id: "1", delta: "Hel" },
              {
                type: "finish",
                finishReason: { unified: "other", raw: undefined },
                usage: {
                  inputTokens: { total: 1, noCache: 1, cacheRead: 0, cacheWrite: 0 },
                  outputTokens: { total: 1, text: 1, reasoning: 0 },
                },
              },
            ],
          }),
        }),
    });
    const stream = streamOurs(fromAiSdk(model), {
      messages: [
        {
          role: "user",
          content: [
            { type: "image", source: { data: "AAAA", mediaType: "image/png" } },
            { type: "file", source: { url: "https://example.com/a.pdf" } },
          ],
        },
      ],
      effort: "high",
    });
    await expect(stream.result).rejects.toMatchObject({
      code: "truncated",
      partial: { text: "Hel", warnings: [{ field: "effort" }] },
    });
    expect(model.doStreamCalls[0]?.prompt).toEqual([
      {
        role: "user",
        content: [
          { type: "file", data: "AAAA", mediaType: "image/png" },
          { type: "file", data: new URL("https://example.com/a.pdf"), mediaType: "application/pdf" },
        ],
      },
    ]);
  });

  test("a model of no known version is a TypeError", () => {
    expect(() => fromAiSdk({ ...v2(), specificationVersion: "v1" as "v2" })).toThrow("model must be");
  });
});
