/** Any JSON value, as the AI SDK types it. */
export type AiSdkJson = null | string | number | boolean | Readonly<AiSdkJsonObject> | readonly AiSdkJson[];

/** A JSON object, as the AI SDK types it. */
export type AiSdkJsonObject = { [key: string]: AiSdkJson | undefined };

/** What providers attach to parts (`providerMetadata`) and are handed back (`providerOptions`), by provider. */
export type AiSdkMetadata = Record<string, AiSdkJsonObject>;

interface WithMetadata {
  providerMetadata?: AiSdkMetadata;
}
interface WithOptions {
  providerOptions?: AiSdkMetadata;
}

/** One type for each of several names. */
type Each<Type extends string, Fields> = Type extends string ? { type: Type } & Fields & WithMetadata : never;

/** The bytes of a file, or where they are. */
export type AiSdkFileData =
  | { type: "data"; data: Uint8Array | string }
  | { type: "url"; url: URL; originalUrl?: string }
  | { type: "reference"; reference: Record<string, string> & { type?: never } }
  | { type: "text"; text: string };

type GeneratedData = Extract<AiSdkFileData, { type: "data" | "url" }>;

/** Text of a prompt. */
export interface AiSdkTextPart extends WithOptions {
  type: "text";
  text: string;
}

/** A file of a prompt; images are files too. */
export interface AiSdkFilePart extends WithOptions {
  type: "file";
  filename?: string;
  data: AiSdkFileData;
  mediaType: string;
}

/** What a tool answered. */
export type AiSdkToolOutput =
  | ({ type: "text"; value: string } & WithOptions)
  | ({ type: "json"; value: AiSdkJson } & WithOptions)
  | ({ type: "execution-denied"; reason?: string } & WithOptions)
  | ({ type: "error-text"; value: string } & WithOptions)
  | ({ type: "error-json"; value: AiSdkJson } & WithOptions)
  | {
      type: "content";
      value: Array<AiSdkTextPart | AiSdkFilePart | ({ type: "custom" } & WithOptions)>;
    };

/** The answer of a tool within a prompt. */
export interface AiSdkToolResultPart extends WithOptions {
  type: "tool-result";
  toolCallId: string;
  toolName: string;
  output: AiSdkToolOutput;
}

/** What a model said before. */
export type AiSdkAssistantPart =
  | AiSdkTextPart
  | AiSdkFilePart
  | ({ type: "custom"; kind: `${string}.${string}` } & WithOptions)
  | ({ type: "reasoning"; text: string } & WithOptions)
  | ({ type: "reasoning-file"; data: GeneratedData; mediaType: string } & WithOptions)
  | ({
      type: "tool-call";
      toolCallId: string;
      toolName: string;
      input: unknown;
      providerExecuted?: boolean;
    } & WithOptions)
  | AiSdkToolResultPart;

/** What a message of role `tool` holds. */
export type AiSdkToolMessagePart =
  | AiSdkToolResultPart
  | ({ type: "tool-approval-response"; approvalId: string; approved: boolean; reason?: string } & WithOptions);

/** One turn of a prompt. */
export type AiSdkMessage = (
  | { role: "system"; content: string }
  | { role: "user"; content: Array<AiSdkTextPart | AiSdkFilePart> }
  | { role: "assistant"; content: AiSdkAssistantPart[] }
  | { role: "tool"; content: AiSdkToolMessagePart[] }
) &
  WithOptions;

/** A tool that the caller runs, or one that the provider does. */
export type AiSdkTool =
  | ({
      type: "function";
      name: string;
      description?: string;
      inputSchema: object;
      inputExamples?: Array<{ input: AiSdkJsonObject }>;
      strict?: boolean;
    } & WithOptions)
  | { type: "provider"; id: `${string}.${string}`; name: string; args: Record<string, unknown> };

/** A question in the AI SDK's words. */
export interface AiSdkCallOptions extends WithOptions {
  prompt: AiSdkMessage[];
  maxOutputTokens?: number;
  temperature?: number;
  stopSequences?: string[];
  topP?: number;
  topK?: number;
  presencePenalty?: number;
  frequencyPenalty?: number;
  responseFormat?: { type: "text" } | { type: "json"; schema?: object; name?: string; description?: string };
  seed?: number;
  tools?: AiSdkTool[];
  toolChoice?: { type: "auto" } | { type: "none" } | { type: "required" } | { type: "tool"; toolName: string };
  includeRawChunks?: boolean;
  abortSignal?: AbortSignal;
  headers?: Record<string, string | undefined>;
  reasoning?: "provider-default" | "none" | "minimal" | "low" | "medium" | "high" | "xhigh" | "max";
}

/** Something that could not be done as asked. */
export type AiSdkWarning =
  | { type: "unsupported"; feature: string; details?: string }
  | { type: "compatibility"; feature: string; details?: string }
  | { type: "deprecated"; setting: string; message: string }
  | { type: "other"; message: string };

