import type { LanguageModelV4 } from "@ai-sdk/provider";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { newCall } from "../call.ts";
import { collect } from "../collect.ts";
import { layer } from "../compose.ts";
import type { Event } from "../event.ts";
import { generate } from "../generate.ts";
import type { Middleware, Provider } from "../provider.ts";
import { fromParts } from "../replay.ts";
import type { ChatRequest } from "../request.ts";
import type { StreamPart } from "../stream-part.ts";
import { streamText } from "../stream-text.ts";
import { conformance, mock } from "../testing/index.ts";
import { fromAiSdk } from "./from-ai-sdk.ts";
import type { AiSdkCallOptions, AiSdkGenerateResult, AiSdkStreamPart, AnyAiSdkModel } from "./language-model.ts";
import { toAiSdkMiddleware } from "./middleware.ts";
import { toAiSdk } from "./to-ai-sdk.ts";

const { env } = import.meta as ImportMeta & { readonly env: { readonly MODE: string } }; // vitest sets it
const LONG = 600_000; // as many runs as that may take
const runs = env.MODE === "long" ? 3_000 : 100;

const usage = {
  inputTokens: { total: 10, noCache: 4, cacheRead: 5, cacheWrite: 1 },
  outputTokens: { total: 7, text: 4, reasoning: 3 },
  raw: { input_tokens: 4, cache_creation: { ephemeral_1h_input_tokens: 1 } },
};
const metadata = { acme: { itemId: "i1", nested: { n: 1 } } };
const source = { type: "source", sourceType: "url", id: "s1", url: "https://example.com/", title: "E" } as const;

/** Every type of part that version 4 has, with every field. */
const everything: readonly AiSdkStreamPart[] = [
  { type: "stream-start", warnings: [{ type: "other", message: "careful" }] },
  { type: "raw", rawValue: { chunk: 1 } },
  { type: "response-metadata", id: "r1", modelId: "real-model", timestamp: new Date(1_700_000_000_000) },
  { type: "ping" },
  { type: "reasoning-start", id: "0", providerMetadata: metadata },
  { type: "reasoning-delta", id: "0", delta: "Let me " },
  { type: "reasoning-delta", id: "0", delta: "think.", providerMetadata: { acme: { signature: "x" } } },
  { type: "reasoning-end", id: "0", providerMetadata: { acme: { signature: "xy" } } },
  { type: "text-start", id: "0" },
  { type: "text-delta", id: "0", delta: "Hel" },
  { type: "ping" },
  { type: "text-delta", id: "0", delta: "lo", providerMetadata: metadata },
  { type: "text-end", id: "0", citations: [{ source, startIndex: 0, endIndex: 3 }], providerMetadata: metadata },
  { type: "tool-input-start", id: "c1", toolName: "look", dynamic: true, title: "Look", inputEncoding: "json" },
  { type: "tool-input-start", id: "c2", toolName: "find" },
  { type: "tool-input-delta", id: "c1", delta: '{"at"' },
  { type: "tool-input-delta", id: "c2", delta: "{}", providerMetadata: metadata },
  { type: "tool-input-delta", id: "c1", delta: ":1}" },
  { type: "tool-input-end", id: "c1" },
  {
    type: "tool-call",
    toolCallId: "c1",
    toolName: "look",
    input: '{"at":1}',
    providerMetadata: metadata,
    dynamic: true,
  },
  { type: "tool-input-end", id: "c2", providerMetadata: metadata },
  { type: "tool-call", toolCallId: "c2", toolName: "find", input: "{ }" },
  { type: "tool-call", toolCallId: "c3", toolName: "whole", input: '{"a":[]}' },
  { type: "tool-approval-request", approvalId: "a1", toolCallId: "c3" },
  { type: "tool-input-start", id: "h1", toolName: "web_search", providerExecuted: true },
  { type: "tool-input-delta", id: "h1", delta: '{"q":1}' },
  { type: "tool-input-end", id: "h1" },
  { type: "tool-call", toolCallId: "h1", toolName: "web_search", input: '{"q":1}', providerExecuted: true },
  {
    type: "tool-result",
    toolCallId: "h1",
    toolName: "web_search",
    result: { hits: [] },
    isError: true,
    preliminary: true,
  },
  source,
  { type: "source", sourceType: "document", id: "s2", mediaType: "text/plain", title: "D", filename: "d.txt" },
  { type: "file", mediaType: "image/png", data: { type: "data", data: new Uint8Array([1, 2, 255]) } },
  {
    type: "file",
    mediaType: "image/png",
    data: { type: "url", url: new URL("https://example.com/a.png") },
    providerMetadata: metadata,
  },
  { type: "reasoning-file", mediaType: "image/png", data: { type: "data", data: "AAAA" } },
  { type: "custom", kind: "acme.thing", providerMetadata: metadata },
  { type: "raw", rawValue: "later" },
  { type: "text-start", id: "9", providerMetadata: metadata },
  { type: "text-end", id: "9" },
  { type: "finish", finishReason: { unified: "tool-calls", raw: "tool_use" }, usage, providerMetadata: metadata },
];

