import { describe, expect, test, vi } from "vitest";
import { z } from "zod";
import { compose } from "./compose.ts";
import { LlmError } from "./error.ts";
import type { Event } from "./event.ts";
import type { ChatRequest } from "./request.ts";
import { toRequest } from "./request.ts";
import { retry } from "./retry.ts";
import { runTools, type RunPart } from "./run-tools.ts";
import { mock, type MockReply } from "./testing/index.ts";
import { tool } from "./tool.ts";

const usage = (input: number, output: number) => ({ input, cacheRead: 0, cacheWrite: 0, output, reasoning: 0 });
const add = tool({ schema: z.object({ a: z.number(), b: z.number() }), run: ({ a, b }) => a + b });
const calls = (...inputs: readonly { a: unknown; b?: unknown }[]): MockReply => ({
  text: "Let me add.",
  toolCalls: inputs.map((input) => ({ name: "add", input: input as { a: number } })),
  usage: usage(10, 5),
});
const answer: MockReply = { text: "It is 42.", usage: usage(20, 3) };
/** What the tools answered, as the model was told. */
const told = (request: ChatRequest | undefined): unknown => request?.messages.at(-1)?.content;

test("the model is asked until it calls no more tools", async () => {
  const model = mock(calls({ a: 17, b: 25 }), answer);
  const result = await runTools(model, "17 + 25?", { tools: { add } }).result;
  expect(result).toMatchObject({ text: "It is 42.", finish: "stop", usage: usage(30, 8) });
  expect(result.steps.map((step) => step.usage)).toMatchObject([usage(10, 5), usage(20, 3)]);
  expect(result.messages).toEqual([
    { role: "user", content: "17 + 25?" },
    {
      role: "assistant",
      content: [
        { type: "text", text: "Let me add." },
        { type: "tool-call", id: "call-1", name: "add", input: { a: 17, b: 25 } },
      ],
    },
    { role: "tool", content: [{ type: "tool-result", id: "call-1", output: "42" }] },
    { role: "assistant", content: [{ type: "text", text: "It is 42." }] },
  ]);
  expect(model.calls[0]?.request.tools).toEqual([{ name: "add", input: add.input }]);
  expect(model.calls.map(({ call }) => call.whole)).toEqual([true, true]);
  expect(new Set(model.calls.map(({ call }) => call.id)).size).toBe(2);
  expect(new Set(model.calls.map(({ call }) => call.parent)).size).toBe(1);
});

test("an answer without tool calls is the result", async () => {
  const result = await runTools(mock("Hello"), "Hi", { tools: {} }).result;
  expect(result).toMatchObject({ text: "Hello", steps: [{ text: "Hello" }] });
});

test("tools of one answer run at the same time, and are told in the order of their calls", async () => {
  const free: (() => void)[] = [];
  const running: number[] = [];
  const wait = tool({
    schema: z.object({ a: z.number() }),
    run: ({ a }) =>
      new Promise<string>((resolve) => {
        running.push(a);
        free[a] = () => resolve(`waited ${a}`);
        if (running.length === 3) setTimeout(() => [2, 0, 1].forEach((i) => free[i]?.()));
      }),
  });
  const model = mock({ toolCalls: [0, 1, 2].map((a) => ({ name: "wait", input: { a } })) }, "Done");
  const seen: string[] = [];
  for await (const part of runTools(model, "Hi", { tools: { wait } }))
    if (part.type === "tool-result") seen.push(part.id);
  expect(running).toEqual([0, 1, 2]);
  expect(seen).toEqual(["call-3", "call-1", "call-2"]);
  expect(told(model.calls[1]?.request)).toMatchObject(
    [0, 1, 2].map((a) => ({ id: `call-${a + 1}`, output: `waited ${a}` })),
  );
});

describe("the model is told", () => {
  const tellOf = async (reply: MockReply, run = add): Promise<unknown> => {
    const model = mock(reply, answer);
    expect((await runTools(model, "Hi", { tools: { add: run } }).result).text).toBe("It is 42.");
    return told(model.calls[1]?.request);
  };
  test("of a name that there is not", async () => {
    expect(await tellOf({ toolCalls: [{ name: "toString", input: {} }] })).toEqual([
      { type: "tool-result", id: "call-1", isError: true, output: 'there is no tool "toString"; there are: add' },
    ]);
  });
  test("of an input that does not fit", async () => {
    expect(await tellOf(calls({ a: 1 }))).toMatchObject([
      { isError: true, output: expect.stringMatching(/^the input does not fit: b: /) as string },
    ]);
  });
  test("of an input that is not JSON", async () => {
    const reply: MockReply = [
      { type: "start", vendor: "mock", model: "model" },
      { type: "tool-call", block: 0, id: "1", name: "add", delta: '{"a":' },
      { type: "finish", reason: "tool-calls", usage: usage(1, 1) },
    ];
    expect(await tellOf(reply)).toMatchObject([{ id: "1", isError: true, output: "the input is not JSON" }]);
  });
  test("of what a tool throws, now or later, error or not", async () => {
    const failing = (run: () => string | Promise<string>) => tool({ input: { type: "object" }, run });
    for (const [run, output] of [
      [() => Promise.reject(new Error("no luck")), "no luck"],
      [
        () => {
          throw new LlmError("aborted", "its own affair");
        },
        "its own affair",
      ],
      // oxlint-disable-next-line typescript/prefer-promise-reject-errors -- tools of others may
      [() => Promise.reject("just text"), "just text"],
    ] as const)
      expect(await tellOf(calls({ a: 1 }), failing(run))).toMatchObject([{ isError: true, output }]);
  });
});

