import { describe, expect, test } from "vitest";
import type { Message } from "../message.ts";
import type { Model } from "../provider.ts";
import type { ChatRequest } from "../request.ts";
import { capabilitiesOf } from "../vendor/family.ts";
import { openaiFamilies } from "./families.ts";
import { toResponses } from "./request.ts";

const model = (id: string, vendor = "openai"): Model => ({
  vendor,
  model: id,
  can: capabilitiesOf(id, openaiFamilies),
});
const now = model("gpt-6.1-terra");
const body = (request: Partial<ChatRequest>, to = now) => toResponses({ messages: [], ...request }, to).body;
const warnings = (request: Partial<ChatRequest>, to = now) =>
  toResponses({ messages: [], ...request }, to).warnings.all.map(({ code, field }) => `${code} ${field}`);
const hi: Message = { role: "user", content: "Hi" };
const schema = { type: "object", properties: { a: { type: "string" } } };

test("the least: nothing is stored, and reasoning comes in encrypted form", () => {
  expect(body({ messages: [hi] })).toEqual({
    model: "gpt-6.1-terra",
    input: [{ role: "user", content: "Hi" }],
    store: false,
    include: ["reasoning.encrypted_content"],
  });
  expect(body({ messages: [hi] }, model("gpt-4.1"))).not.toHaveProperty("include");
});

test("everything", () => {
  const request: ChatRequest = {
    system: [
      { type: "text", text: "Be kind." },
      { type: "text", text: "Be brief." },
    ],
    messages: [
      {
        role: "user",
        content: [
          { type: "text", text: "Look", cache: "30m" },
          { type: "image", source: { url: "https://x/y.png" }, detail: "low" },
          { type: "image", source: { data: "QUJD", mediaType: "image/png" }, cache: "12h" },
          { type: "image", source: { fileId: "file_1" } },
          { type: "file", source: { fileId: "file_2" } },
          { type: "file", source: { url: "https://x/y.pdf" } },
          { type: "file", source: { data: "QUJD", mediaType: "application/pdf" }, name: "y.pdf" },
        ],
      },
      {
        role: "assistant",
        content: [
          { type: "text", text: "I look." },
          { type: "tool-call", id: "t1", name: "look", input: { at: 1 } },
          { type: "tool-call", id: "t2", name: "look", input: '{"at":', malformed: true },
        ],
      },
      {
        role: "tool",
        content: [
          { type: "tool-result", id: "t1", output: "blue" },
          { type: "tool-result", id: "t2", isError: true, output: [{ type: "text", text: "no" }] },
          { type: "tool-result", id: "t2", isError: true, output: "no" },
        ],
      },
      { role: "system", content: [{ type: "text", text: "Hurry." }] },
      { role: "assistant", content: "Well." },
    ],
    tools: [
      { name: "look", description: "Looks.", input: schema, strict: true },
      { name: "plain", input: { type: "object" } },
    ],
    toolChoice: { tool: "look" },
    parallelTools: true,
    maxTokens: 100,
    effort: "none",
    temperature: 0.5,
    topP: 0.9,
    output: { schema, name: "answer", dialects: { openai: { type: "object" } } },
    user: "u1",
    tier: "flex",
    options: { openai: { headers: { "openai-beta": "x" }, truncation: "auto" } },
  };
  const prepared = toResponses(request, now);
  expect(prepared.headers).toEqual({ "openai-beta": "x" });
  expect(prepared.warnings.all).toEqual([]);
  expect(prepared.body).toEqual({
    model: "gpt-6.1-terra",
    instructions: "Be kind.\n\nBe brief.",
    input: [
      {
        role: "user",
        content: [
          { type: "input_text", text: "Look", prompt_cache_breakpoint: { mode: "explicit", ttl: "30m" } },
          { type: "input_image", image_url: "https://x/y.png", detail: "low" },
          {
            type: "input_image",
            image_url: "data:image/png;base64,QUJD",
            detail: "auto",
            prompt_cache_breakpoint: { mode: "explicit", ttl: "12h" },
          },
          { type: "input_image", file_id: "file_1", detail: "auto" },
          { type: "input_file", file_id: "file_2" },
          { type: "input_file", file_url: "https://x/y.pdf" },
          { type: "input_file", filename: "y.pdf", file_data: "data:application/pdf;base64,QUJD" },
        ],
      },
      { role: "assistant", content: "I look." },
      { type: "function_call", call_id: "t1", name: "look", arguments: '{"at":1}' },
      { type: "function_call", call_id: "t2", name: "look", arguments: '{"at":' },
      { type: "function_call_output", call_id: "t1", output: "blue" },
      {
        type: "function_call_output",
        call_id: "t2",
        output: [
          { type: "input_text", text: "Error: " },
          { type: "input_text", text: "no" },
        ],
      },
      { type: "function_call_output", call_id: "t2", output: "Error: no" },
      { role: "developer", content: "Hurry." },
      { role: "assistant", content: "Well." },
    ],
    store: false,
    include: ["reasoning.encrypted_content"],
    max_output_tokens: 100,
    reasoning: { effort: "none" },
    temperature: 0.5,
    top_p: 0.9,
    tools: [
      { type: "function", name: "look", description: "Looks.", parameters: schema, strict: true },
      { type: "function", name: "plain", parameters: { type: "object" }, strict: false },
    ],
    tool_choice: { type: "function", name: "look" },
    parallel_tool_calls: true,
    text: { format: { type: "json_schema", name: "answer", schema: { type: "object" }, strict: true } },
    safety_identifier: "u1",
    service_tier: "flex",
    truncation: "auto",
  });
});

