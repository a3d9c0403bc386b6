import { createOpenAI } from "@ai-sdk/openai";
import { createSimulator } from "@llm/simulator";
import { generateText, wrapLanguageModel } from "ai";
import { afterAll } from "vitest";
import { testExamples } from "../../../.config/examples.ts";
import * as aiSdk from "./ai-sdk/index.ts";
import { anthropic } from "./anthropic/index.ts";
import * as core from "./index.ts";
import { openaiChat } from "./openai-chat/index.ts";
import { openaiEmbedder } from "./openai-embeddings/index.ts";
import { openai } from "./openai/index.ts";
import * as node from "./node/index.ts";
import * as otel from "./otel/index.ts";
import * as layers from "./layers.ts";
import * as tools from "./tools.ts";
import * as testing from "./testing/index.ts";

const simulator = createSimulator({ seed: 1 });
const { url } = await simulator.listen();
afterAll(() => simulator.close());

const key = { apiKey: "any" };
const request = core.toRequest("Hello");
const done = (): Promise<string> => Promise.resolve("0");
const client = { sendCommand: done, subscribe: done, unsubscribe: done, duplicate: () => client }; // of Redis
const answer = (): core.Provider => testing.mock("A circuit breaker stops calls that would fail.");

testExamples(new URL("..", import.meta.url).pathname, {
  load: (specifier) => import(specifier),
  modules: {
    "@llm/core": core,
    "@llm/core/layers": layers,
    "@llm/core/tools": tools,
    "@llm/core/testing": testing,
    "@llm/core/ai-sdk": aiSdk,
    "@llm/core/otel": otel,
    "@llm/core/node": node,
    ai: { generateText, wrapLanguageModel },
    "@ai-sdk/openai": { createOpenAI: () => createOpenAI({ ...key, baseURL: `${url}/v1` }) },
    "@llm/core/anthropic": { anthropic: (model: string) => anthropic(model, { ...key, baseURL: url }) },
    "@llm/core/openai": { openai: (model: string) => openai(model, { ...key, baseURL: `${url}/v1` }) },
    "@llm/core/openai-embeddings": {
      openaiEmbedder: (model: string) => openaiEmbedder(model, { ...key, baseURL: `${url}/v1` }),
    },
    "@llm/core/openai-chat": {
      openaiChat: (_model: string) => openaiChat("gpt-6.1-terra", { ...key, baseURL: `${url}/v1` }),
    },
  },
  scope: () => {
    const provider = answer();
    const call = core.newCall();
    const usage = { usage: core.noUsage };
    const others = { inner: answer(), a: answer(), b: answer(), small: answer(), large: answer(), myProvider: answer };
    return {
      provider,
      ...others,
      request,
      call,
      parts: provider.stream(request, call),
      result: {},
      first: usage,
      second: usage,
      error: new core.LlmError("timeout", "late"),
      key: "k",
      client,
      redis: client,
      store: { get: () => Promise.resolve(1) },
      test: () => {},
    };
  },
});
