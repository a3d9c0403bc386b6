import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { newMessagesReader } from "../anthropic/answer.ts";
import { isLlmError } from "../error.ts";
import { newFold } from "../fold.ts";
import { isRecord } from "../json.ts";
import { newChatReader } from "../openai-chat/answer.ts";
import { newResponsesReader } from "../openai/answer.ts";
import type { ChatResult } from "../result.ts";
import type { StreamPart } from "../stream-part.ts";
import type { Frame, Reader } from "../reader.ts";

const frame: Frame = { vendor: "v", model: "asked", outputTool: undefined, start: { requestId: "req" } };

function stream(make: (frame: Frame) => Reader, events: readonly unknown[], more: Partial<Frame> = {}): StreamPart[] {
  const parts: StreamPart[] = [];
  const reader = make({ ...frame, ...more });
  const push = (part: StreamPart) => void parts.push(part);
  for (const event of events) reader.event(event, push);
  reader.end?.(push);
  return parts;
}
const folded = (parts: readonly StreamPart[]): ChatResult => {
  const fold = newFold();
  for (const part of parts) fold.add(part);
  return fold.result();
};
/** What both wires must agree on. */
const essence = ({ id: _id, content, message: _message, ...rest }: ChatResult) => ({
  ...rest,
  content: content.filter(({ type }) => type !== "opaque"),
});

const anthropic = {
  make: newMessagesReader,
  message: {
    id: "msg_1",
    type: "message",
    role: "assistant",
    model: "claude-x",
    container: { id: "c1" },
    content: [
      { type: "thinking", thinking: "Let me see.", signature: "sig" },
      { type: "redacted_thinking", data: "xyz" },
      { type: "server_tool_use", id: "s1", name: "web_search", input: { query: "sea" } },
      { type: "web_search_tool_result", tool_use_id: "s1", content: [{ type: "web_search_result", url: "u" }] },
      { type: "text", text: "The sea is blue.", citations: [{ type: "page_location", cited_text: "blue" }] },
      { type: "tool_use", id: "t1", name: "look", input: { at: "sea" }, caller: { type: "direct" } },
      { type: "tool_use", id: "t2", name: "look", input: {}, caller: { type: "code_execution", tool_id: "s2" } },
    ],
    stop_reason: "tool_use",
    stop_sequence: null,
    stop_details: null,
    usage: { input_tokens: 10, output_tokens: 20, cache_read_input_tokens: 5, cache_creation_input_tokens: 0 },
  },
  events: [
    {
      type: "message_start",
      message: {
        id: "msg_1",
        model: "claude-x",
        content: [],
        container: { id: "c1" },
        usage: { input_tokens: 10, output_tokens: 1, cache_read_input_tokens: 5, cache_creation_input_tokens: 0 },
      },
    },
    { type: "ping" },
    { type: "content_block_start", index: 0, content_block: { type: "thinking", thinking: "", signature: "" } },
    { type: "content_block_delta", index: 0, delta: { type: "thinking_delta", thinking: "Let me " } },
    { type: "content_block_delta", index: 0, delta: { type: "thinking_delta", thinking: "see." } },
    { type: "content_block_delta", index: 0, delta: { type: "signature_delta", signature: "sig" } },
    { type: "content_block_stop", index: 0 },
    { type: "content_block_start", index: 1, content_block: { type: "redacted_thinking", data: "xyz" } },
    { type: "content_block_stop", index: 1 },
    {
      type: "content_block_start",
      index: 2,
      content_block: { type: "server_tool_use", id: "s1", name: "web_search", input: {} },
    },
    { type: "content_block_delta", index: 2, delta: { type: "input_json_delta", partial_json: '{"query":' } },
    { type: "content_block_delta", index: 2, delta: { type: "input_json_delta", partial_json: '"sea"}' } },
    { type: "content_block_stop", index: 2 },
    {
      type: "content_block_start",
      index: 3,
      content_block: {
        type: "web_search_tool_result",
        tool_use_id: "s1",
        content: [{ type: "web_search_result", url: "u" }],
      },
    },
    { type: "content_block_stop", index: 3 },
    { type: "content_block_start", index: 4, content_block: { type: "text", text: "", citations: [] } },
    { type: "content_block_delta", index: 4, delta: { type: "text_delta", text: "The sea " } },
    {
      type: "content_block_delta",
      index: 4,
      delta: { type: "citations_delta", citation: { type: "page_location", cited_text: "blue" } },
    },
    { type: "content_block_delta", index: 4, delta: { type: "text_delta", text: "is blue." } },
    { type: "content_block_stop", index: 4 },
    {
      type: "content_block_start",
      index: 5,
      content_block: { type: "tool_use", id: "t1", name: "look", input: {}, caller: { type: "direct" } },
    },
    { type: "content_block_delta", index: 5, delta: { type: "input_json_delta", partial_json: '{"at":"sea"}' } },
    { type: "content_block_stop", index: 5 },
    {
      type: "content_block_start",
      index: 6,
      content_block: {
        type: "tool_use",
        id: "t2",
        name: "look",
        input: {},
        caller: { type: "code_execution", tool_id: "s2" },
      },
    },
    { type: "content_block_stop", index: 6 },
    {
      type: "message_delta",
      delta: { stop_reason: "tool_use", stop_sequence: null },
      usage: { input_tokens: null, output_tokens: 20 },
    },
    { type: "message_stop" },
  ],
};