const streamOf = <T>(items: readonly T[]): ReadableStream<T> => {
  let at = 0;
  return new ReadableStream({
    pull: (controller) => {
      const item = items[at++];
      if (item === undefined) controller.close();
      else controller.enqueue(item);
    },
  });
};

/** A model of theirs that says what it is given, and keeps what it was asked. */
const scripted = (parts: readonly AiSdkStreamPart[], result?: AiSdkGenerateResult) => {
  const asked: AiSdkCallOptions[] = [];
  const model: LanguageModelV4 = {
    specificationVersion: "v4",
    provider: "acme.chat",
    modelId: "m1",
    supportedUrls: {},
    doGenerate: (options) => {
      asked.push(options);
      return result ? Promise.resolve(result) : Promise.reject(new Error("no whole answer"));
    },
    doStream: (options) => {
      asked.push(options);
      return Promise.resolve({
        stream: streamOf(parts),
        request: { body: "b" },
        response: { headers: { "x-h": "1" } },
      });
    },
  };
  return { model, asked };
};

const readAll = async <T>(stream: ReadableStream<T>): Promise<T[]> => {
  const all: T[] = [];
  const reader = stream.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return all;
    all.push(value);
  }
};

const hello: AiSdkCallOptions = { prompt: [{ role: "user", content: [{ type: "text", text: "Hi" }] }] };

/** What a cache or a recording does to parts. */
const throughJson: Middleware = layer(async function* (request, call, inner) {
  for await (const part of inner.stream(JSON.parse(JSON.stringify(request)) as ChatRequest, call))
    yield JSON.parse(JSON.stringify(part)) as StreamPart;
});
const same: Middleware = (inner) => inner;

