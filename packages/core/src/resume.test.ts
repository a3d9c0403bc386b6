import * as fc from "fast-check";
import { describe, expect, test, vi } from "vitest";
import { newCall } from "./call.ts";
import { compose } from "./compose.ts";
import { LlmError, type ErrorCode } from "./error.ts";
import type { Event } from "./event.ts";
import { generate } from "./generate.ts";
import type { ChatRequest } from "./request.ts";
import { toRequest } from "./request.ts";
import { resume } from "./resume.ts";
import { retry } from "./retry.ts";
import { retryBudget } from "./retry-budget.ts";
import type { StreamPart } from "./stream-part.ts";
import { streamText } from "./stream-text.ts";
import { conformance, manualClock, mock, mockModel, type MockReply } from "./testing/index.ts";

const LONG = process.env["MODE"] === "long"; // set by vitest
if (LONG) vi.setConfig({ testTimeout: 300_000 });

const usage = (input: number, output: number) => ({ input, cacheRead: 0, cacheWrite: 0, output, reasoning: 0 });
const cut = new LlmError("network", "gone", { partial: { usage: usage(10, 2) } });

/** The text that a request begins the model's answer with. */
const begun = ({ messages }: ChatRequest): string => {
  const last = messages.at(-1);
  if (last?.role !== "assistant" || typeof last.content === "string") return "";
  return last.content.map((part) => (part.type === "text" ? part.text : "?")).join("");
};
/** A model that writes one text, goes on where the request leaves off, and breaks after so many letters each time. */
const writer =
  (full: string, lengths: readonly number[], error: Error = cut) =>
  (): MockReply => {
    let asked = 0;
    return (request) => {
      const rest = full.slice(begun(request).length);
      const length = lengths[asked++] ?? Infinity;
      const letters = rest.slice(0, length).split("");
      return [
        { type: "start", vendor: "mock", model: "model" },
        ...letters.map((delta): StreamPart => ({ type: "text", block: 0, delta })),
        length < rest.length ? error : { type: "finish", reason: "stop", usage: usage(20, 3) },
      ];
    };
  };
const streamed = { whole: false } as const;

test("an answer that is cut off goes on, for who reads it as for who waits", async () => {
  const events: Event[] = [];
  const model = mock(writer("A breaker opens.", [9])());
  const result = await generate(compose(model, resume()), "Hi", {
    ...streamed,
    onEvent: (event) => events.push(event),
  });
  expect(result.text).toBe("A breaker opens.");
  expect(result.content).toEqual([{ type: "text", text: "A breaker opens." }]);
  expect(result.usage).toMatchObject(usage(30, 5));
  expect(model.calls[1]?.request.messages.at(-1)).toEqual({
    role: "assistant",
    content: [{ type: "text", text: "A breaker" }],
  });
  expect(model.calls[1]?.call).toMatchObject({ attempt: 2, parent: model.calls[0]?.call.id });
  expect(events.filter((event) => event.type === "resume.continued")).toMatchObject([{ attempt: 2, error: cut }]);
  expect(events.filter((event) => event.type === "api.response")).toHaveLength(2); // both are billed
  const seen: string[] = [];
  for await (const text of streamText(compose(mock(writer("A breaker opens.", [9])()), resume()), "Hi"))
    seen.push(text);
  expect(seen.join("")).toBe("A breaker opens.");
});

test("wherever it is cut, no letter is lost or said twice", () =>
  fc.assert(
    fc.asyncProperty(
      fc.array(fc.constantFrom("a", "b", " ", "\n"), { minLength: 1, maxLength: 30 }),
      fc.array(fc.integer({ min: 1, max: 10 }), { maxLength: 3 }),
      async (letters, lengths) => {
        const full = `x${letters.join("")}.`;
        const model = mock(writer(full, lengths)());
        const result = await generate(compose(model, resume({ times: 3 })), "Hi", streamed);
        expect(result.text).toBe(full);
        expect(result.content).toHaveLength(1);
        for (const { request } of model.calls.slice(1)) expect(begun(request)).toBe(begun(request).trimEnd());
      },
    ),
    { numRuns: LONG ? 1_000 : 200 },
  ));

test("space that the reader has is not said again; any other is", async () => {
  const start = { type: "start", vendor: "mock", model: "model" } as const;
  const piece = (delta: string) => ({ type: "text", block: 0, delta }) as const;
  const finish = { type: "finish", reason: "stop", usage: usage(1, 1) } as const;
  for (const [before, after, whole] of [
    ["a ", ["b"], "a b"],
    ["a ", [" b"], "a b"],
    ["a ", ["", " ", "", " b"], "a  b"],
    ["a \n", [" ", "\n", "b"], "a \nb"],
    ["a \n", [" b \n c"], "a \nb \n c"],
    ["a", [" b"], "a b"],
  ] as const) {
    const model = mock([start, piece(before), cut], [start, ...after.map(piece), finish]);
    const texts: string[] = [];
    for await (const part of compose(model, resume()).stream(toRequest("Hi"), newCall()))
      if (part.type === "text") texts.push(part.delta);
    expect(texts.join("")).toBe(whole);
    expect(texts).not.toContain("");
  }
});

test("nothing goes on after the deadline", async () => {
  const clock = manualClock();
  const model = mock(writer("A breaker opens.", [7])());
  const provider = compose(model, resume({ clock }));
  const late = generate(provider, "Hi", { ...streamed, deadline: clock.now() });
  await expect(late).rejects.toMatchObject({ code: "network" });
  expect(model.calls).toHaveLength(1);
});

