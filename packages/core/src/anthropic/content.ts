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
import { isRecord } from "../json.ts";
import type { Model } from "../provider.ts";
import { decodeText } from "../vendor/base64.ts";
import { record, text } from "../fields.ts";
import { sameModel } from "../vendor/same-model.ts";

type Block = Anthropic.ContentBlockParam;

const cached = (part: { readonly cache?: string }): { cache_control?: Anthropic.CacheControlEphemeral } =>
  part.cache === undefined ? {} : { cache_control: { type: "ephemeral", ttl: part.cache as "5m" | "1h" } }; // as suited

/** A block of text. */
export const textBlock = (part: TextPart): Anthropic.TextBlockParam => ({
  type: "text",
  text: part.text,
  ...cached(part),
});

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
function addAssistant(blocks: Block[], part: AssistantPart, to: Model): void {
  switch (part.type) {
    case "text":
      if (part.text !== "") blocks.push(textBlock(part));
      return;
    case "tool-call":
      blocks.push({
        type: "tool_use",
        id: part.id,
        name: part.name,
        input: isRecord(part.input) ? part.input : {}, // the vendor takes nothing else
        ...part.data?.[to.vendor],
        ...cached(part),
      });
      return;
    case "opaque": {
      if (part.vendor !== to.vendor) return;
      const last = blocks.at(-1);
      if (!isRecord(part.value) || part.value["type"] !== "citation") blocks.push(part.value as unknown as Block); // it came as a block
      else if (last?.type === "text")
        (last.citations ??= []).push(record(part.value, "citation") as unknown as Anthropic.TextCitationParam); // as it came
      return;
    }
    case "reasoning": {
      if (!sameModel(part, to)) return;
      const redacted = text(part.data, "redacted");
      const signature = text(part.data, "signature");
      if (redacted !== undefined) blocks.push({ type: "redacted_thinking", data: redacted });
      else if (signature !== undefined) blocks.push({ type: "thinking", thinking: part.text, signature });
    }
  }
}

const assistant = (parts: readonly AssistantPart[], to: Model): Block[] => {
  const blocks: Block[] = [];
  for (const part of parts) addAssistant(blocks, part, to);
  return blocks;
};

function toParam(message: Message, to: Model): Anthropic.MessageParam {
  if (message.role === "tool") return { role: "user", content: message.content.map(toolResult) };
  if (typeof message.content === "string") return { role: message.role, content: message.content };
  switch (message.role) {
    case "system":
      return { role: "system", content: message.content.map(textBlock) };
    case "user":
      return { role: "user", content: message.content.map(userBlock) };
    case "assistant":
      return { role: "assistant", content: assistant(message.content, to) };
  }
}

const blocks = (content: Anthropic.MessageParam["content"]): Block[] =>
  typeof content === "string" ? [{ type: "text", text: content }] : (content as Block[]);

/** Tool results and what the user says next are one message to this vendor. Empty ones are left out. */
export function toParams(messages: readonly Message[], to: Model): Anthropic.MessageParam[] {
  const params: Anthropic.MessageParam[] = [];
  for (const message of messages) {
    const param = toParam(message, to);
    if (param.content.length === 0) continue;
    const last = params.at(-1);
    if (last?.role === "user" && param.role === "user") {
      const all = (last.content = blocks(last.content));
      for (const block of blocks(param.content)) all.push(block);
    } else params.push(param);
  }
  return params;
}
