import { createSimulator } from "@llm/simulator";
import { anthropic } from "@llm/core/anthropic";
import { openai } from "@llm/core/openai";
import { afterAll } from "vitest";
import { testExamples } from "../../../.config/examples.ts";

const simulator = createSimulator({ seed: 1 });
const { url } = await simulator.listen();
afterAll(() => simulator.close());

const apiKey = "any";

// the project's own README: as it stands there, with a simulator in place of the vendors
testExamples(new URL("../../..", import.meta.url).pathname, {
  files: ["README.md"],
  load: (specifier) => import(specifier),
  modules: {
    "@llm/core/anthropic": { anthropic: (model: string) => anthropic(model, { apiKey, baseURL: url }) },
    "@llm/core/openai": { openai: (model: string) => openai(model, { apiKey, baseURL: `${url}/v1` }) },
  },
});
