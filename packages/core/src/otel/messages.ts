import type { Attributes } from "@opentelemetry/api";
import type { Json } from "../json.ts";
import type { Message, Part, Source } from "../message.ts";
import type { ChatRequest } from "../request.ts";
import type { ChatResult } from "../result.ts";
import type { FinishReason } from "../stream-part.ts";

type Shown = { readonly [key: string]: Json };

function file(source: Source, modality: string): Shown {
  if ("url" in source) return { type: "uri", modality, uri: source.url };
  if ("fileId" in source) return { type: "file", modality, file_id: source.fileId };
  return { type: "blob", modality, mime_type: source.mediaType, content: source.data };
}

function part(from: Part): Shown {
  switch (from.type) {
    case "text":
      return { type: "text", content: from.text };
    case "reasoning":
      return { type: "reasoning", content: from.text };
    case "image":
      return file(from.source, "image");
    case "file":
      return file(from.source, "document");
    case "tool-call":
      return { type: "tool_call", id: from.id, name: from.name, arguments: from.input };
    case "tool-result":
      return {
        type: "tool_call_response",
        id: from.id,
        response: typeof from.output === "string" ? from.output : from.output.map(part),
      };
    case "opaque":
      return { type: from.vendor, value: from.value };
  }
}

/** Reasoning that the vendor keeps to itself says nothing here. */
const parts = (content: string | readonly Part[]): Shown[] =>
  typeof content === "string"
    ? [{ type: "text", content }]
    : content.filter((from) => from.type !== "reasoning" || from.text !== "").map(part);

const message = ({ role, content }: Message): Shown => ({ role, parts: parts(content) });

/** The whole question as the conventions have it, JSON texts. Only for who asked for it. */
export const question = (request: ChatRequest): Attributes => ({
  ...(request.system !== undefined && { "gen_ai.system_instructions": JSON.stringify(parts(request.system)) }),
  "gen_ai.input.messages": JSON.stringify(request.messages.map(message)),
  ...(request.tools && {
    "gen_ai.tool.definitions": JSON.stringify(
      request.tools.map(({ name, description, input }) => ({ type: "function", name, description, parameters: input })),
    ),
  }),
});

/** What the conventions call our reasons, where they have a word of their own. */
const FINISHES: Partial<Readonly<Record<FinishReason, string>>> = {
  "tool-calls": "tool_call",
  "content-filter": "content_filter",
  refusal: "content_filter",
  "context-length": "length",
};

/** The whole answer as the conventions have it, a JSON text. Only for who asked for it. */
export const answer = ({ content = [], finish }: Partial<ChatResult>): Attributes => ({
  "gen_ai.output.messages": JSON.stringify([
    { role: "assistant", parts: parts(content), finish_reason: finish ? (FINISHES[finish] ?? finish) : "error" },
  ]),
});
