import { createSimulator } from "@llm/simulator";
import { describe, expect, test } from "vitest";
import { anthropic } from "./anthropic/index.ts";
import { compose, oneOf, wrap } from "./compose.ts";
import type { Event } from "./event.ts";
import { generate } from "./generate.ts";
import type { Message } from "./message.ts";
import { openai } from "./openai/index.ts";
import { promptCache } from "./prompt-cache.ts";
import type { ChatRequest } from "./request.ts";
import { conformance, mock, mockModel, type MockProvider } from "./testing/index.ts";

const claude = () => mockModel({ vendor: "anthropic", model: "claude-sonnet-5-5" }, "x");
const gpt = () => mockModel({ vendor: "openai", model: "gpt-6.1-terra" }, "x");
const asked = async (provider: MockProvider, request: ChatRequest, options = {}, tenant = "") => {
  await generate(compose(provider, promptCache(options)), request, { tenant });
  return provider.calls.at(-1)!.request;
};
const tool = (name: string) => ({ name, input: { type: "object" } });

describe("marks for Claude", () => {
  test("stand at the end of the system text alone for a single question", async () => {
    const request: ChatRequest = { system: "Be kind.", messages: [{ role: "user", content: "Hi" }] };
    expect(await asked(claude(), request)).toEqual({
      system: [{ type: "text", text: "Be kind.", cache: "5m" }],
      messages: [{ role: "user", content: [{ type: "text", text: "Hi" }] }],
    });
    expect(request.system).toBe("Be kind.");
  });
  test("stand where the last turn ended and where this one does", async () => {
    const request: ChatRequest = {
      system: [
        { type: "text", text: "A" },
        { type: "text", text: "" },
      ],
      messages: [
        { role: "user", content: "one" },
        { role: "assistant", content: [{ type: "tool-call", id: "1", name: "f", input: {} }] },
        { role: "tool", content: [{ type: "tool-result", id: "1", output: "r" }] },
        { role: "assistant", content: "two" },
        {
          role: "user",
          content: [
            { type: "text", text: "three" },
            { type: "image", source: { url: "u" } },
          ],
        },
      ],
    };
    const { system, messages } = await asked(claude(), request, { ttl: "1h" });
    expect(system).toEqual([
      { type: "text", text: "A", cache: "1h" },
      { type: "text", text: "" },
    ]);
    expect(messages).toEqual([
      { role: "user", content: [{ type: "text", text: "one" }] },
      request.messages[1],
      { role: "tool", content: [{ type: "tool-result", id: "1", output: "r", cache: "1h" }] },
      request.messages[3],
      {
        role: "user",
        content: [
          { type: "text", text: "three" },
          { type: "image", source: { url: "u" }, cache: "1h" },
        ],
      },
    ]);
  });
  test("are the caller's where there are some, and none where nothing takes one", async () => {
    const own: ChatRequest = {
      system: "S",
      messages: [
        { role: "user", content: [{ type: "text", text: "a", cache: "5m" }] },
        { role: "user", content: "b" },
      ],
    };
    expect(await asked(claude(), own)).toEqual(own);
    const turns = (...texts: readonly string[]) =>
      texts.map((text) => ({ role: "user", content: [{ type: "text", text, cache: "5m" }] }) as const);
    const many = {
      system: [{ type: "text", text: "S", cache: "1h" }],
      messages: turns("a", "b", "c", "d", "e"),
    } as const;
    const { system, messages } = await asked(claude(), many);
    expect(system).toEqual(many.system); // what all calls share
    expect(messages).toEqual([
      ...["a", "b"].map((text) => ({ role: "user", content: [{ type: "text", text }] })),
      ...turns("c", "d", "e"), // no more than Claude takes
    ]);
    const { warnings } = await generate(compose(claude(), promptCache()), many);
    expect(warnings).toEqual([
      { code: "unsupported", field: "cache", message: "Claude takes 4 marks of cacheable prefixes, not 6" },
    ]);
    await expect(generate(compose(claude(), promptCache()), { ...many, strict: true })).rejects.toMatchObject({
      code: "unsupported",
      vendor: "anthropic",
    });
    const four = { ...many, messages: turns("a", "b", "c") };
    expect(await asked(claude(), four)).toEqual(four);
    const results = (...texts: readonly string[]): ChatRequest => ({
      messages: [
        { role: "assistant", content: [{ type: "tool-call", id: "1", name: "look", input: {} }] },
        {
          role: "tool",
          content: [
            {
              type: "tool-result",
              id: "1",
              output: texts.map((text) => ({ type: "text", text, cache: "5m" }) as const),
            },
          ],
        },
      ],
    });
    expect(await asked(claude(), results("a"))).toEqual(results("a")); // marks within a tool's result are marks too
    expect(JSON.stringify(await asked(claude(), results("a", "b", "c", "d", "e", "f"))).match(/"cache"/g)).toHaveLength(
      4,
    );
    const empty: ChatRequest = {
      system: "",
      messages: [
        { role: "user", content: "" },
        { role: "user", content: [] },
      ],
    };
    expect(await asked(claude(), empty)).toEqual(empty);
  });
});

