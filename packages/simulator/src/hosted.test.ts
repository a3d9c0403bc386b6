import type Anthropic from "@anthropic-ai/sdk";
import { describe, expect, test } from "vitest";
import { foldMessages } from "./test/fold.ts";
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

  test("documents and search results of the request are cited where that is enabled", async () => {
    const { anthropic } = await start();
    const citations = { enabled: true };
    const text = "Bees make honey. Whales sing for hours. Cats sleep.";
    const pdf = { type: "base64" as const, media_type: "application/pdf" as const, data: "JVBERi0=" };
    const ask = (...documents: Anthropic.ContentBlockParam[]): Promise<Anthropic.Message> =>
      anthropic.messages
        .stream({
          ...claude,
          messages: [{ role: "user", content: [...documents, { type: "text", text: "What do whales do?" }] }],
        })
        .finalMessage();
    const cited = ({ content }: Anthropic.Message): unknown[] =>
      content.flatMap((block) => (block.type === "text" ? (block.citations ?? []) : []));
    const plain = { type: "text" as const, media_type: "text/plain" as const, data: text };
    const blocks = ["Bees make honey.", "Whales sing."].map((one) => ({ type: "text" as const, text: one }));
    const first = await ask(
      { type: "document", source: plain, title: "Animals", citations },
      { type: "document", source: { type: "content", content: blocks }, citations },
    );
    expect(cited(first)).toEqual([
      {
        type: "char_location",
        cited_text: "Whales sing for hours.",
        document_index: 0,
        document_title: "Animals",
        file_id: null,
        start_char_index: text.indexOf("Whales"),
        end_char_index: text.indexOf(" Cats"),
      },
      {
        type: "content_block_location",
        cited_text: "Whales sing.",
        document_index: 1,
        document_title: null,
        file_id: null,
        start_block_index: 1,
        end_block_index: 2,
      },
    ]);
    expect(first.content.at(-1)).toMatchObject({ type: "text", text: " Whales sing." });
    expect(cited(await ask({ type: "document", source: pdf, citations }))).toMatchObject([
      { type: "page_location", start_page_number: 1, end_page_number: 2 },
    ]);
    const result = { type: "search_result" as const, title: "Sea", source: "https://example.com/sea", content: blocks };
    expect(cited(await ask({ ...result, citations }))).toEqual([
      {
        type: "search_result_location",
        cited_text: "Whales sing.",
        search_result_index: 0,
        source: "https://example.com/sea",
        title: "Sea",
        start_block_index: 1,
        end_block_index: 2,
      },
    ]);
    expect(cited(await ask(result))).toEqual([]);
    await expect(ask({ ...result, citations }, result)).rejects.toMatchObject({ status: 400 });
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
