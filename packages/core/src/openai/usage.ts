import { defined } from "../defined.ts";
import { isRecord } from "../json.ts";
import { noUsage, type Usage } from "../usage.ts";
import { asJson, count, record, text } from "../fields.ts";

/**
 * Our usage of what OpenAI counts, on Responses (`input_tokens`) and on Chat Completions (`prompt_tokens`): its input
 * includes what was read from and written to the cache. `tools` is the response's `tool_usage`; OpenRouter says the same
 * in the usage itself.
 */
export function openaiUsage(raw: unknown, tier?: string, tools?: Record<string, unknown>): Usage {
  if (!isRecord(raw) || Object.keys(raw).length === 0) return noUsage;
  const read = { ...record(raw, "prompt_tokens_details"), ...record(raw, "input_tokens_details") };
  const wrote = { ...record(raw, "completion_tokens_details"), ...record(raw, "output_tokens_details") };
  const ttl = record(read, "cache_write_tokens_details");
  const halfHour = count(ttl, "ttl_30m_tokens");
  const halfDay = count(ttl, "ttl_12h_tokens");
  const cacheRead = count(read, "cached_tokens") ?? 0;
  const cacheWrite = count(read, "cache_write_tokens") ?? 0;
  const input = count(raw, "input_tokens") ?? count(raw, "prompt_tokens") ?? 0;
  const reasoning = count(wrote, "reasoning_tokens") ?? 0;
  const output = count(raw, "output_tokens") ?? count(raw, "completion_tokens") ?? 0;
  const serverTools = Object.entries({
    ...record(raw, "server_tool_use_details"),
    ...tools,
  }).flatMap(([name, times]) => {
    const requests = typeof times === "number" ? times : (count(times, "num_requests") ?? 0);
    return requests > 0 ? [[name.replace(/_requests$/, ""), requests] as const] : [];
  });
  const apart = reasoning > output || (reasoning > 0 && input + output + reasoning === count(raw, "total_tokens"));
  return defined({
    input: Math.max(input, cacheRead + cacheWrite), // some servers leave the cached ones out of the sum
    cacheRead,
    cacheWrite,
    cacheWrites: (halfHour ?? halfDay) === undefined ? undefined : { "30m": halfHour ?? 0, "12h": halfDay ?? 0 },
    output: apart ? output + reasoning : output, // xAI counts its reasoning beside the output
    reasoning,
    serverTools: serverTools.length > 0 ? Object.fromEntries(serverTools) : undefined,
    tier: tier ?? text(raw, "service_tier"),
    raw: asJson(raw),
  });
}
