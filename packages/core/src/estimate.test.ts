import * as fc from "fast-check";
import { expect, test } from "vitest";
import { dataLines } from "../../../.config/data.ts";
import { estimateRequestTokens, estimateTokens, quarterTokens } from "./estimate.ts";
import { isRecord } from "./json.ts";
import { record, text } from "./fields.ts";

test("by script", () => {
  expect(estimateTokens("")).toBe(0);
  expect(estimateTokens("What is a circuit breaker?")).toBe(7);
  expect(quarterTokens("abcd EFGH\n")).toBeCloseTo(9);
  expect(quarterTokens("12.{}")).toBe(10);
  expect(quarterTokens("день")).toBe(8);
  expect(quarterTokens("断路器")).toBe(12);
  expect(quarterTokens("안녕")).toBe(8);
  expect(quarterTokens("😀")).toBe(8); // two halves
});

test("pieces add up", () =>
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), fc.nat(20), (all, at) => {
      expect(quarterTokens(all.slice(0, at)) + quarterTokens(all.slice(at))).toBeCloseTo(quarterTokens(all));
    }),
  ));

test("everything in a request counts", () => {
  const word = "word ".repeat(20);
  const alone = estimateRequestTokens({ messages: [] });
  expect(alone).toBe(0);
  const one = estimateRequestTokens({ messages: [{ role: "user", content: word }] });
  for (const more of [
    { system: word },
    { system: [{ type: "text", text: word }] as const },
    { tools: [{ name: "f", input: { type: "object", description: word } }] },
    { output: { schema: { description: word } } },
  ])
    expect(estimateRequestTokens({ messages: [{ role: "user", content: word }], ...more })).toBeGreaterThan(one + 20);
  const part = (content: unknown, role = "assistant") =>
    estimateRequestTokens({ messages: [{ role, content } as never] });
  expect(part([{ type: "reasoning", text: word, vendor: "v", model: "m" }])).toBe(one);
  expect(part([{ type: "tool-call", id: "1", name: "f", input: { word } }])).toBeGreaterThan(one);
  expect(part([{ type: "opaque", vendor: "v", value: { word } }])).toBeGreaterThan(one);
  expect(part([{ type: "tool-result", id: "1", output: [{ type: "text", text: word }] }], "tool")).toBe(one);
  expect(part([{ type: "image", source: { url: "u" } }], "user")).toBeGreaterThan(1_000);
});

/** The recorded answers of text alone, with what the vendor counted. */
function answers(): { readonly said: string; readonly tokens: number }[] {
  const rows = (dataLines("recordings/recordings.jsonl.gz") ?? []) as {
    wire: string;
    stream: boolean;
    status: number;
    body: string;
  }[];
  const found: { said: string; tokens: number }[] = [];
  for (const { wire, stream, status, body } of rows) {
    if (stream || status !== 200 || !body.startsWith("{")) continue;
    const answer: unknown = JSON.parse(body);
    if (!isRecord(answer)) continue;
    const usage = record(answer, "usage");
    const thought =
      wire === "openai-chat" ? record(usage, "completion_tokens_details") : record(usage, "output_tokens_details");
    const tokens =
      Number(usage["output_tokens"] ?? usage["completion_tokens"]) - Number(thought["reasoning_tokens"] ?? 0);
    const parts: unknown[] =
      wire === "anthropic"
        ? (answer["content"] as unknown[])
        : wire === "openai-chat"
          ? (answer["choices"] as unknown[]).map((choice) => record(choice, "message"))
          : (answer["output"] as unknown[]).filter((item) => text(item, "type") !== "reasoning");
    const plain = parts.every(
      (part) => isRecord(part) && !part["tool_calls"] && ["text", "message", undefined].includes(text(part, "type")),
    );
    const pieces = parts.flatMap((part): unknown[] =>
      isRecord(part) && Array.isArray(part["content"]) ? part["content"] : [part],
    );
    const said = pieces.map((piece) => text(piece, "text") ?? text(piece, "content") ?? "").join("");
    if (plain && said !== "" && tokens >= 25) found.push({ said, tokens });
  }
  return found;
}

const recorded = answers();
test.skipIf(recorded.length === 0)("the stated interval holds on recorded answers", () => {
  const ratios = recorded.map(({ said, tokens }) => estimateTokens(said) / tokens).sort((a, b) => a - b);
  const shown = ratios.filter((ratio) => ratio > 0.2); // the others' counts hold reasoning that is not shown
  expect(recorded.length - shown.length).toBeLessThanOrEqual(2);
  expect(shown[0]).toBeGreaterThan(0.7);
  expect(shown.at(-1)).toBeLessThan(1.44);
  expect(shown[1]).toBeGreaterThan(0.825);
  expect(shown.at(-2)).toBeLessThan(1.325);
});
