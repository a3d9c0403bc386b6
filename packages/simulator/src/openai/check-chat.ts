import { invalid, type Failure } from "../failure.ts";
import { isObject, numberOf, objectOf, objectsOf, textOf, type Json } from "../json.ts";
import type { ModelProfile } from "../model.ts";
import { contentText } from "../question.ts";
import {
  checkEffort,
  checkFormat,
  checkFunction,
  checkMetadata,
  checkNumber,
  checkSampling,
  checkTier,
  checkTypes,
  missing,
  notAmong,
  outOfBounds,
  unsupported,
  wrongType,
} from "./check-common.ts";

const FIELDS: ReadonlySet<string> = new Set(
  (
    "messages model audio frequency_penalty function_call functions logit_bias logprobs max_completion_tokens max_tokens metadata modalities " +
    "moderation n parallel_tool_calls prediction presence_penalty prompt_cache_key prompt_cache_options prompt_cache_retention reasoning_effort " +
    "response_format safety_identifier seed service_tier stop store stream stream_options temperature tool_choice tools top_logprobs top_p user " +
    "verbosity web_search_options"
  ).split(" "),
);

const TYPES = {
  logprobs: "boolean",
  parallel_tool_calls: "boolean",
  prompt_cache_key: "string",
  safety_identifier: "string",
  store: "boolean",
  stream: "boolean",
  stream_options: "object",
} as const;

const ROLES = ["system", "assistant", "user", "function", "tool", "developer"];

const PARTS: Readonly<Record<string, readonly string[]>> = {
  user: ["text", "image_url", "input_audio", "file"],
  assistant: ["text", "refusal"],
};

function checkContent(message: Json, at: string): Failure | undefined {
  const { role, content } = message;
  const mayLack =
    role === "assistant" &&
    (message["tool_calls"] !== undefined || message["function_call"] !== undefined || message["refusal"]);
  if (content === undefined || content === null)
    return mayLack || (role === "function" && content === null)
      ? undefined
      : content === null
        ? invalid(`Invalid value for 'content': expected a string, got null.`, { param: `${at}.content` })
        : missing(`${at}.content`);
  if (typeof content === "string") return undefined;
  if (!Array.isArray(content)) return wrongType(`${at}.content`, "one of a string or array of objects", content);
  const known = PARTS[textOf(role)] ?? ["text"];
  for (const [n, part] of (content as readonly unknown[]).entries()) {
    if (!isObject(part)) return wrongType(`${at}.content[${n}]`, "an object", part);
    if (!known.includes(textOf(part["type"]))) return notAmong(`${at}.content[${n}].type`, part["type"], known);
  }
  return undefined;
}

/** Every tool call is answered right after it, and every answer has its call. */
function checkPairs(messages: readonly Json[]): Failure | undefined {
  let open = new Set<string>();
  for (const [index, message] of [...messages, {} as Json].entries()) {
    if (message["role"] === "tool") {
      if (message["tool_call_id"] === undefined) return missing(`messages[${index}].tool_call_id`);
      if (!open.delete(textOf(message["tool_call_id"])))
        return invalid(
          "Invalid parameter: messages with role 'tool' must be a response to a preceding message with 'tool_calls'.",
          { param: `messages.[${index}].role` },
        );
      continue;
    }
    if (open.size > 0)
      return invalid(
        `An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'. The following tool_call_ids did not have response messages: ${[...open].join(", ")}`,
        { param: `messages.[${index}].role` },
      );
    open = new Set(objectsOf(message["tool_calls"]).map((call) => textOf(call["id"])));
  }
  return undefined;
}

function checkMessages(messages: unknown): Failure | undefined {
  if (messages === undefined) return missing("messages");
  if (!Array.isArray(messages)) return wrongType("messages", "an array of objects", messages);
  if (messages.length === 0)
    return invalid(
      "Invalid 'messages': empty array. Expected an array with minimum length 1, but got an empty array instead.",
      {
        param: "messages",
        code: "empty_array",
      },
    );
  for (const [index, message] of (messages as readonly unknown[]).entries()) {
    const at = `messages[${index}]`;
    if (!isObject(message)) return wrongType(at, "an object", message);
    if (message["role"] === undefined) return missing(`${at}.role`);
    if (!ROLES.includes(textOf(message["role"]))) return notAmong(`${at}.role`, message["role"], ROLES);
    const wrong = checkContent(message, at);
    if (wrong) return wrong;
    for (const [n, call] of objectsOf(message["tool_calls"]).entries()) {
      if (call["id"] === undefined) return missing(`${at}.tool_calls[${n}].id`);
      if (call["type"] === undefined) return missing(`${at}.tool_calls[${n}].type`);
      if (call["type"] === "function" && typeof objectOf(call["function"])["arguments"] !== "string")
        return missing(`${at}.tool_calls[${n}].function.arguments`);
    }
  }
  return checkPairs(objectsOf(messages));
}

function checkLimits(body: Json, model: ModelProfile): Failure | undefined {
  if (body["max_tokens"] !== undefined && body["max_tokens"] !== null && !model.legacyChat)
    return unsupported("max_tokens", " Use 'max_completion_tokens' instead.");
  if (body["max_tokens"] !== undefined && body["max_completion_tokens"] !== undefined)
    return invalid("Setting 'max_tokens' and 'max_completion_tokens' at the same time is not supported.", {
      param: "max_tokens",
    });
  for (const param of ["max_tokens", "max_completion_tokens"]) {
    const wrong = checkNumber(body, param, 1, Infinity);
    if (wrong) return wrong;
    const value = numberOf(body[param]);
    if (value !== undefined && !Number.isInteger(value)) return wrongType(param, "an integer", value);
    if (value !== undefined && value > model.maxOutput)
      return invalid(
        `max_tokens is too large: ${value}. This model supports at most ${model.maxOutput} completion tokens, whereas you provided ${value}.`,
        { param, code: "invalid_value" },
      );
  }
  return undefined;
}