const responses = {
  make: newResponsesReader,
  message: {
    id: "resp_1",
    object: "response",
    status: "completed",
    model: "gpt-x",
    output: [
      {
        type: "reasoning",
        id: "rs_1",
        summary: [
          { type: "summary_text", text: "One." },
          { type: "summary_text", text: "Two." },
        ],
        encrypted_content: "enc",
      },
      { type: "web_search_call", id: "ws_1", status: "completed" },
      {
        type: "message",
        id: "m_1",
        role: "assistant",
        phase: "final_answer",
        content: [{ type: "output_text", text: "Hello sea.", annotations: [{ type: "url_citation", url: "u" }] }],
      },
      { type: "function_call", id: "fc_1", call_id: "c1", name: "look", arguments: '{"at":1}' },
      { type: "function_call", id: "fc_2", call_id: "c2", name: "look", arguments: "{}" },
    ],
    usage: {
      input_tokens: 10,
      input_tokens_details: { cached_tokens: 4 },
      output_tokens: 8,
      output_tokens_details: { reasoning_tokens: 3 },
      total_tokens: 18,
    },
  },
  events: [] as unknown[],
};
responses.events = [
  { type: "response.created", response: { id: "resp_1", model: "gpt-x", status: "in_progress", output: [] } },
  { type: "response.in_progress", response: {} },
  { type: "response.output_item.added", output_index: 0, item: { type: "reasoning", id: "rs_a", summary: [] } },
  { type: "response.reasoning_summary_part.added", output_index: 0, item_id: "rs_a", summary_index: 0 },
  { type: "response.reasoning_summary_text.delta", output_index: 0, item_id: "rs_b", summary_index: 0, delta: "One." },
  { type: "response.reasoning_summary_text.delta", output_index: 0, item_id: "rs_c", summary_index: 1, delta: "Two." },
  { type: "response.output_item.done", output_index: 0, item: responses.message.output[0] },
  { type: "response.web_search_call.searching", output_index: 1, item_id: "ws_1" },
  { type: "response.output_item.done", output_index: 1, item: responses.message.output[1] },
  {
    type: "response.output_item.added",
    output_index: 2,
    item: { type: "message", id: "m_rotating", phase: "final_answer", content: [] },
  },
  { type: "response.output_text.delta", output_index: 2, content_index: 0, item_id: "m_0", delta: "Hello " },
  { type: "response.output_text.delta", output_index: 2, content_index: 0, item_id: "m_1", delta: "sea." },
  {
    type: "response.output_text.annotation.added",
    output_index: 2,
    content_index: 0,
    annotation_index: 0,
    annotation: { type: "url_citation", url: "u" },
  },
  { type: "response.output_text.done", output_index: 2, content_index: 0, text: "Hello sea." },
  { type: "response.output_item.done", output_index: 2, item: responses.message.output[2] },
  {
    type: "response.output_item.added",
    output_index: 3,
    item: { type: "function_call", id: "fc_1", call_id: "c1", name: "look", arguments: "" },
  },
  {
    type: "response.output_item.added",
    output_index: 4,
    item: { type: "function_call", id: "fc_2", call_id: "c2", name: "look", arguments: "" },
  },
  { type: "response.function_call_arguments.delta", output_index: 3, delta: '{"at"' },
  { type: "response.function_call_arguments.delta", output_index: 4, delta: "{}" },
  { type: "response.function_call_arguments.delta", output_index: 3, delta: ":1}" },
  { type: "response.output_item.done", output_index: 3, item: responses.message.output[3] },
  { type: "response.output_item.done", output_index: 4, item: responses.message.output[4] },
  { type: "response.completed", response: responses.message },
];

