import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { generate, type Provider, type Usage } from "@llm/core";
import { anthropic } from "@llm/core/anthropic";
import { openai } from "@llm/core/openai";
import { openaiChat } from "@llm/core/openai-chat";
import { describe, expect, test } from "vitest";
import { priceBook } from "./price-book.ts";
import { prices } from "./prices.ts";

// Usages as vendors sent them, with what they cost and who says so; the data lie outside the repository.
const file = join(
  process.env["LLM_DATA_DIR"] ?? resolve(import.meta.dirname, "../../../../shared/data"),
  "cost/cases.json",
);

type Fields = { readonly [key: string]: unknown };
type Access = { readonly apiKey: string; readonly fetch: () => Promise<Response> };
interface Case {
  readonly id: string;
  readonly kind: string;
  readonly model: string;
  readonly usage: Fields;
  readonly expected_usd: number;
  readonly holds_at: string;
}

/** An answer that holds only a usage, as the vendor whose fields these are sends it; and the adapter that reads it. */
function answerOf({ _service_tier: tier, ...usage }: Fields): readonly [(options: Access) => Provider, Fields] {
  if ("prompt_tokens" in usage) {
    const choices = [{ index: 0, message: { role: "assistant", content: "x" }, finish_reason: "stop" }];
    return [(options) => openaiChat("m", options), { object: "chat.completion", choices, usage, service_tier: tier }];
  }
  if ("input_tokens_details" in usage) {
    const output = [{ type: "message", role: "assistant", content: [{ type: "output_text", text: "x" }] }];
    return [
      (options) => openai("m", options),
      { object: "response", status: "completed", output, usage, service_tier: tier },
    ];
  }
  const content = [{ type: "text", text: "x" }];
  const message = { type: "message", role: "assistant", content, stop_reason: "end_turn" };
  return [(options) => anthropic("m", options), { ...message, usage: { service_tier: tier, ...usage } }];
}

/** What core's adapters make of it. */
async function toUsage(fields: Fields): Promise<Usage> {
  const [adapter, answer] = answerOf(fields);
  const fetch = (): Promise<Response> => Promise.resolve(Response.json({ id: "1", model: "m", ...answer }));
  return (await generate(adapter({ apiKey: "any", fetch }), "x")).usage;
}

describe("recorded and documented costs", async () => {
  if (!existsSync(file)) {
    console.log(`cost cases skipped: no ${file}`);
    test.skip(`skipped: no ${file}; set LLM_DATA_DIR to the folder with the data`);
    return;
  }
  const cases = JSON.parse(readFileSync(file, "utf8")) as readonly Case[];
  const book = priceBook(prices);
  const priced = await Promise.all(
    cases.map(async (item) => {
      const day = Date.parse(/^\d{4}-\d{2}-\d{2}/.exec(item.holds_at)?.[0] ?? "2026-08-20");
      return { ...item, cost: book.cost(item.model, await toUsage(item.usage), day) };
    }),
  );
  const isRight = ({ cost, expected_usd }: (typeof priced)[number]): boolean =>
    typeof cost === "bigint" && Math.abs(Number(cost) - expected_usd * 1e12) < 1e3;

  test("what has a price has the right one", () => {
    const score = [...new Set(priced.map(({ kind }) => kind))].map((kind) => {
      const all = priced.filter((item) => item.kind === kind);
      return `${kind} ${all.filter(isRight).length}/${all.length}`;
    });
    console.log(`cost cases: ${priced.filter(isRight).length}/${priced.length} right (${score.join(", ")})`);
    expect(priced.filter((item) => typeof item.cost === "bigint" && !isRight(item))).toEqual([]);
  });

  test("all that follow from the vendors' own pages are priced", () => {
    const known = priced.filter(
      ({ kind }) => kind.startsWith("doc") || kind.startsWith("derived") || kind.endsWith("iterations"),
    );
    expect(known.length).toBeGreaterThan(0);
    expect(known.filter((item) => !isRight(item))).toEqual([]);
  });
});
