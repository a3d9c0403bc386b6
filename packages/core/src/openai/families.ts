import type { Capabilities } from "../provider.ts";
import type { Family } from "../vendor/family.ts";

/**
 * What GPT models can do, as of 2026-11-22. Sources: developers.openai.com/api/docs (models, deprecations, reasoning),
 * types of openai 7.57.0; function tools with reasoning on Chat Completions: community.openai.com/t/1386454.
 */
const current: Capabilities = {
  schema: true,
  tools: true,
  forcedTools: true,
  images: true,
  files: true,
  sampling: "without-effort",
  stop: false,
  efforts: ["none", "minimal", "low", "medium", "high", "xhigh", "max"],
  prefill: false,
  cacheMarks: true,
  chatTools: "without-effort",
  context: 1_050_000,
  maxOutput: 128_000,
};

/** Models that always reason. */
const reasoning: Capabilities = {
  ...current,
  sampling: "never",
  efforts: ["low", "medium", "high", "xhigh", "max"],
  chatTools: "never",
};

const classic: Capabilities = {
  ...current,
  sampling: "always",
  stop: true,
  efforts: [],
  context: 128_000,
  maxOutput: 16_384,
};
const { chatTools: _chatTools, cacheMarks: _cacheMarks, ...withoutReasoning } = classic;
const { cacheMarks: _, ...unmarked } = current; // marks came with gpt-5.6

/** Newest first. */
export const openaiFamilies: readonly [Family, ...Family[]] = [
  { match: /^gpt-6(?:\.\d+)?-(?:terra|luna)|^gpt-6-sol/, can: current },
  { match: /^gpt-6(?:\.\d+)?-/, can: reasoning },
  { match: /^gpt-5\.[6-9]/, can: current },
  { match: /^gpt-5\.[45]/, can: unmarked },
  { match: /^gpt-5(?:\.\d)?/, can: { ...unmarked, context: 400_000 } },
  {
    match: /^o\d/,
    can: {
      ...unmarked,
      sampling: "never",
      chatTools: "never",
      efforts: ["low", "medium", "high"],
      context: 200_000,
      maxOutput: 100_000,
    },
  },
  { match: /^gpt-4\.1/, can: { ...withoutReasoning, context: 1_047_576, maxOutput: 32_768 } },
  { match: /^gpt-(?:4o|4|3\.5)|^chatgpt-/, can: withoutReasoning },
];

/**
 * What a server that speaks Chat Completions is taken to do when its model is not OpenAI's: all of it, as nothing is
 * known; it says itself what it refuses.
 */
export const anyChatModel: Capabilities = {
  schema: true,
  tools: true,
  forcedTools: true,
  images: true,
  files: true,
  sampling: "always",
  stop: true,
  efforts: ["none", "minimal", "low", "medium", "high", "xhigh", "max"],
  prefill: false,
  inferred: true,
};
