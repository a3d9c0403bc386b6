import type OpenAI from "openai";
import type {
  AssistantPart,
  CacheTtl,
  FilePart,
  ImagePart,
  Message,
  TextPart,
  ToolResultPart,
  UserPart,
} from "../message.ts";
import type { Model } from "../provider.ts";
import type { ChatRequest } from "../request.ts";
import { isRecord } from "../json.ts";
import { withoutMarks } from "../vendor/cache-marks.ts";
import { list, splitOptions, text } from "../vendor/fields.ts";
import { outputMode, outputName, outputSchema } from "../vendor/output.ts";
import { sameModel } from "../vendor/same-model.ts";
import type { Prepared } from "../vendor/wire.ts";
import { collectWarnings } from "../vendor/warnings.ts";
import { effortFor, samplingFor } from "./hints.ts";
import { dataUrl, plainText } from "./media.ts";

/** What is sent. */
export type ResponsesBody = OpenAI.Responses.ResponseCreateParamsNonStreaming;
type Item = OpenAI.Responses.ResponseInputItem;
type Content = OpenAI.Responses.ResponseInputContent;

/** OpenAI keeps prefixes for half an hour or half a day. */
export const breakpoint = (part: {
  readonly cache?: CacheTtl;
}): { prompt_cache_breakpoint?: { mode: "explicit"; ttl: "30m" | "12h" } } =>
  part.cache === undefined
    ? {}
    : {
        prompt_cache_breakpoint: { mode: "explicit", ttl: part.cache === "12h" || part.cache === "1h" ? "12h" : "30m" },
      };

const image = (part: ImagePart): Content => {
  const { source, detail = "auto" } = part;
  const from = "fileId" in source ? { file_id: source.fileId } : { image_url: dataUrl(source) };
  return { type: "input_image", detail, ...from, ...breakpoint(part) };
};

const file = (part: FilePart): Content => {
  const { source, name } = part;
  if ("fileId" in source) return { type: "input_file", file_id: source.fileId, ...breakpoint(part) };
  if ("url" in source) return { type: "input_file", file_url: source.url, ...breakpoint(part) };
  return { type: "input_file", filename: name ?? "file", file_data: dataUrl(source), ...breakpoint(part) };
};

const input = (part: UserPart): Content => {
  if (part.type === "text") return { type: "input_text", text: part.text, ...breakpoint(part) };
  return part.type === "image" ? image(part) : file(part);
};

/** This wire has no error flag: the text says it. */
const result = (part: ToolResultPart): Item => {
  const prefix = part.isError ? "Error: " : "";
  const output =
    typeof part.output === "string"
      ? prefix + part.output
      : [...(prefix ? [{ type: "input_text", text: prefix } as const] : []), ...part.output.map(input)];
  return { type: "function_call_output", call_id: part.id, output: output as string }; // or a list of contents
};

function assistantItem(part: AssistantPart, to: Model): Item[] {
  switch (part.type) {
    case "text":
      return part.text === "" ? [] : [{ role: "assistant", content: part.text }];
    case "tool-call": {
      const json = part.malformed && typeof part.input === "string" ? part.input : JSON.stringify(part.input);
      return [{ type: "function_call", call_id: part.id, name: part.name, arguments: json }];
    }
    case "opaque":
      return part.vendor === to.vendor && isRecord(part.value) ? [part.value as unknown as Item] : []; // it came as an item
    case "reasoning": {
      const encrypted = text(part.data, "encrypted_content");
      const id = text(part.data, "id");
      if (encrypted === undefined || id === undefined || !sameModel(part, to)) return [];
      const summary = list(part.data, "summary") as OpenAI.Responses.ResponseReasoningItem.Summary[]; // kept as it came
      return [{ type: "reasoning", id, summary: [...summary], encrypted_content: encrypted }];
    }
  }
}

function items(message: Message, to: Model): Item[] {
  switch (message.role) {
    case "system":
      return [{ role: "developer", content: plainText(message.content) }];
    case "user":
      return [
        { role: "user", content: typeof message.content === "string" ? message.content : message.content.map(input) },
      ];
    case "assistant":
      return typeof message.content === "string"
        ? [{ role: "assistant", content: message.content }]
        : message.content.flatMap((part) => assistantItem(part, to));
    case "tool":
      return message.content.map(result);
  }
}

function toolChoice(request: ChatRequest): ResponsesBody["tool_choice"] {
  const { toolChoice: choice } = request;
  return typeof choice === "object" ? { type: "function", name: choice.tool } : choice;
}

const instructions = (
  system: string | readonly TextPart[] | undefined,
  told: string | undefined,
): string | undefined => {
  const texts = [...(system === undefined ? [] : [plainText(system)]), ...(told === undefined ? [] : [told])];
  return texts.length > 0 ? texts.join("\n\n") : undefined;
};

/**
 * A request in the words of OpenAI's Responses. Nothing is stored at the vendor (`store: false`), so reasoning is asked
 * for in encrypted form, to be sent back.
 *
 * @throws LlmError `unsupported` under `request.strict`, for what the model cannot take
 */
export function toResponses(request: ChatRequest, to: Model): Prepared<ResponsesBody> {
  const warnings = collectWarnings(request, to.vendor, to.model);
  const { body: extra, headers } = splitOptions(request, "openai", to.vendor);
  const effort = effortFor(request, to, warnings);
  const sampling = samplingFor(request, to, effort, warnings);
  for (const field of ["stop", "seed"] as const)
    if (request[field] !== undefined) warnings.unsupported(field, "the Responses API has none");

  const mode = outputMode(request, to);
  const name = outputName(request);
  const schema = outputSchema(request, "openai");
  const tools: OpenAI.Responses.Tool[] = (request.tools ?? []).map((tool) => ({
    type: "function",
    name: tool.name,
    parameters: tool.input,
    strict: tool.strict ?? false,
    ...(tool.description !== undefined && { description: tool.description }),
  }));
  if (mode === "tool")
    tools.push({ type: "function", name, description: "Give the final answer.", parameters: schema, strict: true });
  const choice = tools.length > 0 ? toolChoice(request) : undefined;
  const told = mode === "instructions" || mode === "tool" ? request.output?.instructions : undefined;
  const system = instructions(request.system, told);
  const hosted = Array.isArray(extra["tools"]) ? (extra["tools"] as unknown as OpenAI.Responses.Tool[]) : []; // the caller's own words

  const body: ResponsesBody = {
    model: to.model,
    input: withoutMarks(request, to, warnings).messages.flatMap((message) => items(message, to)),
    store: false,
    ...(system !== undefined && { instructions: system }),
    ...(to.can.efforts.length > 0 && { include: ["reasoning.encrypted_content"] }),
    ...(request.maxTokens !== undefined && { max_output_tokens: request.maxTokens }),
    ...(effort !== undefined && { reasoning: { effort } }),
    ...sampling,
    ...(choice !== undefined && { tool_choice: choice }),
    ...(request.parallelTools !== undefined && tools.length > 0 && { parallel_tool_calls: request.parallelTools }),
    ...(mode === "native" && { text: { format: { type: "json_schema", name, schema, strict: true } } }),
    ...(request.user !== undefined && { safety_identifier: request.user }),
    ...(request.tier !== undefined && { service_tier: request.tier as "auto" }), // the vendor says which there are
    ...extra,
    ...(tools.length + hosted.length > 0 && { tools: [...tools, ...hosted] }),
  };
  return { body, headers, warnings, output: mode, outputTool: mode === "tool" ? name : undefined };
}