describe("the error is thrown, with what had arrived,", () => {
  const partial = { text: "A break", usage: usage(10, 2) };
  test("where the model takes no beginning of its answer", async () => {
    const model = mockModel({ can: { prefill: false } }, writer("A breaker opens.", [7])());
    await expect(generate(compose(model, resume()), "Hi", streamed)).rejects.toMatchObject({
      code: "network",
      partial,
    });
    expect(model.calls).toHaveLength(1);
  });
  test("after as many times as allowed; the usage is that of all", async () => {
    const model = mock(writer("A breaker opens.", [2, 2, 3, 2])());
    await expect(generate(compose(model, resume()), "Hi", streamed)).rejects.toMatchObject({
      code: "network",
      cause: { code: "network" },
      partial: { text: "A brea", usage: usage(30, 6) },
    });
    expect(model.calls).toHaveLength(3);
    await expect(
      generate(compose(mock(writer("A breaker", [7])()), resume({ times: 0 })), "Hi", streamed),
    ).rejects.toMatchObject({ partial });
  });
  test("where more than text has arrived, or an output of a form was asked for", async () => {
    const start = { type: "start", vendor: "mock", model: "model" } as const;
    const text = { type: "text", block: 1, delta: "Hm" } as const;
    for (const part of [
      { type: "reasoning", block: 0, delta: "Hm" },
      { type: "tool-call", block: 0, id: "1", name: "look", delta: "{" },
      { type: "opaque", vendor: "mock", value: 1, block: 0 },
    ] as const) {
      const model = mock([start, part, text, cut], "more");
      await expect(generate(compose(model, resume()), "Hi", streamed)).rejects.toMatchObject({ code: "network" });
      expect(model.calls).toHaveLength(1);
    }
    const model = mock(writer("A breaker opens.", [7])());
    const request = { ...toRequest("Hi"), output: { schema: {} } };
    await expect(generate(compose(model, resume()), request, streamed)).rejects.toMatchObject({ partial });
  });
  test("where trying again does not help, or nothing but space has arrived", async () => {
    for (const code of ["refusal", "aborted", "auth"] as const satisfies readonly ErrorCode[]) {
      const model = mock(writer("A breaker opens.", [7], new LlmError(code, "no"))());
      await expect(generate(compose(model, resume()), "Hi", streamed)).rejects.toMatchObject({ code });
      expect(model.calls).toHaveLength(1);
    }
    const model = mock(writer("  A breaker", [2])());
    await expect(generate(compose(model, resume()), "Hi", streamed)).rejects.toMatchObject({ code: "network" });
  });
  test("when the budget is spent", async () => {
    const budget = retryBudget({ share: 0, perMinute: 1 });
    const provider = compose(mock(writer("A breaker opens.", [7, 2])()), resume({ budget }));
    await expect(generate(provider, "Hi", streamed)).rejects.toMatchObject({ partial: { text: "A breaker" } });
  });
  test("where another model would have to go on", async () => {
    const model = mock(writer("A breaker opens.", [7])(), [
      { type: "start", vendor: "mock", model: "another" },
      { type: "text", block: 0, delta: "er" },
    ]);
    await expect(generate(compose(model, resume()), "Hi", streamed)).rejects.toMatchObject({
      code: "network",
      partial: { text: "A break", usage: usage(10, 2) },
    });
    expect(model.active()).toBe(0);
  });
});

test("a cut before the first text is retry's work, and so is one before the continuation's", async () => {
  let asked = 0;
  const model = mock(() => {
    asked++;
    if (asked === 1 || asked === 3) return new LlmError("overloaded", "busy");
    return writer("A breaker opens.", asked === 2 ? [7] : [])();
  });
  const provider = compose(model, resume(), retry({ random: () => 0 }));
  expect((await generate(provider, "Hi", streamed)).text).toBe("A breaker opens.");
  expect(asked).toBe(4);
});

test("what the continuation adds has blocks of its own", async () => {
  const start = { type: "start", vendor: "mock", model: "model" } as const;
  const model = mock(
    [start, { type: "text", block: 3, delta: "I look " }, cut],
    [
      start,
      { type: "text", block: 0, delta: " it up." },
      { type: "tool-call", block: 1, id: "1", name: "look", delta: "{}" },
      { type: "text", block: 2, delta: "Done." },
      { type: "finish", reason: "tool-calls", usage: usage(1, 1) },
    ],
  );
  const result = await generate(compose(model, resume()), "Hi", streamed);
  expect(result.content).toEqual([
    { type: "text", text: "I look it up." },
    { type: "tool-call", id: "1", name: "look", input: {} },
    { type: "text", text: "Done." },
  ]);
});

test("the tokens that were asked for are those of the whole", async () => {
  const model = mock(writer("A breaker opens.", [7])());
  await generate(compose(model, resume()), { ...toRequest("Hi"), maxTokens: 100 }, streamed);
  expect(model.calls[1]?.request.maxTokens).toBe(98);
});

test("a reader that leaves ends it", async () => {
  const model = mock(writer("A breaker opens.", [3])());
  const iterator = compose(model, resume()).stream(toRequest("Hi"), newCall())[Symbol.asyncIterator]();
  for (let i = 0; i < 6; i++) await iterator.next();
  expect(model.calls).toHaveLength(2);
  await iterator.return?.();
  expect(await iterator.next()).toEqual({ done: true, value: undefined });
  expect(model.active()).toBe(0);
});

for (const check of conformance(() => compose(mock("A breaker opens when calls fail."), resume())))
  test(check.name, check.run);

test("bad options are named", () => {
  for (const times of [-1, 1.5, Number.NaN]) expect(() => resume({ times })).toThrow(/^times must be/);
});
