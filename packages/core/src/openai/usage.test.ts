import { createSimulator } from "@llm/simulator";
import { expect, onTestFinished, test } from "vitest";
import { newCall } from "../call.ts";
import { collect } from "../collect.ts";
import { generate } from "../generate.ts";
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
