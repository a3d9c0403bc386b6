import Anthropic, { RateLimitError as AnthropicRateLimit } from "@anthropic-ai/sdk";
import { APIConnectionError, RateLimitError as OpenAIRateLimit } from "openai";
import { describe, expect, test } from "vitest";
import { start } from "./test/start.ts";

const CLAUDE = "claude-opus-5-5";
const GPT = "gpt-6.1-sol";
const ask = {
  model: CLAUDE,
  max_tokens: 500,
  messages: [{ role: "user" as const, content: "What is a circuit breaker?" }],
};

describe("the three wires", () => {
  test("Anthropic: stream and whole agree, with usage and request id", async () => {
    const { anthropic } = await start();
    const whole = await anthropic.messages.create(ask).withResponse();
    expect(whole.request_id).toMatch(/^req_/);
    const { data } = whole;
    expect(data.stop_reason).toBe("end_turn");
    expect(data.usage.input_tokens).toBeGreaterThan(5);
    expect(data.usage.output_tokens).toBeGreaterThan(5);
    const streamed = await anthropic.messages.stream(ask).finalMessage();
    const text = (message: Anthropic.Message): string =>
      message.content.map((block) => (block.type === "text" ? block.text : "")).join("");
    expect(text(streamed)).toBe(text(data));
    expect(text(data)).not.toBe("");
    expect(streamed.usage).toEqual(data.usage);
  });

  test("Chat Completions: stream and whole agree, usage when asked for", async () => {
    const { openai } = await start();
    const body = { model: GPT, messages: [{ role: "user" as const, content: "What is a circuit breaker?" }] };
    const whole = await openai.chat.completions.create(body);
    let text = "";
    let usage: unknown;
    let finish: unknown;
    for await (const chunk of await openai.chat.completions.create({
      ...body,
      stream: true,
      stream_options: { include_usage: true },
    })) {
      text += chunk.choices[0]?.delta.content ?? "";
      usage = chunk.usage ?? usage;
      finish = chunk.choices[0]?.finish_reason ?? finish;
    }
    expect(text).toBe(whole.choices[0]?.message.content);
    expect(usage).toEqual(whole.usage);
    expect(finish).toBe("stop");
    expect(whole.usage?.completion_tokens_details?.reasoning_tokens).toBeGreaterThan(0);
  });

  test("Responses: stream and whole agree", async () => {
    const { openai } = await start();
    const body = { model: GPT, input: "What is a circuit breaker?", store: false };
    const whole = await openai.responses.create(body);
    const streamed = await openai.responses.stream(body).finalResponse();
    expect(whole.output_text).not.toBe("");
    expect(streamed.output_text).toBe(whole.output_text);
    expect(streamed.usage).toEqual(whole.usage);
    expect(streamed.status).toBe("completed");
  });

  test("the same seed gives the same text, another seed another", async () => {
    const texts = await Promise.all(
      [1, 1, 2].map(
        async (seed) =>
          (await (await start({ seed })).openai.responses.create({ model: GPT, input: "Hi there" })).output_text,
      ),
    );
    expect(texts[0]).toBe(texts[1]);
    expect(texts[0]).not.toBe(texts[2]);
  });
});

