import { defined, some } from "../defined.ts";
import { isRecord } from "../json.ts";
import { noUsage, type Usage } from "../usage.ts";
import { asJson, count, list, record, text } from "../fields.ts";

/** Keeps what was known where a later report says nothing: message_delta leaves fields out, or null. */
function merge(before: Record<string, unknown>, now: unknown): Record<string, unknown> {
  const merged = { ...before };
  if (isRecord(now)) for (const [key, value] of Object.entries(now)) if (value !== null) merged[key] = value;
  return merged;
}

/** Our usage of what this vendor counts: its three input counters are disjoint. */
function toUsage(raw: Record<string, unknown>): Usage {
  const cacheRead = count(raw, "cache_read_input_tokens") ?? 0;
  const creation = record(raw, "cache_creation");
  const fiveMinutes = count(creation, "ephemeral_5m_input_tokens");
  const oneHour = count(creation, "ephemeral_1h_input_tokens");
  const cacheWrite = count(raw, "cache_creation_input_tokens") ?? (fiveMinutes ?? 0) + (oneHour ?? 0);
  const tools = Object.entries(record(raw, "server_tool_use")).flatMap(([name, times]) =>
    typeof times === "number" && times > 0 ? [[name.replace(/_requests$/, ""), times] as const] : [],
  );
  return defined({
    input: (count(raw, "input_tokens") ?? 0) + cacheRead + cacheWrite,
    cacheRead,
    cacheWrite,
    cacheWrites: (fiveMinutes ?? oneHour) === undefined ? undefined : { "5m": fiveMinutes ?? 0, "1h": oneHour ?? 0 },
    output: count(raw, "output_tokens") ?? 0,
    reasoning: count(record(raw, "output_tokens_details"), "thinking_tokens") ?? 0,
    serverTools: tools.length > 0 ? Object.fromEntries(tools) : undefined,
    tier: text(raw, "service_tier"),
    speed: text(raw, "speed"),
    region: text(raw, "inference_geo"),
    iterations: some(list(raw, "iterations").filter(isRecord).map(toIteration)),
    raw: asJson(raw),
  });
}

const toIteration = (raw: Record<string, unknown>): Usage & { model?: string; kind?: string } =>
  defined({ ...toUsage(raw), model: text(raw, "model"), kind: text(raw, "type") });

/** The usage of one answer, from the reports of `message_start` and `message_delta`, which are cumulative. */
export function usageReports(): { readonly add: (report: unknown) => Usage } {
  let raw: Record<string, unknown> = {};
  return {
    add: (report) => {
      raw = merge(raw, report);
      return Object.keys(raw).length > 0 ? toUsage(raw) : noUsage;
    },
  };
}
