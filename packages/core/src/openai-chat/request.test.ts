import { expect, test } from "vitest";
import type { Message } from "../message.ts";
import { openaiFamilies } from "../openai/families.ts";
import { anyModel } from "../vendor/any-model.ts";
import type { Model } from "../provider.ts";
import type { ChatRequest } from "../request.ts";
import { capabilitiesOf } from "../vendor/family.ts";
import { toChat } from "./request.ts";

const model = (id: string): Model => ({ vendor: "openai", model: id, can: capabilitiesOf(id, openaiFamilies) });
const now = model("gpt-6.1-terra");
const other: Model = { vendor: "api.other.ai", model: "thinker", can: anyModel };
const body = (request: Partial<ChatRequest>, to = now) => toChat({ messages: [], ...request }, to).body;
const warnings = (request: Partial<ChatRequest>, to = now) =>
  toChat({ messages: [], ...request }, to).warnings.all.map(({ code, field }) => `${code} ${field}`);
const hi: Message = { role: "user", content: "Hi" };
const schema = { type: "object", properties: { a: { type: "string" } } };
const tools = [{ name: "look", description: "Looks.", input: schema, strict: true }];

test("the least", () => {
  expect(body({ messages: [hi] })).toEqual({ model: "gpt-6.1-terra", messages: [{ role: "user", content: "Hi" }] });
});

test("everything", () => {
  const request: ChatRequest = {
    system: "Be kind.",
    messages: [
      {
        role: "user",
        content: [
          { type: "text", text: "Look", cache: "30m" },
          { type: "image", source: { url: "https://x/y.png" }, detail: "low" },
          { type: "image", source: { data: "QUJD", mediaType: "image/png" } },
          { type: "file", source: { fileId: "file_2" } },
          { type: "file", source: { data: "QUJD", mediaType: "application/pdf" }, name: "y.pdf" },
        ],
      },
      {
        role: "assistant",
        content: [
          { type: "reasoning", text: "hm", vendor: "openai", model: "gpt-6.1-terra" },
          { type: "text", text: "I " },
          { type: "text", text: "look." },
          { type: "tool-call", id: "t1", name: "look", input: { at: 1 } },
          { type: "tool-call", id: "t2", name: "look", input: "{", malformed: true },
        ],
      },
      {
        role: "tool",
        content: [
          {
            type: "tool-result",
            id: "t1",
            output: [
              { type: "text", text: "blue" },
              { type: "image", source: { url: "https://x/z.png" } },
              { type: "text", text: "green" },
            ],
          },
          { type: "tool-result", id: "t2", isError: true, output: "no" },
        ],
      },
      { role: "system", content: "Hurry." },
      { role: "assistant", content: "Well." },
      { role: "assistant", content: [{ type: "text", text: "" }] },
    ],
    tools,
    toolChoice: { tool: "look" },
    parallelTools: false,
    maxTokens: 100,
    effort: "none",
    temperature: 0.5,
    seed: 7,
    output: { schema },
    user: "u1",
    tier: "priority",
    options: { openai: { headers: { x: "y" }, verbosity: "low" } },
  };
  const prepared = toChat(request, now);
  expect(prepared.headers).toEqual({ x: "y" });
  expect(prepared.warnings.all).toEqual([]);
  expect(prepared.body).toEqual({
    model: "gpt-6.1-terra",
    messages: [
      { role: "developer", content: "Be kind." },
      {
        role: "user",
        content: [
          { type: "text", text: "Look", prompt_cache_breakpoint: { mode: "explicit", ttl: "30m" } },
          { type: "image_url", image_url: { url: "https://x/y.png", detail: "low" } },
          { type: "image_url", image_url: { url: "data:image/png;base64,QUJD" } },
          { type: "file", file: { file_id: "file_2" } },
          { type: "file", file: { filename: "y.pdf", file_data: "data:application/pdf;base64,QUJD" } },
        ],
      },
      {
        role: "assistant",
        content: "I look.",
        tool_calls: [
          { type: "function", id: "t1", function: { name: "look", arguments: '{"at":1}' } },
          { type: "function", id: "t2", function: { name: "look", arguments: "{" } },
        ],
      },
      { role: "tool", tool_call_id: "t1", content: "blue\n\ngreen" },
      { role: "tool", tool_call_id: "t2", content: "Error: no" },
      { role: "user", content: [{ type: "image_url", image_url: { url: "https://x/z.png" } }] },
      { role: "developer", content: "Hurry." },
      { role: "assistant", content: "Well." },
    ],
    max_completion_tokens: 100,
    reasoning_effort: "none",
    temperature: 0.5,
    seed: 7,
    tools: [{ type: "function", function: { name: "look", description: "Looks.", parameters: schema, strict: true } }],
    tool_choice: { type: "function", function: { name: "look" } },
    parallel_tool_calls: false,
    response_format: { type: "json_schema", json_schema: { name: "output", schema, strict: true } },
    safety_identifier: "u1",
    service_tier: "priority",
    verbosity: "low",
  });
});

