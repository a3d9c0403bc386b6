import type { Capabilities } from "../provider.ts";
import type { Family } from "../vendor/family.ts";

/**
 * What Claude models can do on API version 2026-10-21, as of 2026-11-22. From platform.claude.com/docs: "Migrating to API
 * version 2026-10-21" (no sampling parameters for any model), "What's new in Claude Opus 5.5" and the Sonnet 5.5 migration
 * guide (no forced tools, no prefill), the models overview (context and output limits), "Effort".
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
const before: Capabilities = { ...current, forcedTools: true };
/** The last ones that take a prefill. Without the beta header for more, their context is the smaller one. */
const older: Capabilities = { ...before, prefill: true, efforts: [], context: 200_000, maxOutput: 64_000 };

/** Newest first. */
export const anthropicFamilies: readonly [Family, ...Family[]] = [
  { match: /^claude-[a-z]+-5-[1-9]$/, can: current },
  { match: /^claude-[a-z]+-5$|^claude-mythos-preview$|^claude-[a-z]+-4-[78]$/, can: before },
  { match: /^claude-[a-z]+-4-6$/, can: { ...before, efforts: ["low", "medium", "high", "max"] } },
  { match: /^claude-opus-4-5$/, can: { ...older, efforts: ["low", "medium", "high"] } },
  { match: /^claude-[a-z]+-4-5$/, can: older },
];