const usage = {
  prompt_tokens: 10,
  completion_tokens: 8,
  total_tokens: 18,
  prompt_tokens_details: { cached_tokens: 4 },
  completion_tokens_details: { reasoning_tokens: 3 },
};
const chunk = (delta: object, more: object = {}) => ({
  id: "chat_1",
  model: "gpt-x",
  choices: [{ index: 0, delta, ...more }],
});
const chat = {
  make: newChatReader,
  message: {
    id: "chat_1",
    model: "gpt-x",
    choices: [
      {
        index: 0,
        finish_reason: "tool_calls",
        message: {
          role: "assistant",
          reasoning_content: "Hm.",
          content: "I look.",
          tool_calls: [
            { id: "c1", type: "function", function: { name: "look", arguments: '{"at":1}' } },
            { id: "c2", type: "function", function: { name: "look", arguments: "{}" }, extra_content: { s: 1 } },
          ],
        },
      },
    ],
    usage,
  },
  events: [
    chunk({ role: "assistant", content: "" }),
    chunk({ reasoning_content: "Hm." }),
    chunk({ content: "I " }),
    chunk({ content: "look." }),
    chunk({ tool_calls: [{ index: 1, id: "c1", type: "function", function: { name: "look", arguments: "" } }] }),
    chunk({ tool_calls: [{ index: 1, function: { arguments: '{"at":' } }] }),
    chunk({
      tool_calls: [{ index: 2, id: "c2", function: { name: "look", arguments: "{}" }, extra_content: { s: 1 } }],
    }),
    chunk({ tool_calls: [{ index: 1, function: { arguments: "1}" } }] }),
    chunk({}, { finish_reason: "tool_calls" }),
    { id: "chat_1", model: "gpt-x", choices: [], usage },
  ] as unknown[],
};

const wires = { anthropic, responses, chat };

