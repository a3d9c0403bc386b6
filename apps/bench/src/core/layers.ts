import { ReadableStream } from "node:stream/web";
import { FakeStreamingChatModel } from "@langchain/core/utils/testing";
import { AIMessageChunk } from "@langchain/core/messages";
import { breaker } from "@llm/breaker";
import { compose, generate, newCall, retry, type Provider, type StreamPart, type Usage } from "@llm/core";
import { mock } from "@llm/core/testing";
import { CostTracker } from "@llm/cost";
import { generateText, streamText, wrapLanguageModel, type LanguageModelMiddleware } from "ai";
import { MockLanguageModelV4 } from "ai/test";
import { cpuTimes } from "../measure.ts";
import { goal, type Row } from "../row.ts";

const DELTAS = 1_000;
const usage: Usage = { input: 10, cacheRead: 0, cacheWrite: 0, output: DELTAS, reasoning: 0 };
const parts: readonly StreamPart[] = [
  { type: "start", vendor: "mock", model: "model" },
  ...Array.from({ length: DELTAS }, (): StreamPart => ({ type: "text", block: 0, delta: "four" })),
  { type: "finish", reason: "stop", usage },
];

/** The least that can hand out parts: what all the others are measured against. */
function bare(): AsyncIterable<StreamPart> {
  let at = 0;
  const iterator: AsyncIterableIterator<StreamPart> = {
    [Symbol.asyncIterator]: () => iterator,
    next: () => {
      const value = parts[at++];
      return Promise.resolve(value ? { done: false, value } : { done: true, value: undefined });
    },
    return: () => Promise.resolve({ done: true, value: undefined }),
  };
  return iterator;
}

const leaf: Provider = { name: "bare", models: mock().models, stream: bare };
const layered = compose(leaf, retry(), breaker(), new CostTracker().middleware());
const request = { messages: [{ role: "user", content: "Hello" }] } as const;

async function consume(stream: AsyncIterable<StreamPart>): Promise<number> {
  let length = 0;
  for await (const part of stream) if (part.type === "text") length += part.delta.length;
  return length;
}

// the AI SDK's own mock, which hands out its parts from a stream
const v4Usage = {
  inputTokens: { total: 10, noCache: 10, cacheRead: 0, cacheWrite: 0 },
  outputTokens: { total: DELTAS, text: DELTAS, reasoning: 0 },
};
const v4Finish = { unified: "stop", raw: "stop" } as const;
const v4Parts = [
  { type: "stream-start", warnings: [] },
  { type: "text-start", id: "0" },
  ...Array.from({ length: DELTAS }, () => ({ type: "text-delta", id: "0", delta: "four" }) as const),
  { type: "text-end", id: "0" },
  { type: "finish", finishReason: v4Finish, usage: v4Usage },
] as const;
const v4 = new MockLanguageModelV4({
  doStream: async () => ({ stream: ReadableStream.from(v4Parts) as never }), // Node's and the DOM's stream types differ
  doGenerate: async () => ({
    content: [{ type: "text", text: "four" }],
    finishReason: v4Finish,
    usage: v4Usage,
    warnings: [],
  }),
});
const passing: LanguageModelMiddleware = {
  specificationVersion: "v4",
  wrapStream: async ({ doStream }) => {
    const { stream, ...rest } = await doStream();
    return { stream: stream.pipeThrough(new TransformStream()), ...rest };
  },
  wrapGenerate: ({ doGenerate }) => doGenerate(),
};
const wrapped = wrapLanguageModel({ model: v4, middleware: [passing, passing, passing] });
const chain = new FakeStreamingChatModel({
  chunks: Array.from({ length: DELTAS }, () => new AIMessageChunk("four")),
  sleep: 0,
});

async function consumeV4(): Promise<number> {
  const { stream } = await wrapped.doStream({ prompt: [{ role: "user", content: [{ type: "text", text: "Hello" }] }] });
  let length = 0;
  for await (const part of stream as unknown as AsyncIterable<{ type: string; delta?: string }>)
    length += part.delta?.length ?? 0; // as above
  return length;
}
async function consumeText(): Promise<number> {
  let length = 0;
  for await (const text of streamText({ model: v4, prompt: "Hello" }).textStream) length += text.length;
  return length;
}
async function consumeChain(): Promise<number> {
  let length = 0;
  for await (const chunk of await chain.stream("Hello")) length += chunk.text.length;
  return length;
}

const short = (): Provider => mock("four");
const bareShort = short();
const layeredShort = compose(short(), retry(), breaker(), new CostTracker().middleware());

/** What retry, breaker and cost add to a stream and to a whole answer, beside the AI SDK and LangChain. */
export async function layers(): Promise<Row[]> {
  for (const work of [
    () => consume(leaf.stream(request, newCall())),
    () => consume(layered.stream(request, newCall())),
    consumeV4,
    consumeText,
    consumeChain,
  ])
    if ((await work()) !== DELTAS * 4) throw new Error("a stream lost text");

  const whole = await cpuTimes(
    {
      bare: () => generate(bareShort, "Hello"),
      ours: () => generate(layeredShort, "Hello"),
      generateText: () => generateText({ model: v4, prompt: "Hello" }),
      doGenerate: () => v4.doGenerate({ prompt: [{ role: "user", content: [{ type: "text", text: "Hello" }] }] }),
    },
    { rounds: 41, warmMs: 1_000 },
  );
  const stream = await cpuTimes({
    bare: () => consume(leaf.stream(request, newCall())),
    ours: () => consume(layered.stream(request, newCall())),
    wrapLanguageModel: consumeV4,
    streamText: consumeText,
    LangChain: consumeChain,
  });
  const times = (name: keyof typeof stream.us): number => stream.ratio(name, "bare");
  return [
    goal(
      {
        measure: "1,000 text deltas through retry, breaker and cost, × a bare iterator",
        unit: "µs CPU",
        ours: stream.us.ours,
        peers: {
          bare: stream.us.bare,
          "AI SDK wrapLanguageModel ×3": stream.us.wrapLanguageModel,
          "AI SDK streamText": stream.us.streamText,
          LangChain: stream.us.LangChain,
        },
        ratio: times("ours"),
      },
      "≤",
      3,
    ),
    {
      measure: "the same, AI SDK wrapLanguageModel ×3",
      unit: "× bare",
      ours: times("ours"),
      peers: { "AI SDK": times("wrapLanguageModel") },
    },
    {
      measure: "the same, AI SDK streamText",
      unit: "× bare",
      ours: times("ours"),
      peers: { "AI SDK": times("streamText") },
    },
    {
      measure: "the same, LangChain",
      unit: "× bare",
      ours: times("ours"),
      peers: { LangChain: times("LangChain") },
    },
    goal(
      {
        measure: "generate through the same three, added",
        unit: "µs CPU",
        ours: whole.added("ours", "bare"),
        peers: { generateText: whole.added("generateText", "doGenerate") },
      },
      "≤",
      3,
    ),
  ];
}
