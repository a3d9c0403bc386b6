import { createAnthropic } from "@ai-sdk/anthropic";
import { createOpenAI } from "@ai-sdk/openai";
import { APICallError, embed, generateText, Output, streamText, tool, type LanguageModel } from "ai";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { start, type Started } from "./test/start.ts";

/** The AI SDK's own clients: they share no code with the vendors' SDKs. */
const MODELS: Readonly<Record<string, (started: Started) => LanguageModel>> = {
  Anthropic: ({ url }) => createAnthropic({ baseURL: `${url}/v1`, apiKey: "any" })("claude-opus-5"),
  Responses: ({ url }) => createOpenAI({ baseURL: `${url}/v1`, apiKey: "any" }).responses("gpt-6.1-sol"),
  Chat: ({ url }) => createOpenAI({ baseURL: `${url}/v1`, apiKey: "any" }).chat("gpt-4.1"),
};

describe.each(Object.keys(MODELS))("ai with %s", (name) => {
  const open = async (...args: Parameters<typeof start>): Promise<{ started: Started; model: LanguageModel }> => {
    const started = await start(...args);
    const make = MODELS[name];
    if (!make) throw new Error(name);
    return { started, model: make(started) };
  };

  test("a whole answer, with its usage", async () => {
    const { started, model } = await open();
    started.simulator.when("Hello").reply("Good day to you");
    const { text, usage, finishReason } = await generateText({ model, prompt: "Hello" });
    expect([text, finishReason]).toEqual(["Good day to you", "stop"]);
    expect(usage.inputTokens).toBeGreaterThan(0);
    expect(usage.outputTokens).toBe(4);
  });

  test("a stream", async () => {
    const { model } = await open();
    const result = streamText({ model, prompt: "Tell me of whales" });
    let streamed = "";
    for await (const piece of result.textStream) streamed += piece;
    expect(streamed.length).toBeGreaterThan(20);
    expect((await result.usage).outputTokens).toBeGreaterThan(5);
    expect(await result.finishReason).toBe("stop");
  });

  test("a tool, called and answered", async () => {
    const { model } = await open();
    const called: unknown[] = [];
    const { text } = await generateText({
      model,
      prompt: "What is the weather in Paris?",
      tools: {
        weather: tool({
          description: "The weather in a city",
          inputSchema: z.object({ city: z.string() }),
          execute: (input) => {
            called.push(input);
            return "sunny";
          },
        }),
      },
      stopWhen: ({ steps }) => steps.length === 2,
    });
    expect(called).toEqual([{ city: "Paris" }]);
    expect(text).toContain("sunny");
  });

  test("an object that obeys its schema", async () => {
    const { model } = await open();
    const schema = z.object({ name: z.string(), kind: z.enum(["fish", "mammal"]), tags: z.array(z.string()) });
    const { output } = await generateText({ model, output: Output.object({ schema }), prompt: "Describe a whale" });
    expect(schema.safeParse(output).success).toBe(true);
  });

  test("errors are the vendor's, and are retried", async () => {
    const { started, model } = await open({
      faults: [{ fault: "rate-limit", form: "ms", retryAfter: 0.001, times: 1 }],
    });
    await expect(generateText({ model, prompt: "Hello", maxRetries: 1 })).resolves.toMatchObject({
      finishReason: "stop",
    });
    expect(started.simulator.journal.entries().map(({ status }) => status)).toEqual([429, 200]);
    started.simulator.faults.set([{ fault: "server-error", message: "Broken" }]);
    const error: unknown = await generateText({ model, prompt: "Hello", maxRetries: 0 }).catch(
      (failure: unknown) => failure,
    );
    expect(APICallError.isInstance(error)).toBe(true);
    expect(error).toMatchObject({ statusCode: 500, message: "Broken" });
  });
});

test("ai embeds", async () => {
  const { url } = await start();
  const model = createOpenAI({ baseURL: `${url}/v1`, apiKey: "any" }).textEmbeddingModel("text-embedding-3-small");
  const { embedding, usage } = await embed({ model, value: "whales" });
  expect(embedding).toHaveLength(1_536);
  expect(usage.tokens).toBe(2);
});