describe.each(Object.entries(wires))("%s", (_name, { make, message, events }) => {
  const whole = () => folded(make(frame).message(message));
  test("the whole answer equals the folded stream", () => {
    expect(essence(folded(stream(make, events)))).toEqual(essence(whole()));
    expect(whole()).toMatchObject({
      vendor: "v",
      model: message.model,
      id: message.id,
      requestId: "req",
      finish: "tool-calls",
    });
    expect(whole().toolCalls).toMatchObject([
      { id: expect.stringMatching(/^[tc]1$/), name: "look", input: { at: expect.anything() } },
      { id: expect.stringMatching(/^[tc]2$/), name: "look", input: {} },
    ]);
  });
  test("opaque parts and data are the same on both wires", () => {
    const kept = ({ content }: ChatResult) =>
      content.filter(({ type }) => type === "opaque" || type === "tool-call" || type === "reasoning");
    expect(kept(folded(stream(make, events)))).toEqual(expect.arrayContaining(kept(whole()) as unknown[]));
    expect(folded(stream(make, events)).content).toHaveLength(whole().content.length);
  });
  test("a second start changes nothing", () => {
    expect(essence(folded(stream(make, [events[0], ...events])))).toEqual(essence(whole()));
  });
  test("an unknown event passes, as opaque, and changes nothing", () => {
    const odd = { type: "something.new", note: 1, choices: [] };
    const parts = stream(
      make,
      events.flatMap((event) => [event, odd]),
    );
    expect(essence(folded(parts))).toEqual(essence(whole()));
    if (make !== chat.make) expect(parts).toContainEqual({ type: "opaque", vendor: "v", value: odd });
  });
  test("nothing but an answer is malformed", () => {
    for (const answer of [undefined, null, "<html>", 7, []])
      expect(() => make(frame).message(answer)).toThrow(expect.objectContaining({ code: "malformed" }));
  });
  test("any field may be missing, null or of another type", () => {
    const paths: (readonly (string | number)[])[] = [];
    const walk = (value: unknown, path: readonly (string | number)[]): void => {
      if (path.length > 0) paths.push(path);
      if (Array.isArray(value)) value.forEach((item, i) => walk(item, [...path, i]));
      else if (isRecord(value)) for (const [key, item] of Object.entries(value)) walk(item, [...path, key]);
    };
    const change = (root: unknown, path: readonly (string | number)[], to: unknown): unknown => {
      const copy: unknown = structuredClone(root);
      let at = copy as Record<string | number, unknown>;
      for (const key of path.slice(0, -1)) at = at[key] as typeof at;
      if (to === undefined) delete at[path.at(-1)!];
      else at[path.at(-1)!] = to;
      return copy;
    };
    const safe = (read: () => unknown): void => {
      try {
        read();
      } catch (error) {
        if (!isLlmError(error)) throw error;
      }
    };
    walk({ events, message }, []);
    fc.assert(
      fc.property(
        fc.constantFrom(...paths.filter((path) => path.length > 1)),
        fc.constantFrom(undefined, null, 7, "x", {}, [], true),
        (path, to) => {
          const changed = change({ events, message }, path, to) as { events: unknown[]; message: unknown };
          safe(() =>
            folded(
              stream(
                make,
                changed.events.filter((event) => event !== undefined),
              ),
            ),
          );
          safe(() => folded(make(frame).message(changed.message)));
        },
      ),
      { numRuns: 2_000 },
    );
  });
  test("an answer that comes by a tool is its text", () => {
    const name = "look";
    const result = folded(stream(make, events, { outputTool: name }));
    expect(result.toolCalls).toEqual([]);
    expect(result.text).toContain('"at":');
    expect(result.finish).toBe("stop");
    expect(folded(make({ ...frame, outputTool: name }).message(message)).finish).toBe("stop");
  });
});

test("a proxy that begins anew numbers its blocks anew", () => {
  const [first, , ...rest] = anthropic.events;
  const text = (index: number, delta: string) => ({
    type: "content_block_delta",
    index,
    delta: { type: "text_delta", text: delta },
  });
  const begin = { type: "content_block_start", index: 0, content_block: { type: "text", text: "" } };
  const result = folded(
    stream(newMessagesReader, [first, begin, text(0, "a"), first, begin, text(0, "b"), ...rest.slice(-2)]),
  );
  expect(result.content.map((part) => (part.type === "text" ? part.text : ""))).toEqual(["a", "b"]);
});

test("deltas of a block that never began", () => {
  const lost = { type: "content_block_delta", index: 3, delta: { type: "input_json_delta", partial_json: "{" } };
  expect(stream(newMessagesReader, [lost])).toMatchObject([{ type: "opaque", value: { type: "input_json_delta" } }]);
  const args = { type: "response.function_call_arguments.delta", output_index: 3, delta: "{" };
  expect(stream(responses.make, [args])).toMatchObject([{ type: "opaque", value: { delta: "{" } }]);
  const odd = { type: "content_block_delta", index: 0, delta: { type: "new_delta", x: 1 } };
  expect(stream(newMessagesReader, [odd])).toEqual([{ type: "opaque", vendor: "v", value: odd }]);
});

