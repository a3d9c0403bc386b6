import { describe, expect, test } from "vitest";
import type { Message } from "../message.ts";
import type { Model } from "../provider.ts";
import type { ChatRequest } from "../request.ts";
import { capabilitiesOf } from "../vendor/family.ts";
import { anthropicFamilies } from "./families.ts";
import { toCount, toMessages } from "./request.ts";

const model = (id: string, vendor = "anthropic"): Model => ({
  vendor,
  model: id,
  can: capabilitiesOf(id, anthropicFamilies),
});
const now = model("claude-sonnet-5-5");
const older = model("claude-sonnet-4-6");
const body = (request: Partial<ChatRequest>, to = now) => toMessages({ messages: [], ...request }, to).body;
const warnings = (request: Partial<ChatRequest>, to = now) =>
  toMessages({ messages: [], ...request }, to).warnings.all.map(({ code, field }) => `${code} ${field}`);
const hi: Message = { role: "user", content: "Hi" };
const schema = { type: "object", properties: { a: { type: "string" } } };

test("the least", () => {
  expect(toMessages({ messages: [hi] }, now)).toMatchObject({
    body: { model: "claude-sonnet-5-5", max_tokens: 32_000, messages: [{ role: "user", content: "Hi" }] },
    headers: undefined,
    output: undefined,
    outputTool: undefined,
  });
  expect(Object.keys(body({ messages: [hi] })).sort()).toEqual(["max_tokens", "messages", "model"]);
});

test("everything", () => {
  const request: ChatRequest = {
    system: [{ type: "text", text: "Be kind.", cache: "1h" }],
    messages: [
      {
        role: "user",
        content: [
          { type: "text", text: "Look", cache: "5m" },
          { type: "image", source: { url: "https://x/y.png" } },
          { type: "image", source: { data: "QUJD", mediaType: "image/png" }, cache: "5m" },
          { type: "file", source: { fileId: "file_1" }, name: "report" },
          { type: "file", source: { data: "QUJD", mediaType: "application/pdf" } },
          { type: "file", source: { data: "w7xiZXI=", mediaType: "text/markdown" } },
          { type: "file", source: { url: "https://x/y.pdf" } },
        ],
      },
      {
        role: "assistant",
        content: [
          { type: "text", text: "" },
          { type: "text", text: "I look." },
          { type: "tool-call", id: "t1", name: "look", input: { at: 1 } },
          { type: "tool-call", id: "t2", name: "look", input: '{"at":', malformed: true },
        ],
      },
      {
        role: "tool",
        content: [
          { type: "tool-result", id: "t1", output: "blue", cache: "5m" },
          {
            type: "tool-result",
            id: "t2",
            isError: true,
            output: [
              { type: "text", text: "no" },
              { type: "image", source: { data: "QUJD", mediaType: "image/png" } },
            ],
          },
        ],
      },
      { role: "user", content: "So?" },
      { role: "system", content: "Hurry." },
    ],
    tools: [
      { name: "look", description: "Looks.", input: schema, strict: true },
      { name: "plain", input: { type: "object" } },
    ],
    toolChoice: "auto",
    parallelTools: false,
    maxTokens: 100,
    stop: ["END"],
    effort: "high",
    output: { schema, dialects: { anthropic: { type: "object" } } },
    user: "u1",
    tier: "standard_only",
    options: { anthropic: { headers: { "anthropic-beta": "x-1", n: 2 }, thinking: { type: "adaptive" } } },
  };
  const prepared = toMessages(request, now);
  expect(prepared.headers).toEqual({ "anthropic-beta": "x-1", n: "2" });
  expect(prepared.warnings.all).toEqual([]);
  expect(prepared.output).toBe("native");
  expect(prepared.body).toEqual({
    model: "claude-sonnet-5-5",
    max_tokens: 100,
    system: [{ type: "text", text: "Be kind.", cache_control: { type: "ephemeral", ttl: "1h" } }],
    messages: [
      {
        role: "user",
        content: [
          { type: "text", text: "Look", cache_control: { type: "ephemeral", ttl: "5m" } },
          { type: "image", source: { type: "url", url: "https://x/y.png" } },
          {
            type: "image",
            source: { type: "base64", media_type: "image/png", data: "QUJD" },
            cache_control: { type: "ephemeral", ttl: "5m" },
          },
          { type: "document", source: { type: "file", file_id: "file_1" }, title: "report" },
          { type: "document", source: { type: "base64", media_type: "application/pdf", data: "QUJD" } },
          { type: "document", source: { type: "text", media_type: "text/plain", data: "über" } },
          { type: "document", source: { type: "url", url: "https://x/y.pdf" } },
        ],
      },
      {
        role: "assistant",
        content: [
          { type: "text", text: "I look." },
          { type: "tool_use", id: "t1", name: "look", input: { at: 1 } },
          { type: "tool_use", id: "t2", name: "look", input: {} },
        ],
      },
      {
        role: "user",
        content: [
          {
            type: "tool_result",
            tool_use_id: "t1",
            content: "blue",
            cache_control: { type: "ephemeral", ttl: "5m" },
          },
          {
            type: "tool_result",
            tool_use_id: "t2",
            is_error: true,
            content: [
              { type: "text", text: "no" },
              { type: "image", source: { type: "base64", media_type: "image/png", data: "QUJD" } },
            ],
          },
          { type: "text", text: "So?" },
        ],
      },
      { role: "system", content: "Hurry." },
    ],
    tools: [
      { name: "look", description: "Looks.", input_schema: schema, strict: true },
      { name: "plain", input_schema: { type: "object" } },
    ],
    tool_choice: { type: "auto", disable_parallel_tool_use: true },
    stop_sequences: ["END"],
    output_config: { effort: "high", format: { type: "json_schema", schema: { type: "object" } } },
    metadata: { user_id: "u1" },
    service_tier: "standard_only",
    thinking: { type: "adaptive" },
  });
});

