import { describe, expect, test } from "vitest";
import { createSimulator, type FaultRule, type Match, type Question, type Reply } from "./index.ts";
import { start, type Started } from "./test/start.ts";

const claude = { model: "claude-opus-5-5", max_tokens: 4_000, messages: [{ role: "user" as const, content: "Hello" }] };
const chat = { model: "gpt-6.1-sol", messages: [{ role: "user" as const, content: "Hello" }] };
const responses = { model: "gpt-6.1-sol", input: "Hello" };

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

  test("a scripted answer is given as often as it is asked for", async () => {
    const { openai, simulator } = await start();
    simulator.when("Hello").reply("Hi");
    const { choices } = await openai.chat.completions.create({ ...chat, n: 3 });
    expect(choices.map(({ index, message }) => [index, message.content])).toEqual([
      [0, "Hi"],
      [1, "Hi"],
      [2, "Hi"],
    ]);
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
    [{ model: 3 }, "x", /when\(\)\.model must be a text/],
    [{ wire: "http" }, "x", /when\(\)\.wire must be one of/],
    [{ text: 4 }, "x", /when\(\)\.text must be a text or a pattern/],
    ["x", [{ type: "text", text: "x", citations: "no" }], /reply\(\)\[0\]\.citations must be/],
    ["x", { parts: [], finsh: "stop" }, /reply\(\)\.finsh is no field/],
    ["x", { parts: [], usage: { inptu: 1 } }, /reply\(\)\.usage\.inptu is no count/],
    ["x", { parts: [], usage: { input: -1 } }, /reply\(\)\.usage\.input must be/],
    ["x", { recording: { body: "", headers: 3 } }, /reply\(\)\.recording\.headers must be/],
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

  test("faults hit a recorded stream event by event, and leave the other bytes alone", async () => {
    const { simulator, post } = await start();
    const events = [
      'data: {"n":"1"}\n\n',
      ': kept\r\ndata: {"n":"2"}\r\n\r\n',
      'data:{"n":"3"}\n\n',
      "data: [DONE]\n\n",
    ];
    simulator.when("Hello").reply({ recording: { body: events.join("") } });
    const play = async (rule: FaultRule): Promise<string> => {
      simulator.faults.set([rule]);
      return (await post("/v1/chat/completions", { ...chat, stream: true })).text();
    };
    const before = events.slice(0, 2).join("");
    expect(await play({ fault: "end" })).toBe(before);
    expect(await play({ fault: "end", atByte: 5 })).toBe(before.slice(0, 5));
    expect(await play({ fault: "error-event", message: "Broken" })).toMatch(
      /^data: \{"n":"1"\}[^]*\{"error":\{[^]*Broken/,
    );
    expect(await play({ fault: "duplicate-start" })).toBe([events[0], ...events].join(""));
    expect(await play({ fault: "unknown-event", at: 4 })).toMatch(
      /\[DONE\]\n\ndata: \{"object":"chat.completion.note"/,
    );
    expect((await play({ fault: "giant-line", at: 0, size: 5_000 })).length).toBeGreaterThan(5_000);
  });
});
