import { describe, expect, test } from "vitest";
import { start } from "./test/start.ts";

type Body = Record<string, unknown>;

const user = { role: "user", content: "Hello" };
const call = { role: "assistant", content: [{ type: "tool_use", id: "toolu_1", name: "f", input: {} }] };
const result = { role: "user", content: [{ type: "tool_result", tool_use_id: "toolu_1", content: "1" }] };
const tool = { name: "f", input_schema: { type: "object", properties: {} } };
const old = { "anthropic-version": "2023-06-01" };
const format = (schema: unknown): Body => ({ output_config: { format: { type: "json_schema", schema } } });
const open = { type: "object", properties: { a: { type: "string" } } };

/** What differs from a sound request; status; a piece of the message; headers. */
type Case = readonly [name: string, change: Body, status: number, message: RegExp, headers?: Record<string, string>];

const MESSAGES: readonly Case[] = [
  ["an output_config that is no object", { output_config: "json" }, 400, /output_config: Input should be a valid dict/],
  [
    "citations together with a schema",
    {
      messages: [
        {
          role: "user",
          content: [
            { type: "document", source: { type: "text", data: "x" }, citations: { enabled: true } },
            { type: "text", text: "x" },
          ],
        },
      ],
      output_config: {
        format: { type: "json_schema", schema: { type: "object", properties: {}, additionalProperties: false } },
      },
    },
    400,
    /not supported together with citations/,
  ],
  ["unknown model", { model: "claude-3-opus-20240229" }, 404, /^model: claude-3-opus/],
  ["a GPT", { model: "gpt-6.1-sol" }, 404, /^model: gpt/],
  ["no limit", { max_tokens: undefined }, 400, /^max_tokens: Field required/],
  ["a limit that is no number", { max_tokens: "9" }, 400, /valid integer/],
  ["too large a limit", { max_tokens: 200_000 }, 400, /200000 > 128000/],
  ["temperature on the current version", { temperature: 1, model: "claude-opus-5" }, 400, /^temperature: Extra inputs/],
  ["temperature on the current line", { temperature: 1 }, 400, /^temperature: .*not supported/, old],
  ["top_k on the current line", { top_k: 3 }, 400, /^top_k/, old],
  ["temperature out of bounds", { temperature: 2, model: "claude-opus-5" }, 400, /range: 0..1/, old],
  ["no messages", { messages: [] }, 400, /at least one message/],
  ["unknown role", { messages: [{ role: "robot", content: "x" }] }, 400, /Unexpected role "robot"/],
  [
    "a system message on the old version",
    { messages: [{ role: "system", content: "x" }, user] },
    400,
    /Unexpected role "system"/,
    old,
  ],
  ["empty text", { messages: [{ role: "user", content: [{ type: "text", text: "" }] }] }, 400, /must be non-empty/],
  ["empty content", { messages: [{ role: "user", content: "" }] }, 400, /non-empty content/],
  [
    "unknown block",
    { messages: [{ role: "user", content: [{ type: "smell" }] }] },
    400,
    /'smell' blocks are not permitted/,
  ],
  ["prefill", { messages: [user, { role: "assistant", content: "{" }] }, 400, /prefill/],
  ["orphan result", { messages: [user, result] }, 400, /unexpected `tool_use_id` found/],
  [
    "call without result",
    { messages: [user, call, user], tools: [tool] },
    400,
    /without `tool_result` blocks immediately after: toolu_1/,
  ],
  [
    "text before the result",
    { messages: [user, call, { role: "user", content: [{ type: "text", text: "x" }, ...result.content] }] },
    400,
    /must come before/,
  ],
  ["forced tool", { tools: [tool], tool_choice: { type: "any" } }, 400, /tool_choice: 'any' is not supported/],
  ["named tool", { tools: [tool], tool_choice: { type: "tool", name: "f" } }, 400, /'tool' is not supported/],
  [
    "unknown named tool",
    { model: "claude-opus-5", tools: [tool], tool_choice: { type: "tool", name: "g" } },
    400,
    /Tool 'g' not found/,
  ],
  ["choice without tools", { tool_choice: { type: "auto" } }, 400, /only be specified while providing tools/],
  ["two tools of one name", { tools: [tool, tool] }, 400, /unique/],
  ["bad tool name", { tools: [{ ...tool, name: "a b" }] }, 400, /tools.0.custom.name/],
  ["tool without schema", { tools: [{ name: "f" }] }, 400, /tools.0.custom.input_schema: Field required/],
  ["strict tool with an open schema", { tools: [{ ...tool, strict: true }] }, 400, /additionalProperties/],
  ["thinking off", { thinking: { type: "disabled" } }, 400, /'disabled' is not supported/],
  ["thinking budget", { thinking: { type: "enabled", budget_tokens: 2_000 } }, 400, /'enabled' is not supported/],
  ["too small a budget", { model: "claude-opus-4-5", thinking: { type: "enabled", budget_tokens: 10 } }, 400, /1024/],
  ["unknown effort", { output_config: { effort: "huge" } }, 400, /output_config.effort/],
  [
    "effort the model lacks",
    { model: "claude-haiku-4-5", output_config: { effort: "max" } },
    400,
    /not supported for claude-haiku-4-5/,
  ],
  ["open schema", format(open), 400, /additionalProperties/],
  [
    "bounds in a schema",
    format({ ...open, additionalProperties: false, properties: { a: { type: "integer", minimum: 1 } } }),
    400,
    /'minimum' is not supported/,
  ],
  ["oneOf in a schema", format({ oneOf: [] }), 400, /'oneOf' is not supported/],
  [
    "a schema that holds itself",
    format({ ...open, additionalProperties: false, properties: { a: { $ref: "#" } } }),
    400,
    /Recursive/,
  ],
  [
    "five markers",
    { system: Array.from({ length: 5 }, () => ({ type: "text", text: "x", cache_control: { type: "ephemeral" } })) },
    400,
    /maximum of 4/,
  ],
  [
    "an hour after five minutes",
    { system: ["5m", "1h"].map((ttl) => ({ type: "text", text: "x", cache_control: { type: "ephemeral", ttl } })) },
    400,
    /must not come after/,
  ],
  ["unknown field", { frobnicate: 1 }, 400, /^frobnicate: Extra inputs/],
  ["beta field without beta", { context_management: {} }, 400, /^context_management: Extra/],
  ["bad tier", { service_tier: "gold" }, 400, /service_tier/],
  ["blank stop", { stop_sequences: [" "] }, 400, /non-whitespace/],
  [
    "foreign thought",
    {
      messages: [
        user,
        {
          role: "assistant",
          content: [
            { type: "thinking", thinking: "", signature: "x".repeat(40) },
            { type: "text", text: "x" },
          ],
        },
        user,
      ],
    },
    400,
    /Invalid `signature`/,
  ],
  [
    "citations from a user",
    { messages: [{ role: "user", content: [{ type: "text", text: "x", citations: [{}] }] }] },
    400,
    /citations/,
  ],
  [
    "a document from the assistant",
    { messages: [user, { role: "assistant", content: [{ type: "document", source: {} }] }, user] },
    400,
    /not permitted in assistant/,
  ],
  [
    "overflow",
    { messages: [{ role: "user", content: "word ".repeat(900_000) }] },
    400,
    /prompt is too long: \d+ tokens > 1000000 maximum/,
  ],
];

