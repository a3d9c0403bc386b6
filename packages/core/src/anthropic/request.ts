import type Anthropic from "@anthropic-ai/sdk";
import type {
  AssistantPart,
  FilePart,
  ImagePart,
  Message,
  Source,
  TextPart,
  ToolResultPart,
  UserPart,
} from "../message.ts";
import type { Model } from "../provider.ts";
import type { ChatRequest } from "../request.ts";
import { decodeText } from "../vendor/base64.ts";
import { splitOptions, text } from "../vendor/fields.ts";
import { outputMode, outputName, outputSchema } from "../vendor/output.ts";
import { sameModel } from "../vendor/same-model.ts";
import type { Prepared } from "../vendor/wire.ts";
import { collectWarnings, type Warnings } from "../vendor/warnings.ts";

/** The output limit where the caller gives none: room for reasoning and a long answer, within every current model's limit. */
export const DEFAULT_MAX_TOKENS = 32_000;

/** What is sent. */
export type MessagesBody = Anthropic.MessageCreateParamsNonStreaming;

type Block = Anthropic.ContentBlockParam;

const cached = (part: { readonly cache?: string }): { cache_control?: Anthropic.CacheControlEphemeral } =>
  part.cache === undefined
    ? {}
    : { cache_control: { type: "ephemeral", ttl: part.cache === "5m" || part.cache === "30m" ? "5m" : "1h" } };

const textBlock = (part: TextPart): Anthropic.TextBlockParam => ({ type: "text", text: part.text, ...cached(part) });

const source = (from: Source): Record<string, string> => {
  if ("url" in from) return { type: "url", url: from.url };
  if ("fileId" in from) return { type: "file", file_id: from.fileId };
  if (from.mediaType.startsWith("text/"))
    return { type: "text", media_type: "text/plain", data: decodeText(from.data) };
  return { type: "base64", media_type: from.mediaType, data: from.data };
};

const mediaBlock = (part: ImagePart | FilePart): Block => {
  const from: unknown = source(part.source); // one of the forms that the SDK's unions of sources name
  if (part.type === "image")
    return { type: "image", source: from as Anthropic.ImageBlockParam["source"], ...cached(part) };
  const title = part.name !== undefined && { title: part.name };
  return { type: "document", source: from as Anthropic.DocumentBlockParam["source"], ...title, ...cached(part) };
};

const userBlock = (part: UserPart): Block => (part.type === "text" ? textBlock(part) : mediaBlock(part));

const toolResult = (part: ToolResultPart): Anthropic.ToolResultBlockParam => ({
  type: "tool_result",
  tool_use_id: part.id,
  content:
    typeof part.output === "string"
      ? part.output
      : (part.output.map(userBlock) as Exclude<Anthropic.ToolResultBlockParam["content"], string | undefined>), // user blocks, without results
  ...(part.isError && { is_error: true }),
  ...cached(part),
});

/** What the model said before; what another model wrote for itself stays out. */
function assistantBlock(part: AssistantPart, to: Model): Block[] {
  switch (part.type) {
    case "text":
      return part.text === "" ? [] : [textBlock(part)];
    case "tool-call":
      return [
        { type: "tool_use", id: part.id, name: part.name, input: part.malformed ? {} : part.input, ...cached(part) },
      ];
    case "opaque":
      return part.vendor === to.vendor ? [part.value as unknown as Block] : []; // it came as a block
    case "reasoning": {
      if (!sameModel(part, to)) return [];
      const redacted = text(part.data, "redacted");
      if (redacted !== undefined) return [{ type: "redacted_thinking", data: redacted }];
      const signature = text(part.data, "signature");
      return signature === undefined ? [] : [{ type: "thinking", thinking: part.text, signature }];
    }
  }
}

function toParam(message: Message, to: Model): Anthropic.MessageParam {
  switch (message.role) {
    case "system":
      return {
        role: "system",
        content: typeof message.content === "string" ? message.content : message.content.map(textBlock),
      };
    case "user":
      return {
        role: "user",
        content: typeof message.content === "string" ? message.content : message.content.map(userBlock),
      };
    case "assistant":
      return {
        role: "assistant",
        content:
          typeof message.content === "string"
            ? message.content
            : message.content.flatMap((part) => assistantBlock(part, to)),
      };
    case "tool":
      return { role: "user", content: message.content.map(toolResult) };
  }
}

const blocks = (content: Anthropic.MessageParam["content"]): Block[] =>
  typeof content === "string" ? [{ type: "text", text: content }] : (content as Block[]);

/** Tool results and what the user says next are one message to this vendor. Empty ones are left out. */
function toParams(messages: readonly Message[], to: Model): Anthropic.MessageParam[] {
  const params: Anthropic.MessageParam[] = [];
  for (const message of messages) {
    const param = toParam(message, to);
    if (param.content.length === 0) continue;
    const last = params.at(-1);
    if (last?.role === "user" && param.role === "user")
      params[params.length - 1] = { role: "user", content: [...blocks(last.content), ...blocks(param.content)] };
    else params.push(param);
  }
  return params;
}

