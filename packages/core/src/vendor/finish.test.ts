import { describe, expect, test } from "vitest";
import { newMessagesReader } from "../anthropic/answer.ts";
import { newFold } from "../fold.ts";
import { newChatReader } from "../openai-chat/answer.ts";
import { newResponsesReader } from "../openai/answer.ts";
import type { ChatResult } from "../result.ts";
import type { StreamPart } from "../stream-part.ts";
import type { Frame, Reader } from "../reader.ts";

const frame: Frame = { vendor: "v", model: "asked", outputTool: undefined, start: { requestId: "req" } };

function stream(reader: Reader, events: readonly unknown[]): StreamPart[] {
  const parts: StreamPart[] = [];
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

describe("finish reasons", () => {
  const reason = (raw: string | undefined, more: object = {}) =>
    folded(newMessagesReader(frame).message({ content: [], stop_reason: raw, ...more })).finish;
  test.each([
    ["end_turn", "stop"],
    ["stop_sequence", "stop"],
    ["max_tokens", "length"],
    ["tool_use", "tool-calls"],
    ["refusal", "refusal"],
    ["pause_turn", "pause"],
    ["model_context_window_exceeded", "context-length"],
    ["brand_new", "other"],
    [undefined, "other"],
  ])("Anthropic's %s is %s", (raw, ours) => expect(reason(raw)).toBe(ours));
  test("Anthropic's details are kept", () => {
    const result = folded(
      newMessagesReader(frame).message({
        stop_reason: "refusal",
        stop_details: { category: "bio" },
        stop_sequence: "END",
      }),
    );
    expect(result).toMatchObject({ rawFinish: "refusal", finishDetails: { category: "bio", stop_sequence: "END" } });
  });
  test.each([
    [{ status: "completed" }, "stop"],
    [{ status: "incomplete", incomplete_details: { reason: "max_output_tokens" } }, "length"],
    [{ status: "incomplete", incomplete_details: { reason: "content_filter" } }, "content-filter"],
    [{ status: "incomplete", incomplete_details: { reason: "steered" } }, "other"],
    [{ status: "queued" }, "pause"],
    [{ status: "in_progress" }, "pause"],
    [{ status: "completed", output: [{ type: "message", content: [{ type: "refusal", refusal: "No." }] }] }, "refusal"],
    [
      { status: "completed", output: [{ type: "function_call", name: "f", call_id: "c", arguments: "" }] },
      "tool-calls",
    ],
  ])("of Responses: %j is %s", (answer, ours) =>
    expect(folded(newResponsesReader(frame).message(answer)).finish).toBe(ours),
  );
  test.each([
    [{ finish_reason: "stop", message: {} }, "stop"],
    [{ finish_reason: "length", message: {} }, "length"],
    [{ finish_reason: "tool_calls", message: {} }, "tool-calls"],
    [{ finish_reason: "function_call", message: { function_call: { name: "f", arguments: "{}" } } }, "tool-calls"],
    [{ finish_reason: "stop", message: { tool_calls: [{ id: "a", function: { name: "f" } }] } }, "tool-calls"],
    [{ finish_reason: "content_filter", message: {} }, "content-filter"],
    [{ finish_reason: "stop", message: { refusal: "No." } }, "refusal"],
    [{ finish_reason: "eos", message: {} }, "other"],
    [{ message: {} }, "other"],
  ])("of Chat Completions: %j is %s", (choice, ours) =>
    expect(folded(newChatReader(frame).message({ choices: [choice] })).finish).toBe(ours),
  );
});

test("failures within an answer are errors, with the usage before them", () => {
  const failed = {
    status: "failed",
    error: { code: "rate_limit_exceeded", message: "slow" },
    usage: { input_tokens: 3 },
  };
  expect(() => newResponsesReader(frame).message(failed)).toThrow(
    expect.objectContaining({ code: "rate-limit", partial: { usage: expect.objectContaining({ input: 3 }) } }),
  );
  const parts: StreamPart[] = [];
  const event = { type: "response.failed", response: failed };
  expect(() => newResponsesReader(frame).event(event, (part) => parts.push(part))).toThrow("slow");
  expect(parts.at(-1)).toMatchObject({ type: "usage", usage: { input: 3 } });
  for (const error of [
    { type: "error", error: { code: "server_error" } },
    { type: "error", code: "server_error", message: "x" },
  ])
    expect(() => stream(newResponsesReader(frame), [error])).toThrow(expect.objectContaining({ code: "server" }));
  expect(() => stream(newChatReader(frame), [{ error: { code: "context_length_exceeded", message: "long" } }])).toThrow(
    expect.objectContaining({ code: "context-length" }),
  );
});
