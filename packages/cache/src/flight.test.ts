import { isLlmError, LlmError, newCall, toRequest, type Event, type Provider, type StreamPart } from "@llm/core";
import { mock, manualClock } from "@llm/core/testing";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { cache } from "./cache.ts";
import { asyncStore } from "./kit/async-store.ts";
import { runs } from "./kit/runs.ts";
import { memoryStore } from "./memory.ts";

/** An upstream call that does only what it is told to. */
interface Upstream {
  readonly key: string;
  readonly signal: AbortSignal | undefined;
  readonly sent: StreamPart[];
  /** How often it was asked for a part, and whether it was told that nobody wants more. */
  asked: number;
  returned: boolean;
  state: "open" | "complete" | "failed" | "left";
  answer: ((next: IteratorResult<StreamPart>) => void) | undefined;
  fail: (error: Error) => void;
}

/** The model of one reader. */
interface Reader {
  readonly key: string;
  readonly iterator: AsyncIterator<StreamPart>;
  readonly stop: AbortController;
  readonly deadline: number;
  readonly events: Event[];
  /** Where it reads from: an upstream call, or the parts of an entry. Unset until its first read. */
  from: Upstream | readonly StreamPart[] | undefined;
  /** It has just begun to read, and there was neither an entry nor an upstream call to share. */
  opens: boolean;
  position: number;
  reads: number;
  pending: { settled: IteratorResult<StreamPart> | { error: unknown } | undefined } | undefined;
  /** How the model says that it ended; `told` once a read has said so. */
  ended: "finish" | "left" | "aborted" | "timeout" | "failed" | undefined;
  told: boolean;
}

const usage = { input: 1, cacheRead: 0, cacheWrite: 0, output: 1, reasoning: 0 };
const isUpstream = (from: Reader["from"]): from is Upstream => from !== undefined && "sent" in from;

const flush = async (): Promise<void> => {
  for (let turn = 0; turn < 25; turn++) await Promise.resolve();
};

const command = fc.oneof(
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant("join" as const),
      key: fc.constantFrom("a", "b"),
      deadline: fc.option(fc.integer({ min: 1, max: 20 })),
    }),
  },
  { weight: 8, arbitrary: fc.record({ do: fc.constant("read" as const), who: fc.nat(), together: fc.boolean() }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant("send" as const), who: fc.nat() }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constantFrom("finish" as const, "cut" as const, "fail" as const), who: fc.nat() }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom("leave" as const, "abort" as const), who: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("wait" as const), ms: fc.integer({ min: 1, max: 10 }) }) },
);

type Command = typeof command extends fc.Arbitrary<infer C> ? C : never;

