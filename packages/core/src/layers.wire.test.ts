import { createSimulator } from "@llm/simulator";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { z } from "zod";
import { anthropic } from "./anthropic/index.ts";
import { compose } from "./compose.ts";
import { concurrency } from "./concurrency.ts";
import { fallback } from "./fallback.ts";
import { generate } from "./generate.ts";
import { hedge } from "./hedge.ts";
import { openaiChat } from "./openai-chat/index.ts";
import { openai } from "./openai/index.ts";
import type { Provider } from "./provider.ts";
import { rateLimit } from "./rate-limit.ts";
import { resume } from "./resume.ts";
import { retry } from "./retry.ts";
import { runTools } from "./run-tools.ts";
import { streamText } from "./stream-text.ts";
import { conformance } from "./testing/index.ts";
import { timeout } from "./timeout.ts";
import { tool } from "./tool.ts";

/* The layers over the vendors' own clients, against the simulator: what they mean on real wires. */

const simulator = createSimulator({ seed: 5, length: 40 });
const { url } = await simulator.listen();
afterAll(() => simulator.close());
beforeEach(() => simulator.faults.clear());

const claude = (model = "claude-sonnet-5-5", baseURL = url): Provider => anthropic(model, { baseURL, apiKey: "any" });
const wires: Readonly<Record<string, () => Provider>> = {
  anthropic: () => claude(),
  openai: () => openai("gpt-6.1-terra", { baseURL: `${url}/v1`, apiKey: "any" }),
  "openai-chat": () => openaiChat("gpt-6-luna", { baseURL: `${url}/v1`, apiKey: "any" }),
};

describe.each(Object.entries(wires))("%s", (_name, make) => {
  const stack = (): Provider =>
    compose(
      make(),
      timeout(),
      resume(),
      retry({ random: () => 0 }),
      hedge(),
      concurrency({ max: 9 }),
      rateLimit({ requests: 9_000 }),
    );
  for (const check of conformance(stack)) test(check.name, check.run);

  test("tools run until there is an answer", async () => {
    const asked: string[] = [];
    const weather = tool({
      description: "The weather in a city.",
      schema: z.object({ city: z.string() }),
      run: ({ city }) => {
        asked.push(city);
        return { city, sky: "clear" };
      },
    });
    simulator
      .when(/weather there/)
      .reply(({ toolResults = [] }) =>
        toolResults.length > 0
          ? "Clear in both."
          : ["Paris", "Oslo"].map((city) => ({ type: "tool-call" as const, name: "weather", input: { city } })),
      );
    const run = runTools(make(), "What is the weather there?", { tools: { weather } });
    const kinds: string[] = [];
    for await (const part of run) if (kinds.at(-1) !== part.type) kinds.push(part.type);
    const { text, steps, usage, messages } = await run.result;
    expect(text).toBe("Clear in both.");
    expect(asked).toEqual(["Paris", "Oslo"]);
    expect(steps).toHaveLength(2);
    expect(usage.input).toBe(steps.reduce((sum, step) => sum + step.usage.input, 0));
    expect(messages.map((message) => message.role)).toEqual(["user", "assistant", "tool", "assistant"]);
    expect(kinds).toContain("tool-result");
  });

  test("what passes is tried again; what is cut after the first content is not", async () => {
    simulator.faults.set([{ fault: "overloaded", times: 2 }]);
    const steady = compose(make(), retry({ random: () => 0 }));
    const attempts: number[] = [];
    const onEvent = (event: { type: string }): void => void (event.type === "api.response" && attempts.push(1));
    expect((await generate(steady, "Hello", { onEvent })).text).not.toBe("");
    expect(attempts).toHaveLength(3);
    simulator.faults.set([{ fault: "end", at: 12, times: 1 }]);
    await expect(streamText(steady, "Hello").result).rejects.toMatchObject({ code: "truncated" });
  });
});

test("what one vendor declines another one answers", async () => {
  simulator.when({ model: "claude-sonnet-5-5", text: "declined" }).reply([{ type: "refusal", text: "" }]);
  const both = fallback(claude(), claude("claude-haiku-5-5"), wires["openai"]!());
  const result = await generate(both, "declined");
  expect(result).toMatchObject({ vendor: "openai", degraded: true });
});

test("an answer that is cut goes on where the model takes a beginning", async () => {
  const text = "A circuit breaker stops calls that would fail, until they may succeed again.";
  simulator.when(/go on/).reply((question) => {
    const last = (question.body["messages"] as { role: string; content: { text: string }[] }[]).at(-1);
    return last?.role === "assistant" ? text.slice((last.content[0]?.text ?? "").length) : text;
  });
  simulator.faults.set([{ fault: "cut", at: 6, times: 1, stream: true }]);
  const old = compose(claude("claude-haiku-4-5"), resume());
  const stream = streamText(old, "Please go on.");
  const seen: string[] = [];
  for await (const piece of stream) seen.push(piece);
  expect(seen.join("")).toBe(text);
  expect((await stream.result).usage.input).toBeGreaterThan(20); // both requests'
  simulator.faults.set([{ fault: "cut", at: 6, times: 1, stream: true }]);
  await expect(streamText(compose(claude(), resume()), "Please go on.").result).rejects.toMatchObject({
    code: "network",
    partial: { text: expect.stringMatching(/^A /) as string },
  });
});

test("a vendor's limits are learned from its headers, and none of its 429s is met", async () => {
  const strict = createSimulator({ seed: 5, length: 10, rateLimits: { requestsPerMinute: 3 } });
  const { url: limited } = await strict.listen();
  try {
    const polite = compose(claude("claude-sonnet-5-5", limited), rateLimit({ maxWait: 0 }));
    const outcomes: string[] = [];
    const onEvent = (event: { type: string; outcome?: string }): void => {
      if (event.type === "api.response") outcomes.push(event.outcome ?? "");
    };
    for (let i = 0; i < 3; i++) await generate(polite, "Hello", { onEvent });
    await expect(generate(polite, "Hello", { onEvent })).rejects.toMatchObject({
      code: "rate-limit",
      message: expect.stringMatching(/^the rate limit asks/) as string, // our own, before anything was sent
    });
    expect(outcomes).toEqual(["ok", "ok", "ok"]);
  } finally {
    await strict.close();
  }
});
