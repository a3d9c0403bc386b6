import { isRecord, type Json, type JsonObject } from "../json.ts";
import type {
  AssistantPart,
  CacheTtl,
  FilePart,
  ImagePart,
  Message,
  Source,
  TextPart,
  ToolCallPart,
  ToolResultPart,
  UserPart,
} from "../message.ts";
import type { ChatRequest, Output, Tool } from "../request.ts";
import { record, text } from "../fields.ts";
import { carry, compact, foreign, OURS, THEIRS, toBase64, toJson } from "./carried.ts";
import type {
  AiSdkAssistantPart,
  AiSdkCallOptions,
  AiSdkFilePart,
  AiSdkMessage,
  AiSdkMetadata,
  AiSdkTextPart,
  AiSdkTool,
  AiSdkToolResultPart,
} from "./language-model.ts";

const TTLS: Readonly<Record<string, CacheTtl>> = { "5m": "5m", "30m": "30m", "1h": "1h", "12h": "12h" };

/** The mark that AI SDK users set for Anthropic. */
export function cacheOf(options: AiSdkMetadata | undefined): CacheTtl | undefined {
  const control = record(options?.["anthropic"], "cacheControl");
  return text(control, "type") === "ephemeral" ? TTLS[text(control, "ttl") ?? "5m"] : undefined;
}

const marked = (options: AiSdkMetadata | undefined): { cache?: CacheTtl } => {
  const cache = cacheOf(options);
  return cache ? { cache } : {};
};

/** How closely to look at an image, as AI SDK users say it to OpenAI. */
function detailOf(options: AiSdkMetadata | undefined): Pick<ImagePart, "detail"> {
  const detail = options?.["openai"]?.["imageDetail"];
  return detail === "low" || detail === "high" || detail === "auto" ? { detail } : {};
}

const textPart = ({ text, providerOptions }: AiSdkTextPart): TextPart =>
  carry({ type: "text", text, ...marked(providerOptions) }, { providerOptions: foreign(providerOptions) });

const utf8 = (text: string): string => toBase64(new TextEncoder().encode(text));

function filePart({ data, mediaType, filename, providerOptions }: AiSdkFilePart): ImagePart | FilePart {
  const file = (source: Source, extra: object): ImagePart | FilePart => {
    const common = { source, ...marked(providerOptions) };
    const part: ImagePart | FilePart = mediaType.startsWith("image/")
      ? { type: "image", ...common, ...detailOf(providerOptions) }
      : { type: "file", ...common, ...(filename !== undefined && { name: filename }) };
    const lost = part.type === "image" ? filename : undefined;
    return carry(part, { providerOptions: foreign(providerOptions), filename: lost, ...extra });
  };
  switch (data.type) {
    case "data": {
      const bytes = typeof data.data === "string" ? undefined : true; // so that they come back as bytes
      return file({ data: typeof data.data === "string" ? data.data : toBase64(data.data), mediaType }, { bytes });
    }
    case "url":
      return file({ url: data.url.href }, { mediaType, originalUrl: data.originalUrl });
    case "reference":
      return file({ fileId: Object.values(data.reference)[0] ?? "" }, { mediaType, reference: data.reference });
    case "text":
      return file({ data: utf8(data.text), mediaType }, { text: data.text });
  }
}

const userPart = (part: AiSdkTextPart | AiSdkFilePart): UserPart =>
  part.type === "text" ? textPart(part) : filePart(part);

/** A single plain text is a text. */
const plain = <P extends { readonly type: string }>(parts: readonly P[]): string | readonly P[] => {
  const [only] = parts;
  const text = only?.type === "text" && parts.length === 1 && Object.keys(only).length === 2;
  return text && "text" in only && typeof only.text === "string" ? only.text : parts;
};

const opaque = (part: object): AssistantPart => ({ type: "opaque", vendor: THEIRS, value: { part: toJson(part) } });

function assistantPart(part: AiSdkAssistantPart): AssistantPart {
  const own = part.providerOptions?.[OURS];
  switch (part.type) {
    case "text":
      return textPart(part);
    case "reasoning":
      if (own && typeof own["vendor"] === "string" && typeof own["model"] === "string")
        return {
          type: "reasoning",
          text: part.text,
          vendor: own["vendor"],
          model: own["model"],
          ...(isRecord(own["data"]) && { data: own["data"] as JsonObject }), // ours, unchanged
        };
      return {
        type: "reasoning",
        text: part.text,
        vendor: THEIRS,
        model: "",
        ...(part.providerOptions && { data: { [THEIRS]: toJson(part.providerOptions) } }),
      };
    case "tool-call":
      if (part.providerExecuted) return opaque(part);
      return carry(
        {
          type: "tool-call",
          id: part.toolCallId,
          name: part.toolName,
          input: toJson(part.input),
          ...(own && isRecord(own["data"]) && { data: own["data"] as NonNullable<ToolCallPart["data"]> }), // ours, unchanged
          ...marked(part.providerOptions),
        },
        { providerOptions: foreign(part.providerOptions) },
      );
    case "custom":
      return own && "opaque" in own ? (own["opaque"] as unknown as AssistantPart) : opaque(part); // ours, unchanged
    case "file":
    case "reasoning-file":
    case "tool-result":
      return opaque(part);
  }
}

function toolResult({ toolCallId, toolName, output, providerOptions }: AiSdkToolResultPart): ToolResultPart {
  const result = (content: ToolResultPart["output"], isError: boolean, extra: object = {}): ToolResultPart =>
    carry(
      {
        type: "tool-result",
        id: toolCallId,
        output: content,
        ...(isError && { isError }),
        ...marked(providerOptions),
      } as const,
      {
        toolName,
        providerOptions: foreign(providerOptions),
        outputOptions: "providerOptions" in output ? output.providerOptions : undefined,
        ...extra,
      },
    );
  switch (output.type) {
    case "text":
      return result(output.value, false);
    case "error-text":
      return result(output.value, true);
    case "json":
      return result(JSON.stringify(output.value), false, { output: "json" });
    case "error-json":
      return result(JSON.stringify(output.value), true, { output: "json" });
    case "execution-denied":
      return result(`The tool was not run${output.reason === undefined ? "." : `: ${output.reason}`}`, true, {
        output: "denied",
        reason: output.reason,
      });
    case "content":
      return result(
        output.value.flatMap((part): UserPart[] => (part.type === "custom" ? [] : [userPart(part)])),
        providerOptions?.[OURS]?.["isError"] === true,
        output.value.some((part) => part.type === "custom") ? { content: output.value } : {},
      );
  }
}

function message(from: Exclude<AiSdkMessage, { role: "system" }>): Message {
  const providerOptions = foreign(from.providerOptions);
  switch (from.role) {
    case "user":
      return carry({ role: "user", content: plain(from.content.map(userPart)) } as const, { providerOptions });
    case "assistant":
      return carry({ role: "assistant", content: plain(from.content.map(assistantPart)) } as const, {
        providerOptions,
      });
    case "tool": {
      const answers = from.content.flatMap((part, at) =>
        part.type === "tool-approval-response" ? [{ at, part }] : [],
      );
      return carry(
        {
          role: "tool",
          content: from.content.flatMap((part) => (part.type === "tool-result" ? [toolResult(part)] : [])),
        } as const,
        { providerOptions, approvals: answers.length > 0 ? answers : undefined },
      );
    }
  }
}

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
