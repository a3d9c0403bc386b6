import { LlmError } from "../error.ts";
import { isRecord, type Json } from "../json.ts";
import type { AssistantPart, CacheTtl, FilePart, ImagePart, Message, TextPart, ToolResultPart } from "../message.ts";
import type { Model } from "../provider.ts";
import { sameModel } from "../vendor/same-model.ts";
import { carriedBy, fromJson, OURS, THEIRS } from "./carried.ts";
import type {
  AiSdkAssistantPart,
  AiSdkFileData,
  AiSdkFilePart,
  AiSdkMessage,
  AiSdkMetadata,
  AiSdkTextPart,
  AiSdkToolMessagePart,
  AiSdkToolOutput,
  AiSdkToolResultPart,
} from "./language-model.ts";
import { cacheOf } from "./to-message.ts";

/** The model that is asked, and the AI SDK's name of who provides it. */
export interface Target extends Model {
  readonly provider: string;
}

type Carried = ReturnType<typeof carriedBy>;

/** The options that an object carries. */
export const metadata = (carried: Carried): AiSdkMetadata | undefined =>
  carried["providerOptions"] as AiSdkMetadata | undefined; // it was put there as such

/** The options of a part, with the mark of a cacheable prefix where they do not have it. */
export function optionsOf(part: { readonly cache?: CacheTtl }, carried: Carried): { providerOptions?: AiSdkMetadata } {
  const known = metadata(carried);
  if (part.cache === undefined || cacheOf(known) === part.cache) return known ? { providerOptions: known } : {};
  const anthropic = { ...known?.["anthropic"], cacheControl: { type: "ephemeral", ttl: part.cache } };
  return { providerOptions: { ...known, anthropic } };
}

const textPart = (part: TextPart): AiSdkTextPart => ({
  type: "text",
  text: part.text,
  ...optionsOf(part, carriedBy(part)),
});