function checkTools(body: Json, model: ModelProfile, effort: string): Failure | undefined {
  const { tools } = body;
  if (tools !== undefined && tools !== null && !Array.isArray(tools))
    return wrongType("tools", "an array of objects", tools);
  const list: readonly unknown[] = Array.isArray(tools) ? tools : [];
  if (tools !== undefined && tools !== null && list.length === 0)
    return invalid(
      "Invalid 'tools': empty array. Expected an array with minimum length 1, but got an empty array instead.",
      {
        param: "tools",
        code: "empty_array",
      },
    );
  for (const [index, tool] of list.entries()) {
    const at = `tools[${index}]`;
    if (!isObject(tool)) return wrongType(at, "an object", tool);
    if (tool["type"] === undefined) return missing(`${at}.type`);
    if (tool["type"] !== "function" && tool["type"] !== "custom")
      return notAmong(`${at}.type`, tool["type"], ["function", "custom"]);
    if (tool["type"] === "custom") continue;
    if (!isObject(tool["function"])) return missing(`${at}.function`);
    const wrong = checkFunction(tool["function"], `${at}.function`);
    if (wrong) return wrong;
  }
  if (list.length > 0 && model.chatToolsNeedNoReasoning && effort !== "none")
    return invalid(
      `Function tools with reasoning_effort are not supported for ${model.id} in /v1/chat/completions. ${model.efforts.includes("none") ? "To use function tools, use /v1/responses or set reasoning_effort to 'none'." : "To use function tools, use /v1/responses."}`,
      { param: "reasoning_effort" },
    );
  for (const param of ["tool_choice", "parallel_tool_calls"])
    if (body[param] !== undefined && body[param] !== null && list.length === 0 && body[param] !== "none")
      return invalid(`Invalid value for '${param}': '${param}' is only allowed when 'tools' are specified.`, { param });
  const choice = body["tool_choice"];
  if (typeof choice === "string" && !["none", "auto", "required"].includes(choice))
    return notAmong("tool_choice", choice, ["none", "auto", "required"]);
  const wanted = isObject(choice) ? objectOf(choice["function"])["name"] : undefined;
  if (wanted !== undefined && !objectsOf(tools).some((tool) => objectOf(tool["function"])["name"] === wanted))
    return invalid(
      `Invalid value for 'tool_choice': no function named '${textOf(wanted)}' was specified in the 'tools' parameter.`,
      {
        param: "tool_choice",
      },
    );
  return undefined;
}

function checkRest(body: Json, model: ModelProfile): Failure | undefined {
  const n = body["n"];
  if (n !== undefined && n !== null && (!Number.isInteger(n) || Number(n) < 1 || Number(n) > 128))
    return typeof n === "number" ? outOfBounds("n", n, 1, 128) : wrongType("n", "an integer", n);
  if (body["stream_options"] !== undefined && body["stream_options"] !== null && body["stream"] !== true)
    return invalid("The 'stream_options' parameter is only allowed when 'stream' is enabled.", {
      param: "stream_options",
    });
  const { stop } = body;
  if (stop !== undefined && stop !== null) {
    if (!model.legacyChat) return unsupported("stop");
    if (Array.isArray(stop) && stop.length > 4)
      return invalid(
        `Invalid 'stop': array too long. Expected an array with maximum length 4, but got an array with length ${stop.length} instead.`,
        { param: "stop", code: "array_above_max_length" },
      );
  }
  if (body["top_logprobs"] !== undefined && body["logprobs"] !== true)
    return invalid("'top_logprobs' is only allowed when 'logprobs' is enabled.", { param: "top_logprobs" });
  return undefined;
}

/** What Chat Completions would say is wrong with a request, model by model; undefined if nothing is. */
export function checkChat(body: Json, model: ModelProfile): Failure | undefined {
  if (model.kind === "responses")
    return {
      kind: "not-found",
      message: "This model is only supported in v1/responses and not in v1/chat/completions.",
      param: "model",
    };
  if (model.kind === "embedding")
    return { kind: "forbidden", message: "You are not allowed to sample from this model" };
  const unknown = Object.keys(body).find((name) => !FIELDS.has(name));
  if (unknown !== undefined) return invalid(`Unrecognized request argument supplied: ${unknown}`);
  const asked = body["reasoning_effort"];
  const effort = model.efforts.length === 0 ? "none" : typeof asked === "string" ? asked : model.defaultEffort;
  const prompt = objectsOf(body["messages"])
    .map((message) => contentText(message["content"]))
    .join("\n");
  return (
    checkTypes(body, TYPES) ??
    checkMessages(body["messages"]) ??
    checkLimits(body, model) ??
    checkEffort(asked, "reasoning_effort", model) ??
    checkSampling(body, model, effort, ["presence_penalty", "frequency_penalty", "logprobs"]) ??
    checkNumber(body, "presence_penalty", -2, 2) ??
    checkNumber(body, "frequency_penalty", -2, 2) ??
    checkNumber(body, "top_logprobs", 0, 20) ??
    checkRest(body, model) ??
    checkTools(body, model, effort) ??
    checkFormat(body["response_format"], "response_format", "json_schema", prompt) ??
    checkMetadata(body["metadata"]) ??
    checkTier(body["service_tier"])
  );
}
