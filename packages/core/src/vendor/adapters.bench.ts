/**
 * What the adapters cost above the SDKs' own raw streams, on recorded bytes: `pnpm exec node src/vendor/adapters.bench.ts`.
 *
 * CPU time of this process, in interleaved rounds, medians; no network: both read the same bytes from a fetch of their
 * own. Then the time to the first delta, and the memory of streams that are open and slow.
 */
import Anthropic from "@anthropic-ai/sdk";
import OpenAI from "openai";
import { dataLines } from "../../../../.config/data.ts";
import { anthropic } from "../anthropic/index.ts";
import { newCall } from "../call.ts";
import { openaiChat } from "../openai-chat/index.ts";
import { openai } from "../openai/index.ts";
import type { Provider } from "../provider.ts";
import { toRequest } from "../request.ts";
import { isContent } from "../stream-part.ts";

interface Recording {
  readonly wire: "anthropic" | "openai-chat" | "openai-responses";
  readonly stream: boolean;
  readonly status: number;
  readonly body: string;
}
const recordings = (dataLines("recordings/recordings.jsonl.gz") ?? []) as Recording[];
const CHUNK = 1_024;
const ROUNDS = 41;

let playing: Uint8Array[] = [];
const pieces = (body: string): Uint8Array[] => {
  const bytes = new TextEncoder().encode(body);
  return Array.from({ length: Math.ceil(bytes.length / CHUNK) }, (_, i) => bytes.subarray(i * CHUNK, (i + 1) * CHUNK));
};
const headers = { "content-type": "text/event-stream" };
const play = (): Promise<Response> => {
  let at = 0;
  const body = new ReadableStream<Uint8Array>(
    {
      pull: (controller) => {
        const piece = playing[at++];
        if (piece) controller.enqueue(piece);
        else controller.close();
      },
    },
    { highWaterMark: 0 },
  );
  return Promise.resolve(new Response(body, { headers }));
};

const options = { apiKey: "k", fetch: play, baseURL: "http://127.0.0.1:1/v1" };
const claude = new Anthropic({ ...options, openTelemetry: false, logLevel: "off" });
const gpt = new OpenAI({ ...options, logLevel: "off" });
const ask = { model: "m", messages: [{ role: "user" as const, content: "Hi" }] };
const wires: Record<
  Recording["wire"],
  { readonly raw: () => Promise<AsyncIterable<unknown>>; readonly ours: Provider }
> = {
  anthropic: {
    raw: () => claude.messages.create({ ...ask, max_tokens: 10, stream: true }, { maxRetries: 0 }),
    ours: anthropic("m", options),
  },
  "openai-responses": {
    raw: () => gpt.responses.create({ model: "m", input: "Hi", stream: true }, { maxRetries: 0 }),
    ours: openai("m", options),
  },
  "openai-chat": {
    raw: () => gpt.chat.completions.create({ ...ask, stream: true }, { maxRetries: 0 }),
    ours: openaiChat("m", options),
  },
};

const drain = async (source: AsyncIterable<unknown>): Promise<void> => {
  for await (const _ of source);
};
const request = toRequest("Hi");
const cpu = async (work: () => Promise<void>): Promise<number> => {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return user + system;
};
const median = (values: number[]): number => values.sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;

console.log("CPU, × the SDK's raw stream (median of rounds)");
for (const [wire, { raw, ours }] of Object.entries(wires)) {
  const bodies = recordings
    .filter((one) => one.wire === wire && one.stream && one.status === 200)
    .map(({ body }) => body);
  const whole = bodies
    .filter((body) => !body.includes('"response.failed"') && !body.includes('"type":"error"'))
    .map(pieces);
  const all = async (run: () => Promise<void>): Promise<void> => {
    for (const one of whole) {
      playing = one;
      await run().catch(() => {});
    }
  };
  const runRaw = () => all(async () => drain(await raw()));
  const runOurs = () => all(() => drain(ours.stream(request, newCall())));
  const a: number[] = [];
  const b: number[] = [];
  for (let i = 0; i < ROUNDS + 10; i++) {
    const [x, y] = i % 2 ? [await cpu(runRaw), await cpu(runOurs)] : [await cpu(runOurs), await cpu(runRaw)].reverse();
    if (i >= 10) {
      a.push(x ?? 0);
      b.push(y ?? 0);
    }
  }
  const ratio = median(b.map((value, i) => value / (a[i] ?? Number.NaN)));
  console.log(
    `  ${wire.padEnd(18)} ${whole.length} streams  raw ${median(a)} µs  ours ${median(b)} µs  × ${ratio.toFixed(2)}`,
  );
}