test("parts come as they are, step by step, with what the tools answered between", async () => {
  const model = mock(calls({ a: 1, b: 2 }), answer);
  const run = runTools(model, "Hi", { tools: { add } });
  const parts: RunPart[] = [];
  for await (const part of run) parts.push(part);
  expect(parts.map((part) => part.type).filter((type) => type !== "text")).toEqual([
    "start",
    "tool-call",
    "finish",
    "tool-result",
    "start",
    "finish",
  ]);
  expect((await run.result).text).toBe("It is 42.");
  expect(model.calls.map(({ call }) => call.whole)).toEqual([false, false]);
  expect(model.calls).toHaveLength(2);
});

test("the result may be asked for before and beside the parts", async () => {
  const run = runTools(mock(calls({ a: 1, b: 2 }), answer), "Hi", { tools: { add } });
  const { result } = run;
  let texts = 0;
  for await (const part of run) if (part.type === "text") texts++;
  expect(texts).toBeGreaterThan(4);
  expect((await result).text).toBe("It is 42.");
});

test("nothing is asked before the first read", async () => {
  const model = mock("Hello");
  const run = runTools(model, "Hi", { tools: { add } });
  await Promise.resolve();
  expect(model.calls).toHaveLength(0);
  await run[Symbol.asyncIterator]().return?.();
  expect(model.calls).toHaveLength(0);
});

describe("it ends early", () => {
  test("after so many steps, with the calls unanswered", async () => {
    const model = mock(calls({ a: 1, b: 2 }));
    const result = await runTools(model, "Hi", { tools: { add }, maxSteps: 3 }).result;
    expect(model.calls).toHaveLength(3);
    expect(result).toMatchObject({ finish: "tool-calls", toolCalls: [{ name: "add" }], usage: usage(30, 15) });
    expect(result.messages.at(-1)?.role).toBe("assistant");
    const most = mock(calls({ a: 1, b: 2 }));
    await runTools(most, "Hi", { tools: { add } }).result;
    expect(most.calls).toHaveLength(10);
  });
  test("when a tool of the caller is called", async () => {
    const model = mock({
      toolCalls: [
        { name: "add", input: { a: 1, b: 2 } },
        { name: "ask", input: {} },
      ],
    });
    const request = { ...toRequest("Hi"), tools: [{ name: "ask", input: { type: "object" } }] };
    const result = await runTools(model, request, { tools: { add } }).result;
    expect(result.toolCalls).toHaveLength(2);
    expect(model.calls).toHaveLength(1);
    expect(model.calls[0]?.request.tools?.map((one) => one.name)).toEqual(["ask", "add"]);
  });
  test("when the answer is cut short", async () => {
    const model = mock({ toolCalls: [{ name: "add", input: { a: 1, b: 2 } }], finish: "length" });
    expect((await runTools(model, "Hi", { tools: { add } }).result).finish).toBe("length");
    expect(model.calls).toHaveLength(1);
  });
});

test("a pause is gone on from, with what has been said", async () => {
  const model = mock({ text: "Searching", finish: "pause" }, answer);
  const result = await runTools(model, "Hi", { tools: {} }).result;
  expect(result.text).toBe("It is 42.");
  expect(model.calls[1]?.request.messages.at(-1)).toMatchObject({ role: "assistant" });
});

test("a choice that forces a call holds once", async () => {
  for (const [toolChoice, after] of [
    ["required", "auto"],
    [{ tool: "add" }, "auto"],
    ["none", "none"],
    [undefined, undefined],
  ] as const) {
    const model = mock(calls({ a: 1, b: 2 }), answer);
    const request = { ...toRequest("Hi"), ...(toolChoice && { toolChoice }) };
    await runTools(model, request, { tools: { add } }).result;
    expect(model.calls.map(({ request }) => request.toolChoice)).toEqual([toolChoice, after]);
  }
});

