import * as fc from "fast-check";
import { expect, test } from "vitest";
import { attempts } from "./attempts.ts";
import { newCall } from "./call.ts";
import { isLlmError, LlmError } from "./error.ts";
import { fromParts } from "./replay.ts";
import { isContent, type StreamPart } from "./stream-part.ts";
import { systemClock } from "./time.ts";
import { noUsage } from "./usage.ts";

const start: StreamPart = { type: "start", vendor: "v", model: "m" };
const text = (delta: string): StreamPart => ({ type: "text", block: 0, delta });
const finish: StreamPart = { type: "finish", reason: "stop", usage: noUsage };

/** A stream that sends parts and then fails, or ends as it is. */
async function* script(parts: readonly (StreamPart | Error)[]): AsyncGenerator<StreamPart> {
  for (const part of parts) {
    if (part instanceof Error) throw part;
    yield part;
  }
}
const read = async (source: AsyncIterable<StreamPart>): Promise<{ parts: StreamPart[]; error?: unknown }> => {
  const parts: StreamPart[] = [];
  try {
    for await (const part of source) parts.push(part);
    return { parts };
  } catch (error) {
    return { parts, error };
  }
};
const busy = new LlmError("overloaded", "busy");

test("an attempt that fails before its first content leaves nothing in the answer", async () => {
  const tries: number[] = [];
  const scripts = [[busy], [{ ...start, model: "dropped" } as StreamPart, busy], [start, text("a"), finish]];
  const { parts, error } = await read(
    attempts(
      newCall(),
      (n) => script(scripts[n - 1]!),
      (_error, n) => (tries.push(n), 0),
    ),
  );
  expect(error).toBeUndefined();
  expect(parts).toEqual([start, text("a"), finish]);
  expect(tries).toEqual([1, 2]);
});

test("for any scripts: the answer is the first attempt that commits, else the last error", () =>
  fc.assert(
    fc.asyncProperty(
      fc.array(
        fc.record({
          before: fc.nat(2),
          content: fc.nat(3),
          fails: fc.boolean(),
        }),
        { minLength: 1, maxLength: 5 },
      ),
      fc.boolean(),
      async (shapes, whole) => {
        const errors = shapes.map((_, n) => new LlmError("server", `attempt ${n + 1}`));
        const scripts = shapes.map((shape, n): (StreamPart | Error)[] => [
          start,
          ...Array.from({ length: shape.before }, (): StreamPart => ({ type: "usage", usage: noUsage })),
          ...Array.from({ length: shape.content }, (_, i) => text(`${n}.${i}`)),
          shape.fails ? errors[n]! : finish,
        ]);
        const commits = shapes.findIndex((shape) => !shape.fails || (!whole && shape.content > 0));
        const { parts, error } = await read(
          attempts(
            newCall({ whole }),
            (n) => script(scripts[n - 1]!),
            (_error, n) => (n < scripts.length ? 0 : undefined),
          ),
        );
        const expected = commits === -1 ? [] : scripts[commits]!.filter((part) => !(part instanceof Error));
        expect(parts).toEqual(expected);
        expect(error).toBe(commits === -1 ? errors.at(-1) : shapes[commits]!.fails ? errors[commits] : undefined);
      },
    ),
  ));

test("after the first content an error is passed on", async () => {
  const { parts, error } = await read(
    attempts(
      newCall(),
      () => script([start, text("a"), busy]),
      () => expect.unreachable(),
    ),
  );
  expect(parts.filter(isContent)).toEqual([text("a")]);
  expect(error).toBe(busy);
});

test("a stream that ends without finish is an error to try again after", async () => {
  const seen: unknown[] = [];
  const { parts } = await read(
    attempts(
      newCall(),
      (n) => fromParts(n === 1 ? [start] : [start, finish]),
      (error) => (seen.push(error), 0),
    ),
  );
  expect(parts).toEqual([start, finish]);
  expect(isLlmError(seen[0], "truncated")).toBe(true);
});