/** The bytes that a URL's text stands for, each as a character: what is escaped stays so, half of a pair is U+FFFD. */
function percentDecoded(text: string): string {
  const ascii = encodeURI(text.replaceAll(/\p{Surrogate}/gu, "\ufffd")).replaceAll("%25", "%");
  return ascii.replace(/%([\da-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

/** Its type, parameters, whether it is base64, and its data. */
const DATA_URL = /^data:([^;,]*)(?:;[^;,]*)*?(;base64)?,(.*)$/is;

function fileData(
  part: ImagePart | FilePart,
  carried: Carried,
  to: Target,
): { data: AiSdkFileData; mediaType: string } {
  const { source } = part;
  const known = typeof carried["mediaType"] === "string" ? carried["mediaType"] : undefined;
  const mediaType = known ?? (part.type === "image" ? "image/*" : "application/pdf"); // what a URL leads to is not known
  if ("fileId" in source) {
    const reference = (carried["reference"] ?? { [to.vendor]: source.fileId }) as Record<string, string> & {
      type?: never;
    }; // ids by provider
    return { data: { type: "reference", reference }, mediaType };
  }
  if ("url" in source) {
    if (!URL.canParse(source.url))
      throw new LlmError("invalid-request", `messages: ${part.type}.source.url is not a URL`, to);
    const [, type, base64, body = ""] = DATA_URL.exec(source.url) ?? [];
    if (type !== undefined) {
      const bytes = percentDecoded(body);
      const unsaid = part.type === "image" ? mediaType : "text/plain";
      return { data: { type: "data", data: base64 ? bytes : btoa(bytes) }, mediaType: type || unsaid };
    }
    const originalUrl = typeof carried["originalUrl"] === "string" ? { originalUrl: carried["originalUrl"] } : {};
    return { data: { type: "url", url: new URL(source.url), ...originalUrl }, mediaType };
  }
  if (typeof carried["text"] === "string")
    return { data: { type: "text", text: carried["text"] }, mediaType: source.mediaType };
  const data = carried["bytes"] ? Uint8Array.from(atob(source.data), (c) => c.charCodeAt(0)) : source.data;
  return { data: { type: "data", data }, mediaType: source.mediaType };
}

function filePart(part: ImagePart | FilePart, to: Target): AiSdkFilePart {
  const carried = carriedBy(part);
  const filename = part.type === "file" ? part.name : carried["filename"];
  const { providerOptions } = optionsOf(part, carried);
  const detail = part.type === "image" ? part.detail : undefined;
  const options = detail
    ? { ...providerOptions, openai: { ...providerOptions?.["openai"], imageDetail: detail } }
    : providerOptions;
  return {
    type: "file",
    ...fileData(part, carried, to),
    ...(typeof filename === "string" && { filename }),
    ...(options && { providerOptions: options }),
  };
}

const userPart = (part: TextPart | ImagePart | FilePart, to: Target): AiSdkTextPart | AiSdkFilePart =>
  part.type === "text" ? textPart(part) : filePart(part, to);

/** The metadata that the answer's parts had, from the opaque parts beside them: by tool call, and by number of text. */
interface Decorations {
  readonly calls: ReadonlyMap<string, AiSdkMetadata>;
  readonly texts: ReadonlyMap<number, AiSdkMetadata>;
}

const isTheirs = (vendor: string, to: Target): boolean => vendor === THEIRS || vendor === `${THEIRS}/${to.provider}`;

function decorations(parts: readonly AssistantPart[], to: Target): Decorations {
  const calls = new Map<string, AiSdkMetadata>();
  const texts = new Map<number, AiSdkMetadata>();
  for (const part of parts) {
    if (part.type !== "opaque" || !isTheirs(part.vendor, to) || !isRecord(part.value)) continue;
    const { decorates, at, providerMetadata } = part.value;
    const found = fromJson(providerMetadata) as AiSdkMetadata; // it was put there as such
    if (decorates === "tool-call" && typeof at === "string") calls.set(at, found);
    if (decorates === "text" && typeof at === "number") texts.set(at, found);
  }
  return { calls, texts };
}

function assistantParts(parts: readonly AssistantPart[], to: Target): AiSdkAssistantPart[] {
  const { calls, texts } = decorations(parts, to);
  let text = 0;
  const decorated = (options: { providerOptions?: AiSdkMetadata }, more: AiSdkMetadata | undefined) =>
    more ? { providerOptions: { ...more, ...options.providerOptions } } : options;
  return parts.flatMap((part): AiSdkAssistantPart[] => {
    switch (part.type) {
      case "text":
        return [{ ...textPart(part), ...decorated(optionsOf(part, carriedBy(part)), texts.get(text++)) }];
      case "tool-call": {
        const own = to.provider === OURS && part.data ? { [OURS]: { data: part.data } } : undefined;
        const more = own || calls.has(part.id) ? { ...calls.get(part.id), ...own } : undefined;
        return [
          {
            type: "tool-call",
            toolCallId: part.id,
            toolName: part.name,
            input: part.input,
            ...decorated(optionsOf(part, carriedBy(part)), more),
          },
        ];
      }
      case "reasoning":
        return reasoning(part, to);
      case "opaque":
        return opaque(part, to);
    }
  });
}

/** Reasoning goes back to the model that wrote it; by way of another AI SDK model, in the form that it came in. */
function reasoning(part: Extract<AssistantPart, { type: "reasoning" }>, to: Target): AiSdkAssistantPart[] {
  const options = part.data?.[THEIRS];
  if (part.vendor === THEIRS || (sameModel(part, to) && (part.data === undefined || options !== undefined)))
    return [
      {
        type: "reasoning",
        text: part.text,
        ...(isRecord(options) && { providerOptions: fromJson(options) as AiSdkMetadata }), // it was put there as such
      },
    ];
  // a bridge back to us knows what to do with it, every other provider passes over it or says so
  const { vendor, model, data } = part;
  if (to.provider !== OURS) return [];
  return [
    { type: "reasoning", text: part.text, providerOptions: { [OURS]: { vendor, model, ...(data && { data }) } } },
  ];
}

function opaque(part: Extract<AssistantPart, { type: "opaque" }>, to: Target): AiSdkAssistantPart[] {
  if (!isTheirs(part.vendor, to)) {
    if (to.provider !== OURS) return [];
    return [{ type: "custom", kind: `${part.vendor}.opaque`, providerOptions: { [OURS]: { opaque: { ...part } } } }];
  }
  const sent = isRecord(part.value) ? fromJson(part.value["part"]) : undefined;
  if (!isRecord(part.value) || !isRecord(sent)) return [];
  if (part.value["said"] !== true) return [sent as unknown as AiSdkAssistantPart]; // their own part of a prompt
  const { providerMetadata, ...said } = sent;
  const options = isRecord(providerMetadata) ? { providerOptions: providerMetadata as AiSdkMetadata } : {}; // the same, on its way back
  switch (said["type"]) {
    case "tool-call":
      return [
        {
          type: "tool-call",
          toolCallId: String(said["toolCallId"]),
          toolName: String(said["toolName"]),
          input: parsed(String(said["input"])),
          providerExecuted: true,
          ...options,
        },
      ];
    case "tool-result": {
      if (said["preliminary"]) return [];
      const value = said["result"] as Json; // JSON already
      return [
        {
          type: "tool-result",
          toolCallId: String(said["toolCallId"]),
          toolName: String(said["toolName"]),
          output: said["isError"] ? { type: "error-json", value } : { type: "json", value },
          ...options,
        },
      ];
    }
    case "file":
    case "reasoning-file":
    case "custom":
      return [{ ...said, ...options } as AiSdkAssistantPart]; // alike in answers and prompts
    default:
      return []; // sources, requests for approval: nothing that goes back
  }
}

const parsed = (json: string): unknown => {
  try {
    return JSON.parse(json);
  } catch {
    return json;
  }
};

function toolOutput(part: ToolResultPart, carried: Carried, to: Target): AiSdkToolOutput {
  const { output, isError = false } = part;
  const options = carried["outputOptions"] ? { providerOptions: carried["outputOptions"] as AiSdkMetadata } : {}; // put there as such
  if (carried["output"] === "denied")
    return {
      type: "execution-denied",
      ...(typeof carried["reason"] === "string" && { reason: carried["reason"] }),
      ...options,
    };
  if (typeof output === "string") {
    if (carried["output"] === "json")
      return { type: isError ? "error-json" : "json", value: JSON.parse(output) as Json, ...options };
    return { type: isError ? "error-text" : "text", value: output, ...options };
  }
  if (Array.isArray(carried["content"]))
    return { type: "content", value: carried["content"] as Extract<AiSdkToolOutput, { type: "content" }>["value"] }; // put there as such
  const value = output.map((each) => userPart(each, to));
  // their results with pictures know no error: the text says it
  return {
    type: "content",
    value: isError && to.provider !== OURS ? [{ type: "text", text: "Error:" }, ...value] : value,
  };
}

/** Messages in the AI SDK's words. */
export function toMessages(messages: readonly Message[], to: Target): AiSdkMessage[] {
  const names = new Map<string, string>(); // of tools, by the id of their call
  return messages.map((message): AiSdkMessage => {
    const carried = carriedBy(message);
    const providerOptions = metadata(carried);
    const more = providerOptions ? { providerOptions } : {};
    switch (message.role) {
      case "system": {
        const { content } = message;
        const text = typeof content === "string" ? content : content.map((part) => part.text).join("\n\n");
        return { role: "system", content: text, ...more };
      }
      case "user": {
        const content =
          typeof message.content === "string"
            ? [{ type: "text" as const, text: message.content }]
            : message.content.map((part) => userPart(part, to));
        return { role: "user", content, ...more };
      }
      case "assistant": {
        const parts: readonly AssistantPart[] =
          typeof message.content === "string" ? [{ type: "text", text: message.content }] : message.content;
        for (const part of parts) if (part.type === "tool-call") names.set(part.id, part.name);
        return { role: "assistant", content: assistantParts(parts, to), ...more };
      }
      case "tool": {
        const content = message.content.map((part): AiSdkToolMessagePart => toolResult(part, names, to));
        const approvals = (carried["approvals"] ?? []) as readonly { at: number; part: AiSdkToolMessagePart }[]; // put there as such
        for (const { at, part } of approvals) content.splice(at, 0, part);
        return { role: "tool", content, ...more };
      }
    }
  });
}

function toolResult(part: ToolResultPart, names: ReadonlyMap<string, string>, to: Target): AiSdkToolResultPart {
  const carried = carriedBy(part);
  const toolName = typeof carried["toolName"] === "string" ? carried["toolName"] : (names.get(part.id) ?? "");
  const options = optionsOf(part, carried);
  const own = part.isError && typeof part.output !== "string" && to.provider === OURS; // they have no word for it
  return {
    type: "tool-result",
    toolCallId: part.id,
    toolName,
    output: toolOutput(part, carried, to),
    ...options,
    ...(own && { providerOptions: { ...options.providerOptions, [OURS]: { isError: true } } }),
  };
}
