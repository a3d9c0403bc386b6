import { describe, expect, test } from "vitest";
import type { AnswerPart } from "./index.ts";
import { foldMessages, foldResponse } from "./test/fold.ts";
import { isObject, type Json } from "./json.ts";
import { parseEvents, start, type Started } from "./test/start.ts";

const claude = { model: "claude-opus-5-5", max_tokens: 4_000, messages: [{ role: "user" as const, content: "Hello" }] };
const chat = { model: "gpt-6.1-sol", messages: [{ role: "user" as const, content: "Hello" }] };
const responses = { model: "gpt-6.1-sol", input: "Hello" };

async function eventsOf({ post }: Started, path: string, body: object): Promise<readonly Json[]> {
  return parseEvents(await (await post(path, { ...body, stream: true })).text())
    .map(({ data }) => data)
    .filter(isObject);
}

describe("every part on every wire, streamed and whole alike", () => {
  const PARTS: readonly AnswerPart[] = [
    { type: "reasoning", text: "Let me think about this for a while." },
    {
      type: "text",
      text: "Well — “ça va”, 日本語, 🙂.",
      citations: [{ title: "Source", url: "https://example.com", quote: "Well" }],
    },
    { type: "tool-call", name: "first", input: { a: 1, b: ["x", "ü"] } },
    { type: "tool-call", name: "second", input: {} },
  ];

  test("Anthropic: thinking with a signature, citations, parallel tools", async () => {
    const started = await start();
    started.simulator.when("Hello").reply(PARTS);
    const body = { ...claude, thinking: { type: "adaptive" as const, display: "summarized" as const } };
    const whole = await started.anthropic.messages.create(body);
    const helper = await started.anthropic.messages.stream(body).finalMessage();
    expect(whole.stop_reason).toBe("tool_use");
    expect(whole.content).toMatchObject([
      { type: "thinking", thinking: "Let me think about this for a while.", signature: expect.stringMatching(/^EqoB/) },
      {
        type: "text",
        text: "Well — “ça va”, 日本語, 🙂.",
        citations: [{ url: "https://example.com", cited_text: "Well" }],
      },
      {
        type: "tool_use",
        name: "first",
        input: { a: 1, b: ["x", "ü"] },
        id: expect.stringMatching(/^toolu_01/),
        caller: { type: "direct" },
      },
      { type: "tool_use", name: "second", input: {} },
    ]);
    const plain = (content: unknown): unknown =>
      JSON.parse(JSON.stringify(content).replaceAll(/"(?:id|signature|encrypted_index)":"[^"]*"/g, '"x":0'));
    expect(plain(helper.content)).toEqual(plain(whole.content));
    expect(helper.usage).toEqual(whole.usage);
    const [folded] = foldMessages(await eventsOf(started, "/v1/messages", body));
    expect(Object.keys(folded ?? {}).sort()).toEqual(
      Object.keys(whole)
        .filter((key) => key !== "_request_id")
        .sort(),
    );

    // A conversation goes on with what was answered, thought and all; with another model's thought it does not.
    const next = (model: string): Promise<unknown> =>
      started.anthropic.messages.create({
        ...body,
        model,
        messages: [
          ...body.messages,
          { role: "assistant", content: whole.content as never },
          {
            role: "user",
            content: whole.content
              .filter((block) => block.type === "tool_use")
              .map(({ id }) => ({ type: "tool_result" as const, tool_use_id: id, content: "ok" })),
          },
        ],
      });
    await expect(next("claude-opus-5-5")).resolves.toBeDefined();
    await expect(next("claude-sonnet-5-5")).rejects.toMatchObject({ status: 400 });
  });

  test("Responses: encrypted thoughts, summaries, annotations, parallel tools", async () => {
    const started = await start();
    started.simulator.when("Hello").reply(PARTS);
    const body = {
      ...responses,
      store: false,
      include: ["reasoning.encrypted_content" as const],
      reasoning: { summary: "auto" as const },
    };
    const whole = await started.openai.responses.create(body);
    const helper = await started.openai.responses.stream(body).finalResponse();
    expect(whole.output).toMatchObject([
      {
        type: "reasoning",
        encrypted_content: expect.stringMatching(/^gAAAAA/),
        summary: [{ type: "summary_text", text: "Let me think about this for a while." }],
      },
      {
        type: "message",
        content: [
          {
            type: "output_text",
            text: "Well — “ça va”, 日本語, 🙂.",
            annotations: [{ type: "url_citation", url: "https://example.com" }],
          },
        ],
      },
      { type: "function_call", name: "first", arguments: '{"a":1,"b":["x","ü"]}' },
      { type: "function_call", name: "second", arguments: "{}" },
    ]);
    expect(helper.output.map(({ type }) => type)).toEqual(whole.output.map(({ type }) => type));
    expect(helper.output_text).toBe(whole.output_text);
    const folded = foldResponse(await eventsOf(started, "/v1/responses", body));
    expect(Object.keys(folded)).toEqual(expect.arrayContaining(["id", "status", "usage", "output", "tools"]));
    const next = await started.openai.responses.create({
      ...body,
      input: [
        { role: "user", content: "Hello" },
        ...(whole.output as never[]),
        ...whole.output
          .filter((item) => item.type === "function_call")
          .map(({ call_id }) => ({ type: "function_call_output" as const, call_id, output: "ok" })),
      ],
    });
    expect(next.status).toBe("completed");
  });

  test("Chat: parallel tools, annotations", async () => {
    const { openai, simulator } = await start();
    simulator.when("Hello").reply(PARTS);
    const whole = await openai.chat.completions.create(chat);
    const helper = await openai.chat.completions.stream(chat).finalChatCompletion();
    expect(whole.choices[0]).toMatchObject({
      finish_reason: "tool_calls",
      message: {
        content: "Well — “ça va”, 日本語, 🙂.",
        annotations: [{ type: "url_citation", url_citation: { url: "https://example.com" } }],
        tool_calls: [
          { function: { name: "first", arguments: '{"a":1,"b":["x","ü"]}' } },
          { function: { name: "second" } },
        ],
      },
    });
    expect(helper.choices[0]?.message.content).toBe(whole.choices[0]?.message.content);
    expect(helper.choices[0]?.message.tool_calls).toHaveLength(2);
  });
});

describe("how answers end", () => {
  test("refusals", async () => {
    const { anthropic, openai, simulator } = await start();
    simulator.when("Hello").reply([{ type: "refusal", text: "I cannot help with that.", category: "bio" }]);
    expect(await anthropic.messages.create(claude)).toMatchObject({
      stop_reason: "refusal",
      stop_details: { type: "refusal", category: "bio", explanation: "I cannot help with that." },
    });
    expect((await openai.chat.completions.create(chat)).choices[0]).toMatchObject({
      finish_reason: "stop",
      message: { content: null, refusal: "I cannot help with that." },
    });
    const streamed = await openai.responses.stream(responses).finalResponse();
    expect(streamed.output[0]).toMatchObject({ content: [{ type: "refusal", refusal: "I cannot help with that." }] });
  });

  test.each([
    ["length", "max_tokens", "length", "incomplete"],
    ["content-filter", "refusal", "content_filter", "incomplete"],
    ["pause", "pause_turn", "stop", "completed"],
    ["context", "model_context_window_exceeded", "length", "incomplete"],
    ["failed", "end_turn", "stop", "failed"],
  ] as const)("%s", async (finish, stop, reason, status) => {
    const { anthropic, openai, simulator } = await start();
    simulator.when("Hello").reply({ parts: [{ type: "text", text: "So far" }], finish });
    expect((await anthropic.messages.create(claude)).stop_reason).toBe(stop);
    expect((await openai.chat.completions.create(chat)).choices[0]?.finish_reason).toBe(reason);
    const whole = await openai.responses.create(responses);
    expect(whole.status).toBe(status);
    if (finish === "failed") expect(whole.error).toMatchObject({ code: "server_error" });
    expect((await openai.responses.stream(responses).finalResponse()).status).toBe(status);
  });

  test("a stop sequence, and a limit in the middle of a text", async () => {
    const { anthropic, simulator } = await start();
    simulator.when("Hello").reply("One two three four five six seven eight nine ten.");
    expect(await anthropic.messages.create({ ...claude, stop_sequences: [" four"] })).toMatchObject({
      stop_reason: "stop_sequence",
      stop_sequence: " four",
      content: [{ text: "One two three" }],
    });
    const cut = await anthropic.messages.create({ ...claude, max_tokens: 3 });
    expect(cut).toMatchObject({
      stop_reason: "max_tokens",
      content: [{ text: "One two thre" }],
      usage: { output_tokens: 3 },
    });
  });

  test("n choices, with probabilities", async () => {
    const { openai } = await start();
    const completion = await openai.chat.completions.create({
      ...chat,
      model: "gpt-4.1",
      n: 3,
      logprobs: true,
      top_logprobs: 2,
    });
    expect(completion.choices.map(({ index }) => index)).toEqual([0, 1, 2]);
    expect(new Set(completion.choices.map(({ message }) => message.content)).size).toBe(3);
    for (const { logprobs, message } of completion.choices) {
      expect(logprobs?.content?.map(({ token }) => token).join("")).toBe(message.content);
      expect(logprobs?.content?.[0]?.top_logprobs).toHaveLength(2);
    }
  });
});
