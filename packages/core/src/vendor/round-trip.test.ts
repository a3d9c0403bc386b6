import { describe, expect, test } from "vitest";
import { dataLines } from "../../../../.config/data.ts";
import { newMessagesReader } from "../anthropic/answer.ts";
import { toMessages } from "../anthropic/request.ts";
import { newFold } from "../fold.ts";
import { isRecord } from "../json.ts";
import { newChatReader } from "../openai-chat/answer.ts";
import { toChat } from "../openai-chat/request.ts";
import { newResponsesReader } from "../openai/answer.ts";
import { toResponses } from "../openai/request.ts";
import type { Capabilities, Model } from "../provider.ts";
import type { ChatResult } from "../result.ts";
import type { StreamPart } from "../stream-part.ts";
import type { Frame, Reader } from "../reader.ts";
import { record, text } from "../fields.ts";

/** What a model has answered must go back to it, in the next turn, as it came. Real answers. */
interface Recording {
  readonly id: string;
  readonly wire: "anthropic" | "openai-chat" | "openai-responses";
  readonly stream: boolean;
  readonly status: number;
  readonly body: string;
}

const recordings = ((dataLines("recordings/recordings.jsonl.gz") ?? []) as Recording[]).filter(
  ({ status, stream, body }) => status === 200 && !stream && body.startsWith("{"),
);
const can: Capabilities = {
  schema: true,
  tools: true,
  forcedTools: true,
  images: true,
  files: true,
  sampling: "always",
  stop: true,
  efforts: [],
  prefill: false,
};

function folded(vendor: string, make: (frame: Frame) => Reader, answer: unknown): { result: ChatResult; to: Model } {
  const model = text(answer, "model") ?? "m";
  const fold = newFold();
  for (const part of make({ vendor, model, outputTool: undefined, start: {} }).message(answer)) fold.add(part);
  return { result: fold.result(), to: { vendor, model, can } };
}

/** A block or item without what is null, empty, or the vendor's own ids of it. */
const essence = (value: unknown, drop: readonly string[] = []): unknown =>
  Array.isArray(value)
    ? value.map((item) => essence(item, drop))
    : isRecord(value)
      ? Object.fromEntries(
          Object.entries(value)
            .filter(
              ([key, field]) => field !== null && !drop.includes(key) && !(Array.isArray(field) && field.length === 0),
            )
            .map(([key, field]) => [key, essence(field, key === "input" ? [] : drop)]),
        )
      : value;
const direct = (block: unknown): unknown => {
  if (!isRecord(block) || text(record(block, "caller"), "type") !== "direct" || block["type"] !== "tool_use")
    return block;
  const { caller: _, ...rest } = block;
  return rest;
};

