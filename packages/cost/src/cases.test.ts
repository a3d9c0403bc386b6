import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { priceBook } from "./price-book.ts";
import { prices } from "./prices.ts";
import type { Iteration } from "./spent.ts";

// Usages as vendors sent them, with what they cost and who says so; the data lie outside the repository.
const file = join(
  process.env["LLM_DATA_DIR"] ?? resolve(import.meta.dirname, "../../../../shared/data"),
  "cost/cases.json",
);

type Fields = { readonly [key: string]: unknown };
interface Case {
  readonly id: string;
  readonly kind: string;
  readonly model: string;
  readonly usage: Fields;
  readonly expected_usd: number;
  readonly holds_at: string;
}

const fields = (value: unknown): Fields => (typeof value === "object" && value !== null ? (value as Fields) : {});
const count = (from: Fields, ...keys: readonly string[]): number => {
  for (const key of keys) if (typeof from[key] === "number") return from[key];
  return 0;
};
const word = (from: Fields, ...keys: readonly string[]): string | undefined =>
  keys.map((key) => from[key]).find((value): value is string => typeof value === "string");

/** The usage of a body of either vendor, as the adapters of core read it. */
function toUsage(body: Fields): Iteration {
  const creation = fields(body["cache_creation"]);
  const details = { ...fields(body["prompt_tokens_details"]), ...fields(body["input_tokens_details"]) };
  const anthropic = "cache_read_input_tokens" in body || "cache_creation" in body || !("input_tokens_details" in body);
  const cacheRead = count(body, "cache_read_input_tokens") + count(details, "cached_tokens");
  const cacheWrite = count(body, "cache_creation_input_tokens") + count(details, "cache_write_tokens");
  const apart = anthropic && "input_tokens" in body ? cacheRead + cacheWrite : 0; // Anthropic counts the cache apart
  const tools = { ...fields(body["server_tool_use"]), ...fields(body["server_tool_use_details"]) };
  const [tier, speed, region, model, kind] = [
    word(body, "service_tier", "_service_tier"),
    word(body, "speed"),
    word(body, "inference_geo"),
    word(body, "model"),
    word(body, "type"),
  ];
  const iterations = Array.isArray(body["iterations"]) ? body["iterations"].map((item) => toUsage(fields(item))) : [];
  return {
    input: count(body, "input_tokens", "prompt_tokens") + apart,
    output: count(body, "output_tokens", "completion_tokens"),
    cacheRead,
    cacheWrite,
    ...("cache_creation" in body && {
      cacheWrites: {
        "5m": count(creation, "ephemeral_5m_input_tokens"),
        "1h": count(creation, "ephemeral_1h_input_tokens"),
      },
    }),
    serverTools: { web_search: count(tools, "web_search_requests") },
    ...(tier !== undefined && { tier }),
    ...(speed !== undefined && { speed }),
    ...(region !== undefined && { region }),
    ...(model !== undefined && { model }),
    ...(kind !== undefined && { kind }),
    ...(iterations.length > 0 && { iterations }),
  };
}

describe("recorded and documented costs", () => {
  if (!existsSync(file)) {
    console.log(`cost cases skipped: no ${file}`);
    test.skip(`skipped: no ${file}; set LLM_DATA_DIR to the folder with the data`);
    return;
  }
  const cases = JSON.parse(readFileSync(file, "utf8")) as readonly Case[];
  const book = priceBook(prices);
  const priced = cases.map((item) => {
    const day = Date.parse(/^\d{4}-\d{2}-\d{2}/.exec(item.holds_at)?.[0] ?? "2026-08-20");
    return { ...item, cost: book.cost(item.model, toUsage(item.usage), day) };
  });
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
