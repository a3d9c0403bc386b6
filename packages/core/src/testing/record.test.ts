import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createSimulator } from "@llm/simulator";
import * as fc from "fast-check";
import { describe, expect, onTestFinished, test } from "vitest";
import { anthropic } from "../anthropic/index.ts";
import { newCall } from "../call.ts";
import { compose } from "../compose.ts";
import { LlmError } from "../error.ts";
import { fallback } from "../fallback.ts";
import { generate } from "../generate.ts";
import type { Provider } from "../provider.ts";
import { fromParts } from "../replay.ts";
import { toRequest, type ChatRequest } from "../request.ts";
import { retry } from "../retry.ts";
import type { StreamPart } from "../stream-part.ts";
import { streamText } from "../stream-text.ts";
import { conformance } from "./conformance.ts";
import { mock } from "./mock.ts";
import { newRedact } from "./record-format.ts";
import { record, type RecordOptions } from "./record.ts";
import { replayFrom } from "./record-replay.ts";

const { env } = import.meta as ImportMeta & { readonly env: { readonly MODE: string } }; // vitest sets it
const numRuns = env.MODE === "long" ? 3_000 : 200;

const partsOf = async (provider: Provider, request: ChatRequest): Promise<StreamPart[]> => {
  const parts: StreamPart[] = [];
  for await (const part of provider.stream(request, newCall())) parts.push(part);
  return parts;
};

/** Records what a program does with a provider. */
async function recorded(
  provider: Provider,
  run: (recording: Provider) => Promise<unknown>,
  options?: RecordOptions,
): Promise<string[]> {
  const lines: string[] = [];
  const recorder = record((line) => void lines.push(line), options);
  await run(compose(provider, recorder));
  await recorder.flush();
  return lines;
}

const usage = { input: 3, cacheRead: 0, cacheWrite: 0, output: 2, reasoning: 0 };
const start: StreamPart = { type: "start", vendor: "v", model: "m", id: "i", requestId: "r" };

test(
  "every stream comes back part by part",
  () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.oneof(
            fc.record({ type: fc.constant("text" as const), block: fc.nat(2), delta: fc.string({ unit: "binary" }) }),
            fc.record({
              type: fc.constant("reasoning" as const),
              block: fc.integer({ min: 3, max: 5 }),
              delta: fc.string(),
              data: fc.dictionary<string, string>(fc.string(), fc.string()),
            }),
            fc.record({
              type: fc.constant("opaque" as const),
              vendor: fc.constant("v"),
              value: fc.jsonValue() as fc.Arbitrary<string>,
            }),
            fc.constant({ type: "usage" as const, usage }),
          ),
        ),
        async (middle) => {
          const parts: StreamPart[] = [start, ...middle, { type: "finish", reason: "stop", raw: "end", usage }];
          const provider: Provider = { name: "p", models: [], stream: () => fromParts(parts) };
          const lines = await recorded(provider, (recording) => partsOf(recording, toRequest("Hi")));
          const wire = JSON.parse(JSON.stringify(parts)) as StreamPart[]; // what JSON does not have (-0) is not promised
          expect(await partsOf(await replayFrom(lines), toRequest("Hi"))).toEqual(wire);
        },
      ),
      { numRuns },
    ),
  600_000,
);