/** Runs commands against a cache and a plain model of it, and compares after each. */
async function play(commands: readonly Command[], asynchronous: boolean): Promise<void> {
  const clock = manualClock();
  const upstreams: Upstream[] = [];
  const readers: Reader[] = [];
  const current = new Map<string, Upstream>();
  const entries = new Map<string, readonly StreamPart[]>();

  const provider: Provider = {
    ...mock(),
    stream: (request, call) => {
      const upstream: Upstream = {
        key: (request.messages[0] as { content: string }).content, // as `join` asks
        signal: call.signal,
        sent: [],
        asked: 0,
        returned: false,
        state: "open",
        answer: undefined,
        fail: () => {},
      };
      upstreams.push(upstream);
      return {
        [Symbol.asyncIterator]: () => ({
          next: () => {
            upstream.asked++;
            return new Promise((resolve, reject) => {
              upstream.answer = resolve;
              upstream.fail = reject;
            });
          },
          return: () => {
            upstream.returned = true;
            return Promise.resolve({ done: true, value: undefined });
          },
        }),
      };
    },
  };
  const store = asynchronous ? asyncStore({ clock }) : memoryStore({ clock });
  const llm = cache({ store, clock, ttl: "1d" })(provider);

  /** The model: a reader is over; the last one of an open upstream takes it along. */
  const end = (reader: Reader, how: NonNullable<Reader["ended"]>): void => {
    if (reader.ended) return;
    reader.ended = how;
    const { from } = reader;
    if (!isUpstream(from) || from.state !== "open") return;
    if (readers.some((other) => other.from === from && !other.ended)) return;
    from.state = "left";
    current.delete(from.key);
  };
  const read = (reader: Reader): void => {
    if (reader.pending) return;
    const pending: NonNullable<Reader["pending"]> = { settled: undefined };
    reader.pending = pending;
    reader.reads++;
    reader.iterator.next().then(
      (next) => (pending.settled = next),
      (error: unknown) => (pending.settled = { error }),
    );
    if (reader.from || reader.ended) return;
    if (reader.stop.signal.aborted) reader.ended = "aborted";
    else if (reader.deadline <= clock.now()) reader.ended = "timeout";
    else {
      reader.from = entries.get(reader.key) ?? current.get(reader.key);
      reader.opens = !reader.from;
    }
  };
  /** After everything has come to rest: what the model says each read must have brought. */
  const compare = async (): Promise<void> => {
    await flush();
    for (const reader of readers.filter((one) => one.opens)) {
      const opened = upstreams.findLast((one) => one.key === reader.key && one.state === "open");
      if (!opened) throw new Error("nothing was opened upstream");
      current.set(reader.key, opened);
      reader.from = opened;
      reader.opens = false;
    }
    for (const reader of readers) {
      const { pending, from } = reader;
      if (!pending) continue;
      const parts = isUpstream(from) ? from.sent : (from ?? []);
      const part = reader.ended ? undefined : parts[reader.position];
      if (part) {
        expect(pending.settled).toEqual({ done: false, value: part });
        reader.position++;
        if (part.type === "finish") {
          reader.ended = "finish";
          reader.told = true;
        }
      } else {
        if (!reader.ended && isUpstream(from) && from.state === "failed") end(reader, "failed");
        if (!reader.ended) {
          expect(pending.settled).toBeUndefined();
          continue;
        }
        if (!pending.settled) await new Promise((resolve) => setTimeout(resolve, 2)); // the upstream has its last word
        if (reader.ended === "left" || reader.told) expect(pending.settled).toEqual({ done: true, value: undefined });
        else {
          const { error } = pending.settled as { error: unknown };
          if (reader.ended === "failed") expect(isLlmError(error, "network", "truncated")).toBe(true);
          else expect(isLlmError(error, reader.ended === "timeout" ? "timeout" : "aborted")).toBe(true);
        }
        reader.told = true;
      }
      reader.pending = undefined;
    }
    for (const upstream of upstreams) {
      const own = readers.filter((reader) => reader.from === upstream);
      expect(own.length).toBeGreaterThan(0);
      expect(upstream.signal?.aborted).toBe(upstream.state === "left");
      expect(upstream.returned).toBe(upstream.state === "left" || upstream.state === "complete");
      // back-pressure: nobody asks for more than the reader that is furthest ahead has; one more as a last word
      const most = Math.max(...own.map((reader) => reader.reads)) + (upstream.state === "left" ? 1 : 0);
      expect(upstream.asked).toBeLessThanOrEqual(most);
    }
    for (const key of ["a", "b"])
      expect(upstreams.filter((one) => one.key === key && one.state === "open").length).toBeLessThanOrEqual(1);
  };

  for (const command of commands) {
    const pick = <T>(from: readonly T[]): T | undefined =>
      "who" in command ? from[command.who % from.length] : undefined;
    switch (command.do) {
      case "join": {
        const stop = new AbortController();
        const events: Event[] = [];
        const deadline = command.deadline === null ? Infinity : clock.now() + command.deadline;
        const call = newCall({ signal: stop.signal, deadline, onEvent: (event) => events.push(event) });
        const iterator = llm.stream(toRequest(command.key), call)[Symbol.asyncIterator]();
        readers.push({
          key: command.key,
          iterator,
          stop,
          deadline,
          events,
          from: undefined,
          opens: false,
          position: 0,
          reads: 0,
          pending: undefined,
          ended: undefined,
          told: false,
        });
        break;
      }
      case "read": {
        if (command.together) for (const reader of readers) read(reader);
        else {
          const reader = pick(readers);
          if (reader) read(reader);
        }
        break;
      }
      case "leave":
      case "abort": {
        const reader = pick(readers);
        if (!reader) break;
        const before = reader.from;
        if (command.do === "leave") {
          void reader.iterator.return?.();
          if (reader.ended && !reader.told) reader.ended = "left"; // what it would have been told is dropped
          end(reader, "left");
          reader.told = true;
        } else {
          reader.stop.abort();
          if (reader.from) end(reader, "aborted"); // one that never read has nothing to be told yet
        }
        if (isUpstream(before) && before.state === "left") expect(before.signal?.aborted).toBe(true); // at once
        break;
      }
      case "wait": {
        await clock.advance(command.ms);
        for (const reader of readers) if (reader.from && reader.deadline <= clock.now()) end(reader, "timeout");
        break;
      }
      default: {
        const upstream = pick(upstreams.filter((one) => one.answer !== undefined && one.state === "open"));
        if (!upstream?.answer) break;
        const { answer } = upstream;
        upstream.answer = undefined;
        const n = upstream.sent.length;
        const index = upstreams.indexOf(upstream);
        const part: StreamPart =
          n === 0
            ? { type: "start", vendor: "mock", model: `of ${index}` }
            : command.do === "finish"
              ? { type: "finish", reason: "stop", usage }
              : { type: "text", block: 0, delta: `${index}.${n} ` };
        if (command.do === "fail" || command.do === "cut") {
          upstream.state = "failed";
          current.delete(upstream.key);
          if (command.do === "fail") upstream.fail(new LlmError("network", "gone"));
          else answer({ done: true, value: undefined });
          break;
        }
        upstream.sent.push(part);
        if (part.type === "finish") {
          upstream.state = "complete";
          current.delete(upstream.key);
          entries.set(upstream.key, upstream.sent);
        }
        answer({ done: false, value: part });
      }
    }
    await compare();
  }
  for (const reader of readers) {
    void reader.iterator.return?.();
    if (reader.ended && !reader.told) reader.ended = "left";
    end(reader, "left");
    reader.told = true;
  }
  await compare();
  expect(clock.timers()).toBe(0);
  for (const { events, from } of readers) {
    const types = events.map((event) => event.type);
    const expected = from === undefined ? 0 : 1;
    expect(types.filter((type) => ["cache.hit", "cache.miss", "cache.coalesced"].includes(type)).length).toBe(expected);
    if (from && !isUpstream(from)) expect(types).toEqual(["cache.hit"]);
  }
  const misses = readers.flatMap((reader) => reader.events).filter((event) => event.type === "cache.miss").length;
  expect(misses).toBe(upstreams.length);
}

for (const asynchronous of [false, true])
  test(`readers that join, read, leave and fail in any order see what the model says (${asynchronous ? "asynchronous" : "memory"} store)`, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(command, { maxLength: 60, size: "max" }), (commands) => play(commands, asynchronous)),
      runs(150),
    );
  });
