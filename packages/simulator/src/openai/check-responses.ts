import { invalid, type Failure } from "../failure.ts";
import { isObject, objectOf, objectsOf, textOf, type Json } from "../json.ts";
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
  wrongType,
} from "./check-common.ts";
import { checkInput } from "./check-input.ts";
import { inputItems } from "./question.ts";
import type { ResponseStore } from "./store.ts";

const FIELDS: ReadonlySet<string> = new Set(
  (
    "access_programs background context_management conversation image include input instructions max_output_tokens max_tool_calls metadata model " +
    "moderation parallel_tool_calls previous_response_id prompt prompt_cache_key prompt_cache_options prompt_cache_retention reasoning " +
    "safety_identifier service_tier store stream stream_options temperature text tool_choice tools top_logprobs top_p truncation user"
  ).split(" "),
);

const INCLUDES = [
  "file_search_call.results",
  "web_search_call.results",
  "web_search_call.action.sources",
  "message.input_image.image_url",
  "computer_call_output.output.image_url",
  "code_interpreter_call.outputs",
  "reasoning.encrypted_content",
  "message.output_text.logprobs",
];

const TYPES = {
  background: "boolean",
  include: "array",
  instructions: "string",
  parallel_tool_calls: "boolean",
  previous_response_id: "string",
  prompt_cache_key: "string",
  safety_identifier: "string",
  store: "boolean",
  stream: "boolean",
  text: "object",
} as const;

function checkTools(body: Json): Failure | undefined {
  const { tools } = body;
  if (tools !== undefined && tools !== null && !Array.isArray(tools))
    return wrongType("tools", "an array of objects", tools);
  for (const [index, tool] of (Array.isArray(tools) ? (tools as readonly unknown[]) : []).entries()) {
    const at = `tools[${index}]`;
    if (!isObject(tool)) return wrongType(at, "an object", tool);
    if (tool["type"] === undefined) return missing(`${at}.type`);
    const wrong = tool["type"] === "function" ? checkFunction(tool, at) : undefined;
    if (wrong) return wrong;
  }
  const choice = body["tool_choice"];
  if (typeof choice === "string" && !["none", "auto", "required"].includes(choice))
    return notAmong("tool_choice", choice, ["none", "auto", "required"]);
  const named = isObject(choice) && choice["type"] === "function" ? textOf(choice["name"]) : undefined;
  if (named !== undefined && !objectsOf(tools).some((tool) => tool["name"] === named))
    return invalid(`Tool choice '${named}' not found in 'tools' parameter.`, { param: "tool_choice" });
  if (choice === "required" && objectsOf(tools).length === 0)
    return invalid("Tool choice 'required' must be specified with 'tools' parameter.", { param: "tool_choice" });
  return undefined;
}

function checkRest(body: Json): Failure | undefined {
  const { include, truncation, stream_options: stream } = body;
  for (const [index, one] of (Array.isArray(include) ? (include as readonly unknown[]) : []).entries())
    if (!INCLUDES.includes(textOf(one))) return notAmong(`include[${index}]`, one, INCLUDES);
  if (truncation !== undefined && truncation !== null && truncation !== "auto" && truncation !== "disabled")
    return notAmong("truncation", truncation, ["auto", "disabled"]);
  if (stream !== undefined && stream !== null && body["stream"] !== true)
    return invalid("The 'stream_options' parameter is only allowed when 'stream' is enabled.", {
      param: "stream_options",
    });
  const limit = body["max_output_tokens"];
  if (limit !== undefined && limit !== null && !Number.isInteger(limit))
    return wrongType("max_output_tokens", "an integer", limit);
  if (body["background"] === true && body["store"] === false)
    return invalid("Background responses must be stored: 'background' cannot be used with 'store' set to false.", {
      param: "background",
    });
  return undefined;
}

/** What the Responses API would say is wrong with a request, model by model; undefined if nothing is. */
export function checkResponses(body: Json, model: ModelProfile, store: ResponseStore): Failure | undefined {
  if (model.kind === "embedding")
    return invalid(`The requested model '${model.id}' is not supported with the Responses API.`, {
      param: "model",
      code: "unsupported_model",
    });
  const unknown = Object.keys(body).find((name) => !FIELDS.has(name));
  if (unknown !== undefined)
    return invalid(`Unknown parameter: '${unknown}'.`, { param: unknown, code: "unknown_parameter" });
  const mistyped = checkTypes(body, TYPES);
  if (mistyped) return mistyped;
  const previous = body["previous_response_id"];
  const { input, reasoning } = body;
  if (input === undefined && typeof previous !== "string" && body["prompt"] === undefined) return missing("input");
  if (typeof previous === "string" && !store.get(previous))
    return invalid(`Previous response with id '${previous}' not found.`, {
      param: "previous_response_id",
      code: "previous_response_not_found",
    });
  if (reasoning !== undefined && reasoning !== null && !isObject(reasoning))
    return wrongType("reasoning", "an object", reasoning);
  const asked = objectOf(reasoning)["effort"];
  const effort = model.efforts.length === 0 ? "none" : typeof asked === "string" ? asked : model.defaultEffort;
  const prompt = [body["instructions"], ...inputItems(input).map((item) => contentText(item["content"]))].join("\n");
  return (
    checkInput(input, model, store.history(previous)) ??
    checkNumber(body, "max_output_tokens", 16, model.maxOutput) ??
    checkEffort(asked, "reasoning.effort", model) ??
    checkSampling(body, model, effort, []) ??
    checkNumber(body, "top_logprobs", 0, 20) ??
    checkTools(body) ??
    checkFormat(objectOf(body["text"])["format"], "text.format", "", prompt) ??
    checkRest(body) ??
    checkMetadata(body["metadata"]) ??
    checkTier(body["service_tier"], ["ultrafast"])
  );
}
