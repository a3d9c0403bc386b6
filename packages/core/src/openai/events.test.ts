import { expect, test } from "vitest";
import type { Frame } from "../reader.ts";
import type { StreamPart } from "../stream-part.ts";
import { newResponsesReader } from "./answer.ts";

/** What becomes of the events of Responses, to the letter. */
const frame: Frame = { vendor: "v", model: "gpt-x", outputTool: undefined, start: { requestId: "req" } };

function read(events: readonly object[], more: Partial<Frame> = {}): StreamPart[] {
  const parts: StreamPart[] = [];
  const push = (part: StreamPart) => void parts.push(part);
  const reader = newResponsesReader({ ...frame, ...more });
  for (const event of events) reader.event(event, push);
  return parts;
}
const created = { type: "response.created", response: { id: "r", model: "gpt-x" } };
const added = (output_index: number, item: object) => ({ type: "response.output_item.added", output_index, item });
const done = (output_index: number, item: object) => ({ type: "response.output_item.done", output_index, item });
const said = (delta: string, more: object = {}) => ({ type: "response.output_text.delta", delta, ...more });
const args = (delta: string) => ({ type: "response.function_call_arguments.delta", output_index: 0, delta });
const completed = { type: "response.completed", response: { status: "completed" } };
const start = { type: "start", vendor: "v", model: "gpt-x", id: "r", requestId: "req" };
const opaque = { type: "opaque", vendor: "v" };
const none = { input: 0, cacheRead: 0, cacheWrite: 0, output: 0, reasoning: 0 };
const fin = { type: "finish", reason: "stop", raw: "completed", usage: none };

test("a message: its phase, its text, its notes, each told once", () => {
  const note = (nth: number) => ({ type: "url_citation", url: `u${nth}` });
  const noted = (annotation_index: number, content_index: number) => ({
    type: "response.output_text.annotation.added",
    output_index: 0,
    content_index,
    annotation_index,
    annotation: note(annotation_index),
  });
  const item = {
    type: "message",
    phase: "commentary",
    content: [
      { type: "output_text", text: "ab", annotations: [note(0), note(1)] },
      { type: "output_text", text: "c", annotations: [note(0)] },
    ],
  };
  const events = [
    created,
    added(0, { type: "message", phase: "commentary", content: [] }),
    said("a", { output_index: 0, content_index: 0 }),
    noted(0, 0),
    noted(1, 0),
    said("b", { output_index: 0, content_index: 0 }),
    said("", { output_index: 0, content_index: 0 }),
    said("c", { output_index: 0, content_index: 1 }),
    noted(0, 1),
    done(0, item),
    done(1, { ...item, content: [] }),
    completed,
  ];
  const value = (nth: number) => ({ type: "annotation", annotation: note(nth) });
  expect(read(events)).toStrictEqual([
    start,
    { ...opaque, block: 0, value: { type: "phase", phase: "commentary" } },
    { type: "text", block: 1, delta: "a" },
    { ...opaque, block: 2, value: value(0) },
    { ...opaque, block: 3, value: value(1) },
    { type: "text", block: 1, delta: "b" },
    { type: "text", block: 4, delta: "c" },
    { ...opaque, block: 5, value: value(0) },
    { ...opaque, block: 6, value: { type: "phase", phase: "commentary" } },
    fin,
  ]);
});

test("places that differ in no more than where they are cut are different ones", () => {
  const text = (output_index: number, content_index: number) => said("a", { output_index, content_index });
  expect(read([text(1, 11), text(11, 1)]).map((part) => "block" in part && part.block)).toEqual([0, 1]);
});

test("events without a place, a delta or a type", () => {
  const notes = { type: "response.output_text.annotation.added", annotation: { url: "u" } };
  const text = { type: "output_text", text: "a", annotations: [{ url: "u" }] };
  expect(
    read([said("a"), notes, done(0, { type: "message", content: [text] }), { type: "response.output_text.delta" }, {}]),
  ).toStrictEqual([
    { type: "text", block: 0, delta: "a" },
    { ...opaque, block: 1, value: { type: "annotation", annotation: { url: "u" } } },
    { ...opaque, value: {} },
  ]);
});

test("a refusal is text, and how it ends", () => {
  const no = (delta: string, content_index: number) => ({ type: "response.refusal.delta", delta, content_index });
  const item = { type: "message", content: [{ type: "refusal", refusal: "No." }] };
  expect(read([created, no("N", 0), no("o.", 0), no("!", 1), done(0, item), completed])).toStrictEqual([
    start,
    { type: "text", block: 0, delta: "N" },
    { type: "text", block: 0, delta: "o." },
    { type: "text", block: 1, delta: "!" },
    { ...fin, reason: "refusal" },
  ]);
  expect(read([created, no("No.", 0), completed]).at(-1)).toMatchObject({ reason: "refusal" });
});

