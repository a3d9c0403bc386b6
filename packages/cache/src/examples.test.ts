import { newCall, toRequest } from "@llm/core";
import * as core from "@llm/core";
import { mock, mockModel } from "@llm/core/testing";
import { testExamples } from "../../../.config/examples.ts";
import * as contract from "./testing/index.ts";
import * as own from "./index.ts";

const provider = () =>
  mockModel({ vendor: "anthropic", model: "claude-haiku-5-5" }, "A breaker stops calls that would fail.");

testExamples(new URL("..", import.meta.url).pathname, {
  load: (specifier) => import(specifier),
  modules: {
    "@llm/core": core,
    "@llm/core/anthropic": { anthropic: provider },
    "@llm/core/openai": { openai: provider },
    "@llm/cache": own,
    "@llm/cache/testing": contract,
  },
  scope: () => ({
    provider: provider(),
    request: toRequest("Hello"),
    call: newCall(),
    mock,
    llm: provider(),
    embedder: { embed: (text: string) => Promise.resolve([text.length]) },
    test: () => {},
    store: own.memoryStore(),
    wait: () => {},
    ...contract,
  }),
});
