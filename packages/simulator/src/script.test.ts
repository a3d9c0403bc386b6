import { describe, expect, test } from "vitest";
import { createSimulator, type AnswerPart, type Match, type Question, type Reply } from "./index.ts";
import { foldMessages, foldResponse } from "./test/fold.ts";
import { isObject, textOf, type Json } from "./json.ts";
import { parseEvents, start, type Started } from "./test/start.ts";

const claude = { model: "claude-opus-5-5", max_tokens: 4_000, messages: [{ role: "user" as const, content: "Hello" }] };
const chat = { model: "gpt-6.1-sol", messages: [{ role: "user" as const, content: "Hello" }] };
const responses = { model: "gpt-6.1-sol", input: "Hello" };

/** The types of the events on the wire, each run of deltas as one. */
async function types({ post }: Started, path: string, body: object): Promise<readonly string[]> {
  const events = parseEvents(await (await post(path, { ...body, stream: true })).text());
  const names = events.map(({ event, data }) => event ?? (typeof data === "string" ? data : "chunk"));
  return names.filter((name, index) => name !== names[index - 1]);
}

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

describe("what only hosted tools make", () => {
  test("a search of the web, found and cited, is made up and billed", async () => {
    const { anthropic, openai } = await start();
    const search = { ...claude, messages: [{ role: "user" as const, content: "Find news about whales" }] };
    const tools = [{ type: "web_search_20250305" as const, name: "web_search" as const }];
    const message = await anthropic.messages.stream({ ...search, tools }).finalMessage();
    expect(message.content.map(({ type }) => type)).toEqual([
      "thinking",
      "server_tool_use",
      "web_search_tool_result",
      "text",
    ]);
    expect(message.content.at(-1)).toMatchObject({ citations: [{ type: "web_search_result_location" }, {}] });
    expect(message.usage.server_tool_use?.web_search_requests).toBe(1);
    expect(message.stop_reason).toBe("end_turn");
    const response = await openai.responses.create({
      model: "gpt-6.1-sol",
      input: "Find news about whales",
      tools: [{ type: "web_search" }],
      include: ["web_search_call.action.sources"],
    });
    expect(response.output.map(({ type }) => type)).toEqual(["reasoning", "web_search_call", "message"]);
    expect(response.output[1]).toMatchObject({
      action: { query: expect.stringContaining("whales"), sources: [{}, {}, {}] },
    });
    expect(response.output[2]).toMatchObject({ content: [{ annotations: [{ type: "url_citation" }, {}] }] });
  });

  const OPENAI: readonly (readonly [Json, readonly string[]])[] = [
    [
      { type: "web_search_call", id: "ws_1", status: "completed", action: { type: "search", query: "x" } },
      ["web_search_call.in_progress", "web_search_call.searching", "web_search_call.completed"],
    ],
    [
      {
        type: "code_interpreter_call",
        id: "ci_1",
        status: "completed",
        code: "print(1)",
        container_id: "c",
        outputs: null,
      },
      [
        "code_interpreter_call.in_progress",
        "code_interpreter_call_code.delta",
        "code_interpreter_call_code.done",
        "code_interpreter_call.interpreting",
        "code_interpreter_call.completed",
      ],
    ],
    [
      { type: "mcp_list_tools", id: "mcpl_1", server_label: "x", tools: [] },
      ["mcp_list_tools.in_progress", "mcp_list_tools.completed"],
    ],
    [
      {
        type: "mcp_call",
        id: "mcp_1",
        status: "failed",
        name: "x",
        arguments: "{}",
        server_label: "x",
        output: null,
        error: "no",
      },
      ["mcp_call.in_progress", "mcp_call_arguments.delta", "mcp_call_arguments.done", "mcp_call.failed"],
    ],
    [
      { type: "custom_tool_call", id: "ctc_1", call_id: "call_1", name: "x", input: "abc" },
      ["custom_tool_call_input.delta", "custom_tool_call_input.done"],
    ],
    [
      { type: "reasoning", id: "rs_1", summary: [], content: [{ type: "reasoning_text", text: "Hm" }] },
      ["content_part.added", "reasoning_text.delta", "reasoning_text.done", "content_part.done"],
    ],
    [
      {
        type: "local_shell_call",
        id: "lsh_1",
        call_id: "call_1",
        status: "completed",
        action: { type: "exec", command: ["ls"] },
      },
      [],
    ],
  ];

  test.each(OPENAI.map(([value, between]) => ({ value, between })))(
    "Responses: $value.type",
    async ({ value, between }) => {
      const started = await start();
      started.simulator.when("Hello").reply([{ type: "native", value }]);
      expect(await types(started, "/v1/responses", responses)).toEqual(
        ["created", "in_progress", "output_item.added", ...between, "output_item.done", "completed"].map(
          (name) => `response.${name}`,
        ),
      );
      expect((await started.openai.responses.create(responses)).output).toEqual([value]);
    },
  );

  test("Anthropic: a search that is cited, a compaction, a call that a program made", async () => {
    const started = await start();
    const content: readonly Json[] = [
      { type: "compaction", content: "What was said." },
      { type: "server_tool_use", id: "srvtoolu_1", name: "web_search", input: { query: "x" } },
      {
        type: "web_search_tool_result",
        tool_use_id: "srvtoolu_1",
        content: [
          {
            type: "web_search_result",
            url: "https://example.com",
            title: "x",
            encrypted_content: "abc",
            page_age: null,
          },
        ],
      },
      {
        type: "tool_use",
        id: "toolu_1",
        name: "f",
        input: { a: 1 },
        caller: { type: "code_execution_20260120", tool_id: "srvtoolu_1" },
      },
      {
        type: "text",
        text: "It says so.",
        citations: [
          {
            type: "web_search_result_location",
            cited_text: "so",
            url: "https://example.com",
            title: "x",
            encrypted_index: "abc",
          },
        ],
      },
    ];
    started.simulator.when("Hello").reply(content.map((value) => ({ type: "native", value })));
    const events = await eventsOf(started, "/v1/messages", claude);
    expect(foldMessages(events)[0]).toMatchObject({ content, stop_reason: "tool_use" });
    const deltas = events
      .filter(({ type }) => type === "content_block_delta")
      .map(({ index, delta }) => [index, (delta as Json)["type"]]);
    expect(deltas.filter(([index]) => index === 0)).toEqual([[0, "compaction_delta"]]);
    expect(deltas.some(([index]) => index === 2 || index === 3)).toBe(false);
    expect(deltas.at(-1)).toEqual([4, "citations_delta"]);
  });

  test("Chat: fields that compatible servers add", async () => {
    const started = await start();
    started.simulator.when("Hello").reply([
      { type: "native", value: { reasoning_content: "Hm, let me see." } },
      { type: "text", text: "Yes." },
    ]);
    const events = await eventsOf(started, "/v1/chat/completions", chat);
    const deltas = events.map(({ choices }) => (choices as Json[])[0]?.["delta"] as Json);
    expect(deltas.map((delta) => textOf(delta["reasoning_content"])).join("")).toBe("Hm, let me see.");
  });

  test("a background response is queued first", async () => {
    const started = await start();
    expect((await types(started, "/v1/responses", { ...responses, background: true })).slice(0, 3)).toEqual([
      "response.created",
      "response.queued",
      "response.in_progress",
    ]);
  });
});