test("a call is told when it begins, and its arguments once, also where they come only at its end", () => {
  const call = { type: "function_call", id: "fc", call_id: "c", name: "f", namespace: "n", caller: null };
  const part = { type: "tool-call", block: 0, id: "c", name: "f", data: { v: { namespace: "n" } } };
  const begun = { ...part, delta: "" };
  const end = done(0, { ...call, arguments: "{}" });
  const calls = { ...fin, reason: "tool-calls" };
  expect(read([created, added(0, call), args("{"), args("}"), end, completed])).toStrictEqual([
    start,
    begun,
    { ...part, delta: "{" },
    { ...part, delta: "}" },
    calls,
  ]);
  expect(read([created, added(0, call), end, completed])).toStrictEqual([
    start,
    begun,
    { ...part, delta: "{}" },
    calls,
  ]);
  expect(read([end])).toStrictEqual([{ ...part, delta: "{}" }]);
  const bare = { type: "tool-call", block: 0, id: "", name: "", data: { v: { caller: { type: "p" } } }, delta: "" };
  expect(read([added(0, { type: "function_call", caller: { type: "p" } })])).toStrictEqual([bare]);
});

test("a call of the tool that takes the answer is text", () => {
  const call = { type: "function_call", call_id: "c", name: "answer", arguments: "{}" };
  expect(read([created, added(0, call), args("{}"), done(0, call), completed], { outputTool: "answer" })).toStrictEqual(
    [start, { type: "text", block: 0, delta: "" }, { type: "text", block: 0, delta: "{}" }, fin],
  );
});

test("items without a word are told at their end alone", () => {
  const item = { type: "web_search_call", id: "ws" };
  expect(read([created, added(0, item), done(0, item), completed])).toStrictEqual([
    start,
    { ...opaque, block: 0, value: item },
    fin,
  ]);
});

test("reasoning: its sections apart, at its end what is to be sent back, and no text again", () => {
  const raw = (delta: string, content_index: number) => ({
    type: "response.reasoning_text.delta",
    delta,
    content_index,
    output_index: 0,
  });
  const item = { type: "reasoning", id: "rs", content: [{ text: "ab" }, {}, { text: "c" }], encrypted_content: null };
  const data = { id: "rs", content: item.content };
  const events = [created, raw("a", 0), raw("b", 0), raw("c", 1), { ...raw("", 1), delta: null }, done(0, item)];
  expect(read(events)).toStrictEqual([
    start,
    { type: "reasoning", block: 0, delta: "a" },
    { type: "reasoning", block: 0, delta: "b" },
    { type: "reasoning", block: 0, delta: "\n\nc" },
    { type: "reasoning", block: 0, delta: "" },
    { type: "reasoning", block: 0, delta: "", data },
  ]);
  expect(read([done(0, item)])).toStrictEqual([{ type: "reasoning", block: 0, delta: "ab\n\n\n\nc", data }]);
});

test("usage: tokens, the tier, and requests to the vendor's tools", () => {
  const usage = { input_tokens: 3, output_tokens: 2 };
  const response = {
    ...completed.response,
    usage,
    service_tier: "flex",
    tool_usage: { web_search: { num_requests: 1 } },
  };
  expect(read([created, said("a"), { ...completed, response }]).at(-1)).toStrictEqual({
    ...fin,
    usage: { ...none, input: 3, output: 2, tier: "flex", serverTools: { web_search: 1 }, raw: usage },
  });
});

test("how a stream may end", () => {
  const end = (type: string, response: object) => read([created, said("a"), { type: `response.${type}`, response }]);
  const cut = { status: "incomplete", incomplete_details: { reason: "max_output_tokens" } };
  expect(end("incomplete", cut).at(-1)).toStrictEqual({ ...fin, reason: "length", raw: "max_output_tokens" });
  const usage = { input_tokens: 3 };
  const partial = { usage: { ...none, input: 3, raw: usage } };
  for (const status of ["failed", "cancelled"]) {
    const error = { code: "rate_limit_exceeded", message: "slow" };
    const code = expect.objectContaining({ code: "rate-limit", message: "slow", partial });
    expect(() => end(status, { status, usage, error })).toThrow(code);
    expect(() => newResponsesReader(frame).message({ status, usage, error })).toThrow(code);
  }
});

test.each([
  [{ type: "error", error: { code: "rate_limit_exceeded", message: "slow" } }],
  [{ type: "error", code: "rate_limit_exceeded", message: "slow" }],
])("%j is thrown", (event) => {
  expect(() => read([created, event])).toThrow(expect.objectContaining({ code: "rate-limit", message: "slow" }));
});

test("an answer without an id, a status or a model", () => {
  expect(newResponsesReader(frame).message({ output: [] })).toStrictEqual([
    { type: "start", vendor: "v", model: "gpt-x", requestId: "req" },
    { type: "finish", reason: "stop", usage: none },
  ]);
});