test("an answer of Responses that comes all at once at the end of its stream is no empty one", () => {
  const output = [{ type: "message", content: [{ type: "output_text", text: "all" }] }];
  const response = { id: "r", model: "m-1", status: "completed", output, usage: { input_tokens: 1, output_tokens: 2 } };
  const end = { type: "response.completed", response };
  expect(stream(newResponsesReader, [end])).toEqual(newResponsesReader(frame).message(response));
  const delta = { type: "response.output_text.delta", output_index: 0, content_index: 0, delta: "all" };
  expect(stream(newResponsesReader, [delta, end]).filter((part) => part.type === "text")).toHaveLength(1);
});

describe("what has a word passes by it alone", () => {
  const opaque = (parts: readonly StreamPart[]) => parts.filter((part) => part.type === "opaque");
  test("the fields of a message of Anthropic's", () => {
    const usage = { input_tokens: 1, output_tokens: 1 };
    const whole = { id: "m", type: "message", role: "assistant", model: "x", content: [], usage };
    const end = { stop_reason: "stop_sequence", stop_sequence: "END", stop_details: { category: "x" } };
    expect(opaque(newMessagesReader(frame).message({ ...whole, ...end }))).toEqual([]);
    const events = [
      { type: "message_start", message: whole },
      { type: "message_delta", delta: end, usage },
    ];
    expect(opaque(stream(newMessagesReader, events))).toEqual([]);
    const more = { container: { id: "c" }, empty: null, context_management: {} };
    for (const parts of [
      newMessagesReader(frame).message({ ...whole, ...end, ...more }),
      stream(newMessagesReader, [{ type: "message_delta", delta: { ...end, ...more } }]),
    ])
      expect(opaque(parts)).toEqual([
        { type: "opaque", vendor: "v", value: { type: "message", container: { id: "c" }, context_management: {} } },
      ]);
  });
  test("the fields of a message of Chat Completions", () => {
    const call = { id: "1", function: { name: "f", arguments: "{}" } };
    const said = { role: "assistant", content: "a", refusal: "b", reasoning: "c", tool_calls: [call] };
    const older = { role: "assistant", content: null, reasoning_content: "c", function_call: call.function };
    for (const message of [said, older]) {
      expect(opaque(newChatReader(frame).message({ choices: [{ message }] }))).toEqual([]);
      expect(opaque(stream(newChatReader, [{ choices: [{ delta: message }] }]))).toEqual([]);
    }
  });
  test("events of Responses that others say again", () => {
    for (const type of [
      "response.in_progress",
      "response.queued",
      "response.content_part.added",
      "response.content_part.done",
      "response.output_text.done",
      "response.refusal.done",
      "response.function_call_arguments.done",
      "response.reasoning_summary_part.added",
      "response.reasoning_summary_part.done",
      "response.reasoning_summary_text.done",
      "response.reasoning_text.done",
      "keepalive",
    ])
      expect(stream(newResponsesReader, [{ type, text: "x", delta: "x", output_index: 0 }]), type).toEqual([]);
    expect(stream(newResponsesReader, [{ type: "response.new" }])).toEqual([
      { type: "opaque", vendor: "v", value: { type: "response.new" } },
    ]);
  });
});