const fn = { type: "function", function: { name: "f", parameters: { type: "object", properties: {} } } };
const calls = {
  role: "assistant",
  content: null,
  tool_calls: [{ id: "call_1", type: "function", function: { name: "f", arguments: "{}" } }],
};
const json = (schema: unknown, strict = true): Body => ({
  response_format: { type: "json_schema", json_schema: { name: "x", schema, strict } },
});

const CHAT: readonly Case[] = [
  ["unknown model", { model: "gpt-3.5-turbo" }, 404, /does not exist/],
  ["no messages", { messages: undefined }, 400, /Missing required parameter: 'messages'/],
  [
    "unknown role",
    { messages: [{ role: "robot", content: "x" }] },
    400,
    /Invalid value: 'robot'. Supported values are: 'system', 'assistant'/,
  ],
  ["no content", { messages: [{ role: "user" }] }, 400, /messages\[0\].content/],
  [
    "max_tokens where the model reasons",
    { max_tokens: 10 },
    400,
    /'max_tokens' is not supported with this model. Use 'max_completion_tokens'/,
  ],
  ["temperature where it reasons", { temperature: 0.2 }, 400, /'temperature' does not support 0.2/],
  ["top_p where it reasons", { top_p: 0.2 }, 400, /'top_p' is not supported/],
  ["temperature below 0", { model: "gpt-4.1", temperature: -1 }, 400, /decimal below minimum|integer below minimum/],
  ["stop where it reasons", { stop: "x" }, 400, /'stop' is not supported/],
  [
    "tools while it reasons",
    { tools: [fn] },
    400,
    /Function tools with reasoning_effort are not supported for gpt-6.1-sol/,
  ],
  [
    "no effort where it always reasons",
    { reasoning_effort: "none" },
    400,
    /'reasoning_effort' does not support 'none'|not supported with/,
  ],
  ["effort where it never reasons", { model: "gpt-4.1", reasoning_effort: "low" }, 400, /reasoning_effort/],
  [
    "orphan tool message",
    { messages: [user, { role: "tool", tool_call_id: "call_1", content: "1" }] },
    400,
    /must be a response to a preceding message/,
  ],
  ["call without answer", { messages: [user, calls, user] }, 400, /did not have response messages: call_1/],
  ["choice without tools", { tool_choice: "auto" }, 400, /'tool_choice' is only allowed/],
  ["nameless tool", { model: "gpt-4.1", tools: [{ type: "function", function: {} }] }, 400, /tools\[0\].function.name/],
  ["open strict schema", json(open), 400, /additionalProperties/],
  ["optional key in a strict schema", json({ ...open, additionalProperties: false }), 400, /Missing 'a'/],
  [
    "allOf in a strict schema",
    json({ type: "object", additionalProperties: false, allOf: [] }),
    400,
    /'allOf' is not permitted/,
  ],
  ["a list at the root", json({ type: "array", items: {} }), 400, /got 'type: "array"'/],
  ["json without the word", { response_format: { type: "json_object" } }, 400, /must contain the word 'json'/],
  ["stream options without stream", { stream_options: { include_usage: true } }, 400, /only allowed when 'stream'/],
  ["too many choices", { n: 200 }, 400, /'n'.*above maximum/],
  ["unknown field", { frobnicate: 1 }, 400, /Unrecognized request argument supplied: frobnicate/],
  ["a model for Responses alone", { model: "gpt-5.5-pro" }, 404, /only supported in v1\/responses/],
  ["an embedding model", { model: "text-embedding-3-small" }, 403, /not allowed to sample/],
  [
    "overflow",
    { messages: [{ role: "user", content: "word ".repeat(900_000) }] },
    400,
    /maximum context length is 1050000 tokens/,
  ],
];

