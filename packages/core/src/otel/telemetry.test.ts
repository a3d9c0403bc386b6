import { context, SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from "@opentelemetry/sdk-metrics";
import * as sdk from "@opentelemetry/sdk-trace";
import { createAnthropic } from "@ai-sdk/anthropic";
import { OpenTelemetry } from "@ai-sdk/otel";
import { createSimulator } from "@llm/simulator";
import { generateText } from "ai";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { anthropic } from "../anthropic/index.ts";
import { compose, layer } from "../compose.ts";
import { LlmError } from "../error.ts";
import { fallback } from "../fallback.ts";
import { generate } from "../generate.ts";
import type { Provider } from "../provider.ts";
import type { ChatRequest } from "../request.ts";
import { retry } from "../retry.ts";
import { streamText } from "../stream-text.ts";
import { runTools } from "../run-tools.ts";
import { conformance, faults, mock, mockModel } from "../testing/index.ts";
import { tool } from "../tool.ts";
import { telemetry, tracedTools, type TelemetryOptions } from "./index.ts";

/** A program with telemetry in memory. */
function instrumented(options: TelemetryOptions = {}) {
  const spans = new sdk.InMemorySpanExporter();
  const tracers = new sdk.TracerProvider({ spanProcessors: [new sdk.SimpleSpanProcessor({ exporter: spans })] });
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 });
  const meters = new MeterProvider({ readers: [reader] });
  return {
    layer: telemetry({ tracer: tracers.getTracer("test"), meter: meters.getMeter("test"), ...options }),
    spans: () => spans.getFinishedSpans(),
    /** Every data point by the name of its instrument. */
    metrics: async () => {
      await reader.forceFlush();
      return (exporter.getMetrics().at(-1)?.scopeMetrics ?? []).flatMap(({ metrics }) =>
        metrics.map(({ descriptor: { name, unit }, dataPoints }) => ({
          name,
          unit,
          points: dataPoints.map(({ value, attributes }) => ({
            value: typeof value === "object" ? { count: value.count, sum: value.sum } : value,
            attributes,
          })),
        })),
      );
    },
  };
}

const question: ChatRequest = {
  system: "Be a secretive pirate.",
  messages: [{ role: "user", content: "Where is the treasure?" }],
  maxTokens: 100,
  temperature: 0.5,
  stop: ["END"],
};
const answer = {
  text: "Under the old palm.",
  usage: { input: 20, cacheRead: 8, cacheWrite: 2, output: 5, reasoning: 1 },
};

