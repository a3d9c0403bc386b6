import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { inspect } from "node:util";
import { gzipSync } from "node:zlib";
import Anthropic from "@anthropic-ai/sdk";
import { trace } from "@opentelemetry/api";
import OpenAI from "openai";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { anthropic } from "../anthropic/index.ts";
import { newCall } from "../call.ts";
import { collect } from "../collect.ts";
import { isLlmError, type LlmError } from "../error.ts";
import type { Event } from "../event.ts";
import { generate } from "../generate.ts";
import { openaiChat } from "../openai-chat/index.ts";
import { openai } from "../openai/index.ts";
import type { Provider } from "../provider.ts";
import { toRequest } from "../request.ts";

let answer: (request: IncomingMessage, response: ServerResponse) => void = (_, response) => response.end();
const seen: IncomingMessage[] = [];
const server = createServer((request, response) => {
  request.resume();
  seen.push(request);
  response.on("error", () => {});
  answer(request, response);
});
let url = "";
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.close();
  server.closeAllConnections();
});

const message = JSON.stringify({
  id: "1",
  model: "m",
  content: [{ type: "text", text: "Hi" }],
  stop_reason: "end_turn",
  usage: { input_tokens: 1, output_tokens: 1 },
  status: "completed",
  output: [{ type: "message", content: [{ type: "output_text", text: "Hi" }] }],
  choices: [{ finish_reason: "stop", message: { content: "Hi" } }],
});
const json = (_: IncomingMessage, response: ServerResponse) =>
  response.writeHead(200, { "content-type": "application/json" }).end(message);

type Options = { baseURL?: string; apiKey?: string; fetch?: typeof fetch };
const makers: Record<string, (options: Options) => Provider> = {
  anthropic: (options) => anthropic("claude-sonnet-5-5", options),
  openai: (options) => openai("gpt-6.1-terra", options),
  "openai-chat": (options) => openaiChat("gpt-6.1-terra", options),
};
async function run(provider: Provider, whole = true): Promise<{ error?: LlmError; events: Event[]; text?: string }> {
  const events: Event[] = [];
  try {
    const call = newCall({ whole, onEvent: (event) => events.push(event) });
    return { events, text: (await collect(provider.stream(toRequest("Hi"), call))).text };
  } catch (error) {
    if (!isLlmError(error)) throw error;
    return { events, error };
  }
}

