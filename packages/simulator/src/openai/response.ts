import type { Answer, AnswerPart } from "../answer.ts";
import { written, type Bill } from "../accounting/bill.ts";
import { objectOf, type Json } from "../json.ts";
import type { Random } from "../random.ts";
import { seal } from "../seal.ts";

/** What a response is built with besides the answer. */
export interface ResponseContext {
  readonly id: string;
  readonly model: string;
  /** The model that thoughts are bound to: `model` without its date. */
  readonly sealedFor: string;
  /** Unix seconds. */
  readonly created: number;
  /** The effort that the model used. */
  readonly effort: string;
  readonly tier: string;
  readonly random: Random;
}

const HEX = "0123456789abcdef";

/** An id in the form that the Responses API gives its objects and items. */
export function itemId(prefix: string, random: Random): string {
  return `${prefix}_${random.token(50, HEX)}`;
}

function includes(body: Json, what: string): boolean {
  return Array.isArray(body["include"]) && body["include"].includes(what);
}

function item(part: AnswerPart, status: string, body: Json, context: ResponseContext): Json {
  const { random } = context;
  const message = (content: Json): Json => ({
    id: itemId("msg", random),
    type: "message",
    status,
    content: [content],
    role: "assistant",
  });
  switch (part.type) {
    case "text": {
      const annotations = (part.citations ?? []).map(({ title, url }) => ({
        type: "url_citation",
        start_index: 0,
        end_index: part.text.length,
        title,
        url,
      }));
      return message({ type: "output_text", annotations, logprobs: [], text: part.text });
    }
    case "refusal":
      return message({ type: "refusal", refusal: part.text });
    case "reasoning": {
      const summarised = typeof objectOf(body["reasoning"])["summary"] === "string";
      return {
        id: itemId("rs", random),
        type: "reasoning",
        ...(includes(body, "reasoning.encrypted_content") && {
          encrypted_content: seal("gAAAAABp", 240 + part.text.length, context.sealedFor, random),
        }),
        summary: summarised ? [{ type: "summary_text", text: part.text }] : [],
      };
    }
    case "tool-call":
      return {
        id: itemId("fc", random),
        type: "function_call",
        status,
        arguments: JSON.stringify(part.input),
        call_id: part.id ?? `call_${random.token(24)}`,
        name: part.name,
      };
    case "search":
      return {
        id: itemId("ws", random),
        type: "web_search_call",
        status: "completed",
        action: {
          type: "search",
          query: part.query,
          ...(includes(body, "web_search_call.action.sources") && {
            sources: part.results.map(({ url }) => ({ type: "url", url })),
          }),
        },
      };
    case "native":
      return part.value;
  }
}

/** The usage object of a response. */
export function responseUsage(bill: Bill): Json {
  return {
    input_tokens: bill.input,
    input_tokens_details: {
      cached_tokens: bill.cacheRead,
      cache_write_tokens: written(bill),
      cache_write_tokens_details: { ttl_30m_tokens: bill.cacheWrite["30m"], ttl_12h_tokens: bill.cacheWrite["12h"] },
    },
    output_tokens: bill.output,
    output_tokens_details: { reasoning_tokens: bill.reasoning },
    total_tokens: bill.input + bill.output,
  };
}

/** What the response repeats of the request, with the defaults of what it left out. */
function echo(body: Json, context: ResponseContext): Json {
  const reasoning = objectOf(body["reasoning"]);
  const text = objectOf(body["text"]);
  return {
    instructions: body["instructions"] ?? null,
    max_output_tokens: body["max_output_tokens"] ?? null,
    max_tool_calls: body["max_tool_calls"] ?? null,
    model: context.model,
    parallel_tool_calls: body["parallel_tool_calls"] ?? true,
    previous_response_id: body["previous_response_id"] ?? null,
    prompt_cache_key: body["prompt_cache_key"] ?? null,
    prompt_cache_retention: body["prompt_cache_retention"] ?? null,
    reasoning: { effort: context.effort, summary: reasoning["summary"] ?? null },
    safety_identifier: body["safety_identifier"] ?? null,
    service_tier: context.tier,
    store: body["store"] ?? true,
    temperature: body["temperature"] ?? 1,
    text: { format: text["format"] ?? { type: "text" }, verbosity: text["verbosity"] ?? "medium" },
    tool_choice: body["tool_choice"] ?? "auto",
    tools: body["tools"] ?? [],
    top_logprobs: body["top_logprobs"] ?? 0,
    top_p: body["top_p"] ?? 1,
    truncation: body["truncation"] ?? "disabled",
    user: body["user"] ?? null,
    metadata: body["metadata"] ?? {},
  };
}

/** A whole answer as the Responses API sends it. */
export function response(answer: Answer, bill: Bill, body: Json, context: ResponseContext): Json {
  const { finish } = answer;
  const incomplete = finish === "length" || finish === "context" ? "max_output_tokens" : "content_filter";
  const status =
    finish === "failed"
      ? "failed"
      : finish === "length" || finish === "context" || finish === "content-filter"
        ? "incomplete"
        : "completed";
  const last = answer.parts.length - 1;
  return {
    id: context.id,
    object: "response",
    created_at: context.created,
    status,
    background: body["background"] ?? false,
    completed_at: status === "completed" ? context.created : null,
    error:
      status === "failed"
        ? { code: "server_error", message: "The server had an error while processing your request. Sorry about that!" }
        : null,
    frequency_penalty: 0,
    incomplete_details: status === "incomplete" ? { reason: incomplete } : null,
    presence_penalty: 0,
    ...echo(body, context),
    output: answer.parts.map((part, n) =>
      item(part, status === "incomplete" && n === last ? "incomplete" : "completed", body, context),
    ),
    usage: status === "failed" ? null : responseUsage(bill),
    ...(bill.searches > 0 && { tool_usage: { web_search: { num_requests: bill.searches } } }),
  };
}