describe("a program that runs again", () => {
  test("equal requests get the recorded calls in the order in which they began", async () => {
    let release = (): void => {};
    const later = new Promise<void>((resolve) => (release = resolve));
    const provider = mock(() => later.then(() => "first"), "second", "third");
    const lines = await recorded(provider, async (recording) => {
      const both = [generate(recording, "Hi"), generate(recording, "Hi")];
      await both[1];
      release();
      await both[0];
      await generate(recording, { messages: [{ role: "user", content: "Ho" }], maxTokens: 5 });
    });
    const again = await replayFrom(lines);
    const others = await generate(again, { maxTokens: 5, messages: [{ content: "Ho", role: "user" }] }); // keys in another order
    const texts = [await generate(again, "Hi"), await generate(again, "Hi")].map(({ text }) => text);
    expect([others.text, ...texts]).toEqual(["third", "first", "second"]);
  });

  test("errors come back as they were, after the parts before them, through retry and fallback", async () => {
    const busy = new LlmError("overloaded", "busy", { status: 529, retryAfterMs: 0, vendor: "v", requestId: "q" });
    const cut = [start, { type: "text", block: 0, delta: "one" } as const, new LlmError("network", "gone")];
    const llm = (inner: Provider): Provider => fallback(compose(inner, retry({ baseDelay: 0 })), mock("fallback"));
    const program = async (inner: Provider): Promise<unknown> => [
      await generate(llm(inner), "Hi"),
      await streamText(inner, "Ho").result.catch((error: unknown) => error),
    ];
    let first: unknown;
    const lines = await recorded(mock(busy, "fine", cut), async (recording) => (first = await program(recording)));
    const second = await program(await replayFrom(lines));
    expect(second).toEqual(first);
    expect(second).toMatchObject([{ text: "fine" }, { code: "network", partial: { text: "one" } }]);
    await expect(generate(await replayFrom(lines), "Hi")).rejects.toMatchObject({
      code: "overloaded",
      status: 529,
      retryAfterMs: 0,
      requestId: "q",
    });
  });

  test("a miss is an error that nothing retries, and says why without a word of the prompt", async () => {
    const lines = await recorded(mock("a"), (recording) =>
      generate(recording, { messages: [{ role: "user", content: "the treasure" }], temperature: 0.1 }),
    );
    const again = await replayFrom(lines);
    const other = { messages: [{ role: "user", content: "the treasures" }], temperature: 0.1 } as const;
    const error: unknown = await generate(again, other).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: "invalid-request", retryable: false });
    expect(String(error)).toContain("messages[0].content");
    expect(String(error)).not.toContain("treasure");
    const same = { ...other, messages: [{ role: "user", content: "the treasure" }] } as const;
    await generate(again, same);
    await expect(generate(again, same)).rejects.toThrow("once and is asked again");
    await expect(generate(again, other)).rejects.toThrow("none is left");
  });

  test("a stream that its reader left ends where the recording does", async () => {
    const lines = await recorded(mock("one two three"), async (recording) => {
      const iterator = recording.stream(toRequest("Hi"), newCall())[Symbol.asyncIterator]();
      await iterator.next();
      await iterator.next();
      await iterator.return?.();
    });
    const again = await replayFrom(lines);
    const error: unknown = await streamText(again, "Hi").result.catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: "truncated", partial: { text: "one" } });
    expect(String(error)).toContain("its reader left");
  });

  test("usage and events are those of the model", async () => {
    const lines = await recorded(mock({ text: "x", usage: { input: 42, output: 7 } }), (recording) =>
      generate(recording, "Hi"),
    );
    const again = await replayFrom(lines);
    expect(again).toMatchObject({ name: "mock/model", models: [{ vendor: "mock", model: "model" }] });
    const told: unknown[] = [];
    await generate(again, "Hi", { onEvent: (event) => told.push(event) });
    expect(told).toMatchObject([
      { type: "api.request", vendor: "mock" },
      { type: "api.response", outcome: "ok", usage: { input: 42, output: 7 } },
    ]);
  });
});

