import { expect, test } from "vitest";
import { attempts } from "./attempts.ts";
import { newCall } from "./call.ts";
import { collect } from "./collect.ts";
import { compose, wrap } from "./compose.ts";
import { LlmError } from "./error.ts";
import { fallback } from "./fallback.ts";
import { generate } from "./generate.ts";
import { done, type PartReader } from "./part-reader.ts";
import { retry } from "./retry.ts";
import type { StreamPart } from "./stream-part.ts";
import { mock } from "./testing/mock.ts";
import { noUsage } from "./usage.ts";
import { watch, type Outcome } from "./watch.ts";

const text = (delta: string): StreamPart => ({ type: "text", block: 0, delta });
const answer: readonly StreamPart[] = [
  { type: "start", vendor: "v", model: "m" },
  text("a"),
  text("b"),
  { type: "finish", reason: "stop", usage: noUsage },
];

/** A stream whose parts are all there at once, and which counts how it is asked. */
function atHand(parts: readonly StreamPart[] = answer) {
  let at = 0;
  const asked = { next: 0, ready: 0, return: 0 };
  const reader: PartReader & AsyncIterable<StreamPart> = {
    [Symbol.asyncIterator]: () => reader,
    next: () => {
      asked.next++;
      const value = parts[at++];
      return value ? Promise.resolve({ done: false, value }) : done();
    },
    ready: () => {
      asked.ready++;
      return parts[at++];
    },
    return: () => {
      asked.return++;
      return done();
    },
  };
  return { asked, reader };
}
const provider = (source: AsyncIterable<StreamPart>) => wrap(mock(), { stream: () => source });

test("parts that are there pass all layers after one read", async () => {
  const { asked, reader } = atHand();
  const seen: string[] = [];
  const outcomes: Outcome[] = [];
  const watched = watch(
    () => reader,
    () => ({ part: (part) => seen.push(part.type), end: (outcome) => outcomes.push(outcome) }),
  );
  const llm = fallback(compose(provider(watched), retry()));
  expect(await generate(llm, "Hello")).toMatchObject({ text: "ab", vendor: "v" });
  expect(asked).toMatchObject({ next: 1, return: 1 });
  expect(seen).toEqual(["start", "text", "text", "finish"]);
  expect(outcomes).toEqual([{ type: "done" }]);
});

test("parts with a reader that cannot hand them out at once are the same", async () => {
  const { reader } = atHand();
  const plain = { [Symbol.asyncIterator]: () => ({ next: () => reader.next() }) };
  expect(await collect(plain)).toEqual(await collect(atHand().reader));
});

test("what a watcher throws at a part that was at hand ends the stream, once", async () => {
  const { asked, reader } = atHand();
  const outcomes: Outcome[] = [];
  const error = new LlmError("server", "enough");
  const watched = watch(
    () => reader,
    () => ({
      part: (part) => {
        if (part.type === "text" && part.delta === "b") throw error;
      },
      end: (outcome) => outcomes.push(outcome),
    }),
  );
  await expect(collect(watched)).rejects.toMatchObject({ message: "enough", partial: { text: "a" } });
  expect(outcomes).toEqual([{ type: "failed", error }]);
  expect(asked.return).toBe(1);
});

test("nothing is at hand before a stream is the answer, nor after its reader left", async () => {
  const { reader } = atHand();
  const tried: PartReader = attempts(
    newCall(),
    () => reader,
    () => undefined,
  )[Symbol.asyncIterator]();
  expect(tried.ready?.()).toBeUndefined();
  expect((await tried.next()).value).toMatchObject({ type: "start" });
  expect(tried.ready?.()).toEqual(text("a")); // read up to the commit point
  expect(tried.ready?.()).toEqual(text("b")); // not read yet
  await tried.return?.();
  expect(tried.ready?.()).toBeUndefined();

  const watched: PartReader = watch(
    () => atHand().reader,
    () => ({}),
  )[Symbol.asyncIterator]();
  expect(watched.ready?.()).toBeUndefined();
  await watched.next();
  expect(watched.ready?.()).toEqual(text("a"));
  await watched.return?.();
  expect(watched.ready?.()).toBeUndefined();
  expect(await watched.next()).toEqual({ done: true, value: undefined });
});

test("a call that is over hands out nothing more, and tells why", async () => {
  const stop = new AbortController();
  const parts = mock("a b c").stream({ messages: [] }, newCall({ signal: stop.signal }));
  const stream: PartReader = parts[Symbol.asyncIterator]();
  expect(stream.ready?.()).toBeUndefined();
  await stream.next();
  stop.abort();
  expect(stream.ready?.()).toBeUndefined();
  await expect(stream.next()).rejects.toMatchObject({ code: "aborted" });
});

test("what a watcher throws at a part that was there settles those around it, too", async () => {
  const outcomes: Outcome[] = [];
  const inner = watch(
    () => atHand().reader,
    () => ({
      part: (part) => {
        if (part.type === "text") throw new Error("no text");
      },
    }),
  );
  const outer = watch(
    () => inner,
    () => ({ end: (outcome) => outcomes.push(outcome) }),
  );
  await expect(generate(provider(outer), "Hello")).rejects.toThrow("no text");
  expect(outcomes).toMatchObject([{ type: "failed", error: { message: "no text" } }]);
});