describe.skipIf(recordings.length === 0)("recorded answers go back as they came", () => {
  const of = (wire: Recording["wire"]) => recordings.filter((recording) => recording.wire === wire);
  test.each(of("anthropic"))("$id", ({ body }) => {
    const answer: unknown = JSON.parse(body);
    const { result, to } = folded("anthropic", newMessagesReader, answer);
    const sent = toMessages({ messages: [result.message] }, to).body.messages[0]?.content ?? [];
    const content = (isRecord(answer) ? (answer["content"] as unknown[]) : [])
      .filter((block) => text(block, "text") !== "")
      .map(direct);
    expect(essence(sent)).toEqual(essence(content));
  });

  test.each(of("openai-responses"))("$id", ({ body }) => {
    const answer: unknown = JSON.parse(body);
    const failed = text(answer, "status") === "failed";
    if (failed) return;
    const { result, to } = folded("openai", newResponsesReader, answer);
    const sent = toResponses({ messages: [result.message] }, to).body.input as unknown[];
    const output = isRecord(answer) ? (answer["output"] as unknown[]) : [];
    const items = output.flatMap((item): unknown[] => {
      if (!isRecord(item)) return [];
      if (item["type"] === "message")
        return (item["content"] as unknown[])
          .map((piece) => text(piece, "text") ?? text(piece, "refusal") ?? "")
          .filter((piece) => piece !== "")
          .map((content) => ({
            role: "assistant",
            content,
            ...(item["phase"] !== undefined && { phase: item["phase"] }),
          }));
      if (item["type"] === "function_call") {
        const { id: _id, status: _status, ...rest } = item;
        return [rest];
      }
      if (item["type"] === "reasoning") {
        const { status: _status, ...rest } = item;
        return typeof item["encrypted_content"] === "string" ? [rest] : [];
      }
      return [item];
    });
    while (isRecord(items.at(-1)) && text(items.at(-1), "type") === "reasoning") items.pop();
    expect(essence(sent)).toEqual(essence(items));
  });

  test.each(of("openai-chat"))("$id", ({ body }) => {
    const answer: unknown = JSON.parse(body);
    const { result, to } = folded("openai", newChatReader, answer);
    const [sent] = toChat({ messages: [result.message] }, to).body.messages;
    const [choice] = isRecord(answer) ? (answer["choices"] as unknown[]) : [];
    const message = record(choice, "message");
    const said = text(message, "content") || text(message, "refusal");
    expect(sent).toMatchObject({ role: "assistant", content: said ?? null });
    const calls = (message["tool_calls"] as { function: { name: string; arguments: string } }[] | undefined) ?? [];
    const back = (sent as { tool_calls?: typeof calls }).tool_calls ?? [];
    expect(back.map(({ function: f }) => [f.name, JSON.parse(f.arguments || "{}")])).toEqual(
      calls.map(({ function: f }) => [f.name, JSON.parse(f.arguments || "{}")]),
    );
  });
});

test("reasoning goes back to the name that answered to it, where no table knows what is behind that name", () => {
  const answers = [
    [
      newMessagesReader,
      {
        content: [
          { type: "thinking", thinking: "hm", signature: "s" },
          { type: "text", text: "a" },
        ],
      },
    ],
    [
      newResponsesReader,
      {
        output: [
          { type: "reasoning", encrypted_content: "e", summary: [] },
          { type: "message", content: [{ type: "output_text", text: "a" }] },
        ],
      },
    ],
    [
      newChatReader,
      {
        choices: [
          { message: { reasoning_content: "hm", tool_calls: [{ id: "1", function: { name: "f", arguments: "{}" } }] } },
        ],
      },
    ],
  ] as const;
  const writers = [toMessages, toResponses, toChat];
  answers.forEach(([make, answer], nth) => {
    const fold = newFold();
    const frame = { vendor: "azure", model: "mine", outputTool: undefined, start: {} };
    for (const part of make(frame).message({ ...answer, model: "as-served" })) fold.add(part);
    const sent = (model: string, inferred?: true) => {
      const to: Model = { vendor: "azure", model, can: { ...can, ...(inferred && { inferred }) } };
      return JSON.stringify(writers[nth]?.({ messages: [fold.result().message] }, to).body);
    };
    const kept = /"thinking":"hm"|"encrypted_content":"e"|"reasoning_content":"hm"/;
    for (const text of [sent("mine", true), sent("as-served")]) expect(text).toMatch(kept);
    for (const text of [sent("mine"), sent("other", true)]) expect(text).not.toMatch(kept);
    expect(sent("mine", true)).not.toContain("asked");
  });
});

test("another model is told what was said, and nothing that the first one wrote for itself", () => {
  for (const { wire, body } of recordings.filter(({ wire }) => wire === "anthropic")) {
    const { result } = folded("anthropic", newMessagesReader, JSON.parse(body));
    const to: Model = { vendor: "openai", model: "gpt-6-sol", can };
    const sent = JSON.stringify(toResponses({ messages: [result.message] }, to).body.input);
    expect(sent, wire).not.toMatch(/"type":"(?:reasoning|thinking|redacted_thinking|server_tool_use)"/);
    for (const part of result.content as StreamPart[] & typeof result.content)
      if (part.type === "text") expect(sent).toContain(JSON.stringify(part.text).slice(1, -1));
  }
});