const RESPONSES: readonly Case[] = [
  ["a stream that is no flag", { stream: "yes" }, 400, /Invalid type for 'stream': expected a boolean/],
  ["instructions that are no text", { instructions: 3 }, 400, /Invalid type for 'instructions': expected a string/],
  ["an include that is no list", { include: "all" }, 400, /Invalid type for 'include': expected an array/],
  ["text that is no object", { text: "json" }, 400, /Invalid type for 'text': expected an object/],
  ["unknown model", { model: "gpt-3.5-turbo" }, 404, /does not exist/],
  ["no input", { input: undefined }, 400, /Missing required parameter: 'input'/],
  ["a field of Chat", { stop: "x" }, 400, /Unknown parameter: 'stop'/],
  ["seed", { seed: 1 }, 400, /Unknown parameter: 'seed'/],
  ["too small a limit", { max_output_tokens: 5 }, 400, /integer below minimum value. Expected a value >= 16/],
  ["temperature where it reasons", { temperature: 0.2 }, 400, /'temperature'/],
  ["temperature below 0", { model: "gpt-4.1", temperature: -1 }, 400, /below minimum value. Expected a value >= 0/],
  ["unknown effort", { reasoning: { effort: "huge" } }, 400, /'huge' is not supported/],
  ["unknown role", { input: [{ role: "robot", content: "x" }] }, 400, /Invalid value: 'robot'/],
  [
    "a part of Chat",
    { input: [{ role: "user", content: [{ type: "text", text: "x" }] }] },
    400,
    /Invalid value: 'text'/,
  ],
  ["unknown item", { input: [{ type: "smell" }] }, 400, /Invalid value: 'smell'/],
  [
    "orphan output",
    { input: [{ type: "function_call_output", call_id: "call_9", output: "1" }] },
    400,
    /No tool call found for function call output with call_id call_9/,
  ],
  [
    "call without output",
    { input: [user, { type: "function_call", call_id: "call_9", name: "f", arguments: "{}" }, user] },
    400,
    /No tool output found for function call call_9/,
  ],
  [
    "a thought without what followed",
    { input: [{ type: "reasoning", id: "rs_1", summary: [] }, user] },
    400,
    /without its required following item/,
  ],
  [
    "a thought that is not ours",
    {
      input: [
        { type: "reasoning", id: "rs_1", summary: [], encrypted_content: "gAAAAbogus-bogus-bogus" },
        { role: "assistant", content: "x" },
        user,
      ],
    },
    400,
    /could not be verified/,
  ],
  ["unknown predecessor", { previous_response_id: "resp_1" }, 400, /'resp_1' not found/],
  ["a reference to what was not stored", { input: [{ type: "item_reference", id: "msg_1" }] }, 400, /not persisted/],
  ["a tool in Chat's form", { tools: [fn] }, 400, /Missing required parameter: 'tools\[0\].name'/],
  ["forced tool without tools", { tool_choice: "required" }, 400, /must be specified with 'tools'/],
  ["open schema", { text: { format: { type: "json_schema", name: "x", schema: open } } }, 400, /additionalProperties/],
  ["nameless format", { text: { format: { type: "json_schema", schema: {} } } }, 400, /text.format.name/],
  ["unknown include", { include: ["everything"] }, 400, /Invalid value: 'everything'/],
  [
    "17 pairs of metadata",
    { metadata: Object.fromEntries(Array.from({ length: 17 }, (_, i) => [`k${i}`, "v"])) },
    400,
    /at most 16/,
  ],
  ["overflow", { input: "word ".repeat(900_000) }, 400, /exceeds the context window/],
];