describe.each([
  ["directly", same],
  ["through JSON", throughJson],
])("theirs, ours and back, %s", (_name, middleware) => {
  const bridged = (model: AnyAiSdkModel) => toAiSdk(middleware(fromAiSdk(model)));

  test("every type of stream part comes back as it was", async () => {
    const { model } = scripted(everything);
    const { stream, request, response } = await bridged(model).doStream(hello);
    expect(await readAll(stream)).toEqual(everything);
    expect(request).toEqual({ body: "b" });
    expect(response).toEqual({ headers: { "x-h": "1" } });
  });

  test("a stream without a head stays without one", async () => {
    const parts: AiSdkStreamPart[] = [
      { type: "text-start", id: "t" },
      { type: "text-delta", id: "t", delta: "x" },
      { type: "text-end", id: "t" },
      {
        type: "finish",
        finishReason: { unified: "other", raw: undefined },
        usage: {
          inputTokens: { total: undefined, noCache: undefined, cacheRead: undefined, cacheWrite: undefined },
          outputTokens: { total: undefined, text: undefined, reasoning: undefined },
        },
      },
    ];
    expect(await readAll((await bridged(scripted(parts).model).doStream(hello)).stream)).toEqual(parts);
  });

  test.each([
    ["without arguments", "", {}],
    ["with an empty object for none", "{}", {}],
    ["with arguments that came in one piece", '{"at":1}', { at: 1 }],
  ])("a streamed call of a tool %s is one of the answer's, and comes back as it was", async (_case, input, read) => {
    const usage = {
      inputTokens: { total: 5, noCache: undefined, cacheRead: undefined, cacheWrite: undefined },
      outputTokens: { total: 3, text: undefined, reasoning: undefined },
    };
    const parts: AiSdkStreamPart[] = [
      { type: "stream-start", warnings: [] },
      { type: "tool-input-start", id: "c1", toolName: "now" },
      { type: "tool-input-end", id: "c1" },
      { type: "tool-call", toolCallId: "c1", toolName: "now", input },
      { type: "tool-input-start", id: "c2", toolName: "look" },
      { type: "tool-input-delta", id: "c2", delta: '{"at":2}' },
      { type: "tool-input-end", id: "c2" },
      { type: "tool-call", toolCallId: "c2", toolName: "look", input: '{"at":2}' },
      { type: "finish", finishReason: { unified: "tool-calls", raw: "tool_calls" }, usage },
    ];
    expect(await readAll((await bridged(scripted(parts).model).doStream(hello)).stream)).toEqual(parts);
    const { toolCalls } = await streamText(middleware(fromAiSdk(scripted(parts).model)), "Hi").result;
    expect(toolCalls).toMatchObject([
      { id: "c1", name: "now", input: read },
      { id: "c2", name: "look", input: { at: 2 } },
    ]);
  });

  test("a whole answer comes back as it was", async () => {
    const result: AiSdkGenerateResult = {
      content: [
        { type: "reasoning", text: "Hm.", providerMetadata: metadata },
        { type: "text", text: "Hello", citations: [{ source }], providerMetadata: metadata },
        { type: "text", text: "" },
        source,
        { type: "tool-call", toolCallId: "c1", toolName: "look", input: '{"at":1}', providerMetadata: metadata },
        { type: "tool-call", toolCallId: "h1", toolName: "web", input: "{}", providerExecuted: true },
        { type: "tool-result", toolCallId: "h1", toolName: "web", result: "r" },
        { type: "file", mediaType: "text/plain", data: { type: "data", data: new Uint8Array([7]) } },
        { type: "custom", kind: "acme.thing" },
      ],
      finishReason: { unified: "content-filter", raw: "refusal" },
      usage,
      providerMetadata: metadata,
      request: { body: { a: 1 } },
      response: { id: "r", modelId: "m", timestamp: new Date(5), headers: { "x-h": "1" }, body: "raw" },
      warnings: [{ type: "unsupported", feature: "seed" }],
    };
    expect(await bridged(scripted([], result).model).doGenerate(hello)).toEqual(result);
  });

  test("every option reaches the model as it was", async () => {
    const { model, asked } = scripted(everything);
    const options: AiSdkCallOptions = {
      prompt: [
        {
          role: "system",
          content: "Be brief.",
          providerOptions: { anthropic: { cacheControl: { type: "ephemeral" } } },
        },
        { role: "system", content: "Be kind." },
        {
          role: "user",
          content: [
            { type: "text", text: "Look:", providerOptions: metadata },
            { type: "file", mediaType: "image/*", data: { type: "url", url: new URL("https://example.com/a.png") } },
            { type: "file", mediaType: "image/png", data: { type: "data", data: "AAAA" }, filename: "a.png" },
            { type: "file", mediaType: "application/pdf", data: { type: "data", data: new Uint8Array([1, 2]) } },
            { type: "file", mediaType: "text/plain", data: { type: "text", text: "plain ☂" } },
            {
              type: "file",
              mediaType: "application/pdf",
              data: { type: "reference", reference: { acme: "f1", beta: "f2" } },
            },
          ],
          providerOptions: metadata,
        },
        {
          role: "assistant",
          content: [
            { type: "reasoning", text: "Hm.", providerOptions: metadata },
            {
              type: "text",
              text: "One ",
              providerOptions: { anthropic: { cacheControl: { type: "ephemeral", ttl: "1h" } } },
            },
            { type: "tool-call", toolCallId: "c1", toolName: "look", input: { at: 1 }, providerOptions: metadata },
            { type: "tool-call", toolCallId: "c2", toolName: "look", input: {} },
            { type: "tool-call", toolCallId: "h1", toolName: "web", input: { q: 1 }, providerExecuted: true },
            { type: "tool-result", toolCallId: "h1", toolName: "web", output: { type: "json", value: [1] } },
            { type: "file", mediaType: "image/png", data: { type: "data", data: "AA" } },
            { type: "reasoning-file", mediaType: "image/png", data: { type: "data", data: "AA" } },
            { type: "custom", kind: "acme.thing", providerOptions: metadata },
          ],
        },
        {
          role: "tool",
          content: [
            { type: "tool-result", toolCallId: "c1", toolName: "look", output: { type: "text", value: "there" } },
            { type: "tool-approval-response", approvalId: "a1", approved: false, reason: "no" },
            { type: "tool-result", toolCallId: "c2", toolName: "look", output: { type: "json", value: { n: null } } },
            { type: "tool-result", toolCallId: "c2", toolName: "look", output: { type: "error-text", value: "bad" } },
            { type: "tool-result", toolCallId: "c2", toolName: "look", output: { type: "error-json", value: [2] } },
            {
              type: "tool-result",
              toolCallId: "c2",
              toolName: "look",
              output: { type: "execution-denied", reason: "no" },
            },
            {
              type: "tool-result",
              toolCallId: "c2",
              toolName: "look",
              output: {
                type: "content",
                value: [
                  { type: "text", text: "see" },
                  { type: "file", mediaType: "image/png", data: { type: "data", data: "AA" } },
                  { type: "custom", providerOptions: metadata },
                ],
              },
              providerOptions: metadata,
            },
          ],
        },
        { role: "system", content: "Now hurry." },
        { role: "user", content: [{ type: "text", text: "Go" }] },
      ],
      maxOutputTokens: 100,
      temperature: 0.5,
      topP: 0.9,
      topK: 40,
      presencePenalty: 0.1,
      frequencyPenalty: 0.2,
      seed: 7,
      stopSequences: ["END"],
      responseFormat: { type: "json", schema: { type: "object" }, name: "out", description: "An output." },
      tools: [
        {
          type: "function",
          name: "look",
          description: "Looks",
          inputSchema: { type: "object" },
          strict: true,
          inputExamples: [{ input: { at: 1 } }],
          providerOptions: metadata,
        },
        { type: "provider", id: "acme.web", name: "web", args: { max: 3 } },
        { type: "function", name: "find", inputSchema: { type: "object" } },
      ],
      toolChoice: { type: "tool", toolName: "look" },
      reasoning: "high",
      providerOptions: { acme: { x: [1] } },
      includeRawChunks: true,
      headers: { "x-mine": "1", authorization: "Bearer secret-key" },
    };
    await readAll((await bridged(model).doStream(options)).stream);
    const { abortSignal, ...got } = asked[0] ?? hello;
    expect(got).toEqual(options);
    expect(abortSignal).toBeInstanceOf(AbortSignal);
  });

  test.each<Partial<AiSdkCallOptions>>([
    { responseFormat: { type: "json" } },
    { responseFormat: { type: "text" } },
    { reasoning: "provider-default" },
    { toolChoice: { type: "required" }, tools: [] },
    {},
  ])("%j reaches the model as it is", async (some) => {
    const { model, asked } = scripted(everything);
    await readAll((await bridged(model).doStream({ ...hello, ...some })).stream);
    const { abortSignal: _signal, ...got } = asked[0] ?? hello;
    const { tools, ...wanted } = { ...hello, ...some };
    expect(got).toEqual({ ...wanted, ...(tools && tools.length > 0 && { tools }) });
  });
});

