import { isRecord, type JsonObject } from "../json.ts";
import type { FinishPart, FinishReason, Warning } from "../stream-part.ts";
import { noUsage, uncached, type Usage } from "../usage.ts";
import { count, record, text } from "../fields.ts";
import type { AiSdkFinishReason, AiSdkMetadata, AiSdkUsage, AiSdkWarning } from "./language-model.ts";

/** Their usage as ours; none at all where the provider counted nothing, so that it is estimated. */
export function fromAiSdkUsage({ inputTokens, outputTokens, raw }: AiSdkUsage): Usage {
  if (inputTokens.total === undefined && inputTokens.noCache === undefined && outputTokens.total === undefined)
    return noUsage;
  const cacheRead = inputTokens.cacheRead ?? 0;
  const cacheWrite = inputTokens.cacheWrite ?? 0;
  const reasoning = outputTokens.reasoning ?? 0;
  const written = record(raw, "cache_creation"); // Anthropic's words, which their usage does not keep
  const short = count(written, "ephemeral_5m_input_tokens");
  const long = count(written, "ephemeral_1h_input_tokens");
  const tier = text(raw, "service_tier");
  return {
    input: Math.max(inputTokens.total ?? (inputTokens.noCache ?? 0) + cacheRead + cacheWrite, cacheRead + cacheWrite),
    cacheRead,
    cacheWrite,
    ...(cacheWrite > 0 &&
      (short ?? long) !== undefined && { cacheWrites: { ...(short && { "5m": short }), ...(long && { "1h": long }) } }),
    output: Math.max(outputTokens.total ?? (outputTokens.text ?? 0) + reasoning, reasoning),
    reasoning,
    ...(tier !== undefined && { tier }),
    ...(raw && { raw: raw as JsonObject }), // JSON already
  };
}

/** Our usage as theirs. */
export const toAiSdkUsage = (usage: Usage): AiSdkUsage => ({
  inputTokens: {
    total: usage.input,
    noCache: uncached(usage),
    cacheRead: usage.cacheRead,
    cacheWrite: usage.cacheWrite,
  },
  outputTokens: { total: usage.output, text: usage.output - usage.reasoning, reasoning: usage.reasoning },
  ...(usage.raw && { raw: { ...usage.raw } }),
});

/** What their unified reasons fold together, by the vendors' own words. */
const RAW: Readonly<Record<string, FinishReason>> = {
  refusal: "refusal",
  pause_turn: "pause",
  model_context_window_exceeded: "context-length",
};

const REASONS: Readonly<Record<FinishReason, AiSdkFinishReason["unified"]>> = {
  stop: "stop",
  length: "length",
  "tool-calls": "tool-calls",
  refusal: "content-filter",
  "content-filter": "content-filter",
  "context-length": "length",
  pause: "stop",
  other: "other",
};

/** Their finish as ours. `error` and `interrupted` are no finishes: who reads them throws. */
export const fromAiSdkFinish = ({ unified, raw }: AiSdkFinishReason, usage: AiSdkUsage): FinishPart => ({
  type: "finish",
  reason: RAW[raw ?? ""] ?? (unified === "error" || unified === "interrupted" ? "other" : unified),
  ...(raw !== undefined && { raw }),
  usage: fromAiSdkUsage(usage),
});

/** Our finish reason as theirs. */
export const toAiSdkFinish = (part: FinishPart): AiSdkFinishReason => ({
  unified: REASONS[part.reason],
  raw: part.raw,
});

/** Their warning as ours. */
export function fromAiSdkWarning(warning: AiSdkWarning): Warning {
  switch (warning.type) {
    case "unsupported":
      return {
        code: "unsupported",
        field: warning.feature,
        message: warning.details ?? `${warning.feature} is not supported`,
      };
    case "compatibility":
      return { code: "changed", field: warning.feature, message: warning.details ?? `${warning.feature} is emulated` };
    case "deprecated":
      return { code: "changed", field: warning.setting, message: warning.message };
    case "other":
      return { code: "changed", field: "", message: warning.message };
  }
}

/** Our warning as theirs. */
export const toAiSdkWarning = ({ code, field, message }: Warning): AiSdkWarning => ({
  type: code === "unsupported" ? "unsupported" : "compatibility",
  feature: field,
  details: message,
});

const number = (value: unknown): number | undefined => (typeof value === "number" ? value : undefined);

/**
 * The flat usage of V2 models. Some count what came from the cache within the input, some beside it: Anthropic does, and
 * tells the rest in its metadata.
 */
export function fromV2Usage(usage: unknown, metadata: AiSdkMetadata | undefined): AiSdkUsage {
  const fields = isRecord(usage) ? usage : {};
  const input = number(fields["inputTokens"]);
  const cacheRead = number(fields["cachedInputTokens"]);
  const reasoning = number(fields["reasoningTokens"]);
  const output = number(fields["outputTokens"]);
  const told = metadata?.["anthropic"]?.["usage"];
  const cacheWrite = isRecord(told) ? number(told["cache_creation_input_tokens"]) : undefined;
  const beside = isRecord(told) || (cacheRead ?? 0) > (input ?? 0);
  return {
    inputTokens: {
      total: beside && input !== undefined ? input + (cacheRead ?? 0) + (cacheWrite ?? 0) : input,
      noCache: undefined,
      cacheRead,
      cacheWrite,
    },
    outputTokens: { total: output, text: undefined, reasoning },
    ...(isRecord(told)
      ? { raw: told }
      : number(fields["totalTokens"]) !== undefined && { raw: { totalTokens: number(fields["totalTokens"]) } }),
  };
}