describe("what becomes of a message of Anthropic's, to the letter", () => {
  const whole = (content: readonly unknown[], more: object = {}) =>
    newMessagesReader({ ...frame, ...more }).message({ model: "claude-x", content, stop_reason: "tool_use" });
  test("its blocks", () => {
    const opaque = { type: "opaque", vendor: "v" };
    const asked = { asked: "asked" };
    expect(whole(anthropic.message.content).slice(1, -1)).toEqual([
      { type: "reasoning", block: 0, delta: "Let me see.", data: { ...asked, signature: "sig" } },
      { type: "reasoning", block: 1, delta: "", data: { ...asked, redacted: "xyz" } },
      { ...opaque, block: 2, value: anthropic.message.content[2] },
      { ...opaque, block: 3, value: anthropic.message.content[3] },
      { type: "text", block: 4, delta: "The sea is blue." },
      { type: "text", block: 4, delta: "" },
      {
        ...opaque,
        block: 1_000_000,
        value: { type: "citation", block: 4, citation: { type: "page_location", cited_text: "blue" } },
      },
      { type: "tool-call", block: 5, id: "t1", name: "look", delta: '{"at":"sea"}' },
      {
        type: "tool-call",
        block: 6,
        id: "t2",
        name: "look",
        delta: "{}",
        data: { v: { caller: { type: "code_execution", tool_id: "s2" } } },
      },
    ]);
    const both = { type: "text", text: "a", citations: [{ n: 1 }, { n: 2 }] };
    expect(whole([both]).flatMap((part) => (part.type === "opaque" ? [part.block] : []))).toEqual([
      1_000_000, 1_000_001,
    ]);
  });
  test("citations that come before their text stand behind it", () => {
    const fold = newFold();
    const { event } = newMessagesReader(frame);
    for (const [index, citation] of [{ n: 1 }, { n: 2 }].entries())
      for (const one of [
        { type: "content_block_start", index, content_block: { type: "text", text: "", citations: [] } },
        { type: "content_block_delta", index, delta: { type: "citations_delta", citation } },
        { type: "content_block_delta", index, delta: { type: "text_delta", text: `text ${index}` } },
      ])
        event(one, fold.add);
    expect(fold.partial().content).toEqual([
      { type: "text", text: "text 0" },
      { type: "opaque", vendor: "v", value: { type: "citation", block: 0, citation: { n: 1 } } },
      { type: "text", text: "text 1" },
      { type: "opaque", vendor: "v", value: { type: "citation", block: 1, citation: { n: 2 } } },
    ]);
  });
  test("blocks and deltas that lack their fields", () => {
    const bare = ["text", "thinking", "redacted_thinking", "tool_use"].map((type) => ({ type }));
    const data = { asked: "asked" };
    expect(whole(bare)).toEqual([
      { type: "start", vendor: "v", model: "claude-x", requestId: "req" },
      { type: "reasoning", block: 1, delta: "" },
      { type: "reasoning", block: 2, delta: "", data: { ...data, redacted: "" } },
      { type: "tool-call", block: 3, id: "", name: "", delta: "" },
      { type: "finish", reason: "tool-calls", raw: "tool_use", usage: expect.anything() },
    ]);
    const deltas = ["text", "thinking", "signature", "input_json"].map((kind, index) => ({
      type: "content_block_delta",
      index,
      delta: { type: `${kind}_delta` },
    }));
    const call = { type: "content_block_start", index: 3, content_block: { type: "tool_use", id: "t", name: "f" } };
    expect(stream(newMessagesReader, [call, ...deltas])).toEqual([
      { type: "tool-call", block: 3, id: "t", name: "f", delta: "" },
      { type: "text", block: 0, delta: "" },
      { type: "reasoning", block: 1, delta: "" },
      { type: "reasoning", block: 2, delta: "", data: { signature: "" } },
      { type: "tool-call", block: 3, id: "t", name: "f", delta: "" },
    ]);
  });
  test("a block without a word grows by its deltas, and is handed out once", () => {
    const start = (index: number, block: object) => ({ type: "content_block_start", index, content_block: block });
    const delta = (index: number, more: object) => ({
      type: "content_block_delta",
      index,
      delta: { type: "d", ...more },
    });
    const stop = { type: "content_block_stop", index: 2 };
    expect(
      stream(newMessagesReader, [
        start(2, { type: "new", text: "a", n: 1 }),
        delta(2, { text: "b", more: "c", n: 5 }),
        delta(2, { partial_json: "{no" }),
        stop,
        stop,
      ]),
    ).toEqual([
      { type: "opaque", vendor: "v", block: 2, value: { type: "new", text: "ab", n: 1, more: "c", input: "{no" } },
    ]);
  });
  test("its end", () => {
    const end = (message: object, more: Partial<Frame> = {}) =>
      newMessagesReader({ ...frame, ...more })
        .message({ content: [], ...message })
        .at(-1);
    expect(end({})).toEqual({ type: "finish", reason: "other", usage: expect.anything() });
    expect(end({ stop_reason: "end_turn" })).toEqual({
      type: "finish",
      reason: "stop",
      raw: "end_turn",
      usage: expect.anything(),
    });
    expect(end({ stop_reason: "stop_sequence", stop_sequence: "X" })).toMatchObject({
      details: { stop_sequence: "X" },
    });
    const use = (...names: string[]) => names.map((name) => ({ type: "tool_use", id: name, name, input: {} }));
    const by = (...names: string[]) =>
      end({ stop_reason: "tool_use", content: use(...names) }, { outputTool: "answer" });
    expect(by("answer")).toMatchObject({ reason: "stop" });
    expect(by("answer", "other")).toMatchObject({ reason: "tool-calls" });
    expect(by()).toMatchObject({ reason: "tool-calls" });
    expect(end({ stop_reason: "max_tokens", content: use("answer") }, { outputTool: "answer" })).toMatchObject({
      reason: "length",
    });
  });
  test("an error event is thrown, with the id of the request", () => {
    const event = { type: "error", error: { type: "overloaded_error", message: "busy" } };
    expect(() => stream(newMessagesReader, [event], { requestId: "req" })).toThrow(
      expect.objectContaining({ code: "overloaded", message: "busy", requestId: "req" }),
    );
  });
});

