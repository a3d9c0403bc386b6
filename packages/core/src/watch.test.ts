import { expect, test } from "vitest";
import { isLlmError } from "./error.ts";
import { fromParts } from "./replay.ts";
import type { StreamPart } from "./stream-part.ts";
import { noUsage } from "./usage.ts";
import { watch, type Outcome } from "./watch.ts";

const start: StreamPart = { type: "start", vendor: "v", model: "m" };
const text: StreamPart = { type: "text", block: 0, delta: "a" };
const finish: StreamPart = { type: "finish", reason: "stop", usage: noUsage };

/** A watcher that notes what it sees. */
function noting() {
  const seen: string[] = [];
  const ends: Outcome[] = [];
  return {
    seen,
    ends,
    watcher: {
      part: (part: StreamPart) => void seen.push(part.type),
      end: (outcome: Outcome) => void ends.push(outcome),
    },
  };
}
const iterate = (source: AsyncIterable<StreamPart>) => source[Symbol.asyncIterator]();
const drain = async (source: AsyncIterable<StreamPart>) => {
  const parts: StreamPart[] = [];
  for await (const part of source) parts.push(part);
  return parts;
};

test("it sees each part and the end, and changes nothing", async () => {
  const { seen, ends, watcher } = noting();
  expect(
    await drain(
      watch(
        () => fromParts([start, text, finish]),
        () => watcher,
      ),
    ),
  ).toEqual([start, text, finish]);
  expect(seen).toEqual(["start", "text", "finish"]);
  expect(ends).toEqual([{ type: "done" }]);
});

test("nothing is entered before the first read, nor when the reader never reads", async () => {
  let entered = 0;
  const iterator = iterate(
    watch(
      () => fromParts([finish]),
      () => (entered++, {}),
    ),
  );
  expect(entered).toBe(0);
  await iterator.return?.();
  expect(entered).toBe(0);
  expect((await iterator.next()).done).toBe(true);
  expect(entered).toBe(0);
});

test("the end is told with the finish part, not with what comes after", async () => {
  const { ends, watcher } = noting();
  const iterator = iterate(
    watch(
      () => fromParts([start, finish]),
      () => watcher,
    ),
  );
  await iterator.next();
  expect(ends).toEqual([]);
  await iterator.next();
  expect(ends).toEqual([{ type: "done" }]);
  await iterator.return?.();
  await iterator.next();
  expect(ends).toHaveLength(1);
});

test("an error of the source is passed on and told once", async () => {
  const { ends, watcher } = noting();
  const error = new Error("broken");
  const source = async function* (): AsyncGenerator<StreamPart> {
    yield start;
    throw error;
  };
  const iterator = iterate(watch(source, () => watcher));
  await iterator.next();
  await expect(iterator.next()).rejects.toBe(error);
  expect(ends).toEqual([{ type: "failed", error }]);
  expect((await iterator.next()).done).toBe(true);
  expect(ends).toHaveLength(1);
});

test("a source that ends without finish is truncated", async () => {
  const { ends, watcher } = noting();
  const error = await drain(
    watch(
      () => fromParts([start, text]),
      () => watcher,
    ),
  ).catch((e: unknown) => e);
  expect(isLlmError(error, "truncated")).toBe(true);
  expect(ends).toEqual([{ type: "failed", error }]);
});

test("a source that cannot be opened is told", async () => {
  const { ends, watcher } = noting();
  const error = new Error("no");
  const source = () => {
    throw error;
  };
  await expect(drain(watch(source, () => watcher))).rejects.toBe(error);
  expect(ends).toEqual([{ type: "failed", error }]);
});

test("entering may be refused: the source is never asked", async () => {
  let opened = 0;
  for (const enter of [
    () => Promise.reject(new Error("full")),
    () => {
      throw new Error("full");
    },
  ]) {
    const iterator = iterate(watch(() => (opened++, fromParts([finish])), enter));
    await expect(iterator.next()).rejects.toThrow("full");
    expect((await iterator.next()).done).toBe(true);
  }
  expect(opened).toBe(0);
});

test("what the watcher throws ends the stream and leaves the source", async () => {
  const error = new Error("over budget");
  const ends: Outcome[] = [];
  let returned = 0;
  const source = fromParts([start, text, finish]) as AsyncIterableIterator<StreamPart>;
  const inner = source.return!.bind(source);
  source.return = () => (returned++, inner());
  const watched = watch(
    () => source,
    () => ({
      part: (part) => {
        if (part.type === "text") throw error;
      },
      end: (outcome) => void ends.push(outcome),
    }),
  );
  await expect(drain(watched)).rejects.toBe(error);
  expect(ends).toEqual([{ type: "failed", error }]);
  expect(returned).toBe(1);
});

test("a reader that leaves is told once, and the source is left", async () => {
  const { ends, watcher } = noting();
  let returned = 0;
  const source = fromParts([start, text, finish]) as AsyncIterableIterator<StreamPart>;
  source.return = () => (returned++, Promise.resolve({ done: true, value: undefined }));
  const iterator = iterate(
    watch(
      () => source,
      () => watcher,
    ),
  );
  await iterator.next();
  await iterator.return?.();
  await iterator.return?.();
  expect(ends).toEqual([{ type: "left" }]);
  expect(returned).toBeGreaterThanOrEqual(1);
  expect((await iterator.next()).done).toBe(true);
});

test("a permit that is granted after its caller has left is given back at once", async () => {
  const { ends, watcher } = noting();
  let opened = 0;
  let grant: (entered: typeof watcher) => void = () => {};
  const granted = new Promise<typeof watcher>((resolve) => (grant = resolve));
  const iterator = iterate(
    watch(
      () => (opened++, fromParts([finish])),
      () => granted,
    ),
  );
  const read = iterator.next();
  await iterator.return?.();
  expect(ends).toEqual([]);
  grant(watcher);
  expect((await read).done).toBe(true);
  expect(ends).toEqual([{ type: "left" }]);
  expect(opened).toBe(0);
});

test("who waits to be let in can stop when the reader leaves", async () => {
  const iterator = iterate(
    watch(
      () => fromParts([finish]),
      (onLeave) => new Promise((_resolve, reject) => onLeave(() => reject(new Error("left the queue")))),
    ),
  );
  const read = iterator.next();
  await iterator.return?.();
  expect((await read).done).toBe(true);
});
