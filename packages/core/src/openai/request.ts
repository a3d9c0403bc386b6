import type OpenAI from "openai";
import type { AssistantPart, CacheTtl, FilePart, ImagePart, Message, ToolResultPart, UserPart } from "../message.ts";
import type { Model } from "../provider.ts";
import type { ChatRequest } from "../request.ts";
import { defined, some } from "../defined.ts";
import { isRecord } from "../json.ts";
import { suitMarks } from "../vendor/cache-marks.ts";
import { effortFor } from "../vendor/effort.ts";
import { splitOptions, text, withOptions } from "../fields.ts";
import { outputMode, outputName, outputSchema, outputWords, toolChoiceFor, toolsFor } from "../vendor/output.ts";
import { sameModel } from "../vendor/same-model.ts";
import type { Prepared } from "../sdk-wire.ts";
import { collectWarnings } from "../vendor/warnings.ts";
import { samplingFor } from "./hints.ts";
import { dataUrl, plainText } from "./media.ts";

/** What is sent. */
export type ResponsesBody = OpenAI.Responses.ResponseCreateParamsNonStreaming;
type Item = OpenAI.Responses.ResponseInputItem;
type Content = OpenAI.Responses.ResponseInputContent;

/** The vendor's times for marked prefixes. */
export const CACHE_TIMES = ["30m", "12h"] as const;

/** Reasoning is to come in a form that can be sent back. */
const ENCRYPTED: OpenAI.Responses.ResponseIncludable[] = ["reasoning.encrypted_content"];

/** The vendor's mark of a prefix. */
export const breakpoint = ({
  cache,
}: {
  readonly cache?: CacheTtl;
}): { prompt_cache_breakpoint?: { mode: "explicit"; ttl: "30m" | "12h" } } =>
  cache === undefined ? {} : { prompt_cache_breakpoint: { mode: "explicit", ttl: cache as "30m" | "12h" } }; // as suited

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

/**
 * What the model said before. Reasoning goes back only to the model that wrote it, whole, and never last: the vendor
 * refuses an item of it that nothing follows.
 */
function assistantItems(parts: readonly AssistantPart[], to: Model): Item[] {
  const items: Item[] = [];
  let phase: string | undefined;
  for (const part of parts)
    switch (part.type) {
      case "text":
        if (part.text !== "")
          items.push({
            role: "assistant",
            content: part.text,
            ...(phase !== undefined && { phase: phase as "commentary" }),
          }); // as it came
        break;
      case "tool-call": {
        const json = part.malformed && typeof part.input === "string" ? part.input : JSON.stringify(part.input);
        items.push({
          type: "function_call",
          call_id: part.id,
          name: part.name,
          arguments: json,
          ...part.data?.[to.vendor],
        });
        break;
      }
      case "opaque": {
        if (part.vendor !== to.vendor || !isRecord(part.value)) break;
        const type = part.value["type"];
        if (type === "phase") phase = text(part.value, "phase");
        else if (type !== "annotation") items.push(part.value as unknown as Item); // it came as an item
        break;
      }
      case "reasoning":
        if (sameModel(part, to) && text(part.data, "encrypted_content") !== undefined) {
          const { asked: _, ...item } = part.data ?? {};
          items.push({ ...(item as unknown as OpenAI.Responses.ResponseReasoningItem), type: "reasoning" }); // as it came
        }
    }
  while (items.at(-1)?.type === "reasoning") items.pop();
  return items;
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
        : assistantItems(message.content, to);
    case "tool":
      return message.content.map(result);
  }
}

/**
 * A request in the words of OpenAI's Responses. Nothing is stored at the vendor (`store: false`), so reasoning is asked
 * for in encrypted form, to be sent back.
 *
 * @throws LlmError `unsupported` under `request.strict`, for what the model cannot take
 */
export function toResponses(given: ChatRequest, to: Model): Prepared<ResponsesBody> {
  const warnings = collectWarnings(given, to.vendor, to.model);
  const request = suitMarks(given, to, CACHE_TIMES, warnings);
  const { body: extra, headers } = splitOptions(request, "openai", to.vendor);
  const effort = effortFor(request, to, warnings);
  const sampling = samplingFor(request, to, effort, warnings);
  for (const field of ["stop", "seed"] as const)
    if (request[field] !== undefined) warnings.unsupported(field, "the Responses API has none");

  const mode = outputMode(request, to);
  const name = outputName(request);
  const schema = outputSchema(request, "openai");
  const tools: OpenAI.Responses.Tool[] = toolsFor(request, mode, "openai").map((tool) =>
    defined({
      type: "function",
      name: tool.name,
      parameters: tool.input,
      strict: tool.strict ?? false,
      description: tool.description,
    }),
  );
  const choice = tools.length > 0 || extra["tools"] ? toolChoiceFor(request, to, mode, warnings) : undefined;
  const system = [...(request.system === undefined ? [] : [plainText(request.system)]), ...outputWords(request, mode)];

  const body: ResponsesBody = defined({
    model: to.model,
    input: request.messages.flatMap((message) => items(message, to)),
    store: false,
    instructions: some(system)?.join("\n\n"),
    include: some(to.can.efforts) && ENCRYPTED,
    max_output_tokens: request.maxTokens,
    reasoning: effort && { effort },
    ...sampling,
    tools: some(tools),
    tool_choice: typeof choice === "object" ? { type: "function" as const, name: choice.tool } : choice,
    parallel_tool_calls: some(tools) && request.parallelTools,
    text: mode === "native" ? { format: { type: "json_schema" as const, name, schema, strict: true } } : undefined,
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
