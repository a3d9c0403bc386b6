import { invalid, type Failure } from "../failure.ts";
import { isObject, objectOf, objectsOf, textOf, type Json } from "../json.ts";
import type { ModelProfile } from "../model.ts";
import { checkConversation } from "./check-conversation.ts";
import { checkCitations } from "./documents.ts";
import { checkSchema } from "./check-schema.ts";
import { checkTools } from "./check-tools.ts";

const FIELDS: ReadonlySet<string> = new Set(
  (
    "max_tokens messages model cache_control container diagnostics inference_geo metadata output_config service_tier speed stop_sequences " +
    "stream system thinking tool_choice tools user_profile_id workspace_id temperature top_p top_k"
  ).split(" "),
);

/** Fields that come with a beta header only. */
const BETA_FIELDS: ReadonlySet<string> = new Set(
  "betas billing_policy compaction context_management fallback_credit_token fallbacks mcp_servers output_format thread".split(
    " ",
  ),
);

/** How a request was sent, beside its body. */
export interface CheckContext {
  /** Whether the caller speaks API version 2026-10-21. */
  readonly current: boolean;
  /** Whether the caller sent `anthropic-beta`. */
  readonly beta: boolean;
}

function checkLimit(body: Json, model: ModelProfile): Failure | undefined {
  const limit = body["max_tokens"];
  if (limit === undefined) return invalid("max_tokens: Field required");
  if (!Number.isInteger(limit)) return invalid("max_tokens: Input should be a valid integer");
  if (Number(limit) < 0) return invalid("max_tokens: Input should be greater than or equal to 0");
  if (Number(limit) > model.maxOutput)
    return invalid(
      `max_tokens: ${Number(limit)} > ${model.maxOutput}, which is the maximum allowed number of output tokens for ${model.id}`,
    );
  return undefined;
}

function checkSampling(body: Json, model: ModelProfile, current: boolean): Failure | undefined {
  for (const name of ["temperature", "top_p", "top_k"]) {
    const value = body[name];
    if (value === undefined) continue;
    if (current) return invalid(`${name}: Extra inputs are not permitted`);
    if (model.sampling === "never") return invalid(`${name}: this parameter is not supported for ${model.id}`);
    if (typeof value !== "number") return invalid(`${name}: Input should be a valid number`);
    if (value < 0) return invalid(`${name}: Input should be greater than or equal to 0`);
    if (name !== "top_k" && value > 1) return invalid(`${name}: range: 0..1`);
  }
  if (/-4-[5-9]/.test(model.id) && body["temperature"] !== undefined && body["top_p"] !== undefined)
    return invalid("`temperature` and `top_p` cannot both be specified for this model. Please use only one.");
  return undefined;
}

function checkThinking(body: Json, model: ModelProfile): Failure | undefined {
  const { thinking } = body;
  if (thinking === undefined) return undefined;
  if (!isObject(thinking)) return invalid("thinking: Input should be a valid dictionary");
  const type = textOf(thinking["type"]);
  if (!["adaptive", "between_tools", "disabled", "enabled"].includes(type))
    return invalid(
      `thinking: Input tag '${type}' found using 'type' does not match any of the expected tags: 'adaptive', 'between_tools', 'disabled', 'enabled'`,
    );
  if (!model.thinking.includes(type)) return invalid(`thinking.type: '${type}' is not supported for ${model.id}`);
  const { display, budget_tokens: budget } = thinking;
  if (display !== undefined && display !== "summarized" && display !== "omitted")
    return invalid("thinking.display: Input should be 'summarized' or 'omitted'");
  if (type !== "enabled")
    return budget === undefined ? undefined : invalid(`thinking.${type}.budget_tokens: Extra inputs are not permitted`);
  if (budget === undefined) return invalid("thinking.enabled.budget_tokens: Field required");
  if (!Number.isInteger(budget) || Number(budget) < 1_024)
    return invalid("thinking.enabled.budget_tokens: Input should be greater than or equal to 1024");
  if (Number(budget) >= Number(body["max_tokens"]))
    return invalid("`max_tokens` must be greater than `thinking.budget_tokens`.");
  if (body["temperature"] !== undefined && body["temperature"] !== 1)
    return invalid("`temperature` may only be set to 1 when thinking is enabled.");
  return undefined;
}

