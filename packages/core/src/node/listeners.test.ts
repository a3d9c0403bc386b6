import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { Writable } from "node:stream";
import { MockLanguageModelV3 } from "ai/test";
import pino from "pino";
import { describe, expect, test } from "vitest";
import { fromAiSdk } from "../ai-sdk/index.ts";
import { compose } from "../compose.ts";
import { LlmError } from "../error.ts";
import { fallback } from "../fallback.ts";
import { generate } from "../generate.ts";
import { observe } from "../observe.ts";
import { rateLimit } from "../rate-limit.ts";
import { memoryRateLimits } from "../rate-limit-store.ts";
import { retry } from "../retry.ts";
import { openaiChat } from "../openai-chat/index.ts";
import { streamText } from "../stream-text.ts";
import { mock } from "../testing/index.ts";
import { toDiagnostics } from "./diagnostics.ts";
import { logTo } from "./log.ts";

const busy = new LlmError("overloaded", "529 the treasure keeps us busy", {
  status: 529,
  requestId: "req_1",
  partial: { text: "the treasure is under" },
  cause: new Error("treasure"),
});

/** Everything that went through a logger, as pino writes it. */
function logger() {
  const lines: Record<string, unknown>[] = [];
  const sink = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      lines.push(JSON.parse(chunk.toString()) as Record<string, unknown>);
      done();
    },
  });
  return { log: pino({ level: "debug", base: null }, sink), lines };
}