test("nothing is opened before the first read", async () => {
  let opened = 0;
  const iterator = attempts(
    newCall(),
    () => (opened++, fromParts([finish])),
    () => 0,
  )[Symbol.asyncIterator]();
  expect(opened).toBe(0);
  await iterator.return?.();
  expect((await iterator.next()).done).toBe(true);
  expect(opened).toBe(0);
});

test("an abort while it waits ends the wait", async () => {
  const controller = new AbortController();
  let opened = 0;
  const source = attempts(
    newCall({ signal: controller.signal }),
    () => (opened++, script([busy])),
    () => (queueMicrotask(() => controller.abort()), 1_000_000),
  );
  const { error } = await read(source);
  expect(isLlmError(error, "aborted")).toBe(true);
  expect(opened).toBe(1);
});

test("an aborted call is not tried again", async () => {
  const controller = new AbortController();
  const source = attempts(
    newCall({ signal: controller.signal }),
    () => {
      controller.abort();
      return script([busy]);
    },
    () => expect.unreachable(),
  );
  expect((await read(source)).error).toBe(busy);
});

test("a reader that leaves ends the wait, the attempt and the whole", async () => {
  let opened = 0;
  const waiting = attempts(
    newCall(),
    () => (opened++, script([busy])),
    () => 1_000_000,
  )[Symbol.asyncIterator]();
  const first = waiting.next();
  await new Promise((resolve) => setTimeout(resolve));
  await waiting.return?.();
  expect((await first).done).toBe(true);
  expect(opened).toBe(1);

  let left = 0;
  const source = async function* (): AsyncGenerator<StreamPart> {
    try {
      yield start;
      yield text("a");
      yield finish;
    } finally {
      left++;
    }
  };
  const reading = attempts(newCall(), source, () => 0)[Symbol.asyncIterator]();
  await reading.next();
  await reading.return?.();
  expect(left).toBe(1);
  expect((await reading.next()).done).toBe(true);
});

test("an answer with a flaw is tried again while nothing of it was handed out; else it stands", async () => {
  const flaws: string[] = [];
  const left: number[] = [];
  const run = (scripts: readonly (readonly StreamPart[])[], again: number | undefined, whole = false) =>
    read(
      attempts(
        newCall({ whole }),
        async function* (n) {
          try {
            yield* scripts[n - 1] ?? [];
          } finally {
            left.push(n);
          }
        },
        () => again,
        { flaw: ({ reason }, n) => (flaws.push(`${reason} ${n}`), reason === "refusal" ? busy : undefined) },
      ),
    );
  const refusal: StreamPart = { type: "finish", reason: "refusal", usage: noUsage };
  expect(
    (
      await run(
        [
          [start, refusal],
          [start, finish],
        ],
        0,
      )
    ).parts,
  ).toEqual([start, finish]);
  expect(flaws.splice(0)).toEqual(["refusal 1", "stop 2"]);
  expect(left.splice(0)).toEqual([1, 2]);
  expect(
    (
      await run(
        [
          [start, refusal],
          [start, finish],
        ],
        undefined,
      )
    ).parts,
  ).toEqual([start, refusal]);
  expect((await run([[start, text("a"), refusal]], 0)).parts).toEqual([start, text("a"), refusal]);
  expect(flaws.splice(0)).toEqual(["refusal 1"]);
  expect((await run([[start, text("a"), refusal], [finish]], 0, true)).parts).toEqual([finish]);
});

test("nothing is tried again once the deadline has come, to the millisecond", async () => {
  const clock = { ...systemClock, now: () => 1_000 };
  for (const [deadline, tries] of [
    [1_000, 1],
    [1_001, 2],
  ] as const) {
    let opened = 0;
    const call = newCall({ deadline });
    const { error } = await read(
      attempts(
        call,
        () => (opened++, script([busy])),
        (_error, n) => (n < 2 ? 0 : undefined),
        { clock },
      ),
    );
    expect(error).toBe(busy);
    expect(opened).toBe(tries);
  }
});
