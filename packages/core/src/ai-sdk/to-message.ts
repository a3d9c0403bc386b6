import { record, text } from "../fields.ts";
import { isRecord, type JsonObject } from "../json.ts";
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
import { carry, foreign, OURS, THEIRS, toBase64, toJson } from "./carried.ts";
import type {
  AiSdkAssistantPart,
  AiSdkFilePart,
  AiSdkMessage,
  AiSdkMetadata,
  AiSdkTextPart,
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

/** A text, with what else its part says. */
export const textPart = ({ text, providerOptions }: AiSdkTextPart): TextPart =>
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
export const plain = <P extends { readonly type: string }>(parts: readonly P[]): string | readonly P[] => {
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

/** A message of the AI SDK as one of ours; what we have no word for is carried along. */
export function message(from: Exclude<AiSdkMessage, { role: "system" }>): Message {
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