/** Tokens of an answer. */
export interface AiSdkUsage {
  inputTokens: {
    total: number | undefined;
    noCache: number | undefined;
    cacheRead: number | undefined;
    cacheWrite: number | undefined;
  };
  outputTokens: { total: number | undefined; text: number | undefined; reasoning: number | undefined };
  raw?: AiSdkJsonObject;
}

/** Why a model stopped. `interrupted`: the upstream was cut. */
export interface AiSdkFinishReason {
  unified: "stop" | "length" | "content-filter" | "tool-calls" | "error" | "interrupted" | "other";
  raw: string | undefined;
}

/** What an answer leans on. */
export type AiSdkSource =
  | ({ type: "source"; sourceType: "url"; id: string; url: string; title?: string } & WithMetadata)
  | ({
      type: "source";
      sourceType: "document";
      id: string;
      mediaType: string;
      title: string;
      filename?: string;
    } & WithMetadata);

interface Citation {
  source: AiSdkSource;
  startIndex?: number;
  endIndex?: number;
  citedText?: string;
}

interface ToolCall extends WithMetadata {
  type: "tool-call";
  toolCallId: string;
  toolName: string;
  /** JSON text. */
  input: string;
  providerExecuted?: boolean;
  dynamic?: boolean;
}

/** Content that comes in one piece, in a stream as in a whole answer. */
export type AiSdkWholePart =
  | ToolCall
  | AiSdkSource
  | ({ type: "custom"; kind: `${string}.${string}` } & WithMetadata)
  | Each<"file" | "reasoning-file", { mediaType: string; data: GeneratedData }>
  | ({ type: "tool-approval-request"; approvalId: string; toolCallId: string } & WithMetadata)
  | ({
      type: "tool-result";
      toolCallId: string;
      toolName: string;
      result: NonNullable<AiSdkJson>;
      isError?: boolean;
      preliminary?: boolean;
      dynamic?: boolean;
    } & WithMetadata);

/** Content of a whole answer. */
export type AiSdkContent =
  | ({ type: "text"; text: string; citations?: Citation[] } & WithMetadata)
  | ({ type: "reasoning"; text: string } & WithMetadata)
  | AiSdkWholePart;

/** One part of a streaming answer. */
export type AiSdkStreamPart =
  | Each<"text-start" | "reasoning-start" | "reasoning-end" | "tool-input-end", { id: string }>
  | ({ type: "text-end"; id: string; citations?: Citation[] } & WithMetadata)
  | Each<"text-delta" | "reasoning-delta" | "tool-input-delta", { id: string; delta: string }>
  | ({
      type: "tool-input-start";
      id: string;
      toolName: string;
      inputEncoding?: "json" | "text";
      providerExecuted?: boolean;
      dynamic?: boolean;
      title?: string;
    } & WithMetadata)
  | AiSdkWholePart
  | { type: "stream-start"; warnings: AiSdkWarning[] }
  | { type: "response-metadata"; id?: string; timestamp?: Date; modelId?: string }
  | ({ type: "finish"; usage: AiSdkUsage; finishReason: AiSdkFinishReason } & WithMetadata)
  | { type: "ping" }
  | { type: "raw"; rawValue: unknown }
  | { type: "error"; error: unknown };

/** What was sent. */
export interface AiSdkRequestInfo {
  url?: string;
  body?: unknown;
}

/** A whole answer. */
export interface AiSdkGenerateResult extends WithMetadata {
  content: AiSdkContent[];
  structuredOutputText?: string;
  finishReason: AiSdkFinishReason;
  usage: AiSdkUsage;
  request?: AiSdkRequestInfo;
  response?: {
    id?: string;
    timestamp?: Date;
    modelId?: string;
    headers?: Record<string, string>;
    body?: unknown;
  };
  warnings: AiSdkWarning[];
}

/** A streaming answer. */
export interface AiSdkStreamResult {
  stream: ReadableStream<AiSdkStreamPart>;
  request?: AiSdkRequestInfo;
  response?: { headers?: Record<string, string> };
}

/** A model of the AI SDK's interface of version 4, by its shape: `LanguageModelV4` of `@ai-sdk/provider` is one, and back. */
export interface AiSdkModel {
  readonly specificationVersion: "v4";
  readonly provider: string;
  readonly modelId: string;
  supportedUrls: PromiseLike<Record<string, RegExp[]>> | Record<string, RegExp[]>;
  doGenerate(options: AiSdkCallOptions): PromiseLike<AiSdkGenerateResult>;
  doStream(options: AiSdkCallOptions): PromiseLike<AiSdkStreamResult>;
}

/** A model of any version of the AI SDK's interface that is about: V2, V3 and V4. */
export interface AnyAiSdkModel {
  readonly specificationVersion: "v2" | "v3" | "v4";
  readonly provider: string;
  readonly modelId: string;
  doGenerate(options: never): PromiseLike<unknown>;
  doStream(options: never): PromiseLike<unknown>;
}