test("other servers know the older names", () => {
  expect(body({ system: "S", messages: [hi], maxTokens: 5, stop: ["x"], topP: 1 }, other)).toEqual({
    model: "thinker",
    messages: [
      { role: "system", content: "S" },
      { role: "user", content: "Hi" },
    ],
    max_tokens: 5,
    top_p: 1,
    stop: ["x"],
  });
});

test("a server that shows its reasoning gets it back with the tool calls that it led to", () => {
  const thought = {
    type: "reasoning",
    text: "hm",
    vendor: "api.other.ai",
    model: "thinker",
    data: { field: "reasoning_content" },
  } as const;
  const call = {
    type: "tool-call",
    id: "t",
    name: "look",
    input: {},
    data: { "api.other.ai": { extra_content: { s: 1 } } },
  } as const;
  const said = (content: Message["content"], to = other) =>
    body({ messages: [{ role: "assistant", content } as Message] }, to).messages[0];
  expect(said([thought, call])).toEqual({
    role: "assistant",
    content: null,
    reasoning_content: "hm",
    tool_calls: [{ type: "function", id: "t", function: { name: "look", arguments: "{}" }, extra_content: { s: 1 } }],
  });
  expect(said([thought, { type: "text", text: "Yes." }])).toEqual({ role: "assistant", content: "Yes." });
  expect(said([thought, call], { ...other, model: "another" })).not.toHaveProperty("reasoning_content");
  expect(said([thought])).toBeUndefined();
});

test("tools and reasoning do not go together on this wire", () => {
  expect(body({ tools }).reasoning_effort).toBe("none");
  expect(warnings({ tools })).toEqual([]);
  expect(body({ tools, effort: "high" }).reasoning_effort).toBe("none");
  expect(warnings({ tools, effort: "high" })).toEqual(["changed effort"]);
  expect(() => body({ tools }, model("gpt-6-astra"))).toThrow(expect.objectContaining({ code: "unsupported" }));
  expect(body({ tools, effort: "high" }, other).reasoning_effort).toBe("high");
});

test("an output schema by a tool or by words", () => {
  const made = toChat({ messages: [hi], output: { schema, mode: "tool", instructions: "As JSON." } }, other);
  expect(made).toMatchObject({ output: "tool", outputTool: "output" });
  expect(made.body).toMatchObject({
    messages: [{ role: "system", content: "As JSON." }, { role: "user" }],
    tools: [{ function: { name: "output", parameters: schema, strict: true } }],
    tool_choice: "required",
  });
  expect(made.body).not.toHaveProperty("response_format");
  expect(body({ output: { schema, mode: "instructions" } }).messages[0]).toMatchObject({ role: "developer" });
});

test("what cannot be said on this wire is an error, what the model cannot take a warning", () => {
  const user = (part: object) => ({ messages: [{ role: "user", content: [part] } as Message] });
  for (const part of [
    { type: "image", source: { fileId: "f" } },
    { type: "file", source: { url: "https://x/y.pdf" } },
  ])
    expect(() => body(user(part))).toThrow(expect.objectContaining({ code: "unsupported", model: "gpt-6.1-terra" }));
  expect(warnings({ stop: ["x"], temperature: 1 })).toEqual(["unsupported temperature", "unsupported stop"]);
  expect(body({ stop: ["x"] })).not.toHaveProperty("stop");
  expect(body({ stop: [] }, other)).not.toHaveProperty("stop");
});