describe("reasoning", () => {
  const said = (vendor: string, id: string): Message => ({
    role: "assistant",
    content: [
      { type: "reasoning", text: "hm", vendor, model: id, data: { signature: "s" } },
      { type: "reasoning", text: "", vendor, model: id, data: { redacted: "r" } },
      { type: "reasoning", text: "unsigned", vendor, model: id },
      { type: "text", text: "Yes." },
    ],
  });
  const kinds = (message: Message, to = now) =>
    (body({ messages: [message] }, to).messages[0]!.content as { type: string }[]).map(({ type }) => type);
  test("goes back to the model that wrote it, by any of its names", () => {
    for (const id of ["claude-sonnet-5-5", "claude-sonnet-5-5-20261001", "claude-sonnet-5-5-latest"])
      expect(kinds(said("anthropic", id))).toEqual(["thinking", "redacted_thinking", "text"]);
    expect(
      kinds(
        said("bedrock", "us.anthropic.claude-sonnet-5-5-20261001-v1:0"),
        model("eu.anthropic.claude-sonnet-5-5-20261001-v1:0", "bedrock"),
      ),
    ).toEqual(["thinking", "redacted_thinking", "text"]);
  });
  test("stays away from every other", () => {
    for (const [vendor, id] of [
      ["anthropic", "claude-sonnet-5"], // the name of the other begins so
      ["anthropic", "claude-sonnet-5-51"],
      ["anthropic", "claude-opus-5-5"],
      ["bedrock", "claude-sonnet-5-5"],
      ["openai", "claude-sonnet-5-5"],
    ] as const)
      expect(kinds(said(vendor, id))).toEqual(["text"]);
    const only: Message = { role: "assistant", content: said("openai", "gpt-6-sol").content.slice(0, 1) as never };
    expect(body({ messages: [hi, only, hi] }).messages).toEqual([
      {
        role: "user",
        content: [
          { type: "text", text: "Hi" },
          { type: "text", text: "Hi" },
        ],
      },
    ]);
  });
});

test("what has no word goes back to its vendor as it came, citations to their text", () => {
  const citation = { type: "char_location", cited_text: "blue" };
  const message: Message = {
    role: "assistant",
    content: [
      { type: "opaque", vendor: "anthropic", value: { type: "server_tool_use", id: "s1" } },
      { type: "text", text: "Blue." },
      { type: "opaque", vendor: "anthropic", value: { type: "citation", citation } },
      { type: "opaque", vendor: "anthropic", value: { type: "citation", citation } },
      { type: "opaque", vendor: "openai", value: { type: "web_search_call" } },
      { type: "tool-call", id: "t", name: "f", input: {}, data: { anthropic: { caller: { type: "p" } }, x: { y: 1 } } },
    ],
  };
  expect(body({ messages: [message] }).messages[0]?.content).toEqual([
    { type: "server_tool_use", id: "s1" },
    { type: "text", text: "Blue.", citations: [citation, citation] },
    { type: "tool_use", id: "t", name: "f", input: {}, caller: { type: "p" } },
  ]);
});