console.log("first delta after the first byte, added (median)");
for (const [wire, { raw, ours }] of Object.entries(wires)) {
  const body = recordings.find((one) => one.wire === wire && one.stream && one.status === 200)?.body;
  if (body === undefined) continue;
  playing = pieces(body);
  const first = async (source: AsyncIterable<unknown>, isIt: (value: never) => boolean): Promise<number> => {
    const began = performance.now();
    for await (const value of source) if (isIt(value as never)) break;
    return performance.now() - began;
  };
  const has = (event: unknown): boolean => /delta/.test(JSON.stringify(event));
  const a: number[] = [];
  const b: number[] = [];
  for (let i = 0; i < 300; i++) {
    const began = performance.now();
    const stream = await raw();
    a.push(performance.now() - began + (await first(stream, has)));
    b.push(await first(ours.stream(request, newCall()), isContent));
  }
  console.log(
    `  ${wire.padEnd(18)} raw ${median(a).toFixed(3)} ms  ours ${median(b).toFixed(3)} ms  added ${(median(b) - median(a)).toFixed(3)} ms`,
  );
}

if (globalThis.gc) {
  console.log("memory per open stream that has said one word, above the SDK's own");
  const COUNT = 2_000;
  const slow = (body: string): Promise<Response> =>
    Promise.resolve(
      new Response(new ReadableStream({ start: (controller) => controller.enqueue(new TextEncoder().encode(body)) }), {
        headers,
      }),
    );
  const beginning: Record<Recording["wire"], string> = {
    anthropic: `event: message_start\ndata: {"type":"message_start","message":{"id":"1","model":"m"}}\n\nevent: content_block_delta\ndata: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"a"}}\n\n`,
    "openai-responses": `event: response.created\ndata: {"type":"response.created","response":{"id":"1"}}\n\nevent: response.output_text.delta\ndata: {"type":"response.output_text.delta","output_index":0,"content_index":0,"delta":"a"}\n\n`,
    "openai-chat": `data: {"id":"1","choices":[{"index":0,"delta":{"content":"a"}}]}\n\ndata: {"id":"1","choices":[{"index":0,"delta":{"content":"b"}}]}\n\n`,
  };
  const heap = (): number => {
    globalThis.gc?.();
    globalThis.gc?.();
    const { heapUsed, external } = process.memoryUsage();
    return heapUsed + external;
  };
  for (const [wire, body] of Object.entries(beginning) as [Recording["wire"], string][]) {
    const fetch = () => slow(body);
    const own = { ...options, fetch };
    const c = new Anthropic({ ...own, openTelemetry: false, logLevel: "off" });
    const g = new OpenAI({ ...own, logLevel: "off" });
    const raws = {
      anthropic: () => c.messages.create({ ...ask, max_tokens: 10, stream: true }),
      "openai-responses": () => g.responses.create({ model: "m", input: "Hi", stream: true }),
      "openai-chat": () => g.chat.completions.create({ ...ask, stream: true }),
    };
    const provider = { anthropic, "openai-responses": openai, "openai-chat": openaiChat }[wire]("m", own);
    const measure = async (open: () => Promise<AsyncIterator<unknown>>): Promise<number> => {
      const before = heap();
      const kept: AsyncIterator<unknown>[] = [];
      for (let i = 0; i < COUNT; i++) {
        const iterator = await open();
        await iterator.next();
        await iterator.next();
        iterator.next().catch(() => {});
        kept.push(iterator);
      }
      const used = (heap() - before) / COUNT;
      for (const iterator of kept) void iterator.return?.();
      return used;
    };
    await measure(async () => (await raws[wire]())[Symbol.asyncIterator]()); // warm
    const raw = await measure(async () => (await raws[wire]())[Symbol.asyncIterator]());
    const ours = await measure(() => {
      const call = newCall({ deadline: Date.now() + 3_600_000, signal: new AbortController().signal });
      const stream = provider.stream(request, call);
      return Promise.resolve(stream[Symbol.asyncIterator]());
    });
    console.log(
      `  ${wire.padEnd(18)} raw ${(raw / 1_024).toFixed(1)} kB  ours ${(ours / 1_024).toFixed(1)} kB  added ${((ours - raw) / 1_024).toFixed(1)} kB`,
    );
  }
  process.exit(0); // streams that never end would keep it open
}
