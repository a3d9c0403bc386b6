import type OpenAI from "openai";
import { defined, some } from "../defined.ts";
import { LlmError } from "../error.ts";
import type { AssistantPart, Message, ToolResultPart, UserPart } from "../message.ts";
import { samplingFor } from "../openai/hints.ts";
import { dataUrl, plainText } from "../openai/media.ts";
import { breakpoint, CACHE_TIMES } from "../openai/request.ts";
import type { Model } from "../provider.ts";
import type { ChatRequest, Effort } from "../request.ts";
import { suitMarks } from "../vendor/cache-marks.ts";
import { effortFor } from "../vendor/effort.ts";
import { splitOptions, text, withOptions } from "../fields.ts";
import { outputMode, outputName, outputSchema, outputWords, toolChoiceFor, toolsFor } from "../vendor/output.ts";
import { sameModel } from "../vendor/same-model.ts";
import { collectWarnings, type Warnings } from "../vendor/warnings.ts";
import type { Prepared } from "../sdk-wire.ts";

/** What is sent. */
export type ChatBody = OpenAI.Chat.ChatCompletionCreateParamsNonStreaming;

type Param = OpenAI.Chat.ChatCompletionMessageParam;
type Content = OpenAI.Chat.ChatCompletionContentPart;

const input = (part: UserPart, to: Model): Content => {
  if (part.type === "text") return { type: "text", text: part.text, ...breakpoint(part) };
  const { source } = part;
  if (part.type === "image") {
    if ("fileId" in source)
      throw new LlmError("unsupported", "messages: Chat Completions takes no images by file id", to);
    return {
      type: "image_url",
      image_url: { url: dataUrl(source), ...(part.detail && { detail: part.detail }) },
      ...breakpoint(part),
    };
  }
  if ("fileId" in source) return { type: "file", file: { file_id: source.fileId }, ...breakpoint(part) };
  if ("url" in source) throw new LlmError("unsupported", "messages: Chat Completions takes no files by URL", to);
  return { type: "file", file: { filename: part.name ?? "file", file_data: dataUrl(source) }, ...breakpoint(part) };
};

/** This wire takes text results without an error flag: the text says it. Pictures follow in a message of the user's. */
function results(parts: readonly ToolResultPart[], to: Model): Param[] {
  const params: Param[] = [];
  const media: Content[] = [];
  for (const part of parts) {
    const { output } = part;
    const texts: string[] = [];
    for (const piece of typeof output === "string" ? [{ type: "text", text: output } as const] : output)
      if (piece.type === "text") texts.push(piece.text);
      else media.push(input(piece, to));
    params.push({ role: "tool", tool_call_id: part.id, content: (part.isError ? "Error: " : "") + texts.join("\n\n") });
  }
  return media.length > 0 ? [...params, { role: "user", content: media }] : params;
}

/**
 * Reasoning has no place on OpenAI's wire. Other servers have a field for it, and want it back with the tool calls that
 * it led to.
 */
function assistant(parts: readonly AssistantPart[], to: Model): Param[] {
  let said = "";
  const calls: OpenAI.Chat.ChatCompletionMessageFunctionToolCall[] = [];
  const thoughts: Record<string, string> = {};
  for (const part of parts)
    if (part.type === "text") said += part.text;
    else if (part.type === "tool-call") {
      const json = part.malformed && typeof part.input === "string" ? part.input : JSON.stringify(part.input);
      const call = { type: "function", id: part.id, function: { name: part.name, arguments: json } } as const;
      calls.push({ ...call, ...part.data?.[to.vendor] });
    } else if (part.type === "reasoning" && sameModel(part, to)) {
      const field = text(part.data, "field");
      if (field !== undefined) thoughts[field] = (thoughts[field] ?? "") + part.text;
    }
  if (said === "" && calls.length === 0) return [];
  const content = said === "" ? null : said;
  return [{ role: "assistant", content, ...(calls.length > 0 && { ...thoughts, tool_calls: calls }) }];
}

function params(message: Message, to: Model): Param[] {
  switch (message.role) {
    case "system":
      return [{ role: systemRole(to), content: plainText(message.content) }];
    case "user":
      return [
        {
          role: "user",
          content:
            typeof message.content === "string" ? message.content : message.content.map((part) => input(part, to)),
        },
      ];
    case "assistant":
      return typeof message.content === "string"
        ? [{ role: "assistant", content: message.content }]
        : assistant(message.content, to);
    case "tool":
      return results(message.content, to);
  }
}

/** OpenAI's reasoning models know the newer name only; other servers the older one. */
const systemRole = (to: Model): "developer" | "system" => (to.can.chatTools ? "developer" : "system");

/** Where a model takes no tools while it reasons, it is asked not to. */
function chatEffort(request: ChatRequest, to: Model, tools: boolean, warnings: Warnings): Effort | undefined {
  const effort = effortFor(request, to, warnings);
  if (!tools || !to.can.chatTools || effort === "none") return effort;
  if (to.can.chatTools === "never")
    throw new LlmError("unsupported", `tools: ${to.model} takes them on the Responses API only`, to);
  if (effort !== undefined)
    warnings.changed("effort", `${to.model} takes tools on Chat Completions only without effort; none was sent`);
  return "none";
}

/**
 * A request in the words of Chat Completions.
 *
 * @throws LlmError `unsupported` for what cannot be said on this wire, and under `request.strict` for what the model
 * cannot take
 */
export function toChat(given: ChatRequest, to: Model): Prepared<ChatBody> {
  const warnings = collectWarnings(given, to.vendor, to.model);
  const request = suitMarks(given, to, CACHE_TIMES, warnings);
  const { body: extra, headers } = splitOptions(request, "openai", to.vendor);
  const mode = outputMode(request, to);
  const name = outputName(request);
  const schema = outputSchema(request, "openai");
  const tools: OpenAI.Chat.ChatCompletionTool[] = toolsFor(request, mode, "openai").map((tool) => ({
    type: "function",
    function: defined({
      name: tool.name,
      parameters: tool.input,
      description: tool.description,
      strict: tool.strict,
    }),
  }));
  const effort = chatEffort(request, to, tools.length > 0, warnings);
  const sampling = samplingFor(request, to, effort, warnings);
  const choice = tools.length > 0 || extra["tools"] ? toolChoiceFor(request, to, mode, warnings) : undefined;
  const stops = some(request.stop)?.slice();
  if (stops && !to.can.stop) warnings.unsupported("stop", `${to.model} takes no stop sequences`);

  const system = [...(request.system === undefined ? [] : [plainText(request.system)]), ...outputWords(request, mode)];
  const messages = request.messages.flatMap((message) => params(message, to));
  if (system.length > 0) messages.unshift({ role: systemRole(to), content: system.join("\n\n") });
  const body: ChatBody = defined({
    model: to.model,
    messages,
    [to.can.chatTools ? "max_completion_tokens" : "max_tokens"]: request.maxTokens,
    reasoning_effort: effort,
    ...sampling,
    seed: request.seed,
    stop: to.can.stop ? stops : undefined,
    tools: some(tools),
    tool_choice: typeof choice === "object" ? { type: "function" as const, function: { name: choice.tool } } : choice,
    parallel_tool_calls: some(tools) && request.parallelTools,
    response_format:
      mode === "native" ? { type: "json_schema" as const, json_schema: { name, schema, strict: true } } : undefined,
    safety_identifier: request.user,
    service_tier: request.tier as "auto", // the vendor says which there are
  });
  return {
    body: withOptions(body, extra),
    headers,
    warnings,
    output: mode,
    outputTool: mode === "tool" ? name : undefined,
  };
}