test("a request that is none is an error before the model is asked", async () => {
  const { model, asked } = scripted(everything);
  const request = { messages: [{ role: "user", content: "Hi" }], maxTokens: -1 } as const;
  await expect(generate(fromAiSdk(model), request)).rejects.toMatchObject({
    code: "invalid-request",
    message: expect.stringContaining("maxTokens"),
  });
  const url = { messages: [{ role: "user", content: [{ type: "image", source: { url: "no url" } }] }] } as const;
  const events: Event[] = [];
  const told = { onEvent: (event: Event) => events.push(event) };
  await expect(generate(fromAiSdk(model), url, told)).rejects.toMatchObject({ code: "invalid-request" });
  expect(asked).toEqual([]);
  expect(events).toEqual([]); // nothing was sent
});

test.each([
  ["data:text/plain,%E6%97%A5%20日", "5pelIOaXpQ=="],
  ["data:image/png,%89PNG", "iVBORw=="],
  ["data:text/plain,100%", "MTAwJQ=="],
  ["data:image/png;base64,aGk=", "aGk="],
  ["data:image/png;base64,aGk%3D", "aGk="],
  ["data:text/plain;charset=utf-8,hi", "aGk="],
  ["data:text/plain;charset=utf-8;base64,aGk=", "aGk="],
  ["data:,hi", "aGk=", "image/*"],
  ["DATA:image/png;BASE64,aGk=", "aGk="],
  ["data:text/plain,a\ud800b", "Ye+/vWI="], // as new URL() has it
])("the bytes of %s reach the model", async (url, data, mediaType = /^data:([^;,]+)/i.exec(url)?.[1]) => {
  const { model, asked } = scripted(everything);
  const content = [{ type: "image", source: { url } }] as const;
  await streamText(fromAiSdk(model), { messages: [{ role: "user", content }] }).result.catch(() => {});
  expect(asked).toMatchObject([{ prompt: [{ content: [{ data: { type: "data", data }, mediaType }] }] }]);
});