describe.each(Object.entries(makers))("%s", (name, make) => {
  const here = (more: Options = {}) => make({ baseURL: url, apiKey: "k-1234567", ...more });
  test("a base URL that is none is said before anything is sent", async () => {
    for (const baseURL of ["nowhere", "ftp://x/y", "http://", "file:///etc/passwd"]) {
      const { error, events } = await run(make({ baseURL, apiKey: "k-1234567" }));
      expect(error).toMatchObject({ code: "invalid-request", message: expect.stringContaining("baseURL") });
      expect(events).toEqual([]);
    }
  });
  test("a request that is none is said before anything is sent", async () => {
    const before = seen.length;
    const request = { messages: [{ role: "wizard", content: "x" }] } as never;
    await expect(generate(here(), request)).rejects.toMatchObject({
      code: "invalid-request",
      message: expect.stringContaining("messages[0].role"),
      vendor: expect.any(String),
    });
    expect(seen).toHaveLength(before);
  });
  test("a missing key is auth", async () => {
    const before = seen.length;
    vi.stubEnv("ANTHROPIC_API_KEY", undefined).stubEnv("ANTHROPIC_AUTH_TOKEN", undefined);
    vi.stubEnv("OPENAI_API_KEY", undefined).stubEnv("ANTHROPIC_CONFIG_DIR", "/nonexistent");
    try {
      const provider = make({ baseURL: url });
      const { error, events } = await run(provider);
      const [{ vendor, model, endpoint } = { endpoint: "" }] = provider.models;
      expect(error).toMatchObject({ code: "auth", retryable: false, vendor, model });
      expect(endpoint).toBe(url);
      expect(events).toHaveLength(name === "anthropic" ? 2 : 0); // its SDK looks for one when it is asked
      expect(seen).toHaveLength(before);
    } finally {
      vi.unstubAllEnvs();
    }
  });
  test("so is an empty one, and a password in the base URL, which stands in no name", async () => {
    const before = seen.length;
    const empty = await run(here({ apiKey: "" }));
    expect(empty.error).toMatchObject({ code: "auth", retryable: false, vendor: expect.any(String) });
    expect(empty.error?.message).toMatch(/apiKey/);
    const provider = here({ baseURL: url.replace("//", "//me:hush@") + "?key=hush" });
    const ran = await run(provider);
    expect(ran.error).toMatchObject({ code: "invalid-request", message: expect.stringMatching(/^baseURL: /) });
    expect(JSON.stringify([provider.name, provider.models, ran.error?.message])).not.toContain("hush");
    expect(seen).toHaveLength(before);
  });
  test("a header with a name that is none is the request's fault", async () => {
    const options = { headers: { "a b": "c" } };
    const request = { messages: [], options: { anthropic: options, openai: options } } as const;
    await expect(generate(here(), request)).rejects.toMatchObject({
      code: "invalid-request",
      message: expect.stringMatching(/^headers: /),
    });
  });
  test("a fetch of the caller's is used", async () => {
    answer = json;
    const fetches = vi.fn<typeof fetch>((...args) => fetch(...args));
    expect((await run(here({ fetch: fetches }))).text).toBe("Hi");
    expect(fetches).toHaveBeenCalledTimes(1);
  });

  const hostile = (whole: boolean, type: string, body: (response: ServerResponse) => void) => {
    answer = (_, response) => {
      response.writeHead(200, { "content-type": type });
      body(response);
    };
    return run(here(), whole);
  };
  /** Writes until nobody listens any more. */
  const forever = (response: ServerResponse, piece: Buffer): void => {
    const write = (): void => {
      if (response.destroyed) return;
      if (response.write(piece)) setImmediate(write);
      else response.once("drain", write);
    };
    write();
  };
  const filler = Buffer.alloc(1_048_576, "x");
  test("a line without end fails within bounded memory", async () => {
    const before = process.memoryUsage.rss();
    const { error, events } = await hostile(false, "text/event-stream", (response) => {
      response.write("data: ");
      forever(response, filler);
    });
    expect(error).toMatchObject({
      code: "malformed",
      message: expect.stringContaining("16 MB"),
      model: expect.any(String),
    });
    expect(events.filter(({ type }) => type === "api.response")).toHaveLength(1);
    expect(process.memoryUsage.rss() - before).toBeLessThan(400e6);
  });
  test("a whole answer without end fails too", async () => {
    const { error } = await hostile(true, "application/json", (response) => forever(response, filler));
    expect(error).toMatchObject({ code: "malformed", message: expect.stringContaining("64 MB") });
  });
  test("so does an error without end", async () => {
    answer = (_, response) => {
      response.writeHead(500, { "content-type": "application/json" });
      forever(response, filler);
    };
    expect((await run(here())).error?.code).toMatch(/^(?:malformed|server)$/);
  });
  test("a few bytes that decompress to many fail", async () => {
    const bomb = gzipSync(Buffer.alloc(100 * 1_048_576));
    expect(bomb.length).toBeLessThan(200_000);
    answer = (_, response) => {
      response.writeHead(200, { "content-type": "application/json", "content-encoding": "gzip" }).end(bomb);
    };
    expect((await run(here())).error?.code).toBe("malformed");
  });
  test("nor does the kind of content that it claims to be lift the bound", async () => {
    for (const type of ["text/event-stream", "application/octet-stream"]) {
      const { error } = await hostile(true, type, (response) => forever(response, filler));
      expect(error).toMatchObject({ code: "malformed", message: expect.stringContaining("64 MB") });
    }
  });
  test("JSON of status 200 that is no answer is malformed, or the error that it tells", async () => {
    for (const [body, code] of [
      ["{}", "malformed"],
      ["[]", "malformed"],
      ["null", "malformed"],
      ['{"detail":"Not Found"}', "malformed"],
      ['{"type":"error","error":{"type":"overloaded_error","message":"busy"}}', "overloaded"],
      ['{"error":"down"}', "server"],
      ['{"error":{"code":429,"message":"slow"}}', "rate-limit"],
    ] as const) {
      const { error } = await hostile(true, "application/json", (response) => response.end(body));
      expect(error?.code, body).toBe(code);
    }
  });
  test("a server that repeats the key does not bring it into an error", async () => {
    const error = { type: "authentication_error", message: "Incorrect key", given: "Bearer k-1234567" };
    for (const whole of [true, false])
      for (const headers of [{}, { "x-given": "k-1234567" }]) {
        answer = (_, response) => response.writeHead(401, headers).end(JSON.stringify({ error }));
        expect(inspect((await run(here(), whole)).error, { depth: 9 })).not.toContain("k-1234567");
        answer = (_, response) =>
          response
            .writeHead(200, headers)
            .end(`data: ${JSON.stringify({ type: "error", error: { message: "k-1234567" } })}\n\n`);
        expect(inspect((await run(here(), false)).error, { depth: 9 })).not.toContain("k-1234567");
      }
  });
  test("garbage and other kinds of content are malformed", async () => {
    for (const whole of [true, false])
      for (const [type, body] of [
        ["text/html", "<html>"],
        ["application/json", "{"],
        ["application/octet-stream", "\0\u0001\u0002"],
        ["image/png", "PNG"],
      ] as const) {
        const { error } = await hostile(whole, type, (response) => response.end(body));
        expect(error?.code, `${type} ${whole}`).toBe("malformed");
      }
    const { error } = await hostile(false, "text/event-stream", (response) =>
      response.end("event: message_start\ndata: {]\n\n"),
    );
    expect(error?.code).toBe("malformed");
  });
  test("a redirect to another host is not followed", async () => {
    for (const status of [301, 302, 303, 307, 308]) {
      const before = seen.length;
      answer = (_, response) =>
        response.writeHead(status, { location: `http://localhost:${new URL(url).port}/elsewhere` }).end();
      const { error } = await run(here());
      expect(error).toMatchObject({
        code: "not-found",
        message: expect.stringContaining("localhost"),
        vendor: expect.any(String),
        model: expect.any(String),
      });
      expect(seen).toHaveLength(before + 1);
    }
  });
  test("the SDK's own log, which would hold prompts, stays silent whatever the environment says", async () => {
    answer = json;
    vi.stubEnv("ANTHROPIC_LOG", "debug").stubEnv("OPENAI_LOG", "debug");
    const logs = (["debug", "info", "warn", "error"] as const).map((level) =>
      vi.spyOn(console, level).mockImplementation(() => {}),
    );
    try {
      expect((await run(here())).text).toBe("Hi");
      for (const log of logs) expect(log).not.toHaveBeenCalled();
    } finally {
      for (const log of logs) log.mockRestore();
      vi.unstubAllEnvs();
    }
  });
  test("counts the tokens of no request that is none", async () => {
    const before = seen.length;
    const request = { messages: [], maxTokens: -1 };
    if (here().countTokens)
      await expect(here().countTokens?.(request)).rejects.toMatchObject({
        message: expect.stringMatching(/^maxTokens/),
      });
    expect(seen).toHaveLength(before);
  });
  test("start tells whose form of a schema was sent", async () => {
    answer = json;
    const schema = { type: "object" } as const;
    const output = { schema, dialects: { anthropic: schema, openai: schema }, mode: "native" } as const;
    const result = await generate(here(), { messages: [{ role: "user", content: "Hi" }], output });
    expect(result.output).toEqual({ mode: "native", dialect: name.replace("-chat", "") });
  });
  test("one on the same host is followed where it keeps the question, not for ever", async () => {
    answer = (request, response) =>
      request.url?.startsWith("/moved")
        ? json(request, response)
        : response.writeHead(308, { location: `/moved${request.url}` }).end();
    expect((await run(here())).text).toBe("Hi");
    expect(seen.at(-1)).toMatchObject({ method: "POST" });
    const before = seen.length;
    answer = (request, response) => response.writeHead(307, { location: `${request.url}x` }).end();
    expect((await run(here())).error?.code).toBe("not-found");
    expect(seen).toHaveLength(before + 4);
  });
});

