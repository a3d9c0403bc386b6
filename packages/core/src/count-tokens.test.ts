import { createSimulator } from "@llm/simulator";
import { expect, test } from "vitest";
import { anthropic } from "./anthropic/index.ts";
import { newCall } from "./call.ts";
import { compose } from "./compose.ts";
import { countTokens, tokenizer } from "./count-tokens.ts";
import { estimateRequestTokens } from "./estimate.ts";
import { openaiChat } from "./openai-chat/index.ts";
import { openai } from "./openai/index.ts";
import { toRequest } from "./request.ts";
import { mock } from "./testing/index.ts";

const question = "What is a circuit breaker, and when does it open?";

test("by the vendor's endpoint where there is one, else by an estimate", async () => {
  const simulator = createSimulator();
  const { url, close } = await simulator.listen();
  try {
    const keys = { apiKey: "k-test" };
    for (const provider of [
      anthropic("claude-sonnet-5-5", { ...keys, baseURL: url }),
      openai("gpt-6.1-terra", { ...keys, baseURL: `${url}/v1` }),
    ]) {
      const counted = await countTokens(provider, question);
      expect(counted).toBeGreaterThan(5);
      expect(await countTokens(provider, `${question} `.repeat(50))).toBeGreaterThan(counted * 20);
      await expect(provider.countTokens?.({ messages: [{ role: "x" } as never] })).rejects.toMatchObject({
        code: "invalid-request",
      });
      const gone = newCall({ signal: AbortSignal.abort() });
      await expect(countTokens(provider, question, gone)).rejects.toMatchObject({ code: "aborted" });
    }
    const asked = simulator.journal.entries().length;
    const chat = openaiChat("gpt-6.1-terra", { ...keys, baseURL: `${url}/v1` });
    expect(await countTokens(chat, question)).toBe(estimateRequestTokens(toRequest(question)));
    expect(simulator.journal.entries()).toHaveLength(asked);
    simulator.faults.add({ fault: "server-error" });
    await expect(
      countTokens(openai("gpt-6.1-terra", { ...keys, baseURL: `${url}/v1` }), question),
    ).rejects.toMatchObject({
      code: "server",
      status: 500,
    });
  } finally {
    await close();
  }
});

test("no longer than the call lives, and only where there is a count", async () => {
  const signals: (AbortSignal | null | undefined)[] = [];
  let body: string | undefined;
  const fetch = (_: unknown, init?: RequestInit): Promise<Response> => {
    signals.push(init?.signal);
    return body === undefined ? new Promise(() => {}) : Promise.resolve(new Response(body, json));
  };
  const json = { headers: { "content-type": "application/json" } };
  for (const provider of [anthropic("m", { apiKey: "k-test", fetch }), openai("m", { apiKey: "k-test", fetch })]) {
    const late = newCall({ deadline: Date.now() + 20 });
    await expect(countTokens(provider, question, late)).rejects.toMatchObject({ code: "timeout" });
    await expect.poll(() => signals.at(-1)?.aborted).toBe(true);
    for (body of ["{}", "null", "[]", '{"input_tokens":"12"}', '{"input_tokens":-1}', '{"input_tokens":null}'])
      await expect(countTokens(provider, question)).rejects.toMatchObject({ code: "malformed" });
    body = undefined;
  }
});

test("by a tokenizer of the caller's", async () => {
  const words = { encode: (text: string) => text.split(" ") };
  const provider = compose(mock("x"), tokenizer(words));
  expect(await countTokens(provider, "one two three")).toBe(7);
  expect(
    await countTokens(provider, {
      system: "a b",
      messages: [
        { role: "user", content: [{ type: "image", source: { url: "u" } }] },
        { role: "assistant", content: [{ type: "tool-call", id: "1", name: "f", input: { a: 1 } }] },
      ],
    }),
  ).toBe(2 + 4 + 1_500 + 4 + 1);
});
