import { isRecord, type Json, type JsonObject } from "../json.ts";
import type { Message } from "../message.ts";
import type { ChatRequest, Output, Tool } from "../request.ts";
import { carry, compact, foreign, OURS, THEIRS, toJson } from "./carried.ts";
import type { AiSdkCallOptions, AiSdkMetadata, AiSdkTool } from "./language-model.ts";
import { message, plain, textPart } from "./to-message.ts";

const tool = (from: Extract<AiSdkTool, { type: "function" }>): Tool =>
  carry(
    {
      name: from.name,
      ...(from.description !== undefined && { description: from.description }),
      input: toJson(from.inputSchema) as JsonObject, // a JSON Schema is an object
      ...(from.strict !== undefined && { strict: from.strict }),
    },
    { inputExamples: from.inputExamples, providerOptions: foreign(from.providerOptions) },
  );

/** What users say to us by way of the AI SDK's `providerOptions`: fields of a request, and of a call. */
interface Said {
  readonly request: Partial<ChatRequest>;
  readonly tenant?: string;
  readonly tags?: Readonly<Record<string, string>>;
}

const REQUEST_FIELDS = ["task", "user", "tier", "strict", "parallelTools"] as const;

function said(options: AiSdkMetadata | undefined): Said {
  const own: { readonly [key: string]: Json | undefined } = (options?.[OURS] ?? {}) as JsonObject; // JSON already
  return {
    request: Object.fromEntries(REQUEST_FIELDS.flatMap((key) => (own[key] === undefined ? [] : [[key, own[key]]]))),
    ...(typeof own["tenant"] === "string" && { tenant: own["tenant"] }),
    ...(isRecord(own["tags"]) && { tags: own["tags"] as Record<string, string> }), // labels
  };
}

/** A question of the AI SDK as one of ours. */
export interface Asked extends Omit<Said, "request"> {
  readonly request: ChatRequest;
  /** What only a model of the AI SDK understands, by the names of their options: a warning for all others. */
  readonly theirs: readonly string[];
}

/** What the AI SDK asks, in our words; what we have no word for is carried along. */
export function toRequest(options: AiSdkCallOptions): Asked {
  const { prompt, tools = [], toolChoice, responseFormat, reasoning, headers, providerOptions } = options;
  const head = prompt.findIndex((each) => each.role !== "system");
  const system = (head === -1 ? prompt : prompt.slice(0, head)).map((each) =>
    each.role === "system"
      ? textPart({
          type: "text",
          text: each.content,
          ...(each.providerOptions && { providerOptions: each.providerOptions }),
        })
      : { type: "text" as const, text: "" },
  );
  const own = said(providerOptions);
  const schema = responseFormat?.type === "json" ? responseFormat.schema : undefined;
  const output: Output | undefined = schema && {
    schema: toJson(schema) as JsonObject, // a JSON Schema is an object
    ...(responseFormat?.type === "json" && responseFormat.name !== undefined && { name: responseFormat.name }),
    ...(providerOptions?.[OURS]?.["output"] as Partial<Output> | undefined), // ours, unchanged
  };
  const functions = tools.filter((each) => each.type === "function");
  const hosted = tools.flatMap((each, at) => (each.type === "provider" ? [{ at, tool: each }] : []));
  const extra = compact({
    topK: options.topK,
    presencePenalty: options.presencePenalty,
    frequencyPenalty: options.frequencyPenalty,
    responseFormat: responseFormat && !schema ? responseFormat : undefined,
    description: schema && responseFormat?.type === "json" ? responseFormat.description : undefined,
    reasoning: reasoning === "provider-default" ? reasoning : undefined,
    tools: hosted.length > 0 ? hosted : undefined,
  });
  const request: ChatRequest = compact({
    system: system.length === 0 ? undefined : (plain(system) as ChatRequest["system"]), // texts only
    messages: prompt.slice(head === -1 ? prompt.length : head).map((each): Message =>
      each.role === "system"
        ? carry({ role: "system", content: each.content } as const, {
            providerOptions: foreign(each.providerOptions),
          })
        : message(each),
    ),
    tools: functions.length > 0 ? functions.map(tool) : undefined,
    toolChoice: toolChoice && (toolChoice.type === "tool" ? { tool: toolChoice.toolName } : toolChoice.type),
    maxTokens: options.maxOutputTokens,
    temperature: options.temperature,
    topP: options.topP,
    seed: options.seed,
    stop: options.stopSequences,
    effort: reasoning === "provider-default" ? undefined : reasoning,
    output,
    options: vendorOptions(providerOptions, extra),
    ...own.request,
  });
  return { ...own, request, theirs: unsaid(extra, headers) };
}

function vendorOptions(metadata: AiSdkMetadata | undefined, extra: object): ChatRequest["options"] | undefined {
  const others = foreign(metadata);
  const options = {
    ...(others && (toJson(others) as { [vendor: string]: JsonObject })), // options are objects
    ...(Object.keys(extra).length > 0 && { [THEIRS]: toJson(extra) as JsonObject }), // an object
  };
  return Object.keys(options).length > 0 ? options : undefined;
}

/** `generateText` sets these itself, and they mean nothing to us. */
const HARMLESS = new Set(["description", "reasoning", "user-agent"]);

const unsaid = (extra: object, headers: AiSdkCallOptions["headers"]): string[] => [
  ...Object.entries(extra).flatMap(([key, value]) =>
    HARMLESS.has(key) || (key === "responseFormat" && isRecord(value) && value["type"] === "text") ? [] : [key],
  ),
  ...Object.keys(compact(headers ?? {})).flatMap((name) =>
    HARMLESS.has(name.toLowerCase()) ? [] : [`headers.${name}`],
  ),
];