describe("tool choice", () => {
  const tools = [{ name: "f", input: schema }];
  const choice = (request: Partial<ChatRequest>, to = older) => body({ tools, ...request }, to).tool_choice;
  test("is sent as the vendor says it", () => {
    expect(choice({})).toBeUndefined();
    expect(choice({ toolChoice: "auto" })).toEqual({ type: "auto" });
    expect(choice({ toolChoice: "none", parallelTools: false })).toEqual({ type: "none" });
    expect(choice({ toolChoice: "required" })).toEqual({ type: "any" });
    expect(choice({ toolChoice: { tool: "f" }, parallelTools: false })).toEqual({
      type: "tool",
      name: "f",
      disable_parallel_tool_use: true,
    });
    expect(choice({ parallelTools: false })).toEqual({ type: "auto", disable_parallel_tool_use: true });
    expect(body({ toolChoice: "required" }, older)).not.toHaveProperty("tool_choice");
  });
  test("cannot be forced on a current model", () => {
    for (const toolChoice of ["required", { tool: "f" }] as const) {
      expect(choice({ toolChoice }, now)).toEqual({ type: "auto" });
      expect(warnings({ tools, toolChoice })).toEqual(["changed toolChoice"]);
      expect(() => body({ tools, toolChoice, strict: true })).toThrow(expect.objectContaining({ code: "unsupported" }));
    }
    expect(warnings({ tools, toolChoice: "none" })).toEqual([]);
  });
});

describe("an output schema", () => {
  const output = { schema, instructions: "As JSON.", name: "answer" };
  test("by a tool", () => {
    const prepared = toMessages({ messages: [hi], system: "S", output: { ...output, mode: "tool" } }, older);
    expect(prepared).toMatchObject({ output: "tool", outputTool: "answer" });
    expect(prepared.body).toMatchObject({
      system: [{ text: "S" }, { text: "As JSON." }],
      tools: [{ name: "answer", input_schema: schema, strict: true }],
      tool_choice: { type: "any" },
    });
    expect(prepared.body.output_config).toBeUndefined();
    expect(body({ output: { ...output, mode: "tool" } }, now)).not.toHaveProperty("tool_choice");
  });
  test("by words", () => {
    expect(body({ output: { ...output, mode: "instructions" } })).toMatchObject({ system: [{ text: "As JSON." }] });
    expect(body({ output: { schema, mode: "instructions" } }).system).toEqual([
      { type: "text", text: expect.stringContaining(JSON.stringify(schema)) },
    ]);
  });
  test("natively, beside the caller's own configuration", () => {
    expect(body({ output, options: { anthropic: { output_config: { task_budget: 5 } } } }).output_config).toEqual({
      format: { type: "json_schema", schema },
      task_budget: 5,
    });
  });
});

test("what the model cannot take is said, or an error where that is wanted", () => {
  expect(warnings({ temperature: 1, topP: 0.5, seed: 1 })).toEqual([
    "unsupported temperature",
    "unsupported topP",
    "unsupported seed",
  ]);
  expect(body({ effort: "none" }).output_config).toEqual({ effort: "low" });
  expect(warnings({ effort: "minimal" })).toEqual(["changed effort"]);
  expect(warnings({ effort: "high" }, model("claude-sonnet-4-5"))).toEqual(["unsupported effort"]);
  expect(warnings({ tier: "flex" })).toEqual(["unsupported tier"]);
  expect(() => body({ seed: 1, strict: true })).toThrow(
    expect.objectContaining({ code: "unsupported", vendor: "anthropic", model: "claude-sonnet-5-5" }),
  );
  const marked = (cache: "5m" | "30m" | "1h" | "12h") => [{ type: "text", text: "a", cache } as const];
  expect(body({ system: marked("30m") }).system).toMatchObject([{ cache_control: { ttl: "5m" } }]);
  expect(body({ system: marked("12h") }).system).toMatchObject([{ cache_control: { ttl: "1h" } }]);
  expect(warnings({ system: marked("12h") })).toEqual(["changed cache"]);
  const plain = { ...now, can: { ...now.can, cacheMarks: undefined } } as unknown as Model;
  expect(warnings({ messages: [{ role: "user", content: marked("5m") }] }, plain)).toEqual(["unsupported cache"]);
  expect(body({ system: marked("5m") }, plain).system).toEqual([{ type: "text", text: "a" }]);
});

