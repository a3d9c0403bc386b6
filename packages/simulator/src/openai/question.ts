import type { Question } from "../answer.ts";
import { canonical, isObject, numberOf, objectOf, objectsOf, textOf, type Json } from "../json.ts";
import type { ModelProfile } from "../model.ts";
import { contentText, stopList, toolSpecs } from "../question.ts";

function toolChoice(choice: unknown): Question["toolChoice"] {
  if (choice === "required" || choice === "none") return choice;
  if (!isObject(choice)) return "auto";
  const name = textOf(choice["name"] ?? objectOf(choice["function"])["name"]);
  if (name) return { name };
  return choice["mode"] === "required" || objectOf(choice["allowed_tools"])["mode"] === "required"
    ? "required"
    : "auto";
}

/** What only steers delivery and accounting, and leaves the answer as it is. */
const INDIFFERENT = new Set([
  "stream",
  "stream_options",
  "store",
  "metadata",
  "service_tier",
  "user",
  "safety_identifier",
  "prompt_cache_key",
  "prompt_cache_options",
  "prompt_cache_retention",
  "background",
  "include",
]);

function keyOf(body: Json): string {
  return canonical(Object.fromEntries(Object.entries(body).filter(([name]) => !INDIFFERENT.has(name))));
}

function effortOf(asked: unknown, model: ModelProfile): string {
  if (model.efforts.length === 0) return "none";
  return typeof asked === "string" ? asked : model.defaultEffort;
}

/** Fields that both wires read alike. */
function common(
  body: Json,
  format: Json,
): Omit<Question, "wire" | "system" | "text" | "tools" | "effort" | "maxTokens"> {
  const schema = objectOf(format["json_schema"])["schema"] ?? format["schema"];
  return {
    model: textOf(body["model"]),
    stream: body["stream"] === true,
    body,
    toolChoice: toolChoice(body["tool_choice"]),
    parallelTools: body["parallel_tool_calls"] !== false,
    ...(format["type"] === "json_schema" && isObject(schema) && { schema }),
    search:
      isObject(body["web_search_options"]) ||
      objectsOf(body["tools"]).some((tool) => textOf(tool["type"]).startsWith("web_search")),
    documents: [],
    json: format["type"] === "json_object",
    stop: stopList(body["stop"]),
    key: keyOf(body),
  };
}

/** What a Chat Completions request asks. */
export function chatQuestion(body: Json, model: ModelProfile): Question {
  const messages = objectsOf(body["messages"]);
  const of = (...roles: string[]): readonly Json[] => messages.filter((one) => roles.includes(textOf(one["role"])));
  const answered = messages.findLastIndex((one) => one["role"] !== "tool");
  const results = messages.slice(answered + 1);
  const maxTokens = numberOf(body["max_completion_tokens"]) ?? numberOf(body["max_tokens"]);
  return {
    ...common(body, objectOf(body["response_format"])),
    wire: "openai-chat",
    system: of("system", "developer")
      .map((one) => contentText(one["content"]))
      .join("\n"),
    text: contentText(of("user").at(-1)?.["content"]),
    ...(results.length > 0 && { toolResults: results.map((one) => contentText(one["content"])) }),
    tools: toolSpecs(body["tools"], "parameters", true),
    ...(maxTokens !== undefined && { maxTokens }),
    effort: effortOf(body["reasoning_effort"], model),
  };
}

/** The items of a Responses input; a plain text is one user message. */
export function inputItems(input: unknown): readonly Json[] {
  if (typeof input === "string") return [{ type: "message", role: "user", content: input }];
  return objectsOf(input);
}

/** What a Responses request asks; `history` is what an earlier response left (`previous_response_id`). */
export function responsesQuestion(body: Json, model: ModelProfile, history: readonly Json[]): Question {
  const items = [...history, ...inputItems(body["input"])];
  const of = (...roles: string[]): readonly Json[] => items.filter((one) => roles.includes(textOf(one["role"])));
  const answered = items.findLastIndex((one) => !textOf(one["type"]).endsWith("_call_output"));
  const results = items.slice(answered + 1);
  const maxTokens = numberOf(body["max_output_tokens"]);
  const base = common(body, objectOf(objectOf(body["text"])["format"]));
  return {
    ...base,
    wire: "openai-responses",
    system: [textOf(body["instructions"]), ...of("system", "developer").map((one) => contentText(one["content"]))]
      .filter((text) => text !== "")
      .join("\n"),
    text: contentText(of("user").at(-1)?.["content"]),
    ...(results.length > 0 && { toolResults: results.map((one) => contentText(one["output"])) }),
    tools: toolSpecs(
      objectsOf(body["tools"]).filter((tool) => tool["type"] === "function"),
      "parameters",
      false,
    ),
    ...(maxTokens !== undefined && { maxTokens }),
    effort: effortOf(objectOf(body["reasoning"])["effort"], model),
    key: history.length > 0 ? base.key + canonical(history) : base.key,
  };
}
