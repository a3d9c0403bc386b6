import { expect, test } from "vitest";
import { noUsage } from "../usage.ts";
import { usageReports } from "./usage.ts";

const none = { ...noUsage };

test("the three counts of what was read add up, and nothing that the vendor says is lost", () => {
  const raw = {
    input_tokens: 10,
    cache_read_input_tokens: 200,
    cache_creation_input_tokens: 3_000,
    cache_creation: { ephemeral_5m_input_tokens: 1_000, ephemeral_1h_input_tokens: 2_000 },
    output_tokens: 7,
    output_tokens_details: { thinking_tokens: 4 },
    server_tool_use: { web_search_requests: 2, web_fetch_requests: 0, code_requests_made: 1, odd: "x" },
    service_tier: "priority",
    speed: "fast",
    inference_geo: "eu",
    iterations: [{ type: "advisor", model: "claude-y", input_tokens: 5, output_tokens: 1 }, null, { output_tokens: 2 }],
  };
  expect(usageReports().add(raw)).toStrictEqual({
    input: 3_210,
    cacheRead: 200,
    cacheWrite: 3_000,
    cacheWrites: { "5m": 1_000, "1h": 2_000 },
    output: 7,
    reasoning: 4,
    serverTools: { web_search: 2, code_requests_made: 1 },
    tier: "priority",
    speed: "fast",
    region: "eu",
    iterations: [
      { ...none, input: 5, output: 1, model: "claude-y", kind: "advisor", raw: raw.iterations[0] },
      { ...none, output: 2, raw: { output_tokens: 2 } },
    ],
    raw,
  });
});

test.each([
  [{ ephemeral_5m_input_tokens: 3 }, { "5m": 3, "1h": 0 }, 3],
  [{ ephemeral_1h_input_tokens: 4 }, { "5m": 0, "1h": 4 }, 4],
  [{ ephemeral_5m_input_tokens: 3, ephemeral_1h_input_tokens: 4 }, { "5m": 3, "1h": 4 }, 7],
])("writes to the cache are summed where the vendor gives no sum: %j", (creation, cacheWrites, cacheWrite) => {
  const raw = { cache_creation: creation };
  expect(usageReports().add(raw)).toStrictEqual({ ...none, input: cacheWrite, cacheWrite, cacheWrites, raw });
});

test("a later report adds to the earlier one; what it leaves out or calls null stays", () => {
  const usage = usageReports();
  expect(usage.add({})).toBe(noUsage);
  expect(usage.add(undefined)).toBe(noUsage);
  usage.add({ input_tokens: 10, output_tokens: 1, service_tier: "standard" });
  expect(usage.add({ input_tokens: null, output_tokens: 20 })).toStrictEqual({
    ...none,
    input: 10,
    output: 20,
    tier: "standard",
    raw: { input_tokens: 10, output_tokens: 20, service_tier: "standard" },
  });
});
