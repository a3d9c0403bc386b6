import type { Question } from "../answer.ts";
import { canonical, isObject, numberOf, objectOf, objectsOf, textOf, type Json } from "../json.ts";
import type { ModelProfile } from "../model.ts";
import { citableDocuments } from "./documents.ts";
import { contentText, stopList, toolSpecs } from "../question.ts";

/** Whether the model thinks before it answers this request. */
function thinks(body: Json, model: ModelProfile): boolean {
  const type = objectOf(body["thinking"])["type"];
  if (type !== undefined) return type !== "disabled";
  // Models whose thinking cannot be turned off think unasked.
  return model.thinking.length > 0 && !model.thinking.includes("disabled");
}

function toolChoice(choice: Json): Question["toolChoice"] {
  if (choice["type"] === "any") return "required";
  if (choice["type"] === "none") return "none";
  return choice["type"] === "tool" ? { name: textOf(choice["name"]) } : "auto";
}

/** What a Messages request asks. */
export function anthropicQuestion(body: Json, model: ModelProfile): Question {
  const messages = objectsOf(body["messages"]);
  const last = messages.at(-1);
  const results = objectsOf(last?.["content"]).filter((block) => block["type"] === "tool_result");
  const users = messages.filter((one) => one["role"] === "user" && contentText(one["content"]) !== "");
  const format = objectOf(objectOf(body["output_config"])["format"]);
  const choice = objectOf(body["tool_choice"]);
  const { stream: _, cache_control: _c, metadata: _m, service_tier: _t, ...decisive } = body;
  const maxTokens = numberOf(body["max_tokens"]);
  return {
    wire: "anthropic",
    model: textOf(body["model"]),
    stream: body["stream"] === true,
    body,
    system: contentText(body["system"]),
    text: contentText(users.at(-1)?.["content"]),
    ...(results.length > 0 && { toolResults: results.map((block) => contentText(block["content"])) }),
    tools: toolSpecs(body["tools"], "input_schema", false),
    toolChoice: toolChoice(choice),
    parallelTools: choice["disable_parallel_tool_use"] !== true,
    ...(isObject(format["schema"]) && { schema: format["schema"] }),
    search: objectsOf(body["tools"]).some((tool) => textOf(tool["type"]).startsWith("web_search_")),
    documents: citableDocuments(body),
    json: false,
    ...(maxTokens !== undefined && { maxTokens }),
    stop: stopList(body["stop_sequences"]),
    effort: thinks(body, model) ? textOf(objectOf(body["output_config"])["effort"]) || model.defaultEffort : "none",
    key: canonical(decisive),
  };
}

/** Whether thoughts are shown: asked for, or by default on models where thinking can be turned off. */
export function showsThinking(body: Json, model: ModelProfile): boolean {
  const display = objectOf(body["thinking"])["display"];
  return display === undefined ? model.thinking.includes("disabled") : display === "summarized";
}
