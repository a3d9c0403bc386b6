import type { Capabilities } from "../provider.ts";
import type { Family } from "../vendor/family.ts";

/**
 * What Claude models can do on API version 2026-10-21, as of 2026-11-22. Sources: platform.claude.com/docs, "Migrating to
 * API version 2026-10-21" (no sampling parameters for any model), "What's new in Claude Opus 5.5", the Sonnet 5.5
 * migration guide (no forced tools, no prefill), the models overview (context and output limits, efforts).
 */
const current: Capabilities = {
  schema: true,
  tools: true,
  forcedTools: false,
  images: true,
  files: true,
  sampling: "never",
  stop: true,
  efforts: ["low", "medium", "high", "xhigh", "max"],
  prefill: false,
  cacheMarks: true,
  context: 1_000_000,
  maxOutput: 128_000,
};

/** Newest first. */
export const anthropicFamilies: readonly [Family, ...Family[]] = [
  { match: /^claude-(?:fable|mythos|opus|sonnet|haiku)-5-[1-9]$/, can: current },
  {
    match: /^claude-(?:fable|mythos|opus|sonnet|haiku)-5$|^claude-mythos-preview$/,
    can: { ...current, forcedTools: true },
  },
  { match: /^claude-\w+-4-[6-8]$/, can: { ...current, forcedTools: true } },
  {
    match: /^claude-\w+-4-5$/,
    can: { ...current, forcedTools: true, prefill: true, efforts: [], context: 200_000, maxOutput: 64_000 },
  },
];