test("of more marks than Claude takes the first and the last three are sent, which is said, or an error where that is wanted", () => {
  const marked = (...texts: readonly string[]) => texts.map((text) => ({ type: "text", text, cache: "1h" }) as const);
  const conversation = (...texts: readonly string[]): Partial<ChatRequest> => ({
    system: marked("S"),
    messages: [{ role: "user", content: marked(...texts) }],
  });
  const sent = (request: Partial<ChatRequest>) => {
    const { system, messages } = body(request);
    return [system, messages[0]?.content].flat().map((block) => Object.hasOwn(Object(block), "cache_control"));
  };
  expect(sent(conversation("a", "b", "c"))).toEqual([true, true, true, true]);
  expect(warnings(conversation("a", "b", "c"))).toEqual([]);
  expect(sent(conversation("a", "b", "c", "d", "e"))).toEqual([true, false, false, true, true, true]);
  expect(warnings(conversation("a", "b", "c", "d", "e"))).toEqual(["unsupported cache"]);
  expect(() => body({ ...conversation("a", "b", "c", "d"), strict: true })).toThrow(
    expect.objectContaining({
      code: "unsupported",
      message: "cache: Claude takes 4 marks of cacheable prefixes, not 5",
    }),
  );
});

test("the caller's own parameters win; hosted tools stand beside the others", () => {
  const options = {
    anthropic: { max_tokens: 5, tools: [{ type: "web_search_20260209", name: "web_search" }], metadata: { x: 1 } },
    vertex: { top_k: 3 },
  };
  expect(body({ tools: [{ name: "f", input: schema }], user: "u", options })).toMatchObject({
    max_tokens: 5,
    tools: [{ name: "f" }, { name: "web_search" }],
    metadata: { user_id: "u", x: 1 },
  });
  expect(body({ options })).not.toHaveProperty("top_k");
  expect(body({ options }, model("claude-sonnet-5-5", "vertex"))).toHaveProperty("top_k", 3);
});

test("the default limit fits the model", () => {
  const small = { ...now, can: { ...now.can, maxOutput: 8_000 } };
  expect(body({}, small).max_tokens).toBe(8_000);
  expect(body({ maxTokens: 0 }).max_tokens).toBe(0);
});

test("what is counted", () => {
  const counted = toCount(body({ messages: [hi], system: "S", stop: ["x"], user: "u", effort: "low" }));
  expect(counted).toEqual({
    model: "claude-sonnet-5-5",
    messages: [{ role: "user", content: "Hi" }],
    system: "S",
    output_config: { effort: "low" },
  });
});

test("an input that is no object goes as an empty one: the vendor takes nothing else", () => {
  for (const input of [null, [1], "x", 7]) {
    const call = { type: "tool-call", id: "t", name: "f", input } as const;
    const [, said] = body({ messages: [hi, { role: "assistant", content: [call] }] }).messages;
    expect(said?.content).toEqual([{ type: "tool_use", id: "t", name: "f", input: {} }]);
  }
});

test("very many messages of the user in a row, and citations of a text, are soon put together; the request stays as it is", () => {
  const many = 60_000;
  const text = { type: "text", text: "a" } as const;
  const cite = { type: "opaque", vendor: "anthropic", value: { type: "citation", citation: { n: 1 } } } as const;
  const messages: Message[] = [
    ...Array.from({ length: many }, (): Message => ({ role: "user", content: [text] })),
    { role: "assistant", content: [text, ...Array.from({ length: many }, () => cite)] },
  ];
  const before = JSON.stringify(messages);
  const sent = body({ messages }).messages;
  expect(sent.map(({ role, content }) => [role, content.length])).toEqual([
    ["user", many],
    ["assistant", 1],
  ]);
  expect(sent[1]?.content[0]).toMatchObject({ type: "text", citations: { length: many } });
  expect(JSON.stringify(messages)).toBe(before);
});