function toolChoice(request: ChatRequest, to: Model, warnings: Warnings): Anthropic.ToolChoice | undefined {
  const { toolChoice: choice = "auto", parallelTools } = request;
  const alone = parallelTools === false && { disable_parallel_tool_use: true };
  if (choice === "none") return { type: "none" };
  if (choice !== "auto") {
    if (to.can.forcedTools)
      return choice === "required" ? { type: "any", ...alone } : { type: "tool", name: choice.tool, ...alone };
    warnings.changed("toolChoice", `${to.model} takes no forced tool; it was left to choose`);
  }
  return request.toolChoice === undefined && !alone ? undefined : { type: "auto", ...alone };
}

function effort(request: ChatRequest, to: Model, warnings: Warnings): string | undefined {
  const { effort: wanted } = request;
  if (wanted === undefined || to.can.efforts.includes(wanted)) return wanted;
  const lowest = to.can.efforts[0];
  if (lowest === undefined) warnings.unsupported("effort", `${to.model} takes no effort`);
  else if (wanted === "none" || wanted === "minimal") {
    warnings.changed("effort", `${to.model} takes no ${wanted}; ${lowest} was sent`);
    return lowest;
  } else warnings.unsupported("effort", `${to.model} takes no ${wanted}`);
  return undefined;
}

function warnOfHints(request: ChatRequest, to: Model, warnings: Warnings): void {
  for (const field of ["temperature", "topP"] as const)
    if (request[field] !== undefined) warnings.unsupported(field, `${to.model} takes no sampling parameters`);
  if (request.seed !== undefined) warnings.unsupported("seed", `${to.vendor} has no seed`);
}

/**
 * A request in the words of Anthropic Messages.
 *
 * @throws LlmError `unsupported` under `request.strict`, for what the model cannot take
 */
export function toMessages(request: ChatRequest, to: Model): Prepared<MessagesBody> {
  const warnings = collectWarnings(request, to.vendor, to.model);
  warnOfHints(request, to, warnings);
  const { body: extra, headers } = splitOptions(request, "anthropic", to.vendor);
  const mode = outputMode(request, to);
  const name = outputName(request);
  const schema = outputSchema(request, "anthropic");
  const wanted = effort(request, to, warnings);

  const tools: Anthropic.ToolUnion[] = (request.tools ?? []).map((tool) => ({
    name: tool.name,
    input_schema: tool.input as Anthropic.Tool.InputSchema, // an object schema, as the vendor demands
    ...(tool.description !== undefined && { description: tool.description }),
    ...(tool.strict && { strict: true }),
  }));
  if (mode === "tool")
    tools.push({
      name,
      description: "Give the final answer.",
      input_schema: schema as Anthropic.Tool.InputSchema,
      strict: true,
    }); // as above
  const choice = tools.length > 0 ? toolChoice(request, to, warnings) : undefined;

  const told = mode === "instructions" || mode === "tool" ? request.output?.instructions : undefined;
  const system = [
    ...(request.system === undefined
      ? []
      : typeof request.system === "string"
        ? [{ type: "text", text: request.system } as const]
        : request.system),
    ...(told === undefined ? [] : [{ type: "text", text: told } as const]),
  ];
  const config = {
    ...(wanted !== undefined && { effort: wanted }),
    ...(mode === "native" && { format: { type: "json_schema", schema } }),
  } as Anthropic.OutputConfig; // efforts are those that the table names

  const body: MessagesBody = {
    model: to.model,
    max_tokens: request.maxTokens ?? Math.min(DEFAULT_MAX_TOKENS, to.can.maxOutput ?? DEFAULT_MAX_TOKENS),
    messages: toParams(request.messages, to),
    ...(system.length > 0 && {
      system: typeof request.system === "string" && told === undefined ? request.system : system.map(textBlock),
    }),
    ...(tools.length > 0 && { tools }),
    ...(choice && { tool_choice: choice }),
    ...(request.stop && request.stop.length > 0 && { stop_sequences: [...request.stop] }),
    ...(Object.keys(config).length > 0 && { output_config: config }),
    ...(request.user !== undefined && { metadata: { user_id: request.user } }),
    ...(request.tier !== undefined && { service_tier: request.tier as "auto" }), // the vendor says which there are
    ...merge(extra, tools),
  };
  return { body, headers, warnings, output: mode, outputTool: mode === "tool" ? name : undefined };
}

/** The caller's own parameters win; hosted tools stand beside the others. */
function merge(
  extra: Readonly<Record<string, unknown>>,
  tools: readonly Anthropic.ToolUnion[],
): Record<string, unknown> {
  const more = extra["tools"];
  return Array.isArray(more) ? { ...extra, tools: [...tools, ...(more as Anthropic.ToolUnion[])] } : { ...extra };
}

/** The part of a request that counting tokens takes. */
export function toCount(body: MessagesBody): Anthropic.MessageCountTokensParams {
  const { model, messages, system, tools, tool_choice, thinking, output_config } = body;
  return {
    model,
    messages,
    ...(system !== undefined && { system }),
    ...(tools && { tools }),
    ...(tool_choice && { tool_choice }),
    ...(thinking && { thinking }),
    ...(output_config && { output_config }),
  };
}
