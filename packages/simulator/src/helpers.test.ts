import { betaZodTool } from "@anthropic-ai/sdk/helpers/beta/zod";
import { zodOutputFormat } from "@anthropic-ai/sdk/helpers/zod";
import { zodResponseFormat, zodTextFormat } from "openai/helpers/zod";
import { expect, test } from "vitest";
import { z } from "zod";
import { start } from "./test/start.ts";

const Trip = z.object({
  city: z.string(),
  days: z.number().int(),
  mode: z.enum(["train", "boat"]),
  notes: z.array(z.object({ title: z.string(), done: z.boolean() })),
  budget: z.number().nullable(),
});

const claude = {
  model: "claude-opus-5-5",
  max_tokens: 4_000,
  messages: [{ role: "user" as const, content: "Plan a trip to Rome" }],
};
const chat = { model: "gpt-6.1-sol", messages: [{ role: "user" as const, content: "Plan a trip to Rome" }] };

test("Anthropic: parse, and the stream of a parsed message", async () => {
  const { anthropic } = await start();
  const body = { ...claude, output_config: { format: zodOutputFormat(Trip) } };
  const message = await anthropic.messages.parse(body);
  expect(Trip.safeParse(message.parsed_output).success).toBe(true);
  const streamed = await anthropic.messages.stream(body).finalMessage();
  expect(streamed.parsed_output).toEqual(message.parsed_output);
});

test("Anthropic: every event of the stream helper", async () => {
  const { anthropic, simulator } = await start();
  simulator.when("Rome").reply([
    { type: "reasoning", text: "Rome it is." },
    { type: "text", text: "Go by train.", citations: [{ title: "x", url: "https://example.com" }] },
    { type: "tool-call", name: "book", input: { seats: 2 } },
  ]);
  const heard = new Set<string>();
  const stream = anthropic.messages.stream({ ...claude, thinking: { type: "adaptive", display: "summarized" } });
  stream.on("connect", () => heard.add("connect"));
  stream.on("text", () => heard.add("text"));
  stream.on("thinking", () => heard.add("thinking"));
  stream.on("signature", () => heard.add("signature"));
  stream.on("citation", () => heard.add("citation"));
  stream.on("inputJson", () => heard.add("inputJson"));
  stream.on("contentBlock", () => heard.add("contentBlock"));
  stream.on("message", () => heard.add("message"));
  stream.on("end", () => heard.add("end"));
  expect(await stream.finalText()).toBe("Go by train.");
  expect([...heard].sort()).toEqual([
    "citation",
    "connect",
    "contentBlock",
    "end",
    "inputJson",
    "message",
    "signature",
    "text",
    "thinking",
  ]);
  expect(stream.request_id).toMatch(/^req_/);
});

test("Anthropic: the tool runner goes round until there is an answer", async () => {
  const { anthropic } = await start();
  const cities: string[] = [];
  const weather = betaZodTool({
    name: "weather",
    description: "The weather in a city",
    inputSchema: z.object({ city: z.string() }),
    run: ({ city }) => {
      cities.push(city);
      return "sunny";
    },
  });
  const message = await anthropic.beta.messages.toolRunner({
    model: "claude-opus-5-5",
    max_tokens: 2_000,
    messages: [{ role: "user", content: "What is the weather in Paris?" }],
    tools: [weather],
  });
  expect(cities).toEqual(["Paris"]);
  expect(JSON.stringify(message.content)).toContain("sunny");
});

test("Anthropic: a thread holds the conversation; one that is lost is begun anew", async () => {
  const { anthropic, simulator, post } = await start();
  simulator
    .when((question) => Array.isArray(question.body["messages"]))
    .reply(({ body }) => `${(body["messages"] as unknown[]).length}`);
  const thread = anthropic.beta.messages.thread({ model: "claude-opus-5-5", max_tokens: 100 });
  const texts: string[] = [];
  for (const content of ["One", "Two", "Three"]) {
    const [block] = (await thread.send({ role: "user", content })).content;
    if (block?.type === "text") texts.push(block.text);
  }
  expect(texts).toEqual(["1", "3", "5"]);
  expect(
    simulator.journal.entries().map(({ request }) => (request as { messages: unknown[] }).messages.length),
  ).toEqual([1, 1, 1]);
  const lost = { type: "continue", previous_message_id: "msg_lost" };
  const answer = await post("/v1/messages", { ...claude, thread: lost }, { "anthropic-beta": "message-threads" });
  expect(await answer.json()).toMatchObject({
    error: { type: "not_found_error", details: { error_code: "thread_not_found" } },
  });
});