describe("tools and schemas", () => {
  const schema = {
    type: "object",
    properties: { city: { type: "string" }, days: { type: "integer" } },
    required: ["city", "days"],
    additionalProperties: false,
  } as const;

  test("a tool that has to do with the question is called on every wire, and its result ends in an answer", async () => {
    const { anthropic, openai } = await start();
    const question = "What is the weather in Paris?";
    const message = await anthropic.messages.create({
      ...ask,
      messages: [{ role: "user", content: question }],
      tools: [
        {
          name: "get_weather",
          description: "Weather of a city",
          input_schema: { ...schema, required: [...schema.required] },
        },
      ],
    });
    expect(message.stop_reason).toBe("tool_use");
    const call = message.content.find((block) => block.type === "tool_use");
    expect(call).toMatchObject({ name: "get_weather", input: { city: "Paris" } });

    const response = await openai.responses.create({
      model: GPT,
      input: question,
      tools: [{ type: "function", name: "get_weather", parameters: schema, strict: true }],
    });
    const item = response.output.find((one) => one.type === "function_call");
    expect(JSON.parse(item?.arguments ?? "")).toMatchObject({ city: "Paris" });
    const after = await openai.responses.create({
      model: GPT,
      previous_response_id: response.id,
      input: [{ type: "function_call_output", call_id: item?.call_id ?? "", output: "sunny" }],
    });
    expect(after.output_text).toContain("sunny");
  });

  test("JSON obeys the schema sent", async () => {
    const { anthropic, openai } = await start();
    const message = await anthropic.messages.create({
      ...ask,
      output_config: { format: { type: "json_schema", schema } },
    });
    const text = message.content.find((block) => block.type === "text")?.text ?? "";
    const value = JSON.parse(text) as { city: unknown; days: number };
    expect(Object.keys(value).sort()).toEqual(["city", "days"]);
    expect(Number.isInteger(value.days)).toBe(true);
    const completion = await openai.chat.completions.create({
      model: GPT,
      messages: [{ role: "user", content: "Plan a trip to Rome" }],
      response_format: { type: "json_schema", json_schema: { name: "trip", schema, strict: true } },
    });
    expect(JSON.parse(completion.choices[0]?.message.content ?? "")).toHaveProperty("city");
  });
});

describe("errors and faults", () => {
  test("no key is a 401 in the vendor's envelope", async () => {
    const { url } = await start();
    const anthropic = await fetch(`${url}/v1/messages`, { method: "POST", body: JSON.stringify(ask) });
    expect(anthropic.status).toBe(401);
    expect(await anthropic.json()).toMatchObject({ type: "error", error: { type: "authentication_error" } });
    const openai = await fetch(`${url}/v1/responses`, {
      method: "POST",
      body: JSON.stringify({ model: GPT, input: "x" }),
    });
    expect(openai.status).toBe(401);
    expect(await openai.json()).toMatchObject({ error: { type: "invalid_request_error" } });
  });

  test("429 says when to come back; 529 and 500 are themselves", async () => {
    const { anthropic, openai, simulator } = await start({
      faults: [{ fault: "rate-limit", retryAfter: 7, times: 2 }],
    });
    const limited = await anthropic.messages.create(ask).catch((error: unknown) => error);
    expect(limited).toBeInstanceOf(AnthropicRateLimit);
    expect((limited as AnthropicRateLimit).headers.get("retry-after")).toBe("7");
    const other = await openai.responses.create({ model: GPT, input: "x" }).catch((error: unknown) => error);
    expect(other).toBeInstanceOf(OpenAIRateLimit);
    simulator.faults.set([{ fault: "overloaded" }]);
    await expect(anthropic.messages.create(ask)).rejects.toMatchObject({ status: 529, type: "overloaded_error" });
    simulator.faults.set([{ fault: "server-error" }]);
    await expect(openai.responses.create({ model: GPT, input: "x" })).rejects.toMatchObject({ status: 500 });
    simulator.faults.clear();
    await expect(anthropic.messages.create(ask)).resolves.toMatchObject({ type: "message" });
  });

  test("a refused connection, and back again", async () => {
    const { openai, simulator } = await start();
    const undo = simulator.faults.add({ fault: "refuse" });
    const error = await openai.responses.create({ model: GPT, input: "x" }).catch((failure: unknown) => failure);
    expect(error).toBeInstanceOf(APIConnectionError);
    undo();
    await expect
      .poll(() =>
        openai.responses.create({ model: GPT, input: "x" }).then(
          () => "up",
          () => "down",
        ),
      )
      .toBe("up");
  });

  test("a cut and a clean end in the middle of a stream", async () => {
    const { anthropic, simulator } = await start({ faults: [{ fault: "cut" }] });
    const read = async (): Promise<string[]> => {
      const types: string[] = [];
      for await (const event of await anthropic.messages.create({ ...ask, stream: true })) types.push(event.type);
      return types;
    };
    await expect(read()).rejects.toThrow("terminated");
    simulator.faults.set([{ fault: "end" }]);
    const types = await read();
    expect(types[0]).toBe("message_start");
    expect(types).not.toContain("message_stop");
    expect(simulator.journal.entries().map(({ outcome, fault }) => [outcome, fault])).toEqual([
      ["fault", "cut"],
      ["fault", "end"],
    ]);
  });
});