describe("spans", () => {
  test("a call and its upstream request, by the conventions", async () => {
    const { layer, spans } = instrumented();
    await streamText(compose(mock(answer), layer), question).result;
    const [inference, operation] = spans();
    expect(spans()).toHaveLength(2);
    expect(inference?.name).toBe("chat model");
    expect(inference?.kind).toBe(SpanKind.CLIENT);
    expect(inference?.attributes).toMatchObject({
      "gen_ai.operation.name": "chat",
      "gen_ai.provider.name": "mock",
      "gen_ai.request.model": "model",
      "gen_ai.request.max_tokens": 100,
      "gen_ai.request.temperature": 0.5,
      "gen_ai.request.stop_sequences": ["END"],
      "gen_ai.request.stream": true,
      "gen_ai.output.type": "text",
      "gen_ai.response.model": "model",
      "gen_ai.response.id": "mock-1",
      "gen_ai.response.finish_reasons": ["stop"],
      "gen_ai.usage.input_tokens": 20,
      "gen_ai.usage.output_tokens": 5,
      "gen_ai.usage.cache_read.input_tokens": 8,
      "gen_ai.usage.cache_creation.input_tokens": 2,
      "gen_ai.client.operation.time_to_first_chunk": expect.any(Number),
      "gen_ai.client.operation.time_per_output_chunk": expect.any(Number),
    });
    expect(operation?.name).toBe("llm mock/model");
    expect(operation?.kind).toBe(SpanKind.INTERNAL);
    expect(inference?.parentSpanContext?.spanId).toBe(operation?.spanContext().spanId);
    expect(operation?.attributes).not.toHaveProperty("gen_ai.usage.input_tokens"); // or a backend would add it up twice
  });

  test("retries and fallbacks: one span each, what the layers did as events", async () => {
    const { layer, spans } = instrumented();
    const flaky = mockModel(
      { model: "small" },
      new LlmError("overloaded", "the palm is busy", { status: 529 }),
      answer,
    );
    const llm = compose(flaky, layer, retry({ baseDelay: 0 }));
    await generate(llm, question);
    const [first, second, operation] = spans();
    expect(first?.status).toEqual({ code: SpanStatusCode.ERROR, message: "overloaded" });
    expect(first?.attributes).toMatchObject({ "error.type": "overloaded", "http.response.status_code": 529 });
    expect(second?.status.code).toBe(SpanStatusCode.UNSET);
    expect(second?.attributes["gen_ai.response.finish_reasons"]).toEqual(["stop"]);
    expect(first?.attributes).not.toHaveProperty("gen_ai.response.finish_reasons");
    expect(operation?.events).toMatchObject([
      { name: "retry.waiting", attributes: { "llm.attempt": 1, "llm.error": "overloaded" } },
    ]);
    expect(operation?.status.code).toBe(SpanStatusCode.UNSET);
  });

  test("a failure is an error of the call with our code, and a degraded answer is marked", async () => {
    const { layer, spans } = instrumented();
    const dead = (): Provider => mock(new LlmError("auth", "no key"));
    await generate(compose(dead(), layer), question).catch(() => {});
    expect(spans()[1]).toMatchObject({ attributes: { "error.type": "auth" }, status: { code: SpanStatusCode.ERROR } });
    await generate(compose(fallback(dead(), mock(answer)), layer), question);
    expect(spans().at(-1)?.attributes["llm.degraded"]).toBe(true);
  });

  test("a reader that leaves, a cut stream: every span ends once, with the usage until then", async () => {
    const { layer, spans } = instrumented();
    const reader = streamText(compose(mock(answer), layer), question)[Symbol.asyncIterator]();
    await reader.next();
    await reader.return?.();
    expect(spans().map((span) => span.attributes["llm.outcome"])).toEqual(["left", "left"]);
    const inference = spans().find((span) => span.kind === SpanKind.CLIENT);
    expect(inference?.attributes["llm.usage.estimated"]).toBe(true);
    expect(inference?.status.code).toBe(SpanStatusCode.UNSET);
    await generate(compose(mock(answer), layer, faults({ after: 1, cut: true })), question).catch(() => {});
    expect(spans()).toHaveLength(4);
  });

  test("an abort is its caller's wish, no error of the call", async () => {
    const { layer, spans } = instrumented();
    const controller = new AbortController();
    const reader = streamText(compose(mock(answer), layer), question, { signal: controller.signal });
    const read = async (): Promise<void> => {
      for await (const _ of reader) controller.abort();
    };
    await expect(read()).rejects.toMatchObject({ code: "aborted" });
    for (const span of spans())
      expect(span).toMatchObject({
        attributes: { "llm.outcome": "aborted" },
        status: { code: SpanStatusCode.UNSET },
      });
    expect(spans()).toHaveLength(2);
  });

  test("hangs below what is active, and what the upstream request starts hangs below it", async () => {
    const { layer, spans } = instrumented();
    const tracers = new sdk.TracerProvider({});
    context.setGlobalContextManager(new sdk.StackContextManager().enable());
    const parent = tracers.getTracer("t").startSpan("parent");
    let inside: string | undefined;
    const provider = mock(() => {
      inside = trace.getActiveSpan()?.spanContext().spanId;
      return answer;
    });
    await context.with(trace.setSpan(context.active(), parent), () => generate(compose(provider, layer), question));
    context.disable();
    const operation = spans().find((span) => span.name.startsWith("llm"));
    expect(operation?.parentSpanContext?.spanId).toBe(parent.spanContext().spanId);
    expect(inside).toBe(operation?.spanContext().spanId);
  });
});

