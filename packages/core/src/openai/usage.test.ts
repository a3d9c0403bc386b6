import { createSimulator } from "@llm/simulator";
import { expect, onTestFinished, test } from "vitest";
import { newCall } from "../call.ts";
import { collect } from "../collect.ts";
import { generate } from "../generate.ts";
import { noUsage } from "../usage.ts";
import { openai } from "./index.ts";
import { openaiUsage } from "./usage.ts";

test("requests to the vendor's tools are counted, wherever they are told", () => {
  const usage = { prompt_tokens: 5, completion_tokens: 1 };
  expect(openaiUsage({ ...usage, server_tool_use_details: { web_search_requests: 2 } }).serverTools).toEqual({
    web_search: 2,
  });
  const tools = { web_search: { num_requests: 3 }, file_search: { num_requests: 0 } };
  expect(openaiUsage(usage, undefined, tools).serverTools).toEqual({ web_search: 3 });
  expect(openaiUsage(usage, undefined, { web_search: null })).not.toHaveProperty("serverTools");
});

test("the words of both of the vendor's wires are the same usage", () => {
  const counts = { cached_tokens: 20, cache_write_tokens: 30, cache_write_tokens_details: { ttl_30m_tokens: 30 } };
  const responses = {
    input_tokens: 100,
    input_tokens_details: counts,
    output_tokens: 9,
    output_tokens_details: { reasoning_tokens: 4 },
  };
  const chat = {
    prompt_tokens: 100,
    prompt_tokens_details: counts,
    completion_tokens: 9,
    completion_tokens_details: { reasoning_tokens: 4 },
  };
  const same = { input: 100, cacheRead: 20, cacheWrite: 30, cacheWrites: { "30m": 30, "12h": 0 }, output: 9 };
  for (const raw of [responses, chat])
    expect(openaiUsage(raw, "flex")).toStrictEqual({ ...same, reasoning: 4, tier: "flex", raw });
  expect(openaiUsage({ input_tokens_details: { cache_write_tokens_details: { ttl_12h_tokens: 5 } } })).toMatchObject({
    cacheWrites: { "30m": 0, "12h": 5 },
  });
});

test("what some servers count beside the sums is added to them", () => {
  const cached = { prompt_tokens: 5, prompt_tokens_details: { cached_tokens: 20, cache_write_tokens: 3 } };
  expect(openaiUsage(cached)).toMatchObject({ input: 23, cacheRead: 20, cacheWrite: 3 });
  const thought = { prompt_tokens: 5, completion_tokens: 9, completion_tokens_details: { reasoning_tokens: 4 } };
  expect(openaiUsage({ ...thought, total_tokens: 18 })).toMatchObject({ output: 13, reasoning: 4 });
  expect(openaiUsage({ ...thought, total_tokens: 14 })).toMatchObject({ output: 9, reasoning: 4 });
  expect(openaiUsage({ ...thought, completion_tokens: 1 })).toMatchObject({ output: 5, reasoning: 4 });
});

test("the tier is the answer's, else the usage's own; nothing is no usage", () => {
  expect(openaiUsage({ prompt_tokens: 1, service_tier: "flex" }).tier).toBe("flex");
  expect(openaiUsage({ prompt_tokens: 1, service_tier: "flex" }, "priority").tier).toBe("priority");
  expect(openaiUsage({ prompt_tokens: 1 })).toStrictEqual({ ...noUsage, input: 1, raw: { prompt_tokens: 1 } });
  for (const raw of [{}, null, undefined]) expect(openaiUsage(raw)).toBe(noUsage);
});

test("a search of the web on Responses is in the usage, streamed and whole", async () => {
  const { url, close } = await createSimulator().listen();
  onTestFinished(close);
  const llm = openai("gpt-6.1-sol", { baseURL: `${url}/v1`, apiKey: "any" });
  const request = {
    messages: [{ role: "user" as const, content: "Find news about whales" }],
    options: { openai: { tools: [{ type: "web_search" }] } },
  };
  expect((await generate(llm, request)).usage.serverTools).toEqual({ web_search: 1 });
  expect((await collect(llm.stream(request, newCall()))).usage.serverTools).toEqual({ web_search: 1 });
});
