import { expect, test } from "vitest";
import { isLlmError, LlmError } from "./error.ts";
import { streamText } from "./stream-text.ts";
import { mock } from "./testing/index.ts";
import type { StreamPart } from "./stream-part.ts";

const read = async (texts: AsyncIterable<string>): Promise<string[]> => {
  const all: string[] = [];
  for await (const text of texts) all.push(text);
  return all;
};
const start: StreamPart = { type: "start", vendor: "mock", model: "model" };
const half: (StreamPart | Error)[] = [
  start,
  { type: "text", block: 0, delta: "half" },
  new LlmError("network", "broken"),
];

test("text as it arrives, and the whole answer beside it", async () => {
  const provider = mock({ reasoning: "hm", text: "one two three" });
  const stream = streamText(provider, "Count");
  expect(provider.calls).toHaveLength(0);
  expect(await read(stream)).toEqual(["one", " two", " three"]);
  expect(await stream.result).toMatchObject({ text: "one two three", finish: "stop" });
  expect(provider.calls).toHaveLength(1);
  expect(provider.calls[0]?.call.whole).toBe(false);
});

test("the result alone reads the stream; readers that come later see it all", async () => {
  const provider = mock("one two");
  const stream = streamText(provider, "Count");
  expect((await stream.result).text).toBe("one two");
  expect(await read(stream)).toEqual(["one", " two"]);
  expect(provider.calls).toHaveLength(1);
});

test("two readers see the same, whoever is faster", async () => {
  const provider = mock("one two three");
  const stream = streamText(provider, "Count");
  const [a, b] = await Promise.all([read(stream), read(stream)]);
  expect(a).toEqual(b);
  expect(a).toEqual(["one", " two", " three"]);
  expect(provider.calls).toHaveLength(1);
});

test("an error is thrown to every reader, after the text before it, and from the result", async () => {
  const stream = streamText(mock(half), "x");
  const seen: string[] = [];
  const error = await (async () => {
    for await (const text of stream) seen.push(text);
  })().catch((e: unknown) => e);
  expect(seen).toEqual(["half"]);
  expect(isLlmError(error, "network") && error.partial?.text).toBe("half");
  await expect(stream.result).rejects.toBe(error);
  await expect(read(stream)).rejects.toBe(error);
});

test("a stream that ends without finish is truncated", async () => {
  const error = await streamText(mock([start]), "x").result.catch((e: unknown) => e);
  expect(isLlmError(error, "truncated")).toBe(true);
});

test("the only reader that leaves ends the call", async () => {
  const provider = mock("one two three");
  const stream = streamText(provider, "Count");
  for await (const _ of stream) break;
  expect(provider.active()).toBe(0);
  expect(isLlmError(await stream.result.catch((e: unknown) => e), "aborted")).toBe(true);
});

test("a reader that leaves takes nothing from others, nor from the result", async () => {
  const stream = streamText(mock("one two three"), "Count");
  const other = stream[Symbol.asyncIterator]();
  await other.next();
  for await (const _ of stream) break;
  expect((await other.next()).value).toBe(" two");
  const { result } = stream;
  await other.return?.();
  await other.return?.();
  expect((await other.next()).done).toBe(true);
  expect((await result).text).toBe("one two three");
});

test("an unread result that fails is nobody's unhandled rejection", async () => {
  const stream = streamText(mock(new LlmError("server", "x")), "x");
  void stream.result;
  await expect(read(stream)).rejects.toMatchObject({ code: "server" });
});

test("it is the body of a response", async () => {
  const response = streamText(mock("one ünd"), "x").toResponse({ status: 201, headers: { "x-a": "b" } });
  expect(response.status).toBe(201);
  expect(response.headers.get("content-type")).toBe("text/plain; charset=utf-8");
  expect(response.headers.get("x-a")).toBe("b");
  expect(await response.text()).toBe("one ünd");
  const own = streamText(mock("x"), "x").toResponse({ headers: { "content-type": "text/markdown" } });
  expect(own.headers.get("content-type")).toBe("text/markdown");
  await own.text();
});

test("a body that is cancelled ends the call; one that fails is an error", async () => {
  const provider = mock("one two three four");
  const reader = streamText(provider, "x").toResponse().body!.getReader();
  await reader.read();
  await reader.cancel();
  expect(provider.active()).toBe(0);
  await expect(streamText(mock(half), "x").toResponse().text()).rejects.toMatchObject({ code: "network" });
});

test("the call's options reach the provider", async () => {
  const provider = mock("x");
  const controller = new AbortController();
  await read(streamText(provider, "x", { tenant: "t", tags: { a: "b" }, signal: controller.signal }));
  expect(provider.calls[0]?.call).toMatchObject({ tenant: "t", tags: { a: "b" }, signal: controller.signal });
});
