import { EFFORTS } from "../efforts.ts";
import type { Capabilities } from "../provider.ts";

/**
 * What a model is taken to do of which nothing is known: all of it, but to continue an answer that the request begins.
 * Whoever serves it says itself what it refuses.
 */
export const anyModel: Capabilities = {
  schema: true,
  tools: true,
  forcedTools: true,
  images: true,
  files: true,
  sampling: "always",
  stop: true,
  efforts: EFFORTS,
  prefill: false,
  inferred: true,
};
