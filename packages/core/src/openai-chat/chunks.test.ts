import { expect, test } from "vitest";
import type { Frame } from "../reader.ts";
import type { StreamPart } from "../stream-part.ts";
import { newChatReader } from "./answer.ts";

/** What becomes of the chunks of Chat Completions, to the letter. */
const frame: Frame = { vendor: "v", model: "gpt-x", outputTool: undefined, start: { requestId: "req" } };

function read(events: readonly unknown[], more: Partial<Frame> = {}): StreamPart[] {
  const parts: StreamPart[] = [];
  const push = (part: StreamPart) => void parts.push(part);
  const reader = newChatReader({ ...frame, ...more });
  for (const event of events) reader.event(event, push);
  reader.end?.(push);
  return parts;
}
const chunk = (delta: object, more: object = {}) => ({ id: "c", model: "gpt-x", choices: [{ delta, ...more }] });
const end = (reason = "stop") => chunk({}, { finish_reason: reason });
const start = { type: "start", vendor: "v", model: "gpt-x", id: "c", requestId: "req" };
const opaque = { type: "opaque", vendor: "v" };
const none = { input: 0, cacheRead: 0, cacheWrite: 0, output: 0, reasoning: 0 };
const fin = { type: "finish", reason: "stop", raw: "stop", usage: none };

test("one start, whatever is reasoned and said, one finish", () => {
  const events = [
    chunk({ role: "assistant", content: "" }),
    chunk({ reasoning: "Let " }),
    chunk({ reasoning: "me." }),
    chunk({ content: "Yes" }),
    chunk({ content: "." }),
    end(),
  ];
  expect(read(events)).toStrictEqual([
    start,
    { type: "reasoning", block: 0, delta: "Let ", data: { field: "reasoning" } },
    { type: "reasoning", block: 0, delta: "me." },
    { type: "text", block: 1, delta: "Yes" },
    { type: "text", block: 1, delta: "." },
    fin,
  ]);
});

test("a server that gives no id and no model", () => {
  expect(read([{ choices: [{ finish_reason: "stop" }] }])).toStrictEqual([
    { type: "start", vendor: "v", model: "gpt-x", requestId: "req" },
    fin,
  ]);
});

test("pieces of thinking, some without a text", () => {
  const thinking = [{ text: "Let " }, { type: "reference" }, { text: "me." }];
  expect(read([chunk({ content: [{ type: "thinking", thinking }] }), end()])).toStrictEqual([
    start,
    { type: "reasoning", block: 0, delta: "Let me.", data: { field: "thinking" } },
    fin,
  ]);
});

test("annotations stand each by itself, behind the text, and are told once", () => {
  const note = (nth: number) => ({ type: "url_citation", url: `u${nth}` });
  const events = [chunk({ content: "a" }), chunk({ annotations: [note(1), note(2)] }), chunk({ content: "b" }), end()];
  expect(read(events)).toStrictEqual([
    start,
    { type: "text", block: 0, delta: "a" },
    { ...opaque, block: 1, value: { type: "annotation", annotation: note(1) } },
    { ...opaque, block: 2, value: { type: "annotation", annotation: note(2) } },
    { type: "text", block: 0, delta: "b" },
    fin,
  ]);
});

test("fields without a value are no news", () => {
  expect(read([chunk({ audio: null, content: null }, { logprobs: null }), end()])).toStrictEqual([start, fin]);
});

test("the odds of a whole answer are kept as those of a stream are", () => {
  const logprobs = { content: [{ token: "a", logprob: -1 }] };
  const value = { type: "logprobs", logprobs };
  const choice = { message: { content: "a" }, logprobs, finish_reason: "stop" };
  expect(newChatReader(frame).message({ choices: [choice] })).toContainEqual({ ...opaque, value });
  expect(read([chunk({ content: "a" }, { logprobs }), end()])).toContainEqual({ ...opaque, value });
});

test("other choices than the first are left out, whichever come first", () => {
  const choices = [
    { index: 1, delta: { content: "other" } },
    { index: 0, delta: { content: "mine" } },
  ];
  expect(read([{ choices }])).toMatchObject([{ type: "start" }, { type: "text", delta: "mine" }]);
});

test("usage is told while the answer goes on, and with its end", () => {
  const usage = (output: number) => ({ usage: { prompt_tokens: 5, completion_tokens: output } });
  const events = [{ ...chunk({ content: "a" }), ...usage(1) }, end(), { choices: [], ...usage(2) }];
  const is = (output: number) => ({ ...none, input: 5, output, raw: usage(output).usage });
  expect(read(events)).toStrictEqual([
    start,
    { type: "text", block: 0, delta: "a" },
    { type: "usage", usage: is(1) },
    { ...fin, usage: is(2) },
  ]);
});

test("the service tier may come in another chunk than the usage", () => {
  const usage = { prompt_tokens: 5, completion_tokens: 1 };
  const parts = read([{ ...chunk({ content: "a" }), service_tier: "flex" }, end(), { choices: [], usage }]);
  expect(parts.at(-1)).toMatchObject({ type: "finish", usage: { tier: "flex" } });
});

test("an answer by a tool is its text; what cut it short is still told", () => {
  const call = { index: 0, id: "1", function: { name: "answer", arguments: "{}" } };
  const by = (reason: string) => read([chunk({ tool_calls: [call] }), end(reason)], { outputTool: "answer" });
  expect(by("tool_calls")).toStrictEqual([
    start,
    { type: "text", block: 0, delta: "{}" },
    { ...fin, raw: "tool_calls" },
  ]);
  expect(by("length").at(-1)).toMatchObject({ reason: "length" });
  expect(by("content_filter").at(-1)).toMatchObject({ reason: "content-filter" });
});

test("a stream without a finish reason has no end", () => {
  expect(read([chunk({ content: "a" })])).toStrictEqual([start, { type: "text", block: 0, delta: "a" }]);
});

test("an error is thrown on both wires; an end without a message is an answer, an empty choice is none", () => {
  const error = { error: { code: "rate_limit_exceeded", message: "slow" } };
  const limited = expect.objectContaining({ code: "rate-limit", message: "slow" });
  expect(() => read([chunk({}), error])).toThrow(limited);
  expect(() => newChatReader(frame).message(error)).toThrow(limited);
  const whole = (choice: object) => newChatReader(frame).message({ id: "c", choices: [choice] });
  expect(whole({ finish_reason: "stop" })).toStrictEqual([start, fin]);
  expect(() => whole({})).toThrow(expect.objectContaining({ code: "malformed" }));
});