const SOUND: Record<string, Body> = {
  "/v1/messages": { model: "claude-opus-5-5", max_tokens: 4_000, messages: [user] },
  "/v1/chat/completions": { model: "gpt-6.1-sol", messages: [user] },
  "/v1/responses": { model: "gpt-6.1-sol", input: "Hello" },
};

const SUITES: Readonly<Record<string, readonly Case[]>> = {
  "/v1/messages": MESSAGES,
  "/v1/chat/completions": CHAT,
  "/v1/responses": RESPONSES,
};

describe.each(Object.keys(SUITES))("%s rejects", (path) => {
  for (const [name, change, status, message, headers] of SUITES[path] ?? [])
    test(name, async () => {
      const { post } = await start();
      const sound = await post(path, SOUND[path], headers);
      expect(sound.status).toBe(200);
      const answer = await post(path, { ...SOUND[path], ...change }, headers);
      const body = (await answer.json()) as { type?: string; request_id?: string; error: Record<string, unknown> };
      expect(body.error["message"]).toMatch(message);
      expect(answer.status).toBe(status);
      if (path === "/v1/messages") {
        expect(body.type).toBe("error");
        expect(body.request_id).toBe(answer.headers.get("request-id"));
        expect(body.error["type"]).toBe(status === 404 ? "not_found_error" : "invalid_request_error");
      } else {
        expect(Object.keys(body.error).sort()).toEqual(["code", "message", "param", "type"]);
        expect(answer.headers.get("x-request-id")).toMatch(/^req_/);
      }
    });
});

