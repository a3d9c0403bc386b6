import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { newCall, type CallOptions } from "./call.ts";
import { isLlmError, LlmError } from "./error.ts";
import type { Event } from "./event.ts";
import { leaf, type Wire } from "./leaf.ts";
import { toRequest } from "./request.ts";
import type { StreamPart } from "./stream-part.ts";
import { noUsage, type Usage } from "./usage.ts";

const model = { vendor: "v", model: "m", endpoint: "https://here" };
const start: StreamPart = { type: "start", vendor: "v", model: "m-1", requestId: "req" };
const text = (delta: string): StreamPart => ({ type: "text", block: 0, delta });
const usage: Usage = { ...noUsage, input: 7, output: 3 };
const finish: StreamPart = { type: "finish", reason: "stop", usage };

/** Events that come when the test says so. */
function source() {
  const waiting: ((result: IteratorResult<StreamPart | Error>) => void)[] = [];
  const ready: IteratorResult<StreamPart | Error>[] = [];
  let returned = 0;
  const give = (result: IteratorResult<StreamPart | Error>): void => {
    const next = waiting.shift();
    if (next) next(result);
    else ready.push(result);
  };
  const iterator: AsyncIterator<StreamPart | Error> = {
    next: () => {
      const result = ready.shift();
      return result ? Promise.resolve(result) : new Promise((resolve) => waiting.push(resolve));
    },
    return: () => (returned++, Promise.resolve({ done: true, value: undefined })),
  };
  return {
    iterator,
    send: (...parts: (StreamPart | Error)[]) => parts.forEach((value) => give({ done: false, value })),
    end: () => give({ done: true, value: undefined }),
    returned: () => returned,
  };
}

function run(wire: Partial<Wire<StreamPart | Error>> = {}, options: CallOptions = {}) {
  const events: Event[] = [];
  const signals: AbortSignal[] = [];
  const from = source();
  const call = newCall({ ...options, onEvent: (event) => events.push(event) });
  const parts = leaf<StreamPart | Error>(model, toRequest("x".repeat(40)), call, {
    read: (part, push) => {
      if (part instanceof Error) throw part;
      push(part);
    },
    toError: (error) => new LlmError("server", String(error), { cause: error }),
    ...wire,
    open: (signal) => {
      signals.push(signal);
      return wire.open ? wire.open(signal) : Promise.resolve(from.iterator);
    },
  });
  const told = () => events.filter((event) => event.type === "api.response");
  return { ...from, iterator: parts[Symbol.asyncIterator](), parts, events, told, signals };
}
const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

describe("an answer", () => {
  test("streamed: asked at the first read, told once, its rest read away", async () => {
    const { iterator, events, told, send, end, signals } = run();
    expect(signals).toHaveLength(0);
    const first = iterator.next();
    expect(signals).toHaveLength(1);
    send(start, text("ab"), finish);
    end();
    expect([await first, await iterator.next(), await iterator.next(), await iterator.next()]).toEqual([
      { done: false, value: start },
      { done: false, value: text("ab") },
      { done: false, value: finish },
      { done: true, value: undefined },
    ]);
    expect(events.map(({ type }) => type)).toEqual(["api.request", "api.response"]);
    expect(told()).toMatchObject([
      { vendor: "v", model: "m-1", endpoint: "https://here", usage, outcome: "ok", requestId: "req" },
    ]);
    expect(told()[0]).toHaveProperty("firstPartMs");
    expect(signals[0]?.aborted).toBe(false);
  });
  test("whole: its parts at once", async () => {
    const { parts, told } = run({ open: () => Promise.resolve([start, text("a"), finish]) });
    const seen: string[] = [];
    for await (const part of parts) seen.push(part.type);
    expect(seen).toEqual(["start", "text", "finish"]);
    expect(told()).toHaveLength(1);
  });
  test("a start is made up where none came, a second one and what follows finish are dropped", async () => {
    const one = run({ open: () => Promise.resolve([text("a"), start, finish, finish, text("b")]) });
    const seen: StreamPart[] = [];
    for await (const part of one.parts) seen.push(part);
    expect(seen).toEqual([{ type: "start", vendor: "v", model: "m" }, text("a"), finish]);
  });
  test("an event may stand for no part or for several, and the end may add some", async () => {
    const { parts, send, end } = run({
      read: (part, push) => {
        if (part instanceof Error || part.type === "usage") return;
        push(part);
        push(part);
      },
      end: (push) => push(finish),
    });
    send({ type: "usage", usage }, text("a"));
    end();
    const seen: string[] = [];
    for await (const part of parts) seen.push(part.type);
    expect(seen).toEqual(["start", "text", "text", "finish"]);
  });
  test.each([noUsage, { ...noUsage, raw: {} }])(
    "without a usage it is estimated, in finish and in the event",
    async (none) => {
      const { parts, told } = run({
        open: () => Promise.resolve([start, text("abcdefgh"), { type: "finish", reason: "stop", usage: none }]),
      });
      let last: StreamPart | undefined;
      for await (const part of parts) last = part;
      expect(last).toMatchObject({ usage: { output: 2, estimated: true } });
      expect(told()).toMatchObject([{ usage: { input: 13, output: 2, estimated: true } }]);
      expect(told()[0]?.usage).toEqual((last as { usage: Usage }).usage);
    },
  );
});

