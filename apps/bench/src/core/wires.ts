import Anthropic from "@anthropic-ai/sdk";
import type { Provider } from "@llm/core";
import { anthropic } from "@llm/core/anthropic";
import { openai } from "@llm/core/openai";
import { openaiChat } from "@llm/core/openai-chat";
import OpenAI from "openai";

/** A raw event of an SDK, as far as it is looked at. */
export interface RawEvent {
  readonly type?: string;
  readonly delta?: unknown;
  readonly choices?: readonly { readonly delta?: { readonly content?: string | null } }[];
}

/** One of the three wires: our adapter and the SDK's own raw stream, both over a `fetch`. */
export interface WireUnderTest {
  readonly name: string;
  /** The wire's name in the recordings. */
  readonly recorded: string;
  readonly ours: (fetch: typeof globalThis.fetch) => Provider;
  readonly raw: (fetch: typeof globalThis.fetch) => () => PromiseLike<AsyncIterable<RawEvent>>;
  /** What a server sends until the first text: the events before it and the delta. */
  readonly opening: string;
  readonly isText: (event: RawEvent) => boolean;
}

const apiKey = "none";
const messages = [{ role: "user", content: "Hello" }] as const;
const sse = (events: readonly { readonly type?: string }[]): string =>
  events.map((event) => `${event.type ? `event: ${event.type}\n` : ""}data: ${JSON.stringify(event)}\n\n`).join("");

const claude = "claude-sonnet-5-5";
const gpt = "gpt-6.1-sol";
const response = { id: "resp_1", object: "response", model: gpt, status: "in_progress", output: [] };
const chunk = (delta: object): object => ({
  id: "chatcmpl-1",
  object: "chat.completion.chunk",
  created: 1,
  model: gpt,
  choices: [{ index: 0, delta, finish_reason: null }],
});

/** The three wires. */
export const wires: readonly WireUnderTest[] = [
  {
    name: "anthropic",
    recorded: "anthropic",
    ours: (fetch) => anthropic(claude, { apiKey, fetch }),
    raw: (fetch) => {
      const client = new Anthropic({ apiKey, fetch, maxRetries: 0, logLevel: "off" });
      return () => client.messages.create({ model: claude, max_tokens: 1000, messages: [...messages], stream: true });
    },
    opening: sse([
      {
        type: "message_start",
        message: {
          id: "msg_1",
          type: "message",
          role: "assistant",
          model: claude,
          content: [],
          usage: { input_tokens: 9, output_tokens: 1 },
        },
      } as object,
      { type: "content_block_start", index: 0, content_block: { type: "text", text: "" } } as object,
      { type: "content_block_delta", index: 0, delta: { type: "text_delta", text: "Hello" } } as object,
    ]),
    isText: ({ type }) => type === "content_block_delta",
  },
  {
    name: "openai (Responses)",
    recorded: "openai-responses",
    ours: (fetch) => openai(gpt, { apiKey, fetch }),
    raw: (fetch) => {
      const client = new OpenAI({ apiKey, fetch, maxRetries: 0, logLevel: "off" });
      return () => client.responses.create({ model: gpt, input: "Hello", stream: true });
    },
    opening: sse([
      { type: "response.created", sequence_number: 0, response } as object,
      { type: "response.in_progress", sequence_number: 1, response } as object,
      {
        type: "response.output_item.added",
        sequence_number: 2,
        output_index: 0,
        item: { id: "msg_1", type: "message", role: "assistant", status: "in_progress", content: [] },
      } as object,
      {
        type: "response.content_part.added",
        sequence_number: 3,
        item_id: "msg_1",
        output_index: 0,
        content_index: 0,
        part: { type: "output_text", text: "", annotations: [] },
      } as object,
      {
        type: "response.output_text.delta",
        sequence_number: 4,
        item_id: "msg_1",
        output_index: 0,
        content_index: 0,
        delta: "Hello",
      } as object,
    ]),
    isText: ({ type }) => type === "response.output_text.delta",
  },
  {
    name: "openai-chat",
    recorded: "openai-chat",
    ours: (fetch) => openaiChat(gpt, { apiKey, fetch }),
    raw: (fetch) => {
      const client = new OpenAI({ apiKey, fetch, maxRetries: 0, logLevel: "off" });
      return () =>
        client.chat.completions.create({
          model: gpt,
          messages: [...messages],
          stream: true,
          stream_options: { include_usage: true },
        });
    },
    opening: sse([chunk({ role: "assistant", content: "" }), chunk({ content: "Hello" })]),
    isText: ({ choices }) => Boolean(choices?.[0]?.delta?.content),
  },
];

/** A response that streams events. */
export const eventStream = (body: ReadableStream<Uint8Array>): Response =>
  new Response(body, { headers: { "content-type": "text/event-stream" } });