describe("scripts", () => {
  const ask = async ({ openai }: Started, input = "Hello", model = "gpt-6.1-sol"): Promise<string> =>
    (await openai.responses.create({ model, input })).output_text;

  test("match by text, pattern, fields, function; the first that matches answers", async () => {
    const started = await start();
    const { when } = started.simulator;
    when("Hello").reply("text");
    when(/^hi\b/i).reply("pattern");
    when({ model: "gpt-6-luna", text: "you" }).reply("fields");
    when((question: Question) => question.text.length > 20).reply((question) => `${question.text.length} characters`);
    expect(await ask(started)).toBe("text");
    expect(await ask(started, "Hi there")).toBe("pattern");
    expect(await ask(started, "you", "gpt-6-luna")).toBe("fields");
    expect(await ask(started, "This is much longer than that")).toBe("29 characters");
  });

  test("several replies come one after the other, and the last stays", async () => {
    const started = await start();
    started.simulator.when("Hello").reply("one").reply("two");
    expect([await ask(started), await ask(started), await ask(started)]).toEqual(["one", "two", "two"]);
  });

  test("strict: what no script matches is the vendor's 404, and the journal says why", async () => {
    const { anthropic, openai, simulator } = await start({ strict: true });
    simulator.when("Hi").reply("Hello");
    await expect(anthropic.messages.create(claude)).rejects.toMatchObject({ status: 404, type: "not_found_error" });
    await expect(openai.responses.create(responses)).rejects.toMatchObject({
      status: 404,
      type: "invalid_request_error",
    });
    expect((await openai.responses.create({ ...responses, input: "Hi" })).output_text).toBe("Hello");
    expect(simulator.journal.entries().map(({ status, reason }) => [status, reason])).toEqual([
      [404, expect.stringContaining("no script and no recording matches")],
      [404, expect.stringContaining("no script and no recording matches")],
      [200, undefined],
    ]);
  });

  test.each<readonly [unknown, unknown, RegExp]>([
    [3, "x", /when\(\) must be/],
    [{ modle: "x" }, "x", /when\(\)\.modle is no field/],
    ["x", 3, /reply\(\) must be/],
    ["x", [{ type: "smell" }], /reply\(\)\[0\]\.type must be one of/],
    ["x", [{ type: "text" }], /reply\(\)\[0\]\.text must be a text/],
    ["x", [{ type: "tool-call", name: "f", input: 3 }], /reply\(\)\[0\]\.input must be an object/],
    ["x", { parts: [], finish: "bang" }, /reply\(\)\.finish must be one of/],
    ["x", { native: 3 }, /reply\(\)\.native must be an object/],
    ["x", { recording: { body: 3 } }, /reply\(\)\.recording\.body must be/],
    ["x", { recording: { body: "", split: 0 } }, /reply\(\)\.recording\.split must be/],
  ])("when(%j).reply(%j) is a TypeError that names it", (match, reply, message) => {
    const run = (): unknown =>
      createSimulator()
        .when(match as Match)
        .reply(reply as Reply);
    expect(run).toThrow(TypeError);
    expect(run).toThrow(message);
  });

  test("a function that replies nonsense is a 500 that says so", async () => {
    const { post, simulator } = await start();
    simulator.when("Hello").reply(() => 3 as never);
    expect((await post("/v1/responses", responses)).status).toBe(500);
    expect(simulator.journal.entries()[0]?.reason).toMatch(/reply\(\) must be/);
  });

  test("a recording is played to the byte", async () => {
    const { openai, simulator, post } = await start();
    const body = 'data: {"choices":[{"index":0,"delta":{"content":"Zoë"}}]}\n\ndata: [DONE]\n\n';
    simulator.when("Hello").reply({ recording: { body, split: 1, headers: { "x-from": "tape" } } });
    const answer = await post("/v1/chat/completions", { ...chat, stream: true });
    expect(answer.headers.get("x-from")).toBe("tape");
    expect(answer.headers.get("content-type")).toMatch(/^text\/event-stream/);
    expect(await answer.text()).toBe(body);
    let text = "";
    for await (const chunk of await openai.chat.completions.create({ ...chat, stream: true }))
      text += chunk.choices[0]?.delta.content;
    expect(text).toBe("Zoë");
    simulator.when("Bye").reply({ recording: { status: 418, body: '{"error":{"message":"teapot"}}' } });
    expect((await post("/v1/responses", { ...responses, input: "Bye" })).status).toBe(418);
  });
});