describe("what becomes of the others' answers, to the letter", () => {
  const opaque = { type: "opaque", vendor: "v" };
  const data = { asked: "asked" };
  const fin = { type: "finish", usage: expect.anything() };
  test("the items of Responses", () => {
    const [reasoning, search, message] = responses.message.output;
    const looks = [
      { type: "tool-call", block: 5, id: "c1", name: "look", delta: '{"at":1}' },
      { type: "tool-call", block: 6, id: "c2", name: "look", delta: "{}" },
    ];
    const parts = newResponsesReader(frame).message(responses.message);
    expect(parts[0]).toEqual({ type: "start", vendor: "v", model: "gpt-x", id: "resp_1", requestId: "req" });
    expect(parts.slice(1)).toEqual([
      {
        type: "reasoning",
        block: 0,
        delta: "One.\n\nTwo.",
        data: { ...data, ...Object.fromEntries(Object.entries(reasoning ?? {}).filter(([key]) => key !== "type")) },
      },
      { ...opaque, block: 1, value: search },
      { ...opaque, block: 2, value: { type: "phase", phase: "final_answer" } },
      { type: "text", block: 3, delta: "Hello sea." },
      {
        ...opaque,
        block: 4,
        value: {
          type: "annotation",
          annotation: (message as { content: { annotations: unknown[] }[] }).content[0]?.annotations[0],
        },
      },
      ...looks,
      { ...fin, reason: "tool-calls", raw: "completed" },
    ]);
  });
  test("items of Responses that lack their fields", () => {
    const output = [
      { type: "message", content: [{ type: "output_text" }, { type: "refusal", refusal: "No." }] },
      { type: "function_call", id: "only" },
      { type: "reasoning" },
      { type: "new" },
      null,
    ];
    expect(newResponsesReader(frame).message({ output })).toEqual([
      { type: "start", vendor: "v", model: "asked", requestId: "req" },
      { type: "text", block: 1, delta: "No." },
      { type: "tool-call", block: 2, id: "only", name: "", delta: "" },
      { type: "reasoning", block: 3, delta: "" },
      { ...opaque, block: 4, value: { type: "new" } },
      { ...opaque, block: 5, value: null },
      { ...fin, reason: "refusal" },
    ]);
  });
  test("how Responses end", () => {
    const end = (response: object, more: Partial<Frame> = {}) =>
      newResponsesReader({ ...frame, ...more })
        .message({ output: [], ...response })
        .at(-1);
    const incomplete = (reason?: string) => ({ status: "incomplete", incomplete_details: { reason } });
    for (const [response, reason, raw] of [
      [{ status: "completed" }, "stop", "completed"],
      [incomplete("max_output_tokens"), "length", "max_output_tokens"],
      [incomplete("content_filter"), "content-filter", "content_filter"],
      [incomplete("steered"), "other", "steered"],
      [incomplete(), "other", "incomplete"],
      [{ status: "queued" }, "pause", "queued"],
      [{ status: "in_progress" }, "pause", "in_progress"],
    ] as const)
      expect(end(response)).toEqual({ ...fin, reason, raw });
    const call = { type: "function_call", call_id: "1", name: "answer", arguments: "{}" };
    expect(end({ output: [call] })).toMatchObject({ reason: "tool-calls" });
    expect(end({ output: [call] }, { outputTool: "answer" })).toMatchObject({ reason: "stop" });
    expect(() => end({ status: "cancelled", error: { message: "gone" } })).toThrow("gone");
  });
  test("reasoning of Responses in several sections, and calls that were never begun", () => {
    const summary = (summary_index: number, delta: string) => ({
      type: "response.reasoning_summary_text.delta",
      output_index: 0,
      summary_index,
      delta,
    });
    const raw = { type: "response.reasoning_text.delta", output_index: 0, content_index: 0, delta: "raw" };
    const parts = stream(newResponsesReader, [summary(0, "a"), summary(0, "b"), summary(1, "c"), raw]);
    expect(parts.map((part) => "delta" in part && part.delta)).toEqual(["a", "b", "\n\nc", "\n\nraw"]);
    const lost = { type: "response.function_call_arguments.delta", output_index: 3, delta: "x" };
    expect(stream(newResponsesReader, [lost])).toEqual([
      { ...opaque, value: { type: "function_call_arguments", output_index: 3, delta: "x" } },
    ]);
  });
  test("a message of Chat Completions", () => {
    const parts = newChatReader(frame).message({ ...chat.message, usage: undefined, service_tier: "flex" });
    expect(parts).toEqual([
      { type: "start", vendor: "v", model: "gpt-x", id: "chat_1", requestId: "req" },
      { type: "reasoning", block: 0, delta: "Hm.", data: { ...data, field: "reasoning_content" } },
      { type: "text", block: 1, delta: "I look." },
      { type: "tool-call", block: 2, id: "c1", name: "look", delta: '{"at":1}' },
      {
        type: "tool-call",
        block: 3,
        id: "c2",
        name: "look",
        delta: "{}",
        data: { v: { extra_content: { s: 1 } } },
      },
      {
        type: "finish",
        reason: "tool-calls",
        raw: "tool_calls",
        usage: expect.objectContaining({ input: 0, output: 0 }),
      },
    ]);
  });
  test("a message of Chat Completions without its fields, with an older one, and with a refusal", () => {
    const parts = (message: object, more: object = {}) =>
      newChatReader(frame)
        .message({ choices: [{ message, ...more }] })
        .slice(1);
    expect(parts({ tool_calls: [{}] })).toEqual([
      { type: "tool-call", block: 0, id: "call_0", name: "", delta: "" },
      { ...fin, reason: "other" },
    ]);
    expect(parts({ function_call: { name: "f", arguments: "{}" } }, { finish_reason: "function_call" })).toEqual([
      { type: "tool-call", block: 0, id: "call_0", name: "f", delta: "{}" },
      { ...fin, reason: "tool-calls", raw: "function_call" },
    ]);
    expect(parts({ refusal: "No." }, { finish_reason: "stop" })).toEqual([
      { type: "text", block: 0, delta: "No." },
      { ...fin, reason: "refusal", raw: "stop" },
    ]);
    expect(parts({ refusal: "No" }, { finish_reason: "length" }).at(-1)).toMatchObject({ reason: "length" });
    expect(parts({ tool_calls: [{}] }, { finish_reason: "stop" }).at(-1)).toMatchObject({ reason: "tool-calls" });
    expect(parts({}, { finish_reason: "tool_calls" }).at(-1)).toMatchObject({ reason: "tool-calls" });
  });
});
