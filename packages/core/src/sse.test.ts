import * as fc from "fast-check";
import { expect, test } from "vitest";
import { eventsOf, newEventParser } from "./sse.ts";

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const streamOf = (pieces: readonly Uint8Array[]): ReadableStream<Uint8Array> =>
  new ReadableStream({
    start: (controller) => {
      for (const piece of pieces) controller.enqueue(piece);
      controller.close();
    },
  });
async function read(pieces: readonly Uint8Array[]): Promise<{ events: unknown[]; error?: unknown }> {
  const events: unknown[] = [];
  const iterator = eventsOf(streamOf(pieces), { vendor: "v", model: "m" });
  try {
    for (;;) {
      const next = await iterator.next();
      if (next.done) return { events };
      events.push(...next.value);
    }
  } catch (error) {
    return { events, error };
  }
}
const parse = (...pieces: string[]) => read(pieces.map(bytesOf));

test("whatever the line ends, the noise and the pieces, the events are the same", () =>
  fc.assert(
    fc.asyncProperty(
      fc.array(
        fc.record({ data: fc.jsonValue(), noise: fc.constantFrom("", ": a comment", "id: 7", "event: x", "retry: 5") }),
      ),
      fc.constantFrom("\n", "\r\n", "\r"),
      fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }),
      fc.constantFrom("", " "),
      async (events, end, sizes, space) => {
        const text = events
          .map(
            ({ data, noise }) => `${noise === "" ? "" : noise + end}data:${space}${JSON.stringify(data)}${end}${end}`,
          )
          .join("");
        const bytes = bytesOf(text);
        const pieces: Uint8Array[] = [];
        for (let at = 0, n = 0; at < bytes.length; n++) {
          const next = at + sizes[n % sizes.length]!;
          pieces.push(bytes.subarray(at, next));
          at = next;
        }
        const wanted = events.map(({ data }) => JSON.parse(JSON.stringify(data)) as unknown);
        expect(await read(pieces)).toEqual({ events: wanted });
      },
    ),
    { numRuns: 300 },
  ));

test("data of several lines are one event", async () => {
  expect(await parse('data: {"a":\ndata: 1}\n\n')).toEqual({ events: [{ a: 1 }] });
});

test("a line ends once, wherever its pieces do", async () => {
  for (const end of ["\n", "\r\n", "\r"]) {
    const text = ['data: {"a":', "data: 1}", "", "data: 2", "", ""].join(end);
    for (let at = 0; at <= text.length; at++)
      expect(await parse(text.slice(0, at), text.slice(at))).toEqual({ events: [{ a: 1 }, 2] });
    expect(await parse(...text.split(""))).toEqual({ events: [{ a: 1 }, 2] });
  }
});

test("what is no event is left out", async () => {
  expect(await parse("\n\n: ping\n\nevent: ping\n\ndata:\n\ndata: [DONE]\n\nfoo: bar\n\n")).toEqual({ events: [] });
  expect(await parse("\uFEFFdata: 1\n\n")).toEqual({ events: [1] });
});

test("the end is one for who asks for it", () => {
  const end = {};
  expect(newEventParser(undefined, end).read("data: 1\n\ndata:  [DONE] \n\ndata: 2\n\n")).toEqual([1, end, 2]);
});

test("an error event says so, whatever its data look like", async () => {
  const of = async (data: string) => (await parse(`event: error\ndata: ${data}\n\ndata: 1\n\n`)).events;
  expect(await of('{"type":"error","error":{"message":"x"}}')).toEqual([{ type: "error", error: { message: "x" } }, 1]);
  expect(await of('{"message":"x"}')).toEqual([{ type: "error", error: { message: "x" } }, 1]);
  expect(await of('"x"')).toEqual(["x", 1]);
  expect(await parse('id: error\n: xx error\nretry: error\ndata: {"a":1}\n\n')).toEqual({ events: [{ a: 1 }] });
});