test("headers never become part of the request", async () => {
  const seen: ChatRequest[] = [];
  const look = layer((request, call, inner) => {
    seen.push(request);
    return inner.stream(request, call);
  });
  const { model } = scripted(everything);
  await readAll(
    (await toAiSdk(look(fromAiSdk(model))).doStream({ ...hello, headers: { authorization: "secret" } })).stream,
  );
  expect(JSON.stringify(seen)).not.toContain("secret");
});

test("what an answer's parts must bring back stands in its message", async () => {
  const { model, asked } = scripted(everything, {
    content: [
      { type: "reasoning", text: "Hm.", providerMetadata: { acme: { signature: "s" } } },
      { type: "text", text: "A", providerMetadata: { acme: { itemId: "1" } } },
      {
        type: "tool-call",
        toolCallId: "c1",
        toolName: "look",
        input: '{"at":1}',
        providerMetadata: { acme: { thought: "t" } },
      },
      {
        type: "tool-call",
        toolCallId: "h1",
        toolName: "web",
        input: '{"q":1}',
        providerExecuted: true,
        providerMetadata: metadata,
      },
      { type: "tool-result", toolCallId: "h1", toolName: "web", result: [1], providerMetadata: metadata },
      source,
      { type: "text", text: "B" },
    ],
    finishReason: { unified: "tool-calls", raw: "x" },
    usage,
    warnings: [],
  });
  const provider = fromAiSdk(model);
  const first = await generate(provider, "Hi");
  await generate(provider, {
    messages: [
      { role: "user", content: "Hi" },
      first.message,
      { role: "tool", content: [{ type: "tool-result", id: "c1", output: "there" }] },
    ],
  });
  expect(asked[1]?.prompt.slice(1)).toEqual([
    {
      role: "assistant",
      content: [
        { type: "reasoning", text: "Hm.", providerOptions: { acme: { signature: "s" } } },
        { type: "text", text: "A", providerOptions: { acme: { itemId: "1" } } },
        {
          type: "tool-call",
          toolCallId: "c1",
          toolName: "look",
          input: { at: 1 },
          providerOptions: { acme: { thought: "t" } },
        },
        {
          type: "tool-call",
          toolCallId: "h1",
          toolName: "web",
          input: { q: 1 },
          providerExecuted: true,
          providerOptions: metadata,
        },
        {
          type: "tool-result",
          toolCallId: "h1",
          toolName: "web",
          output: { type: "json", value: [1] },
          providerOptions: metadata,
        },
        { type: "text", text: "B" },
      ],
    },
    {
      role: "tool",
      content: [{ type: "tool-result", toolCallId: "c1", toolName: "look", output: { type: "text", value: "there" } }],
    },
  ]);
});