describe("an abort, a deadline, a reader that leaves", () => {
  const stuck = () => {
    const signals: AbortSignal[] = [];
    let begun = (): void => {};
    const started = new Promise<void>((resolve) => (begun = resolve));
    const wait = tool({
      input: { type: "object" },
      run: (_input, { signal }) => {
        signals.push(signal);
        begun();
        return new Promise<string>(() => {});
      },
    });
    return { signals, started, tools: { add: wait } };
  };
  test("reach the tools, and end the run at once", async () => {
    const { signals, started, tools } = stuck();
    const controller = new AbortController();
    const { result } = runTools(mock(calls({ a: 1 }), answer), "Hi", { tools, signal: controller.signal });
    await started;
    expect(signals[0]?.aborted).toBe(false);
    controller.abort();
    await expect(result).rejects.toMatchObject({
      code: "aborted",
      partial: { usage: usage(10, 5), text: "Let me add." },
    });
    expect(signals[0]?.aborted).toBe(true);
  });
  test("end it by the deadline", async () => {
    vi.useFakeTimers();
    try {
      const { signals, started, tools } = stuck();
      const { result } = runTools(mock(calls({ a: 1 }), answer), "Hi", { tools, deadline: Date.now() + 1_000 });
      await started;
      await vi.advanceTimersByTimeAsync(1_000);
      await expect(result).rejects.toMatchObject({ code: "timeout" });
      expect(signals[0]?.aborted).toBe(true);
      expect(vi.getTimerCount()).toBe(0);
    } finally {
      vi.useRealTimers();
    }
  });
  test("end it when the last reader leaves", async () => {
    const { signals, started, tools } = stuck();
    const run = runTools(mock(calls({ a: 1 }), answer), "Hi", { tools });
    const reading = (async () => {
      for await (const part of run) void part;
    })();
    reading.catch(() => {});
    const iterator = run[Symbol.asyncIterator]();
    await started;
    await iterator.return?.(); // one of two
    expect(signals[0]?.aborted).toBe(false);
    const model = mock(calls({ a: 1 }), answer);
    const alone = stuck();
    const only = runTools(model, "Hi", { tools: alone.tools });
    for await (const part of only) if (part.type === "text") break;
    expect(model.active()).toBe(0);
    await expect(only.result).rejects.toMatchObject({ code: "aborted" });
  });
  test("leave while a tool runs", async () => {
    const { signals, started, tools } = stuck();
    const iterator = runTools(mock(calls({ a: 1 }), answer), "Hi", { tools })[Symbol.asyncIterator]();
    const reading = (async () => {
      while (!(await iterator.next()).done);
    })();
    reading.catch(() => {});
    await started;
    await iterator.return?.();
    expect(signals[0]?.aborted).toBe(true);
    await reading.catch(() => {});
    expect((await iterator.next()).done).toBe(true);
  });
});

test("a step that fails tells what it had, and the usage of all", async () => {
  const broken: MockReply = [
    { type: "start", vendor: "mock", model: "model" },
    { type: "text", block: 0, delta: "It" },
    { type: "usage", usage: usage(7, 1) },
    new LlmError("network", "gone"),
  ];
  const { result } = runTools(mock(calls({ a: 1, b: 2 }), broken), "Hi", { tools: { add } });
  await expect(result).rejects.toMatchObject({ code: "network", partial: { text: "It", usage: usage(17, 6) } });
  const first = runTools(mock(broken), "Hi", { tools: { add } });
  await expect(first.result).rejects.toMatchObject({ code: "network", partial: { text: "It", usage: usage(7, 1) } });
});

test("layers below retry each step by itself", async () => {
  const busy = new LlmError("overloaded", "busy");
  const model = mock(busy, calls({ a: 1, b: 2 }), busy, answer);
  const result = await runTools(compose(model, retry({ random: () => 0 })), "Hi", { tools: { add } }).result;
  expect(result.text).toBe("It is 42.");
  expect(model.calls).toHaveLength(4);
});

test("events tell of each tool, without its input", async () => {
  const events: Event[] = [];
  const onEvent = (event: Event): void => void events.push(event);
  await runTools(mock(calls({ a: 1, b: 2 }, { a: 1 }), answer), "Hi", { tools: { add }, onEvent }).result;
  const tools = events.filter((event) => event.type === "tool.answered");
  expect(tools).toMatchObject([
    { tool: "add", id: "call-1", isError: false },
    { tool: "add", id: "call-2", isError: true },
  ]);
});

test("bad options are named", () => {
  for (const maxSteps of [0, 1.5, Number.NaN])
    expect(() => runTools(mock(), "Hi", { tools: {}, maxSteps })).toThrow(/^maxSteps must be/);
  const request = { ...toRequest("Hi"), tools: [{ name: "add", input: {} }] };
  expect(() => runTools(mock(), request, { tools: { add } })).toThrow(/^tools must not hold "add"/);
});
