import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { collect } from "./collect.ts";
import { isLlmError, LlmError } from "./error.ts";
import { newFold } from "./fold.ts";
import type { AssistantPart } from "./message.ts";
import { fromParts, replay, toParts } from "./replay.ts";
import type { ChatResult } from "./result.ts";
import type { StreamPart } from "./stream-part.ts";
import { noUsage, type Usage } from "./usage.ts";

const { env } = import.meta as ImportMeta & { readonly env: { readonly MODE: string } }; // vitest sets it
const runs = { numRuns: env.MODE === "long" ? 5_000 : 150 };

/** JSON that JSON.parse gives back as it was: no -0, no own `__proto__`. */
const json = fc.jsonValue().map((value) => JSON.parse(JSON.stringify(value)) as never);
const jsonObject = fc.dictionary(
  fc.string().filter((key) => key !== "__proto__"),
  json,
);
const count = fc.nat(1_000_000);
const usages: fc.Arbitrary<Usage> = fc.record({
  input: count,
  cacheRead: count,
  cacheWrite: count,
  output: count,
  reasoning: count,
});
const opt = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });

/** An object without its undefined fields. */
const defined = <T extends object>(value: T): T =>
  Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined)) as T;

const head = fc.record({ vendor: fc.string(), model: fc.string() });
const contents = ({ vendor, model }: { vendor: string; model: string }): fc.Arbitrary<AssistantPart[]> =>
  fc.array(
    fc.oneof(
      fc.record({ type: fc.constant("text" as const), text: fc.string() }),
      fc
        .record({ type: fc.constant("reasoning" as const), text: fc.string(), data: opt(jsonObject) })
        .map((part) => defined({ ...part, vendor, model }) as AssistantPart),
      fc.record({ type: fc.constant("tool-call" as const), id: fc.string(), name: fc.string(), input: json }),
      fc.record({
        type: fc.constant("tool-call" as const),
        id: fc.string(),
        name: fc.string(),
        input: fc
          .string()
          .map((text) => `{${text}`)
          .filter((text) => !parses(text)) as fc.Arbitrary<never>,
        malformed: fc.constant(true as const),
      }),
      fc.record({ type: fc.constant("opaque" as const), vendor: fc.string(), value: json }),
    ),
    { maxLength: 6 },
  );

const parses = (text: string): boolean => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

const results: fc.Arbitrary<ChatResult> = head.chain((names) =>
  fc
    .tuple(
      contents(names),
      fc.record({
        id: opt(fc.string()),
        requestId: opt(fc.string()),
        degraded: opt(fc.constant(true as const)),
        output: opt(fc.constant({ mode: "native", dialect: "openai" } as const)),
        warnings: fc.array(
          fc.record({ code: fc.constantFrom("unsupported", "changed"), field: fc.string(), message: fc.string() }),
          { maxLength: 2 },
        ),
        rateLimits: opt(fc.array(fc.record({ name: fc.string(), remaining: count }), { maxLength: 2 })),
        finish: fc.constantFrom("stop", "length", "tool-calls", "refusal", "pause", "other"),
        rawFinish: opt(fc.string()),
        finishDetails: opt(jsonObject),
        usage: usages,
      }),
    )
    .map(
      ([content, rest]) =>
        defined({
          ...names,
          ...rest,
          text: content.map((part) => (part.type === "text" ? part.text : "")).join(""),
          content,
          toolCalls: content.filter((part) => part.type === "tool-call"),
          message: { role: "assistant", content },
        }) as ChatResult,
    ),
);

/** Cuts the deltas of a stream anywhere, and lets those of different blocks overtake each other. */
function chunked(parts: readonly StreamPart[], random: () => number): StreamPart[] {
  const [start, ...rest] = parts;
  const finish = rest.pop();
  const blocks = rest.map((part): StreamPart[] => {
    if (!("delta" in part)) return [part];
    const pieces: StreamPart[] = [];
    for (let at = 0; at < part.delta.length;) {
      const next = at + 1 + Math.floor(random() * 5);
      pieces.push({ ...part, delta: part.delta.slice(at, next) });
      at = next;
    }
    return pieces.length > 0 ? pieces : [part];
  });
  const mixed: StreamPart[] = [];
  blocks.forEach((pieces) => mixed.push(pieces.shift()!)); // blocks begin in order
  while (blocks.some((pieces) => pieces.length > 0)) {
    const left = blocks.filter((pieces) => pieces.length > 0);
    mixed.push(left[Math.floor(random() * left.length)]!.shift()!);
  }
  return [start!, ...mixed, finish!];
}

const random = fc
  .infiniteStream(fc.double({ min: 0, max: 0.999, noNaN: true }))
  .map((stream) => () => stream.next().value);