describe("logTo", () => {
  test("requests, answers and what the layers do, each at its level", async () => {
    const { log, lines } = logger();
    const llm = compose(
      fallback(mock(busy, busy), mock("Arr.")),
      observe(logTo(log)),
      retry({ attempts: 2, baseDelay: 0 }),
    );
    await generate(llm, "Where is the treasure?");
    const levels = lines.map(({ level, msg }) => [level, msg]);
    expect(levels).toEqual([
      [20, "api.request"],
      [40, "api.response"],
      [40, "fallback.used"],
      [20, "api.request"],
      [30, "api.response"],
    ]);
    expect(lines[2]).toMatchObject({
      llm: { from: "mock/model", error: { name: "LlmError", code: "overloaded", retryable: true, status: 529 } },
    });
    expect(lines[1]).toMatchObject({ llm: { outcome: "overloaded", status: 529, requestId: "req_1" } });
    expect(JSON.stringify(lines)).not.toContain("treasure");
  });

  test("our own words stand in it, the vendor's do not", async () => {
    const { log, lines } = logger();
    const late = new LlmError("timeout", "no first part within 5 s");
    await generate(compose(mock(late, "Arr."), observe(logTo(log)), retry({ baseDelay: 0 })), "Hi");
    expect(lines).toContainEqual(expect.objectContaining({ msg: "retry.waiting" }));
    expect(JSON.stringify(lines)).toContain("no first part within 5 s");
  });

  test.each([true, false])("nor those of an error within an answer of status 200 (whole: %s)", async (whole) => {
    const body = JSON.stringify({ error: { type: "server_error", message: "no answer to: where is the treasure?" } });
    const fetch = (): Promise<Response> =>
      Promise.resolve(
        whole
          ? Response.json(JSON.parse(body))
          : new Response(`data: ${body}\n\n`, { headers: { "content-type": "text/event-stream" } }),
      );
    const local = openaiChat("m", { apiKey: "k", baseURL: "http://127.0.0.1:1/v1", fetch });
    const { log, lines } = logger();
    const llm = compose(local, observe(logTo(log)), retry({ attempts: 2, baseDelay: 0 }));
    const asked = whole ? generate(llm, "Where is the treasure?") : streamText(llm, "Where is the treasure?").result;
    await expect(asked).rejects.toMatchObject({ code: "server", message: "no answer to: where is the treasure?" });
    expect(lines).toContainEqual(expect.objectContaining({ msg: "retry.waiting" }));
    expect(JSON.stringify(lines)).not.toContain("treasure");
  });

  test("what broke on the way is said in it by its code, not in the words of who threw it", async () => {
    const refused = Object.assign(new Error("connect: no way to the treasure"), { code: "ECONNREFUSED" });
    const local = openaiChat("m", {
      apiKey: "k",
      baseURL: "http://127.0.0.1:1/v1",
      fetch: () => Promise.reject(new TypeError("fetch failed", { cause: refused })),
    });
    const { log, lines } = logger();
    const llm = compose(local, observe(logTo(log)), retry({ attempts: 2, baseDelay: 0 }));
    await expect(generate(llm, "Where is the treasure?")).rejects.toMatchObject({ code: "network" });
    expect(lines).toContainEqual(
      expect.objectContaining({
        msg: "retry.waiting",
        llm: expect.objectContaining({ error: expect.objectContaining({ code: "network", reason: "ECONNREFUSED" }) }),
      }),
    );
    expect(JSON.stringify(lines)).not.toContain("treasure");
  });

  /** What a model of the AI SDK throws. */
  const named = (name: string, more: object = {}): Error =>
    Object.assign(new Error("no answer to: where is the treasure?"), { name, ...more });
  test.each([
    [named("Error"), "network", undefined],
    [named("Error", { code: "no treasure" }), "network", undefined],
    [
      named("AI_APICallError", { cause: Object.assign(new Error("other side closed"), { code: "UND_ERR_SOCKET" }) }),
      "network",
      "UND_ERR_SOCKET",
    ],
    [named("AI_UnsupportedFunctionalityError"), "unsupported", undefined],
    [named("AI_NoContentGeneratedError"), "malformed", undefined],
    [named("SyntaxError"), "malformed", undefined],
    [new SyntaxError("no answer to: where is the treasure?"), "malformed", undefined],
  ] as const)("nor those of a bridged model: %s is %s", async (thrown, code, reason) => {
    const model = new MockLanguageModelV3({ doGenerate: () => Promise.reject(thrown) });
    const { log, lines } = logger();
    const llm = compose(fallback(fromAiSdk(model), mock("Arr.")), observe(logTo(log)));
    await generate(llm, "Where is the treasure?");
    const told = lines.find(({ msg }) => msg === "fallback.used");
    expect(told).toMatchObject({ llm: { error: { code, ...(reason && { reason }) } } });
    expect(JSON.stringify(told)).toMatch(reason ? /"reason"/ : /^(?!.*"reason")/);
    expect(JSON.stringify(lines)).not.toContain("treasure");
  });

  test("why a store fails is said in it", async () => {
    const down = Object.assign(new Error("no treasure at 127.0.0.1:6379"), { code: "ECONNREFUSED" });
    const store = { ...memoryRateLimits(), take: () => Promise.reject(down) };
    const { log, lines } = logger();
    await generate(compose(mock("Arr."), observe(logTo(log)), rateLimit({ store })), "Hi");
    expect(lines.find(({ msg }) => msg === "rate_limit.store_failed")).toMatchObject({
      llm: { error: { name: "Error", reason: "ECONNREFUSED" } },
    });
    expect(JSON.stringify(lines)).not.toContain("treasure");
  });

  test("nor those of an error that a layer has told again", async () => {
    const at = { vendor: "v", model: "m" };
    const first = new LlmError("unsupported", "no treasure for you", { ...at, cause: new Error("treasure") });
    const again = new LlmError(first.code, first.message, { ...at, cause: first }); // as resume() and runTools() do
    const own = new LlmError("unsupported", "effort: m takes no max", { ...at, cause: new LlmError("refusal", "no") });
    const { log, lines } = logger();
    await generate(compose(fallback(mock(again), mock(own), mock("Arr.")), observe(logTo(log))), "Hi");
    expect(lines.filter(({ msg }) => msg === "fallback.used")).toHaveLength(2);
    expect(JSON.stringify(lines)).not.toContain("treasure");
    expect(JSON.stringify(lines)).toContain("effort: m takes no max");
  });

  test("with the vendor's words and the partial answer when asked for", async () => {
    const { log, lines } = logger();
    const llm = compose(mock(busy, "Arr."), observe(logTo(log, { captureContent: true })), retry({ baseDelay: 0 }));
    await generate(llm, "Where is the treasure?");
    expect(lines).toContainEqual(
      expect.objectContaining({
        msg: "retry.waiting",
        llm: expect.objectContaining({
          error: expect.objectContaining({
            message: "529 the treasure keeps us busy",
            partial: { text: "the treasure is under" },
          }),
        }),
      }),
    );
  });
});

describe("toDiagnostics", () => {
  test("each event on its own channel and on that of all, only while somebody subscribes", async () => {
    const one: unknown[] = [];
    const all: unknown[] = [];
    const hearOne = (event: unknown): void => void one.push(event);
    const hearAll = (event: unknown): void => void all.push(event);
    const llm = compose(mock(busy, "Arr.", "Arr again."), observe(toDiagnostics()), retry({ baseDelay: 0 }));
    subscribe("llm:api.response", hearOne);
    subscribe("llm:event", hearAll);
    await generate(llm, "Where is the treasure?");
    unsubscribe("llm:api.response", hearOne);
    unsubscribe("llm:event", hearAll);
    await generate(llm, "Where is the treasure?");
    expect(one).toMatchObject([
      { type: "api.response", outcome: "overloaded" },
      { type: "api.response", outcome: "ok" },
    ]);
    expect(all).toHaveLength(5);
    expect(JSON.stringify(all)).not.toContain("treasure");
  });
});