test("measurements", async () => {
  const { layer, metrics } = instrumented();
  const llm = compose(mockModel({ vendor: "azure", model: "m" }, answer), layer);
  await streamText(llm, question).result;
  await generate(llm, question);
  await generate(compose(mock(new LlmError("rate-limit", "slow")), layer), question).catch(() => {});
  const all = await metrics();
  const named = (name: string) => all.find((metric) => metric.name === `gen_ai.client.inference.${name}`);
  const attributes = {
    "gen_ai.operation.name": "chat",
    "gen_ai.provider.name": "azure.ai.openai",
    "gen_ai.request.model": "m",
    "gen_ai.response.model": "m",
  };
  expect(named("duration")).toMatchObject({
    unit: "s",
    points: [
      { value: { count: 2 }, attributes },
      { value: { count: 1 }, attributes: { "error.type": "rate-limit" } },
    ],
  });
  expect(named("time_to_first_chunk")?.points).toMatchObject([{ value: { count: 1 }, attributes }]);
  const chunks = named("time_per_output_chunk");
  expect(chunks).toMatchObject({ unit: "s", points: [{ attributes }] });
  expect(chunks?.points[0]?.value).not.toMatchObject({ count: 0 }); // those of the streamed one
  expect(named("operation.input_tokens")?.points).toMatchObject([{ value: { count: 2, sum: 40 } }]);
  expect(named("operation.output_tokens")?.points).toMatchObject([{ value: { count: 2, sum: 10 } }]);
  expect(named("usage.input_tokens")?.points).toMatchObject([{ value: 40 }]);
  expect(named("usage.output_tokens")?.points).toMatchObject([{ value: 10 }]);
  expect(named("usage.cache_read.input_tokens")?.points).toMatchObject([{ value: 16 }]);
  expect(named("usage.cache_write.input_tokens")?.points).toMatchObject([{ value: 4 }]);
  expect(named("usage.reasoning.output_tokens")?.points).toMatchObject([{ value: 2 }]);
});

test("the time per chunk is what the provider took, however slow the reader", async () => {
  let time = 0;
  const clock = vi.spyOn(performance, "now").mockImplementation(() => time);
  try {
    const slow = layer(async function* (request, call, inner) {
      for await (const part of inner.stream(request, call)) {
        time += 10;
        yield part;
      }
    });
    const { layer: telemetered, spans, metrics } = instrumented();
    const llm = compose(mock({ text: "One two three four five six seven." }), telemetered, slow);
    let pieces = 0;
    for await (const _ of streamText(llm, question)) {
      pieces++;
      time += 5_000; // the reader's own
    }
    expect(pieces).toBeGreaterThan(2);
    const inference = spans().find(({ kind }) => kind === SpanKind.CLIENT);
    expect(inference?.attributes["gen_ai.client.operation.time_per_output_chunk"]).toBeCloseTo(0.01, 9);
    const perChunk = (await metrics()).find(({ name }) => name === "gen_ai.client.inference.time_per_output_chunk");
    expect(perChunk?.points).toMatchObject([
      { value: { count: pieces - 1, sum: expect.closeTo((pieces - 1) / 100, 9) } },
    ]);
  } finally {
    clock.mockRestore();
  }
});

describe("content", () => {
  const told = (spans: readonly sdk.ReadableSpan[]): string =>
    JSON.stringify(spans.map(({ name, attributes, events, status }) => ({ name, attributes, events, status })));
  const secretive = () => mock(new LlmError("overloaded", "no treasure for you"), answer);

  test("no word of it unless asked for", async () => {
    const { layer, spans } = instrumented();
    await generate(compose(secretive(), layer, retry({ baseDelay: 0 })), question);
    expect(told(spans())).not.toMatch(/palm|treasure|pirate/);
  });

  test("all of it when asked for, in the conventions' form", async () => {
    const { layer, spans } = instrumented({ captureContent: true });
    await generate(compose(secretive(), layer, retry({ baseDelay: 0 })), question);
    const { attributes } = spans()[1]!;
    expect(JSON.parse(String(attributes["gen_ai.system_instructions"]))).toEqual([
      { type: "text", content: "Be a secretive pirate." },
    ]);
    expect(JSON.parse(String(attributes["gen_ai.input.messages"]))).toEqual([
      { role: "user", parts: [{ type: "text", content: "Where is the treasure?" }] },
    ]);
    expect(JSON.parse(String(attributes["gen_ai.output.messages"]))).toEqual([
      { role: "assistant", parts: [{ type: "text", content: "Under the old palm." }], finish_reason: "stop" },
    ]);
  });
});