test("bytes in no base64 are the request's fault", async () => {
  const content = [{ type: "file", source: { data: "=", mediaType: "text/plain" } }] as const;
  await expect(
    generate(anthropic("m", { baseURL: url, apiKey: "k-1234567" }), { messages: [{ role: "user", content }] }),
  ).rejects.toMatchObject({
    code: "invalid-request",
    retryable: false,
    message: expect.stringMatching(/^request: .*character/i),
  });
});

describe("a client of the caller's", () => {
  const claude = () => new Anthropic({ baseURL: url, apiKey: "k-1234567", maxRetries: 5 });
  const gpt = () => new OpenAI({ baseURL: url, apiKey: "k-1234567", maxRetries: 5 });
  test("is bounded as well, and never retries by itself", async () => {
    for (const provider of [
      anthropic("m", { client: claude() }),
      openai("m", { client: gpt() }),
      openaiChat("m", { client: gpt() }),
    ]) {
      const before = seen.length;
      answer = (_, response) => response.writeHead(302, { location: "http://localhost:1/" }).end();
      expect((await run(provider)).error).toMatchObject({ code: "not-found", model: "m", vendor: expect.any(String) });
      answer = (_, response) => response.writeHead(500).end();
      expect((await run(provider)).error?.code).toBe("server");
      expect(seen).toHaveLength(before + 2);
    }
  });
  test("keeps its own headers and fetch", async () => {
    answer = json;
    const fetches = vi.fn<typeof fetch>((...args) => fetch(...args));
    const client = new Anthropic({
      baseURL: url,
      apiKey: "k-1234567",
      fetch: fetches,
      defaultHeaders: { "x-mine": "1" },
    });
    expect((await run(anthropic("m", { client }))).text).toBe("Hi");
    expect(fetches).toHaveBeenCalledTimes(1);
    expect(seen.at(-1)?.headers["x-mine"]).toBe("1");
  });
  test("that cannot be copied is used as it is", async () => {
    answer = json;
    const client = claude();
    client.withOptions = () => {
      throw new Error("no copies");
    };
    expect((await run(anthropic("m", { client }))).text).toBe("Hi");
    const { messages, baseURL, apiKey } = claude();
    expect((await run(anthropic("m", { client: { messages, baseURL, apiKey } }))).text).toBe("Hi");
  });
  test("emits no spans of its own", () => {
    const copies: unknown[] = [];
    const client = claude();
    const copy = client.withOptions.bind(client);
    client.withOptions = (options) => (copies.push(options), copy(options));
    anthropic("m", { client });
    expect(copies).toMatchObject([{ openTelemetry: false }]);
  });
  test("nor does one that is made for it", () => {
    const asked: string[] = [];
    const noop = trace.getTracer("");
    trace.setGlobalTracerProvider({ getTracer: (name) => (asked.push(name), noop) });
    try {
      anthropic("m", { apiKey: "k-1234567" });
      expect(asked).toEqual([]);
      claude();
      expect(asked).toHaveLength(1); // one that is left alone does
    } finally {
      trace.disable();
    }
  });
});

test("a connection is used again once its answer has been read", async () => {
  const sockets = new Set<unknown>();
  answer = (request, response) => {
    sockets.add(request.socket);
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.write(`event: message_stop\ndata: {"type":"message_stop"}\n\n`);
    setImmediate(() => response.end());
  };
  const provider = anthropic("m", { baseURL: url, apiKey: "k-1234567" });
  let asked = 0;
  const again = async (): Promise<number> => {
    asked++;
    expect((await run(provider, false)).error).toBeUndefined();
    return asked - sockets.size; // how often a connection was used again
  };
  await expect.poll(again).toBeGreaterThan(2);
});

test("an answer is complete with [DONE], also where the body stays open", async () => {
  let closed = false;
  answer = (_, response) => {
    response.on("close", () => (closed = true));
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.write('data: {"choices":[{"delta":{"content":"Hi"},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n');
  };
  expect(await run(openaiChat("m", { baseURL: url, apiKey: "k-1234567" }), false)).toMatchObject({ text: "Hi" });
  await expect.poll(() => closed, { timeout: 10_000 }).toBe(true);
});
