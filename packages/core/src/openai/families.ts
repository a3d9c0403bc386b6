import type { Capabilities } from "../provider.ts";
import type { Family } from "../vendor/family.ts";

/**
 * What GPT models can do, as of 2026-11-22. From developers.openai.com/api/docs: models (limits), reasoning (efforts by
 * model), deprecations; types of openai 7.57.0; function tools with reasoning on Chat Completions:
 * community.openai.com/t/1386454; errors of the API that name the efforts of gpt-5.1 and of gpt-5.4:
 * github.com/anomalyco/opencode/issues/4451, docs.rs/meerkat-core.
 */
const current: Capabilities = {
  schema: true,
  tools: true,
  forcedTools: true,
  images: true,
  files: true,
  sampling: "without-effort",
  stop: false,
  efforts: ["none", "low", "medium", "high", "xhigh", "max"],
  prefill: false,
  cacheMarks: true,
  chatTools: "without-effort",
  context: 1_050_000,
  maxOutput: 128_000,
};
/** Models that always reason. */
const always: Capabilities = {
  ...current,
  sampling: "never",
  efforts: ["low", "medium", "high", "xhigh", "max"],
  chatTools: "never",
};
const { cacheMarks: _, ...unmarked } = current; // marks came with gpt-5.6
const first: Capabilities = { ...unmarked, context: 400_000 };
const pro: Capabilities = { ...first, sampling: "never", efforts: ["medium", "high", "xhigh"], chatTools: "never" };
const { chatTools: _chatTools, ...alike } = unmarked;
/** Models that never reason. */
const classic: Capabilities = {
  ...alike,
  sampling: "always",
  stop: true,
  efforts: [],
  context: 128_000,
  maxOutput: 16_384,
};

/** Newest first. */
export const openaiFamilies: readonly [Family, ...Family[]] = [
  { match: /^gpt-6(?:\.\d+)?-(?:terra|luna)|^gpt-6-sol/, can: current },
  { match: /^gpt-6(?:\.\d+)?-|^gpt-(?:daybreak|rosalind)|^gpt-5\.[6-9]-cyber/, can: always },
  { match: /^gpt-5\.[6-9]/, can: current },
  { match: /^gpt-5(?:\.\d)?-pro|codex/, can: pro },
  { match: /^gpt-5(?:\.\d)?-chat/, can: { ...classic, context: 400_000, maxOutput: 128_000 } },
  { match: /^gpt-5\.[45]/, can: { ...unmarked, efforts: ["none", "low", "medium", "high", "xhigh"] } },
  { match: /^gpt-5\.[23]/, can: { ...first, efforts: ["none", "low", "medium", "high", "xhigh"] } },
  { match: /^gpt-5\.1/, can: { ...first, efforts: ["none", "low", "medium", "high"] } },
  { match: /^gpt-5/, can: { ...first, sampling: "never", efforts: ["minimal", "low", "medium", "high"] } },
  {
    match: /^o\d|^computer-use/,
    can: { ...pro, efforts: ["low", "medium", "high"], context: 200_000, maxOutput: 100_000 },
  },
  { match: /^gpt-4\.1/, can: { ...classic, context: 1_047_576, maxOutput: 32_768 } },
  { match: /^gpt-(?:4o|4|3\.5|audio)|^chatgpt-/, can: classic },
];
