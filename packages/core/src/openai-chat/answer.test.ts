import { describe, expect, test } from "vitest";
import { newFold } from "../fold.ts";
import type { ChatResult } from "../result.ts";
import type { StreamPart } from "../stream-part.ts";
import type { Frame, Reader } from "../reader.ts";
import { newChatReader } from "./answer.ts";

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
const chunk = (delta: object, more: object = {}) => ({
  id: "chat_1",
  model: "gpt-x",
  choices: [{ index: 0, delta, ...more }],
});

describe("what servers of Chat Completions make of it", () => {
  const run = (...events: unknown[]) =>
    folded(stream(newChatReader(frame), [...events, chunk({}, { finish_reason: "stop" })]));
  test("tool calls without an index, or without an id", () => {
    const call = (fields: object, name: string) =>
      chunk({ tool_calls: [{ ...fields, function: { name, arguments: '{"a":1}' } }] });
    expect(run(call({ id: "a" }, "f"), call({ id: "b" }, "g")).toolCalls).toMatchObject([
      { id: "a", name: "f" },
      { id: "b", name: "g" },
    ]);
    expect(run(call({ index: 0 }, "f")).toolCalls).toMatchObject([{ id: "call_0", name: "f", input: { a: 1 } }]);
    expect(
      run(
        chunk({ tool_calls: [{ id: "a", function: { name: "f", arguments: '{"a"' } }] }),
        chunk({ tool_calls: [{ function: { arguments: ":1}" } }] }),
      ).toolCalls,
    ).toMatchObject([{ id: "a", input: { a: 1 } }]);
    expect(
      run(chunk({ tool_calls: [{ index: 0, id: "a", function: { name: "f", arguments: { a: 1 } } }] })).toolCalls,
    ).toMatchObject([{ input: { a: 1 } }]);
  });
  test("tool calls that all have the same index, and ids that are empty", () => {
    const call = (id: string | undefined, args: string, name?: string) =>
      chunk({ tool_calls: [{ index: 0, id, function: { name, arguments: args } }] });
    const calls = [
      call("a", '{"n"', "f"),
      call(undefined, ":1}"),
      call("b", '{"n"', "f"),
      call("", ":2}"),
      call("c", "{}", "f"),
    ];
    expect(run(...calls).toolCalls).toMatchObject([
      { id: "a", input: { n: 1 } },
      { id: "b", input: { n: 2 } },
      { id: "c", input: {} },
    ]);
    const again = [call("a", '{"n"', "f"), call("a", ":1", "f"), call("other", "}")]; // repeated, or changed on the way
    expect(run(...again).toolCalls).toMatchObject([{ id: "a", input: { n: 1 } }]);
    expect(run(call("", "{}", "f")).toolCalls).toMatchObject([{ id: "call_0" }]);
  });
  test("tool calls that share an index and go on by their ids", () => {
    const call = (id: string, args: string, name?: string) => ({ index: 0, id, function: { name, arguments: args } });
    const events = [call("a", "", "f"), call("b", "", "g"), call("a", '{"n"'), call("b", '{"n"'), call("a", ":1}")];
    expect(run(...[...events, call("b", ":2}")].map((each) => chunk({ tool_calls: [each] }))).toolCalls).toMatchObject([
      { id: "a", name: "f", input: { n: 1 } },
      { id: "b", name: "g", input: { n: 2 } },
    ]);
    const both = chunk({ tool_calls: [call("a", "", "f"), call("b", "", "f")] });
    expect(run(both).toolCalls).toMatchObject([{ id: "a" }, { id: "b" }]);
  });
  test("ids that change from delta to delta, with the name again", () => {
    const call = (id: string, args: string) =>
      chunk({ tool_calls: [{ index: 0, id, function: { name: "f", arguments: args } }] });
    const one = [call("a", ""), call("b", '{"n"'), call("c", ":1"), call("d", "}")];
    expect(run(...one).toolCalls).toMatchObject([{ id: "a", input: { n: 1 } }]);
    expect(run(...one, call("e", '{"n"'), call("f", ":2}")).toolCalls).toMatchObject([
      { id: "a", input: { n: 1 } },
      { id: "e", input: { n: 2 } },
    ]);
  });
  test("tool calls side by side whose ids change on the way", () => {
    const pair = (one: string, two: string, args: string) =>
      chunk({
        tool_calls: [one, two].map((id, index) => ({ index, id, function: { name: "f", arguments: args } })),
      });
    expect(run(pair("a", "b", '{"n"'), pair("c", "d", ":1}")).toolCalls).toMatchObject([
      { id: "a", input: { n: 1 } },
      { id: "b", input: { n: 1 } },
    ]);
  });
  test("a call that is told again after its end is the same call", () => {
    const call = (args: string) =>
      chunk({ tool_calls: [{ index: 0, id: "a", function: { name: "f", arguments: args } }] });
    expect(run(call("{}"), call("")).toolCalls).toMatchObject([{ id: "a", name: "f", input: {} }]);
  });
  test("tool calls of which some share an index", () => {
    const call = (index: number, id: string) => ({ index, id, function: { name: "f", arguments: "{}" } });
    const ids = ["a", "b", "c", "d"];
    const events = [call(0, "a"), call(0, "b"), call(1, "c"), call(0, "d")];
    expect(run(...events.map((one) => chunk({ tool_calls: [one] }))).toolCalls.map(({ id }) => id)).toEqual(ids);
  });
  test.each([
    ["indexes of their own", (nth: number) => nth],
    ["one index", () => 0],
    ["none", () => undefined],
  ])("very many tool calls with %s are soon read", (_what, indexOf) => {
    const call = (nth: number) => ({ index: indexOf(nth), id: `c${nth}`, function: { name: "f", arguments: "{}" } });
    const calls = Array.from({ length: 30_000 }, (_, nth) => call(nth));
    const { toolCalls } = run(...calls.map((each) => chunk({ tool_calls: [each] })));
    expect(toolCalls).toHaveLength(30_000);
    expect(toolCalls.at(-1)).toMatchObject({ id: "c29999", input: {} });
  });

  test("tool calls in one list without an index and an id", () => {
    const tool_calls = ["f", "g"].map((name) => ({ function: { name, arguments: "{}" } }));
    expect(run(chunk({ tool_calls })).toolCalls).toMatchObject([
      { id: "call_0", name: "f" },
      { id: "call_1", name: "g" },
    ]);
  });
  test("reasoning in three places", () => {
    for (const delta of [
      { reasoning: "hm" },
      { reasoning_content: "hm" },
      { content: [{ type: "thinking", thinking: [{ type: "text", text: "hm" }] }] },
    ])
      expect(run(chunk(delta), chunk({ content: [{ type: "text", text: "Yes." }] }))).toMatchObject({
        text: "Yes.",
        content: [{ type: "reasoning", text: "hm", data: { field: expect.any(String) } }, { type: "text" }],
      });
  });
  test("fields without a word pass as opaque, other choices not at all", () => {
    const parts = stream(newChatReader(frame), [
      chunk({ content: "a", audio: { id: 1 } }, { logprobs: { content: [] } }),
      { choices: [{ index: 1, delta: { content: "other" } }] },
    ]);
    expect(parts).toContainEqual({ type: "opaque", vendor: "v", value: { type: "audio", audio: { id: 1 } } });
    expect(parts).toContainEqual({
      type: "opaque",
      vendor: "v",
      value: { type: "logprobs", logprobs: { content: [] } },
    });
    expect(JSON.stringify(parts)).not.toContain("other");
  });
  test("usage in every chunk is cumulative, also where the stream is cut", () => {
    const parts = stream(newChatReader(frame), [
      { ...chunk({ content: "a" }), usage: { prompt_tokens: 5, completion_tokens: 1 } },
    ]);
    expect(parts.at(-1)).toMatchObject({ type: "usage", usage: { input: 5, output: 1 } });
  });
});
