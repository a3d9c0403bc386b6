import type { Answer, AnswerPart, Citation, Finish, SubCall } from "../answer.ts";
import { written, type Bill } from "../accounting/bill.ts";
import type { Json } from "../json.ts";
import type { Random } from "../random.ts";
import { seal } from "../seal.ts";

/** What a message is built with besides the answer. */
export interface MessageContext {
  readonly model: string;
  /** The model that thoughts are bound to: `model` without its date. */
  readonly sealedFor: string;
  /** Whether the caller speaks API version 2026-10-21, which always sends the nullable fields. */
  readonly current: boolean;
  /** Whether thoughts are shown or come with empty text. */
  readonly showThinking: boolean;
  readonly random: Random;
}

const STOP: Readonly<Record<Finish, string>> = {
  stop: "end_turn",
  length: "max_tokens",
  "stop-sequence": "stop_sequence",
  refusal: "refusal",
  "content-filter": "refusal",
  pause: "pause_turn",
  context: "model_context_window_exceeded",
  failed: "end_turn",
};

/** A search as two blocks: what was looked for, and what was found. */
function searchBlocks(part: AnswerPart & { readonly type: "search" }, context: MessageContext): readonly Json[] {
  const { random } = context;
  const id = `srvtoolu_01${random.token(22)}`;
  const caller = context.current ? { caller: { type: "direct" } } : {};
  const content = part.results.map(({ title, url }) => ({
    type: "web_search_result",
    title,
    url,
    encrypted_content: seal("EqgB", 120, context.sealedFor, random),
    page_age: null,
  }));
  return [
    { type: "server_tool_use", id, name: "web_search", input: { query: part.query }, ...caller },
    { type: "web_search_tool_result", tool_use_id: id, content, ...caller },
  ];
}

/** A citation: of a page of the web, or of a place in what the request brought. */
function location({ title, url, place }: Citation, cited_text: string, { sealedFor, random }: MessageContext): Json {
  if (!place) {
    const encrypted_index = seal("Eo8B", 60, sealedFor, random);
    return { type: "web_search_result_location", cited_text, url, title, encrypted_index };
  }
  const { kind, index, start, end } = place;
  const document = { cited_text, document_index: index, document_title: title || null, file_id: null };
  const blocks = { start_block_index: start, end_block_index: end };
  switch (kind) {
    case "text":
      return { type: "char_location", ...document, start_char_index: start, end_char_index: end };
    case "pages":
      return { type: "page_location", ...document, start_page_number: start, end_page_number: end };
    case "blocks":
      return { type: "content_block_location", ...document, ...blocks };
    case "search-result":
      return { type: "search_result_location", cited_text, search_result_index: index, source: url, title, ...blocks };
  }
}

function block(part: Exclude<AnswerPart, { readonly type: "search" }>, context: MessageContext): Json {
  const { random } = context;
  switch (part.type) {
    case "text":
      if (!part.citations?.length) return { type: "text", text: part.text };
      return {
        type: "text",
        text: part.text,
        citations: part.citations.map((source) => location(source, source.quote ?? part.text.slice(0, 120), context)),
      };
    case "reasoning":
      return {
        type: "thinking",
        thinking: context.showThinking ? part.text : "",
        signature: seal("EqoB", 160 + part.text.length, context.sealedFor, random),
      };
    case "tool-call":
      return {
        type: "tool_use",
        id: part.id ?? `toolu_01${random.token(22)}`,
        name: part.name,
        input: part.input,
        ...(context.current && { caller: { type: "direct" } }),
      };
    case "refusal":
      return { type: "text", text: part.text };
    case "native":
      return part.value;
  }
}

/** The usage object of a message. */
export function messageUsage(bill: Bill, current: boolean): Json {
  return {
    input_tokens: bill.input - bill.cacheRead - written(bill),
    cache_creation_input_tokens: written(bill),
    cache_read_input_tokens: bill.cacheRead,
    cache_creation: {
      ephemeral_5m_input_tokens: bill.cacheWrite["5m"],
      ephemeral_1h_input_tokens: bill.cacheWrite["1h"],
    },
    output_tokens: bill.output,
    ...(current && {
      output_tokens_details: { thinking_tokens: bill.reasoning },
      server_tool_use: bill.searches === 0 ? null : { web_search_requests: bill.searches, web_fetch_requests: 0 },
      speed: bill.speed,
    }),
    service_tier: bill.tier,
    inference_geo: current ? "global" : "not_available",
    ...(bill.subCalls && { iterations: [...bill.subCalls.map(iteration), ownIteration(bill)] }),
  };
}

function iteration(call: SubCall): Json {
  const { cacheRead = 0, cacheWrite = 0 } = call;
  return {
    type: call.type,
    ...(call.model !== undefined && { model: call.model }),
    input_tokens: call.input - cacheRead - cacheWrite,
    output_tokens: call.output,
    cache_read_input_tokens: cacheRead,
    cache_creation_input_tokens: cacheWrite,
    cache_creation: { ephemeral_5m_input_tokens: cacheWrite, ephemeral_1h_input_tokens: 0 },
  };
}

/** The answer's own call, as the last of the calls that it was made of. */
function ownIteration(bill: Bill): Json {
  return {
    type: "message",
    input_tokens: bill.input - bill.cacheRead - written(bill),
    output_tokens: bill.output,
    cache_read_input_tokens: bill.cacheRead,
    cache_creation_input_tokens: written(bill),
    cache_creation: {
      ephemeral_5m_input_tokens: bill.cacheWrite["5m"],
      ephemeral_1h_input_tokens: bill.cacheWrite["1h"],
    },
  };
}

/** Why a message ends, as Anthropic says it. */
function stopReason(answer: Answer): string {
  if (answer.parts.some((part) => part.type === "refusal")) return "refusal";
  if (answer.finish && answer.finish !== "stop") return STOP[answer.finish];
  const calls = answer.parts.some(
    (part) => part.type === "tool-call" || (part.type === "native" && part.value["type"] === "tool_use"),
  );
  return calls ? "tool_use" : "end_turn";
}

/** A whole answer as the Messages API sends it. */
export function message(answer: Answer, bill: Bill, context: MessageContext): Json {
  const refusal = answer.parts.find((part) => part.type === "refusal");
  const stop = stopReason(answer);
  const details =
    stop === "refusal"
      ? { type: "refusal", category: refusal?.category ?? null, explanation: refusal?.text ?? null }
      : null;
  return {
    id: `msg_01${context.random.token(22)}`,
    type: "message",
    role: "assistant",
    model: context.model,
    ...(context.current && { container: null, diagnostics: null }),
    content: answer.parts
      .filter((part) => part.type !== "refusal" || part.text !== "")
      .flatMap((part) => (part.type === "search" ? searchBlocks(part, context) : [block(part, context)])),
    stop_reason: stop,
    stop_sequence: answer.stopSequence ?? null,
    ...((context.current || details) && { stop_details: details }),
    usage: messageUsage(bill, context.current),
  };
}