/** A request that only looks wrong. */
type Taken = readonly [name: string, path: string, change: Body, headers?: Record<string, string>];

const TAKEN: readonly Taken[] = [
  ["a system message on the current version", "/v1/messages", { messages: [{ role: "system", content: "x" }, user] }],
  [
    "temperature on an older Claude over the old version",
    "/v1/messages",
    { model: "claude-opus-5", temperature: 0.5 },
    old,
  ],
  [
    "a forced tool on an older Claude",
    "/v1/messages",
    { model: "claude-opus-5", tools: [tool], tool_choice: { type: "any" } },
  ],
  ["a tool round trip", "/v1/messages", { messages: [user, call, result], tools: [tool] }],
  [
    "prefill where it was taken",
    "/v1/messages",
    { model: "claude-opus-4-5", messages: [user, { role: "assistant", content: "{" }] },
  ],
  ["a dated snapshot", "/v1/messages", { model: "claude-opus-5-5-20260901" }],
  [
    "a beta field with beta",
    "/v1/messages",
    { context_management: {} },
    { "anthropic-beta": "context-management-2025-06-27" },
  ],
  ["no output at all", "/v1/messages", { max_tokens: 0 }],
  ["tools with no reasoning", "/v1/chat/completions", { model: "gpt-5.6-sol", tools: [fn], reasoning_effort: "none" }],
  [
    "temperature with no reasoning",
    "/v1/chat/completions",
    { model: "gpt-5.6-sol", temperature: 0.3, reasoning_effort: "none" },
  ],
  [
    "max_tokens on a model that does not reason",
    "/v1/chat/completions",
    { model: "gpt-4.1", max_tokens: 20, stop: ["x"] },
  ],
  [
    "a tool round trip",
    "/v1/chat/completions",
    { messages: [user, calls, { role: "tool", tool_call_id: "call_1", content: "1" }] },
  ],
  ["an open schema that is not strict", "/v1/chat/completions", json(open, false)],
  [
    "tools while it reasons",
    "/v1/responses",
    { tools: [{ type: "function", name: "f", parameters: open, strict: false }] },
  ],
  ["a model for Responses alone", "/v1/responses", { model: "gpt-5.5-pro" }],
];

for (const [name, path, change, headers] of TAKEN)
  test(`takes ${name} on ${path}`, async () => {
    const { post } = await start();
    const answer = await post(path, { ...SOUND[path], ...change }, headers);
    expect([answer.status, await answer.text()]).toEqual([200, expect.any(String)]);
  });

test("a model of one's own obeys the rules that it is given", async () => {
  const { post } = await start({
    models: [{ id: "llama-4", vendor: "openai", legacyChat: true, sampling: "always", efforts: [] }],
  });
  const ask = (body: Body): Promise<Response> =>
    post("/v1/chat/completions", { model: "llama-4", messages: [user], ...body });
  expect((await ask({ max_tokens: 5, temperature: 0.1 })).status).toBe(200);
  expect((await ask({ model: "gpt-6.1-sol" })).status).toBe(404);
});