describe("laws", () => {
  test("a replayed result collects to itself", () =>
    fc.assert(
      fc.asyncProperty(results, async (result) => {
        expect(await collect(replay(result))).toEqual(result);
      }),
      runs,
    ));
  test("chunks and their order between blocks do not matter", () =>
    fc.assert(
      fc.asyncProperty(results, random, async (result, next) => {
        expect(await collect(fromParts(chunked(toParts(result), next)))).toEqual(result);
      }),
      runs,
    ));
  test("a stream cut anywhere is truncated, with what had come", () =>
    fc.assert(
      fc.asyncProperty(results, random, async (result, next) => {
        const parts = chunked(toParts(result), next);
        const cut = Math.floor(next() * parts.length);
        const error = await collect(fromParts(parts.slice(0, cut))).catch((e: unknown) => e);
        if (!isLlmError(error, "truncated")) throw new Error("not truncated");
        expect(result.text.startsWith(error.partial?.text?.slice(0, 1) ?? "")).toBe(true);
        expect(error.partial?.content?.length ?? 0).toBeLessThanOrEqual(result.content.length);
        expect(error.partial?.usage).toBeUndefined();
      }),
      runs,
    ));
  test("a partial fold never changes what it handed out", () =>
    fc.assert(
      fc.property(results, random, (result, next) => {
        const fold = newFold();
        const seen: { value: unknown; text: string }[] = [];
        for (const part of chunked(toParts(result), next)) {
          fold.add(part);
          const value = fold.partial();
          seen.push({ value, text: JSON.stringify(value) });
        }
        for (const { value, text } of seen) expect(JSON.stringify(value)).toBe(text);
        expect(fold.partial()).toMatchObject({ text: result.text, content: result.content });
      }),
      { numRuns: 40 },
    ));
});

const start: StreamPart = { type: "start", vendor: "v", model: "m" };
const finish: StreamPart = { type: "finish", reason: "stop", usage: noUsage };
const fold = (...parts: StreamPart[]): ChatResult => {
  const folded = newFold();
  for (const part of parts) folded.add(part);
  return folded.result();
};

test("only the first start and the first finish count", () => {
  const result = fold(start, { ...start, model: "other" }, finish, { ...finish, reason: "length" });
  expect(result).toMatchObject({ model: "m", finish: "stop" });
});

test("without a start or a finish there is no result", () => {
  expect(() => fold(start)).toThrow(expect.objectContaining({ code: "truncated" }));
  expect(() => fold(finish)).toThrow(expect.objectContaining({ code: "malformed" }));
  const open = newFold();
  expect(open.complete()).toBe(false);
  open.add(finish);
  expect(open.complete()).toBe(true);
  expect(newFold().partial()).toEqual({
    warnings: [],
    text: "",
    content: [],
    toolCalls: [],
    message: { role: "assistant", content: [] },
  });
});

test("arguments of a tool: none are an empty object, bad ones are kept as text", () => {
  const call = (delta: string) =>
    fold(start, { type: "tool-call", block: 0, id: "1", name: "f", delta }, finish).toolCalls[0];
  expect(call("")).toEqual({ type: "tool-call", id: "1", name: "f", input: {} });
  expect(call(" \n")?.input).toEqual({});
  expect(call('{"a":[1]}')?.input).toEqual({ a: [1] });
  expect(call("7")?.input).toBe(7);
  expect(call('{"a":')).toEqual({ type: "tool-call", id: "1", name: "f", input: '{"a":', malformed: true });
});

test("data of reasoning is merged, later over earlier", () => {
  const reasoning = (delta: string, data?: Record<string, string>): StreamPart => ({
    type: "reasoning",
    block: 3,
    delta,
    ...(data && { data }),
  });
  expect(
    fold(start, reasoning("a", { x: "1", y: "1" }), reasoning("b"), reasoning("", { y: "2" }), finish).content,
  ).toEqual([{ type: "reasoning", text: "ab", vendor: "v", model: "m", data: { x: "1", y: "2" } }]);
});

test("opaque parts are content only with a block", () => {
  const value = { a: 1 };
  expect(fold(start, { type: "opaque", vendor: "v", value }, finish).content).toEqual([]);
  expect(fold(start, { type: "opaque", vendor: "v", value, block: 0 }, finish).content).toEqual([
    { type: "opaque", vendor: "v", value },
  ]);
});

test("the last usage counts, also in what an error carries", () => {
  const usage = { ...noUsage, input: 3 };
  expect(fold(start, { type: "usage", usage: { ...noUsage, input: 1 } }, { ...finish, usage }).usage).toEqual(usage);
  const open = newFold();
  open.add({ type: "usage", usage });
  expect(open.partial().usage).toBe(usage);
});

test("a block whose kind changes begins anew", () => {
  expect(
    fold(start, { type: "text", block: 0, delta: "a" }, { type: "reasoning", block: 0, delta: "b" }, finish).content,
  ).toEqual([{ type: "reasoning", text: "b", vendor: "v", model: "m" }]);
});

test("collect stops at finish, and adds the partial result to an error", async () => {
  let returned = 0;
  const source = fromParts([
    start,
    { type: "text", block: 0, delta: "a" },
    finish,
    finish,
  ]) as AsyncIterableIterator<StreamPart>;
  const inner = source.return!.bind(source);
  source.return = (value) => (returned++, inner(value));
  expect((await collect(source)).text).toBe("a");
  expect(returned).toBe(1);

  const failing = async function* (error: Error): AsyncGenerator<StreamPart> {
    yield start;
    yield { type: "text", block: 0, delta: "half" };
    throw error;
  };
  const known = new LlmError("network", "x");
  await expect(collect(failing(known))).rejects.toMatchObject({ code: "network", partial: { text: "half" } });
  expect(known.partial).toBeUndefined();
  const foreign = new Error("a bug");
  await expect(collect(failing(foreign))).rejects.toBe(foreign);
});

test("a replay is one-shot, and ends when its reader leaves", async () => {
  const parts = fromParts([start, finish]);
  for await (const part of parts) {
    expect(part).toBe(start);
    break;
  }
  for await (const _ of parts) throw new Error("it goes on");
});