describe("a body that does not end after the answer", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());
  test("is cut after a second", async () => {
    const { iterator, send, signals, returned } = run();
    send(start, finish);
    await iterator.next();
    await iterator.next();
    await vi.advanceTimersByTimeAsync(999);
    expect(signals[0]?.aborted).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    expect(signals[0]?.aborted).toBe(true);
    expect(returned()).toBe(1);
  });
  test("is cut at once where it goes on", async () => {
    const { iterator, send, signals } = run();
    send(start, finish);
    await iterator.next();
    await iterator.next();
    send(text("more"));
    await vi.advanceTimersByTimeAsync(0);
    expect(signals[0]?.aborted).toBe(true);
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe("a failure", () => {
  test("before anything is sent tells no event", async () => {
    const error = new LlmError("invalid-request", "bad");
    const { iterator, events, signals } = run({
      prepare: () => {
        throw error;
      },
    });
    await expect(iterator.next()).rejects.toBe(error);
    expect((await iterator.next()).done).toBe(true);
    expect(events).toEqual([]);
    expect(signals).toEqual([]);
  });
  test("before anything is sent is the request's fault, also where no check foresaw it", async () => {
    const { iterator, events } = run({
      prepare: () => {
        encodeURI("\ud800");
      },
    });
    await expect(iterator.next()).rejects.toMatchObject({
      code: "invalid-request",
      message: "request: URIError: URI malformed",
      model: "m",
    });
    expect(events).toEqual([]);
  });
  test("of the request costs nothing", async () => {
    const { iterator, told } = run({ open: () => Promise.reject(new Error("no")) });
    const error = await iterator.next().catch((e: unknown) => e);
    expect(isLlmError(error, "server") && error.partial).toBeUndefined();
    expect(told()).toMatchObject([{ outcome: "server", usage: noUsage, model: "m" }]);
    expect((await iterator.next()).done).toBe(true);
  });
  test("of the whole answer costs what it says", async () => {
    const failure = new LlmError("rate-limit", "slow", { partial: { usage: { ...noUsage, input: 90, output: 8 } } });
    const { iterator, told } = run({ open: () => Promise.reject(failure) });
    const usage = { input: 90, output: 8, estimated: true };
    await expect(iterator.next()).rejects.toMatchObject({ code: "rate-limit" });
    expect(told()).toMatchObject([{ outcome: "rate-limit", usage }]);
  });
  test("in the middle carries the usage until then", async () => {
    const { iterator, told, send, signals } = run();
    send(start, { type: "usage", usage: { ...noUsage, input: 90 } }, text("abcdefgh"), new Error("broken"));
    await iterator.next();
    await iterator.next();
    await iterator.next();
    await expect(iterator.next()).rejects.toMatchObject({
      code: "server",
      partial: { usage: { input: 90, output: 2, estimated: true } },
    });
    expect(told()).toMatchObject([{ outcome: "server", usage: { input: 90, output: 2, estimated: true } }]);
    expect(signals[0]?.aborted).toBe(true);
    expect((await iterator.next()).done).toBe(true);
    expect(told()).toHaveLength(1);
  });
  test("a silent end is truncated", async () => {
    const { iterator, told, send, end } = run();
    send(start, text("ab"));
    end();
    await iterator.next();
    await iterator.next();
    await expect(iterator.next()).rejects.toMatchObject({ code: "truncated", partial: { usage: { estimated: true } } });
    expect(told()).toMatchObject([{ outcome: "truncated" }]);
    const whole = run({ open: () => Promise.resolve([start]) });
    await whole.iterator.next();
    await expect(whole.iterator.next()).rejects.toMatchObject({ code: "truncated" });
  });
});

describe("the call's end", () => {
  test.each(["before it is asked", "while it is asked", "between reads", "while a read waits"] as const)(
    "%s reaches everybody at once",
    async (phase) => {
      const controller = new AbortController();
      const reason = new LlmError("aborted", "enough");
      const opened = phase === "while it is asked" ? new Promise<never>(() => {}) : undefined;
      const { iterator, told, send, signals, events } = run(opened && { open: () => opened }, {
        signal: controller.signal,
      });
      if (phase === "before it is asked") {
        controller.abort(reason);
        await expect(iterator.next()).rejects.toBe(reason);
        expect(events).toEqual([]);
        return;
      }
      let read: Promise<unknown> | undefined;
      if (phase === "while it is asked") read = iterator.next();
      else {
        send(start);
        await iterator.next();
        if (phase === "while a read waits") read = iterator.next();
      }
      read?.catch(() => {});
      controller.abort(reason);
      expect(signals[0]?.aborted).toBe(true);
      expect(told()).toMatchObject([{ outcome: "aborted", usage: { input: 13, estimated: true } }]);
      await expect(read ?? iterator.next()).rejects.toMatchObject({
        code: "aborted",
        partial: { usage: { input: 13 } },
      });
      expect((await iterator.next()).done).toBe(true);
      await iterator.return?.();
      await settled();
      expect(told()).toHaveLength(1);
    },
  );
  test("a deadline ends it as a timeout", async () => {
    const passed = run({}, { deadline: Date.now() - 1 });
    await expect(passed.iterator.next()).rejects.toMatchObject({ code: "timeout" });
    expect(passed.events).toEqual([]);
    vi.useFakeTimers();
    try {
      const { iterator, told, signals } = run({}, { deadline: Date.now() + 500 });
      const read = iterator.next();
      read.catch(() => {});
      await vi.advanceTimersByTimeAsync(500);
      await expect(read).rejects.toMatchObject({ code: "timeout" });
      expect(told()).toMatchObject([{ outcome: "timeout" }]);
      expect(signals[0]?.aborted).toBe(true);
    } finally {
      vi.useRealTimers();
    }
  });
  test("after the answer changes nothing, and nothing is left hooked", async () => {
    const controller = new AbortController();
    const remove = vi.spyOn(controller.signal, "removeEventListener");
    const { iterator, told, send, end, signals } = run({}, { signal: controller.signal });
    send(start, finish);
    end();
    await iterator.next();
    await iterator.next();
    expect(remove).toHaveBeenCalled();
    controller.abort();
    expect(told()).toMatchObject([{ outcome: "ok" }]);
    expect(signals[0]?.aborted).toBe(false);
    expect((await iterator.next()).done).toBe(true);
  });
  test("an answer that comes after its caller has gone is given back", async () => {
    const late = source();
    let open: (iterator: AsyncIterator<StreamPart | Error>) => void = () => {};
    const { iterator, told } = run({ open: () => new Promise((resolve) => (open = resolve)) });
    const read = iterator.next();
    await iterator.return?.();
    expect(await read).toEqual({ done: true, value: undefined });
    open(late.iterator);
    await settled();
    expect(late.returned()).toBe(1);
    expect(told()).toMatchObject([{ outcome: "left" }]);
  });
});

describe("a reader that leaves", () => {
  test.each([0, 1, 2])("after %s parts is told once, and the upstream with it", async (reads) => {
    const { iterator, told, send, signals, returned } = run();
    send(start, text("abcd"), text("efgh"));
    for (let n = 0; n < reads; n++) await iterator.next();
    expect(await iterator.return?.()).toEqual({ done: true, value: undefined });
    expect(await iterator.return?.()).toEqual({ done: true, value: undefined });
    expect((await iterator.next()).done).toBe(true);
    expect(told()).toHaveLength(reads === 0 ? 0 : 1);
    if (reads === 0) return expect(signals).toHaveLength(0);
    expect(told()).toMatchObject([{ outcome: "left", usage: { estimated: true } }]);
    expect(signals[0]?.aborted).toBe(true);
    expect(returned()).toBe(1);
  });
  test("while a read waits gets its end at once, though the upstream never answers", async () => {
    const { iterator, send, told } = run();
    send(start);
    await iterator.next();
    const read = iterator.next();
    await iterator.return?.();
    expect(await read).toEqual({ done: true, value: undefined });
    expect(told()).toMatchObject([{ outcome: "left" }]);
  });
  test("after the answer is nothing to tell", async () => {
    const { iterator, told, send, end } = run();
    send(start, finish);
    end();
    await iterator.next();
    await iterator.next();
    await iterator.return?.();
    expect(told()).toMatchObject([{ outcome: "ok" }]);
  });
});

test("what reading throws is told after all that came before it", async () => {
  const { iterator, told, send } = run({
    read: (part, push) => {
      push(start);
      push(text("a"));
      push(text("b"));
      if (part instanceof Error) throw part;
    },
  });
  send(new Error("the third of one packet"));
  expect((await iterator.next()).value).toBe(start);
  expect((await iterator.next()).value).toEqual(text("a"));
  expect(told()).toEqual([]);
  expect((await iterator.next()).value).toEqual(text("b"));
  await expect(iterator.next()).rejects.toMatchObject({ code: "server", partial: { usage: { estimated: true } } });
  expect(told()).toMatchObject([{ outcome: "server" }]);
  expect((await iterator.next()).done).toBe(true);
});