describe("finish reasons in messages are the conventions' own words", () => {
  test.each([
    ["stop", "stop"],
    ["tool-calls", "tool_call"],
    ["content-filter", "content_filter"],
    ["refusal", "content_filter"],
    ["length", "length"],
    ["context-length", "length"],
  ] as const)("%s", async (finish, word) => {
    const { layer, spans } = instrumented({ captureContent: true });
    await generate(compose(mock({ text: "x", finish }), layer), question);
    expect(JSON.parse(String(spans()[0]?.attributes["gen_ai.output.messages"]))).toMatchObject([
      { finish_reason: word },
    ]);
  });
});

describe("tools", () => {
  const calls = {
    toolCalls: [
      { name: "dig", input: { at: "palm" } },
      { name: "fly", input: {} },
    ],
  };
  const dig = tool({ input: { type: "object" }, run: () => `gold below ${active() ?? "nothing"}` });
  const fly = tool({ input: { type: "object" }, run: () => Promise.reject(new TypeError("no wings")) });
  const active = () => trace.getActiveSpan()?.spanContext().spanId;
  const run = async (captureContent: boolean) => {
    const exported = new sdk.InMemorySpanExporter();
    const tracers = new sdk.TracerProvider({
      spanProcessors: [new sdk.SimpleSpanProcessor({ exporter: exported })],
    });
    context.setGlobalContextManager(new sdk.StackContextManager().enable());
    const tools = tracedTools({ dig, fly }, { tracer: tracers.getTracer("t"), captureContent });
    const result = await runTools(mock(calls, "Arr."), question, { tools }).result;
    context.disable();
    return { spans: exported.getFinishedSpans(), result };
  };

  test("each run has a span, by the conventions, and what it calls hangs below that", async () => {
    const { spans, result } = await run(false);
    expect(spans.map(({ name, kind }) => [name, kind])).toEqual([
      ["execute_tool dig", SpanKind.INTERNAL],
      ["execute_tool fly", SpanKind.INTERNAL],
    ]);
    const [dug, flown] = spans;
    expect(dug?.attributes).toEqual({
      "gen_ai.operation.name": "execute_tool",
      "gen_ai.tool.name": "dig",
      "gen_ai.tool.call.id": result.steps[0]?.toolCalls[0]?.id,
      "gen_ai.tool.type": "function",
      "gen_ai.execute_tool.duration": expect.any(Number),
    });
    expect(JSON.stringify(result.messages)).toContain(`gold below ${dug?.spanContext().spanId}`);
    expect(flown).toMatchObject({ attributes: { "error.type": "TypeError" }, status: { code: SpanStatusCode.ERROR } });
    expect(JSON.stringify(result.messages)).toContain("no wings"); // the model is told as ever
    expect(JSON.stringify(flown?.status)).not.toContain("wings");
  });

  test("one that its caller stopped did not fail", async () => {
    const exported = new sdk.InMemorySpanExporter();
    const tracers = new sdk.TracerProvider({
      spanProcessors: [new sdk.SimpleSpanProcessor({ exporter: exported })],
    });
    const controller = new AbortController();
    const wait = tool({
      input: { type: "object" },
      run: (_, { signal }) => {
        controller.abort();
        return Promise.reject(new DOMException(String(signal.aborted), "AbortError")); // as fetch does
      },
    });
    const tools = tracedTools({ wait }, { tracer: tracers.getTracer("t") });
    const asking = mock({ toolCalls: [{ name: "wait", input: {} }] });
    const run = runTools(asking, question, { tools, signal: controller.signal });
    await expect(run.result).rejects.toMatchObject({ code: "aborted" });
    const [span] = exported.getFinishedSpans();
    expect(span).toMatchObject({ name: "execute_tool wait", status: { code: SpanStatusCode.UNSET } });
    expect(span?.attributes).not.toHaveProperty("error.type");
  });

  test("what they are given and answer, when asked for", async () => {
    const [dug] = (await run(true)).spans;
    expect(dug?.attributes).toMatchObject({
      "gen_ai.tool.call.arguments": '{"at":"palm"}',
      "gen_ai.tool.call.result": expect.stringMatching(/^gold below/),
    });
  });
});

