import * as core from "@llm/core";
import { mock } from "@llm/core/testing";
import { testExamples } from "../../../.config/examples.ts";
import * as adaptive from "./adaptive.ts";
import * as breakers from "./index.ts";
import * as redis from "./redis.ts";
import * as registry from "./registry.ts";

const done = (): Promise<string> => Promise.resolve("0");
const client = {
  sendCommand: done,
  subscribe: done,
  unsubscribe: done,
  connect: () => client,
  duplicate: () => client,
};

testExamples(new URL("..", import.meta.url).pathname, {
  load: (specifier) => import(specifier),
  modules: {
    "@llm/core": core,
    "@llm/breaker": breakers,
    "@llm/breaker/adaptive": adaptive,
    "@llm/breaker/redis": redis,
    "@llm/breaker/registry": registry,
    redis: { createClient: () => client },
  },
  scope: () => ({
    provider: mock("A circuit breaker stops calls that would fail."),
    anthropic: () => mock("An answer."),
    openai: () => mock("Another answer."),
    fetch: () => Promise.resolve(new Response("a page")),
    stream: core.replay({
      vendor: "mock",
      model: "model",
      warnings: [],
      text: "",
      content: [],
      toolCalls: [],
      message: { role: "assistant", content: [] },
      finish: "stop",
      usage: core.noUsage,
    }),
    ask: () => Promise.resolve("an answer"),
    askElsewhere: () => Promise.resolve("another answer"),
  }),
});