test("data that are not JSON are an error, after the events before them", async () => {
  const { events, error } = await parse('data: 1\n\ndata: 2\n\ndata: {"a\n\ndata: 3\n\n');
  expect(events).toEqual([1, 2]);
  expect(error).toBeInstanceOf(SyntaxError);
  expect((await parse("data: {]\n\n")).error).toBeInstanceOf(SyntaxError);
  expect(() => newEventParser().read("data: {]\n\n")).toThrow(SyntaxError);
  const parser = newEventParser();
  expect(parser.read("data: 1\n\ndata: {]\n\n")).toEqual([1]);
  expect(() => parser.read("data: 2\n\n")).toThrow(SyntaxError);
  expect(() => parser.end()).toThrow(SyntaxError);
});

test("a last event without its empty line counts if it is whole", async () => {
  expect(await parse('data: 1\n\ndata: {"a":2}')).toEqual({ events: [1, { a: 2 }] });
  expect(await parse('data: 1\n\ndata: {"a":2}\n')).toEqual({ events: [1, { a: 2 }] });
  expect(await parse('data: 1\n\ndata: {"a":')).toEqual({ events: [1] });
  expect(await parse("")).toEqual({ events: [] });
});

test("a character may be cut between two pieces, and one that is none is replaced", async () => {
  const bytes = bytesOf('data: "ü😀"\n\n');
  for (let at = 0; at <= bytes.length; at++)
    expect(await read([bytes.subarray(0, at), bytes.subarray(at)])).toEqual({ events: ["ü😀"] });
  const odd = [...bytesOf('data: "'), 0xff, ...bytesOf('"\n\n')];
  expect(await read([Uint8Array.from(odd)])).toEqual({ events: ["\uFFFD"] });
});

test("a line may be long, but not without end", () => {
  const parser = newEventParser();
  const mb = "x".repeat(1_048_576);
  expect(parser.read('data: "')).toEqual([]);
  for (let n = 0; n < 15; n++) expect(parser.read(mb)).toEqual([]);
  expect((parser.read('"\n\n')[0] as string).length).toBe(15 * 1_048_576);
  parser.read("data: ");
  for (let n = 0; n < 15; n++) parser.read(mb);
  parser.read(mb.slice("data: ".length));
  expect(() => parser.read("x")).toThrow(
    expect.objectContaining({ code: "malformed", message: "the answer has a line of more than 16 MB" }),
  );
});

test("a stream may be long, but not without end", async () => {
  const piece = new Uint8Array(8 * 1_048_576).fill(120);
  piece[piece.length - 1] = 10; // a line each
  let pulled = 0;
  const endless = new ReadableStream<Uint8Array>({ pull: (controller) => (pulled++, controller.enqueue(piece)) });
  const iterator = eventsOf(endless, { vendor: "v", model: "m" });
  const error = await (async () => {
    for (;;) await iterator.next();
  })().catch((e: unknown) => e);
  expect(error).toMatchObject({ code: "malformed", vendor: "v", model: "m" });
  expect(pulled).toBeLessThan(20);
});

test("a stream of 128 MB is read, one byte more is an error", async () => {
  const piece = new Uint8Array(8 * 1_048_576).fill(120);
  piece[piece.length - 1] = 10; // a line each
  const pieces = Array.from({ length: 16 }, () => piece);
  expect(await read(pieces)).toEqual({ events: [] });
  const error = { code: "malformed", message: "the answer is larger than 128 MB", vendor: "v", model: "m" };
  expect((await read([...pieces, piece.subarray(0, 1)])).error).toMatchObject(error);
});

test("a body that ends with nothing left is done at once", async () => {
  const iterator = eventsOf(streamOf([bytesOf("data: 1\n\n")]));
  expect(await iterator.next()).toEqual({ done: false, value: [1] });
  expect(await iterator.next()).toEqual({ done: true, value: undefined });
  expect(await iterator.next()).toEqual({ done: true, value: undefined });
});

test("who leaves cancels the body, and gets no more", async () => {
  let cancelled = 0;
  const body = new ReadableStream<Uint8Array>({
    pull: (controller) => controller.enqueue(bytesOf("data: 1\n\ndata: 2")),
    cancel: () => void cancelled++,
  });
  const iterator = eventsOf(body);
  expect(await iterator.next()).toEqual({ done: false, value: [1] });
  expect(await iterator.return?.()).toEqual({ done: true, value: undefined });
  expect(cancelled).toBe(1);
  expect((await iterator.next()).done).toBe(true);
});