test("a file, begun anew by each recorder", async () => {
  const folder = mkdtempSync(join(tmpdir(), "recording-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = join(folder, "deep", "answers.jsonl");
  for (const answer of ["one", "two"]) {
    const recorder = record(path);
    await generate(compose(mock(answer), recorder), "Hi");
    await recorder.flush();
  }
  expect(readFileSync(path, "utf8").trimEnd().split("\n")).toHaveLength(2);
  expect((await generate(await replayFrom(path), "Hi")).text).toBe("two");
  await expect(replayFrom(join(folder, "none"))).rejects.toThrow("ENOENT");
  await expect(replayFrom(["{}"])).rejects.toThrow("line 1");
  await expect(replayFrom(['{"recording":1,"name":"a","models":[]}', "{"])).rejects.toThrow("line 2");
});

test("what the sink throws is told by flush, and breaks no call", async () => {
  const recorder = record(() => Promise.reject(new Error("disk full")));
  expect((await generate(compose(mock("x"), recorder), "Hi")).text).toBe("x");
  await expect(recorder.flush()).rejects.toThrow("disk full");
  expect(() => recorder(mock("y"))).toThrow("one provider");
});

describe("secrets", () => {
  const secrets = {
    openai: "sk-proj-abcDEF1234567890abcdefgh",
    anthropic: "sk-ant-api03-abcDEF1234567890",
    bearer: "Bearer abc.def-ghi_jkl123",
    google: "AIzaSyA1234567890abcdefghijklmnopqrstu",
    aws: "AKIAIOSFODNN7EXAMPLE",
    github: "ghp_abcdefghijklmnopqrstuvwxyz0123456789",
    jwt: "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.abcdefghij",
    field: "hunter2-the-password",
    header: "plain-looking-header-value",
    url: "s3cr3t-in-url",
    query: "s3cr3t-in-query",
    told: "only I know that this is one",
  };
  const { field, header, url, query, told, ...formed } = secrets;
  const request: ChatRequest = {
    system: `Our keys: ${Object.values(formed).join(", ")}. ${told}`,
    messages: [
      {
        role: "user",
        content: [
          {
            type: "image",
            source: { url: `https://me:${url}@example.com/a.png?page=2&X-Amz-Signature=${query}&api_key=${query}#top` },
          },
        ],
      },
      {
        role: "assistant",
        content: [{ type: "tool-call", id: "c", name: "login", input: { password: field, nested: { apiKey: field } } }],
      },
      { role: "tool", content: [{ type: "tool-result", id: "c", output: `{"access_token": "${field}", "ok": true}` }] },
    ],
    options: {
      any: { headers: { authorization: header, "x-api-key": header, cookie: header }, client_secret: header },
    },
  };
  const grep = (lines: readonly string[]): string[] =>
    Object.entries(secrets).flatMap(([name, secret]) => (lines.some((line) => line.includes(secret)) ? [name] : []));

  test("none is recorded: not from the request, the answer, errors or the provider", async () => {
    const all = `${Object.values(formed).join(" ")} ${told}`;
    const answer = mock(
      { text: all, reasoning: all, toolCalls: [{ name: "login", input: { password: field, text: all } }] },
      new LlmError("auth", `Incorrect API key provided: ${secrets.openai}`, { partial: { text: all } }),
    );
    const provider: Provider = { ...answer, name: `mock@https://me:${url}@host` };
    const run = async (recording: Provider): Promise<void> => {
      await partsOf(recording, request);
      await partsOf(recording, request).catch(() => {});
    };
    expect(grep([JSON.stringify(request), all, url, query, field, header])).toEqual(Object.keys(secrets)); // the grep finds them
    const lines = await recorded(provider, run, { secrets: [told] });
    expect(lines).toHaveLength(3);
    expect(grep(lines)).toEqual([]);
    // and it is still found by the request with the secrets in it
    const again = await replayFrom(lines, { secrets: [told] });
    expect((await partsOf(again, request)).at(-1)?.type).toBe("finish");
  });

  test.each(["a.", "eyJ-", '"a-', "?a-"])("are soon looked for in a long text of %s", (piece) => {
    const text = piece.repeat(600_000 / piece.length);
    expect(newRedact([])(text)).toBe(text);
  });

  test("a token of JSON is found within a word", () => {
    const redact = newRedact([]);
    const token = `eyJ${"a".repeat(5_000)}.${"b".repeat(9)}.${"c".repeat(9)}`;
    for (const before of ["", "x-", "eyJ-", "é", "a_b-", "aaaaaaaaa.", "aaaaaaaaa.x-eyJ-"]) {
      const clean = redact(`to ${before}${token}, please`);
      expect(clean).toMatch(/^to .*\*\*\*, please$/);
      expect(clean).not.toContain("bbb");
    }
    expect(redact("eyJaaaaaaaa.bbbbbbbb")).toBe("eyJaaaaaaaa.bbbbbbbb");
  });

  test.each(Object.entries(formed))("none that a stream cuts to pieces: %s", async (_name, secret) => {
    for (const type of ["text", "reasoning"] as const) {
      const deltas: StreamPart[] = `before ${secret} after`.split("").map((delta) => ({ type, block: 0, delta }));
      const parts: StreamPart[] = [start, ...deltas, { type: "finish", reason: "stop", usage }];
      const provider: Provider = { name: "p", models: [], stream: () => fromParts(parts) };
      const lines = await recorded(provider, (recording) => partsOf(recording, toRequest("Hi")));
      const rejoined = (await partsOf(await replayFrom(lines), toRequest("Hi")))
        .map((part) => ("delta" in part ? part.delta : ""))
        .join("");
      expect(rejoined).toBe("before *** after");
      expect(grep(lines)).toEqual([]);
    }
  });

  test("nor in a tool call's pieces, by the name of its field", async () => {
    const json = JSON.stringify({ user: "me", password: field });
    const deltas: StreamPart[] = json.split("").map((delta) => ({
      type: "tool-call",
      block: 0,
      id: "c",
      name: "login",
      delta,
    }));
    const provider: Provider = {
      name: "p",
      models: [],
      stream: () => fromParts([start, ...deltas, { type: "finish", reason: "tool-calls", usage }]),
    };
    const lines = await recorded(provider, (recording) => partsOf(recording, toRequest("Hi")));
    const { toolCalls } = await generate(await replayFrom(lines), "Hi");
    expect(toolCalls[0]?.input).toEqual({ user: "me", password: "***" });
  });

  test("an adapter's key is nowhere in what it brings about", async () => {
    const simulator = createSimulator({ seed: 2, apiKeys: ["the-right-key-12345"] });
    onTestFinished(() => simulator.close());
    const { url: baseURL } = await simulator.listen();
    const make = (apiKey: string): Provider => anthropic("claude-opus-5-5", { apiKey, baseURL });
    const right = await recorded(make("the-right-key-12345"), (recording) => generate(recording, "Hi"));
    const wrong = await recorded(make("the-wrong-key-12345"), (recording) => generate(recording, "Hi").catch(() => {}));
    expect(JSON.parse(wrong[1] ?? "")).toMatchObject({ error: { code: "auth" } });
    expect([...right, ...wrong].join()).not.toContain("-key-12345");
  });
});

describe("the laws hold for a recording, and for what is recorded", async () => {
  const answer = {
    reasoning: "Let me think.",
    text: "A breaker opens when calls fail.",
    toolCalls: [{ name: "look", input: {} }],
  };
  const request = toRequest("What is a circuit breaker?");
  const lines = await recorded(mock(answer), async (recording) => {
    for (let i = 0; i < 3; i++) await partsOf(recording, request);
  });
  const replayed = await Promise.all(Array.from({ length: 60 }, () => replayFrom(lines)));
  for (const check of conformance(
    () =>
      compose(
        mock(answer),
        record(() => {}),
      ),
    { prompt: request },
  ))
    test(`recorded: ${check.name}`, check.run);
  for (const check of conformance(() => replayed.pop() ?? mock(), { prompt: request }))
    test(`replayed: ${check.name}`, check.run);
});