test("from turn to turn, and whatever order tools come in, nothing but the marks changes in the prefix", async () => {
  const provider = mockModel({ vendor: "anthropic", model: "claude-sonnet-5-5" }, ...Array.from({ length: 6 }, String));
  const llm = compose(provider, promptCache());
  let messages: Message[] = [];
  let before: string[] = [];
  for (let turn = 0; turn < 6; turn++) {
    messages = [...messages, { role: "user", content: `question ${turn}` }];
    const tools = ["a", "b", "c"].map(tool);
    const { message } = await generate(llm, { system: "S", messages, tools: turn % 2 ? tools : tools.toReversed() });
    messages = [...messages, message];
    const { request } = provider.calls[turn]!;
    expect(JSON.stringify(request).match(/"cache"/g)?.length).toBeLessThanOrEqual(4);
    const unmarked = [request.tools, request.system, ...request.messages].map((part) =>
      JSON.stringify(part, (key, value: unknown) => (key === "cache" ? undefined : value)),
    );
    expect(unmarked.slice(0, before.length)).toEqual(before);
    before = unmarked;
  }
});

describe("the key for OpenAI", () => {
  const key = async (request: Partial<ChatRequest>, tenant = "") => {
    const { options } = await asked(gpt(), { messages: [{ role: "user", content: "Hi" }], ...request }, {}, tenant);
    return options?.["openai"]?.["prompt_cache_key"];
  };
  test("is one for each prefix and tenant, whatever is asked", async () => {
    const one = await key({ system: "S", tools: [tool("a"), tool("b")] });
    expect(one).toMatch(/^[0-9a-f]{16}$/);
    expect(await key({ system: "S", tools: [tool("b"), tool("a")], messages: [] })).toBe(one);
    const otherwise = { input: { type: "object" }, description: undefined as never, name: "a" };
    const system = [{ type: "text", text: "S" }] as const;
    expect(await key({ system, tools: [otherwise, tool("b")] })).toBe(one); // the same once it is sent
    const others = [
      await key({ system: "T" }),
      await key({ system: "S" }),
      await key({ system: "S" }, "t"),
      await key({}),
    ];
    expect(new Set([one, ...others]).size).toBe(5);
  });
  test("is the caller's where there is one, beside other options", async () => {
    const options = { openai: { prompt_cache_key: "mine", verbosity: "low" }, x: { y: 1 } };
    const request = await asked(gpt(), { messages: [], options }, { ttl: "12h" });
    expect(request.options).toEqual({
      openai: { prompt_cache_key: "mine", verbosity: "low", prompt_cache_options: { ttl: "12h" } },
      x: { y: 1 },
    });
  });
});

test("each vendor gets its own, any other nothing", async () => {
  const request: ChatRequest = { system: "S", messages: [{ role: "user", content: "Hi" }] };
  expect(await asked(mock("x"), request)).toEqual(request);
  const foundry = mockModel({ vendor: "azure", model: "claude-opus-5-5" }, "x");
  expect(await asked(foundry, request)).not.toHaveProperty("options");
  const both = claude();
  const choice = oneOf("pick", [both, gpt()], both.stream);
  await generate(compose(choice, promptCache()), request);
  expect(both.calls[0]?.request).toMatchObject({ system: [{ cache: "5m" }], options: { openai: {} } });
});

test("tools go in the order of their names", async () => {
  const request = { messages: [], tools: [tool("b"), tool("a"), tool("c"), tool("a")] };
  expect((await asked(mock("x"), request)).tools?.map(({ name }) => name)).toEqual(["a", "a", "b", "c"]);
  expect(request.tools.map(({ name }) => name)).toEqual(["b", "a", "c", "a"]);
});

test("what was read and written is told", async () => {
  const events: Event[] = [];
  const provider = mock({ text: "x", usage: { input: 100, cacheRead: 60, cacheWrite: 30 } });
  await generate(compose(provider, promptCache()), "Hi", { onEvent: (event) => events.push(event) });
  expect(events.filter(({ type }) => type === "prompt_cache.used")).toMatchObject([
    { vendor: "mock", model: "model", read: 60, written: 30, missed: 10 },
  ]);
});

for (const check of conformance(() => compose(claude(), promptCache()))) test(check.name, check.run);

test("against vendors that cache: the second turn reads what the first has written", async () => {
  const simulator = createSimulator();
  const { url, close } = await simulator.listen();
  try {
    const system = "You know everything about circuit breakers and tell it in short sentences. ".repeat(200);
    for (const provider of [
      anthropic("claude-sonnet-5-5", { baseURL: url, apiKey: "k" }),
      openai("gpt-6.1-terra", { baseURL: `${url}/v1`, apiKey: "k" }),
    ]) {
      const llm = compose(wrap(provider, {}), promptCache());
      const first = await generate(llm, { system, messages: [{ role: "user", content: "What is one?" }] });
      const second = await generate(llm, {
        system,
        messages: [{ role: "user", content: "What is one?" }, first.message, { role: "user", content: "And two?" }],
      });
      expect(second.usage.cacheRead, provider.name).toBeGreaterThan(1_000);
      expect(second.warnings).toEqual([]);
    }
  } finally {
    await close();
  }
});

test("more marks than Claude takes are fewer where they arrive, with this layer or without, which is said once", async () => {
  const simulator = createSimulator();
  const { url, close } = await simulator.listen();
  try {
    const provider = anthropic("claude-sonnet-5-5", { baseURL: url, apiKey: "k" });
    const content = ["a", "b", "c", "d", "e", "f"].map((text) => ({ type: "text", text, cache: "5m" }) as const);
    const request: ChatRequest = { messages: [{ role: "user", content }] };
    for (const llm of [provider, compose(provider, promptCache())]) {
      const { warnings } = await generate(llm, request);
      expect(warnings).toEqual([
        { code: "unsupported", field: "cache", message: "Claude takes 4 marks of cacheable prefixes, not 6" },
      ]);
    }
  } finally {
    await close();
  }
});