describe("against the simulator", () => {
  const simulator = createSimulator({ seed: 3 });
  afterAll(() => simulator.close());

  test("address, request id and the SDK's own spans: each request counted once", async () => {
    const { url, port } = await simulator.listen();
    const spans = new sdk.InMemorySpanExporter();
    const tracers = new sdk.TracerProvider({ spanProcessors: [new sdk.SimpleSpanProcessor({ exporter: spans })] });
    trace.setGlobalTracerProvider(tracers); // where the SDK would send its own
    await generate(compose(anthropic("claude-opus-5-5", { apiKey: "k", baseURL: url }), telemetry()), question);
    trace.disable();
    const inferences = spans
      .getFinishedSpans()
      .filter((span) => span.attributes["gen_ai.operation.name"] !== undefined);
    expect(inferences).toHaveLength(1);
    expect(inferences[0]?.attributes).toMatchObject({ "server.address": "127.0.0.1", "server.port": port });
    expect(inferences[0]?.attributes["llm.request_id"]).toMatch(/^req_/);
  });
});

describe("beside the AI SDK's own telemetry", () => {
  const simulator = createSimulator({ seed: 4 });
  afterAll(() => simulator.close());

  let base = "";
  beforeAll(async () => {
    simulator.when("What is a circuit breaker?").reply({
      parts: [{ type: "text", text: "It opens when calls fail." }],
      usage: { input: 20, output: 7 },
    });
    base = (await simulator.listen()).url;
  });

  test.each([true, false])(
    "the same request has the same attributes, but for those that are our own (content: %s)",
    async (content) => {
      const model = createAnthropic({ apiKey: "k", baseURL: `${base}/v1` })("claude-opus-5-5");
      const exported = new sdk.InMemorySpanExporter();
      const tracer = new sdk.TracerProvider({
        spanProcessors: [new sdk.SimpleSpanProcessor({ exporter: exported })],
      }).getTracer("theirs");
      await generateText({
        model,
        system: "Be brief.",
        prompt: "What is a circuit breaker?",
        maxOutputTokens: 2_000,
        telemetry: { integrations: [new OpenTelemetry({ tracer })], recordInputs: content, recordOutputs: content },
      });
      const theirs = exported.getFinishedSpans().find((span) => span.attributes["gen_ai.operation.name"] === "chat");

      const { layer, spans } = instrumented({ captureContent: content });
      await generate(compose(anthropic("claude-opus-5-5", { apiKey: "k", baseURL: base }), layer), {
        system: "Be brief.",
        messages: [{ role: "user", content: "What is a circuit breaker?" }],
        maxTokens: 2_000,
      });
      const ours = spans().find((span) => span.kind === SpanKind.CLIENT);
      expect(theirs?.name).toBe(ours?.name);
      expect(theirs?.kind).toBe(ours?.kind);
      const names = Object.keys(theirs?.attributes ?? {}).filter((name) => /^(?:gen_ai|server)\./.test(name));
      expect(names.length).toBeGreaterThan(8);
      expect(Object.keys(ours?.attributes ?? {})).toEqual(expect.arrayContaining(names));
      const measured = /duration|time_to|response\.id/; // differ from call to call
      const compared = names.filter((name) => !measured.test(name));
      const some = (span: sdk.ReadableSpan | undefined) =>
        compared.map((name) => [name, shown(span?.attributes[name])]);
      expect(some(ours)).toEqual(some(theirs));
    },
  );
  /** Texts that are JSON by their value. */
  const shown = (value: unknown): unknown =>
    typeof value === "string" && /^[[{]/.test(value) ? (JSON.parse(value) as unknown) : value;
});

describe("the laws hold below it", () => {
  for (const check of conformance(() => compose(mock(answer), instrumented().layer))) test(check.name, check.run);
});