describe("ours, theirs and back", () => {
  const json = fc.dictionary(fc.string(), fc.jsonValue()) as fc.Arbitrary<Record<string, never>>;
  const delta = fc.oneof(
    fc.record({ type: fc.constant("text" as const), block: fc.nat(3), delta: fc.string() }),
    fc.record(
      {
        type: fc.constant("reasoning" as const),
        block: fc.integer({ min: 10, max: 12 }),
        delta: fc.string(),
        data: json,
      },
      { requiredKeys: ["type", "block", "delta"] },
    ),
    fc.integer({ min: 20, max: 23 }).chain((block) =>
      fc.record({
        type: fc.constant("tool-call" as const),
        block: fc.constant(block),
        id: fc.constant(`call-${block}`),
        name: fc.constant(`tool-${block}`),
        delta: fc.constantFrom("", "{", '"a"', ":1", "}", " ", "not json"),
      }),
    ),
    fc.record(
      {
        type: fc.constant("opaque" as const),
        vendor: fc.constant("acme"),
        value: json,
        block: fc.integer({ min: 30, max: 40 }),
      },
      { requiredKeys: ["type", "vendor", "value"] },
    ),
    fc.constant({ type: "usage" as const, usage: { input: 1, cacheRead: 0, cacheWrite: 0, output: 1, reasoning: 0 } }),
  );
  const stream: fc.Arbitrary<StreamPart[]> = fc.array(delta, { maxLength: 25 }).map((deltas) => [
    {
      type: "start",
      vendor: "acme",
      model: "m",
      id: "i",
      requestId: "q",
      degraded: true,
      warnings: [{ code: "changed", field: "effort", message: "low was sent" }],
      rateLimits: [{ name: "tokens", remaining: 5 }],
    },
    ...deltas.map((part, nth) =>
      part.type === "tool-call" && deltas.findIndex((other) => "id" in other && other.id === part.id) === nth
        ? { ...part, data: { acme: { caller: part.block } } } // what a vendor adds stands on the first piece
        : part,
    ),
    {
      type: "finish",
      reason: "context-length",
      raw: "full",
      details: { at: 5 },
      usage: { input: 9, cacheRead: 2, cacheWrite: 3, cacheWrites: { "1h": 3 }, output: 4, reasoning: 1, tier: "fast" },
    },
  ]);

  test(
    "every stream comes back part by part",
    () =>
      fc.assert(
        fc.asyncProperty(stream, async (parts) => {
          const provider: Provider = { name: "acme", models: [], stream: () => fromParts(parts) };
          const got: StreamPart[] = [];
          for await (const part of fromAiSdk(toAiSdk(provider)).stream({ messages: [] }, newCall())) got.push(part);
          expect(got).toEqual(parts);
        }),
        { numRuns: runs },
      ),
    LONG,
  );

  test("an answer in one piece comes back whole", async () => {
    const usage = { input: 9, cacheRead: 0, cacheWrite: 0, output: 4, reasoning: 1 };
    const parts: StreamPart[] = [
      { type: "start", vendor: "acme", model: "m" },
      { type: "reasoning", block: 0, delta: "Hm.", data: { signature: "s" } },
      { type: "reasoning", block: 1, delta: "", data: { redacted: "r" } },
      { type: "opaque", vendor: "acme", block: 2, value: { type: "search" } },
      { type: "text", block: 3, delta: "See:" },
      { type: "opaque", vendor: "acme", block: 1_000_000, value: { type: "citation" } },
      { type: "text", block: 6, delta: "there." },
      { type: "opaque", vendor: "acme", value: { type: "no content" } },
      { type: "tool-call", block: 7, id: "c1", name: "look", delta: "{}", data: { acme: { caller: 1 } } },
      { type: "tool-call", block: 8, id: "c2", name: "look", delta: '{"at":1}' },
      { type: "finish", reason: "tool-calls", usage },
    ];
    const provider: Provider = { name: "acme", models: [], stream: () => fromParts(parts) };
    expect(await generate(fromAiSdk(toAiSdk(provider)), "Hi")).toEqual(await collect(fromParts(parts)));
  });

  test(
    "and as theirs it is a stream by their rules",
    () =>
      fc.assert(
        fc.asyncProperty(stream, async (parts) => {
          const provider: Provider = { name: "acme", models: [], stream: () => fromParts(parts) };
          const theirs = await readAll((await toAiSdk(provider).doStream(hello)).stream);
          expect(theirs[0]?.type).toBe("stream-start");
          expect(theirs.at(-1)?.type).toBe("finish");
          const open = new Map<string, string>();
          const called = new Set<string>();
          for (const part of theirs) {
            if (part.type === "text-start" || part.type === "reasoning-start" || part.type === "tool-input-start") {
              expect(open.has(part.id)).toBe(false);
              open.set(part.id, part.type.replace("-start", ""));
            } else if ("delta" in part) expect(open.get(part.id)).toBe(part.type.replace("-delta", ""));
            else if (part.type === "text-end" || part.type === "reasoning-end" || part.type === "tool-input-end")
              expect(open.delete(part.id)).toBe(true);
            else if (part.type === "tool-call") {
              expect(called.has(part.toolCallId)).toBe(false);
              called.add(part.toolCallId);
            }
          }
          expect(open.size).toBe(0);
        }),
        { numRuns: runs },
      ),
    LONG,
  );

  test("every field of a request comes back", async () => {
    const request: ChatRequest = {
      system: [{ type: "text", text: "Be brief.", cache: "1h" }],
      messages: [
        {
          role: "user",
          content: [
            { type: "text", text: "Look:", cache: "5m" },
            { type: "image", source: { url: "https://example.com/a.png" }, detail: "low" },
            { type: "file", source: { data: "AAAA", mediaType: "application/pdf" }, name: "a.pdf" },
          ],
        },
        {
          role: "assistant",
          content: [
            { type: "reasoning", text: "Hm.", vendor: "anthropic", model: "claude-opus-5-5", data: { signature: "s" } },
            { type: "opaque", vendor: "anthropic", value: { type: "server_tool_use", id: "x" } },
            { type: "tool-call", id: "c", name: "look", input: { at: 1 } },
            { type: "tool-call", id: "d", name: "look", input: {}, data: { anthropic: { caller: { type: "x" } } } },
          ],
        },
        {
          role: "tool",
          content: [
            { type: "tool-result", id: "c", output: "no", isError: true },
            { type: "tool-result", id: "d", output: [{ type: "text", text: "no" }], isError: true, cache: "5m" },
          ],
        },
      ],
      tools: [{ name: "look", description: "d", input: { type: "object" }, strict: true }],
      toolChoice: { tool: "look" },
      parallelTools: false,
      maxTokens: 10,
      temperature: 0.1,
      topP: 0.2,
      seed: 3,
      stop: ["x"],
      effort: "low",
      output: { schema: { type: "object" }, name: "o", dialects: { anthropic: { type: "object" } }, instructions: "i" },
      task: "simple",
      user: "u1",
      tier: "flex",
      strict: true,
      options: { anthropic: { speed: "fast", headers: { "anthropic-beta": "x" } } },
    };
    const inner = mock("ok");
    await generate(fromAiSdk(toAiSdk(inner)), request);
    expect(carried(inner.calls[0]?.request)).toEqual(request);
  });
});

/** Without what only tells the way back. */
const carried = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value, (key, field: unknown) => (key === "aiSdk" ? undefined : field))) as unknown;

describe("the laws hold on both sides of the bridge", () => {
  const answer = {
    reasoning: "Let me think.",
    text: "A breaker opens.",
    toolCalls: [{ name: "look", input: { at: 1 } }],
  };
  for (const check of conformance(() => fromAiSdk(toAiSdk(mock(answer))))) test(check.name, check.run);
});

test("a layer around a model of theirs keeps its state from call to call", () => {
  let made = 0;
  const { model } = scripted(everything);
  const middleware = toAiSdkMiddleware((inner) => {
    made++;
    return inner;
  });
  void middleware.wrapStream({ model, params: hello });
  void middleware.wrapStream({ model, params: hello });
  expect(made).toBe(1);
});