describe("reasoning", () => {
  const data = { id: "rs_1", summary: [{ type: "summary_text", text: "hm" }], encrypted_content: "e" };
  const thought = (vendor: string, id: string, more: object = data) =>
    ({ type: "reasoning", text: "hm", vendor, model: id, data: more as never }) as const;
  const types = (content: Message["content"], to = now) =>
    (body({ messages: [{ role: "assistant", content } as Message] }, to).input as { type?: string }[]).map(
      ({ type }) => type ?? "message",
    );
  const text = { type: "text", text: "Yes." } as const;
  test("goes back whole to the model that wrote it", () => {
    const content = [thought("openai", "gpt-6.1-terra-2026-11-01"), text];
    expect(body({ messages: [{ role: "assistant", content }] }).input).toEqual([
      { type: "reasoning", ...data },
      { role: "assistant", content: "Yes." },
    ]);
  });
  test("stays away from others, and where it is not whole", () => {
    expect(types([thought("openai", "gpt-6-sol"), text])).toEqual(["message"]);
    expect(types([thought("azure", "gpt-6.1-terra"), text])).toEqual(["message"]);
    expect(types([thought("openai", "gpt-6.1-terra", { id: "rs_1", summary: [] }), text])).toEqual(["message"]);
  });
  test("never stands last: the vendor refuses that", () => {
    expect(types([text, thought("openai", "gpt-6.1-terra"), thought("openai", "gpt-6.1-terra")])).toEqual(["message"]);
    expect(types([thought("openai", "gpt-6.1-terra"), { type: "tool-call", id: "t", name: "f", input: {} }])).toEqual([
      "reasoning",
      "function_call",
    ]);
  });
});

test("what has no word goes back to its vendor as it came; annotations do not", () => {
  const content: Message["content"] = [
    { type: "opaque", vendor: "openai", value: { type: "phase", phase: "commentary" } },
    { type: "text", text: "Wait." },
    { type: "opaque", vendor: "openai", value: { type: "annotation", annotation: {} } },
    { type: "opaque", vendor: "openai", value: { type: "web_search_call", id: "ws_1" } },
    { type: "opaque", vendor: "anthropic", value: { type: "server_tool_use" } },
    { type: "tool-call", id: "t", name: "f", input: {}, data: { openai: { namespace: "n" } } },
  ];
  expect(body({ messages: [{ role: "assistant", content }] }).input).toEqual([
    { role: "assistant", content: "Wait.", phase: "commentary" },
    { type: "web_search_call", id: "ws_1" },
    { type: "function_call", call_id: "t", name: "f", arguments: "{}", namespace: "n" },
  ]);
});

test("an output schema by a tool or by words", () => {
  const tool = toResponses({ messages: [hi], system: "S", output: { schema, mode: "tool" } }, now);
  expect(tool).toMatchObject({ output: "tool", outputTool: "output" });
  expect(tool.body).toMatchObject({
    instructions: "S",
    tool_choice: "required",
    tools: [{ type: "function", name: "output", parameters: schema, strict: true }],
  });
  expect(tool.body).not.toHaveProperty("text");
  const words = body({ system: "S", output: { schema, mode: "instructions", instructions: "As JSON." } });
  expect(words.instructions).toBe("S\n\nAs JSON.");
  expect(body({ output: { schema, mode: "instructions" } }).instructions).toContain(JSON.stringify(schema));
});

test("what the model cannot take is said", () => {
  expect(warnings({ stop: ["x"], seed: 1 })).toEqual(["unsupported stop", "unsupported seed"]);
  expect(warnings({ temperature: 1 })).toEqual(["unsupported temperature"]);
  expect(warnings({ temperature: 1, topP: 1, effort: "none" })).toEqual([]);
  expect(warnings({ topP: 1, effort: "low" }, model("gpt-6-astra"))).toEqual(["unsupported topP"]);
  expect(body({ temperature: 1 }, model("gpt-4.1")).temperature).toBe(1);
  expect(body({ effort: "none" }, model("gpt-6-astra")).reasoning).toEqual({ effort: "low" });
  expect(warnings({ effort: "max" }, model("gpt-4.1"))).toEqual(["unsupported effort"]);
  const marked = (cache: "5m" | "1h") =>
    ({ messages: [{ role: "user", content: [{ type: "text", text: "a", cache }] }] }) as const;
  expect(warnings(marked("5m"))).toEqual(["changed cache"]);
  expect(body(marked("1h")).input).toMatchObject([{ content: [{ prompt_cache_breakpoint: { ttl: "30m" } }] }]);
  expect(warnings(marked("5m"), model("gpt-4.1"))).toEqual(["unsupported cache"]);
  expect(body(marked("5m"), model("gpt-4.1")).input).toEqual([
    { role: "user", content: [{ type: "input_text", text: "a" }] },
  ]);
});

test("the caller's own parameters win, and add where there is a list or an object", () => {
  const options = {
    openai: {
      store: true,
      include: ["reasoning.encrypted_content", "message.output_text.logprobs"],
      tools: [{ type: "web_search" }],
      text: { verbosity: "low" },
      reasoning: { summary: "auto" },
    },
  };
  expect(body({ tools: [{ name: "f", input: schema }], effort: "low", output: { schema }, options })).toMatchObject({
    store: true,
    include: ["reasoning.encrypted_content", "message.output_text.logprobs"],
    tools: [{ name: "f" }, { type: "web_search" }],
    text: { verbosity: "low", format: { type: "json_schema" } },
    reasoning: { effort: "low", summary: "auto" },
  });
  expect(body({ toolChoice: "required", options }).tool_choice).toBe("required");
});
