import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { dataLines } from "../../../../.config/data.ts";
import { anthropic } from "../anthropic/index.ts";
import { newCall } from "../call.ts";
import { collect } from "../collect.ts";
import { isLlmError } from "../error.ts";
import type { Event } from "../event.ts";
import { openaiChat } from "../openai-chat/index.ts";
import { openai } from "../openai/index.ts";
import type { Provider } from "../provider.ts";
import { toRequest } from "../request.ts";
import type { ChatResult } from "../result.ts";
import type { StreamPart } from "../stream-part.ts";

/** Real traffic of the vendors, replayed by a local server that cuts the bytes anywhere. */
interface Recording {
  readonly id: string;
  readonly wire: "anthropic" | "openai-chat" | "openai-responses";
  readonly stream: boolean;
  readonly status: number;
  readonly body: string;
}

const recordings = (dataLines("recordings/recordings.jsonl.gz") ?? []) as Recording[];

/** A small generator of numbers, so that a failure can be repeated. */
const numbers = (seed: number) => () => {
  seed = (seed * 1_664_525 + 1_013_904_223) % 4_294_967_296;
  return seed / 4_294_967_296;
};

let server: Server;
let url: string;
let playing: { readonly recording: Recording; readonly seed: number; readonly end: number };

beforeAll(async () => {
  server = createServer((request, response) => {
    request.resume();
    const { recording, seed, end } = playing;
    const bytes = Buffer.from(recording.body).subarray(0, end);
    const random = numbers(seed);
    response.writeHead(recording.status, {
      "content-type": recording.stream ? "text/event-stream; charset=utf-8" : "application/json",
      "request-id": "req_1",
      "x-request-id": "req_1",
    });
    let at = 0;
    const send = (): void => {
      if (at >= bytes.length) return void response.end();
      const next = Math.min(bytes.length, at + 1 + Math.floor(random() ** 3 * 4_000));
      response.write(bytes.subarray(at, next), () => setImmediate(send)); // a packet each, also inside a character
      at = next;
    };
    send();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => server.close());

const providers: Record<Recording["wire"], () => Provider> = {
  anthropic: () => anthropic("claude-sonnet-5-5", { baseURL: url, apiKey: "k-test" }),
  "openai-responses": () => openai("gpt-6.1-terra", { baseURL: url, apiKey: "k-test" }),
  "openai-chat": () => openaiChat("gpt-6.1-terra", { baseURL: url, apiKey: "k-test" }),
};

interface Run {
  readonly parts: StreamPart[];
  readonly result?: ChatResult;
  readonly error?: unknown;
  readonly events: Event[];
}

async function run(recording: Recording, seed: number, end: number = Infinity): Promise<Run> {
  playing = { recording, seed, end };
  const parts: StreamPart[] = [];
  const events: Event[] = [];
  const call = newCall({ whole: !recording.stream, onEvent: (event) => events.push(event) });
  const source = providers[recording.wire]().stream(toRequest("Hello"), call);
  const seen = async function* (): AsyncGenerator<StreamPart> {
    for await (const part of source) {
      parts.push(part);
      yield part;
    }
  };
  try {
    return { parts, result: await collect(seen()), events };
  } catch (error) {
    return { parts, error, events };
  }
}

const isJson = (text: string): boolean => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

/** Whether what was recorded cannot be read. */
const garbled = ({ stream, body }: Recording): boolean =>
  stream
    ? body.split("\n").some((line) => line.startsWith("data:") && !line.includes("[DONE]") && !isJson(line.slice(5)))
    : !isJson(body);

/** Whether the recording itself is of a failure. */
const fails = (recording: Recording): boolean =>
  recording.status >= 400 || garbled(recording) || /"type":\s*"(?:error|response\.failed)"/.test(recording.body);

const responses = (events: readonly Event[]) => events.filter((event) => event.type === "api.response");

describe.skipIf(recordings.length === 0)("recorded traffic", () => {
  for (const recording of recordings.filter((one) => !fails(one)))
    test(`${recording.id} is read`, async () => {
      const { parts, result, error, events } = await run(recording, 1);
      expect(error).toBeUndefined();
      expect(parts[0]?.type).toBe("start");
      expect(parts.at(-1)?.type).toBe("finish");
      expect(parts.filter((part) => part.type === "start" || part.type === "finish")).toHaveLength(2);
      const usage = result!.usage;
      expect(usage.input).toBeGreaterThanOrEqual(usage.cacheRead + usage.cacheWrite);
      expect(usage.output).toBeGreaterThanOrEqual(usage.reasoning);
      const counted = /"(?:prompt|input)_tokens":\s*[1-9]/.test(recording.body);
      if (counted) expect(usage).toMatchObject({ raw: expect.anything() });
      expect(responses(events)).toMatchObject([{ outcome: "ok", usage }]);
      expect(result!.toolCalls.filter((call) => call.malformed)).toEqual([]);
    });

  for (const recording of recordings.filter(fails))
    test(`${recording.id} fails as recorded`, async () => {
      const { error, events } = await run(recording, 1);
      if (garbled(recording)) return expect(isLlmError(error, "malformed")).toBe(true);
      expect(isLlmError(error, "invalid-request", "not-found", "quota", "rate-limit", "server", "context-length")).toBe(
        true,
      );
      expect(responses(events)).toHaveLength(1);
    });

  test("packets may end anywhere, also inside a character", async () => {
    for (const recording of recordings.filter((one) => one.stream && !fails(one)).slice(0, 30)) {
      const once = await run(recording, 1);
      const again = await run(recording, 2);
      expect(again.parts).toEqual(once.parts);
    }
  });

  test("an answer that is cut anywhere is never taken for a whole one", async () => {
    const random = numbers(7);
    for (const recording of recordings.filter((one) => one.stream && !fails(one))) {
      const bytes = Buffer.byteLength(recording.body);
      const terminal = recording.body.search(
        /data:[^\n]*"(?:message_stop|response\.completed|response\.incomplete)"|data:[^\n]*"finish_reason":\s*"/,
      );
      const last = Buffer.byteLength(recording.body.slice(0, terminal));
      const { error, events } = await run(recording, 3, Math.floor(random() * Math.min(bytes, last)));
      expect(isLlmError(error, "truncated", "malformed"), `${recording.id}: ${String(error)}`).toBe(true);
      expect(responses(events)).toHaveLength(1);
    }
  });
});