function checkOutput(body: Json, model: ModelProfile): Failure | undefined {
  const config = objectOf(body["output_config"]);
  const { effort, format } = config;
  if (effort !== undefined && !model.efforts.includes(textOf(effort)))
    return invalid(
      ["low", "medium", "high", "xhigh", "max"].includes(textOf(effort))
        ? `output_config.effort: '${textOf(effort)}' is not supported for ${model.id}`
        : "output_config.effort: Input should be 'low', 'medium', 'high', 'xhigh' or 'max'",
    );
  if (format === undefined || format === null) return undefined;
  if (!isObject(format) || format["type"] !== "json_schema")
    return invalid("output_config.format.type: Input should be 'json_schema'");
  if (!model.structured) return invalid(`output_config.format: not supported for ${model.id}`);
  if (!isObject(format["schema"])) return invalid("output_config.format.schema: Field required");
  const wrong = checkSchema(format["schema"]);
  return wrong === undefined ? undefined : invalid(`output_config.format.schema: ${wrong}`);
}

/** Markers in the order in which the cache sees them: tools, system, messages. */
function cacheMarkers(body: Json): readonly Json[] {
  const parts = [...objectsOf(body["tools"]), ...objectsOf(body["system"])];
  for (const message of objectsOf(body["messages"]))
    for (const block of objectsOf(message["content"])) parts.push(block, ...objectsOf(block["content"]));
  return [...parts, body].map((part) => part["cache_control"]).filter(isObject);
}

function checkCache(body: Json): Failure | undefined {
  const markers = cacheMarkers(body);
  let short = false;
  for (const marker of markers) {
    if (marker["type"] !== "ephemeral") return invalid("cache_control.type: Input should be 'ephemeral'");
    const ttl = marker["ttl"] ?? "5m";
    if (ttl !== "5m" && ttl !== "1h") return invalid("cache_control.ephemeral.ttl: Input should be '5m' or '1h'");
    if (ttl === "1h" && short)
      return invalid("a ttl='1h' cache_control block must not come after a ttl='5m' cache_control block");
    short ||= ttl === "5m";
  }
  return markers.length > 4
    ? invalid(`A maximum of 4 blocks with cache_control may be provided. Found ${markers.length}.`)
    : undefined;
}

function checkRest(body: Json, { beta }: CheckContext): Failure | undefined {
  const unknown = Object.keys(body).find((name) => !FIELDS.has(name) && !(beta && BETA_FIELDS.has(name)));
  if (unknown !== undefined) return invalid(`${unknown}: Extra inputs are not permitted`);
  const { system, stop_sequences: stops, service_tier: tier, speed, stream } = body;
  if (system !== undefined && typeof system !== "string") {
    if (!Array.isArray(system)) return invalid("system: Input should be a valid list");
    for (const [index, block] of (system as readonly unknown[]).entries()) {
      if (!isObject(block) || block["type"] !== "text") return invalid(`system.${index}.type: Input should be 'text'`);
      if (block["text"] === "") return invalid("system: text content blocks must be non-empty");
    }
  }
  for (const name of ["metadata", "output_config"])
    if (body[name] !== undefined && body[name] !== null && !isObject(body[name]))
      return invalid(`${name}: Input should be a valid dictionary`);
  if (stops !== undefined) {
    if (!Array.isArray(stops) || !stops.every((stop) => typeof stop === "string"))
      return invalid("stop_sequences: Input should be a valid list of strings");
    if (stops.some((stop: string) => stop.trim() === ""))
      return invalid("stop_sequences: each stop sequence must contain non-whitespace");
  }
  if (tier !== undefined && tier !== "auto" && tier !== "standard_only")
    return invalid("service_tier: Input should be 'auto' or 'standard_only'");
  if (speed !== undefined && speed !== null && speed !== "standard" && speed !== "fast")
    return invalid("speed: Input should be 'standard' or 'fast'");
  if (stream !== undefined && typeof stream !== "boolean") return invalid("stream: Input should be a valid boolean");
  return undefined;
}

/** What the Messages API would say is wrong with a request, model by model; undefined if nothing is. */
export function checkMessages(body: Json, model: ModelProfile, how: CheckContext): Failure | undefined {
  return (
    checkLimit(body, model) ??
    checkConversation(body["messages"], model, how.current) ??
    checkSampling(body, model, how.current) ??
    checkRest(body, how) ??
    checkThinking(body, model) ??
    checkTools(body, model) ??
    checkOutput(body, model) ??
    checkCitations(body) ??
    checkCache(body)
  );
}