test("Chat Completions: parse, stream of a parsed completion, and a length that ends it", async () => {
  const { openai, simulator } = await start();
  const body = { ...chat, response_format: zodResponseFormat(Trip, "trip") };
  const completion = await openai.chat.completions.parse(body);
  expect(Trip.safeParse(completion.choices[0]?.message.parsed).success).toBe(true);
  const streamed = await openai.chat.completions.stream(body).finalChatCompletion();
  expect(streamed.choices[0]?.message.parsed).toEqual(completion.choices[0]?.message.parsed);
  simulator.when("Rome").reply({ parts: [{ type: "text", text: "{" }], finish: "length" });
  await expect(openai.chat.completions.parse(body)).rejects.toThrow(/length/);
});

test("Chat Completions: runTools goes round until there is an answer", async () => {
  const { openai } = await start();
  const cities: unknown[] = [];
  const runner = openai.chat.completions.runTools({
    model: "gpt-4.1",
    messages: [{ role: "user", content: "What is the weather in Paris?" }],
    tools: [
      {
        type: "function",
        function: {
          name: "weather",
          description: "The weather in a city",
          parse: JSON.parse,
          parameters: { type: "object", properties: { city: { type: "string" } }, required: ["city"] },
          function: (input: object) => {
            cities.push(input);
            return "sunny";
          },
        },
      },
    ],
  });
  expect(await runner.finalContent()).toContain("sunny");
  expect(cities).toEqual([{ city: "Paris" }]);
});

test("Responses: parse, and the stream of a parsed response", async () => {
  const { openai } = await start();
  const body = { model: "gpt-6.1-sol", input: "Plan a trip to Rome", text: { format: zodTextFormat(Trip, "trip") } };
  const response = await openai.responses.parse(body);
  expect(Trip.safeParse(response.output_parsed).success).toBe(true);
  const streamed = await openai.responses.stream(body).finalResponse();
  expect(streamed.output_parsed).toEqual(response.output_parsed);
});

test("every field of usage is there that the vendors send", async () => {
  const { anthropic, openai } = await start();
  expect(Object.keys((await anthropic.messages.create(claude)).usage).sort()).toEqual(
    [
      "input_tokens",
      "cache_creation_input_tokens",
      "cache_read_input_tokens",
      "cache_creation",
      "output_tokens",
      "output_tokens_details",
      "server_tool_use",
      "service_tier",
      "speed",
      "inference_geo",
    ].sort(),
  );
  const { usage } = await openai.chat.completions.create(chat);
  expect(usage).toEqual({
    prompt_tokens: expect.any(Number),
    completion_tokens: expect.any(Number),
    total_tokens: (usage?.prompt_tokens ?? 0) + (usage?.completion_tokens ?? 0),
    prompt_tokens_details: { cached_tokens: 0, cache_write_tokens: 0, audio_tokens: 0 },
    completion_tokens_details: {
      reasoning_tokens: expect.any(Number),
      audio_tokens: 0,
      accepted_prediction_tokens: 0,
      rejected_prediction_tokens: 0,
    },
  });
});

test("a failed response is a 200 that says so, and an abort ends a raw stream quietly", async () => {
  const { anthropic, openai, simulator } = await start({ faults: [{ fault: "stall", at: 2, times: 1 }] });
  const stream = await anthropic.messages.create({ ...claude, stream: true });
  let events = 0;
  for await (const _ of stream) if (++events === 2) stream.controller.abort();
  expect(events).toBe(2);
  simulator.when("Rome").reply({ parts: [], finish: "failed" });
  const response = await openai.responses.create({ model: "gpt-6.1-sol", input: "Rome" });
  expect([response.status, response.error?.code, response.usage]).toEqual(["failed", "server_error", null]);
});
