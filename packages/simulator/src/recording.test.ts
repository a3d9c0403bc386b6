import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { gunzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import type { Recording, Wire } from "./index.ts";
import { isObject, objectOf, textOf, type Json } from "./json.ts";
import { foldChunks, foldMessages, foldResponse } from "./test/fold.ts";
import { parseEvents, start } from "./test/start.ts";

/** One line of the data file. */
interface Recorded {
  readonly id: string;
  readonly wire: Wire;
  readonly stream: boolean;
  readonly status: number;
  readonly request: Json | null;
  readonly body: string;
}

const FILE = resolve(
  process.env["LLM_DATA_DIR"] ?? resolve(import.meta.dirname, "../../../../shared/data"),
  "recordings/recordings.jsonl.gz",
);
const found = existsSync(FILE);
if (!found)
  console.warn(`recordings: skipped, there is no ${FILE}; LLM_DATA_DIR names the folder that holds recordings/`);
const all: readonly Recorded[] = found
  ? gunzipSync(readFileSync(FILE))
      .toString()
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as Recorded)
  : [];

/** The events of a recording that are JSON; some files hold lines that were damaged on purpose. */
function eventsOf(body: string): readonly Json[] {
  return body.split("\n").flatMap((line) => {
    if (!line.startsWith("data:")) return [];
    try {
      const value: unknown = JSON.parse(line.slice(5));
      return isObject(value) ? [value] : [];
    } catch {
      return [];
    }
  });
}

/** Every path in a value, with `[]` for the items of a list. */
function paths(value: unknown, at = ""): readonly string[] {
  if (Array.isArray(value)) return [at, ...value.flatMap((item: unknown) => paths(item, `${at}[]`))];
  if (!isObject(value)) return [at];
  return [at, ...Object.entries(value).flatMap(([key, item]) => paths(item, `${at}.${key}`))];
}

/** An event's type, with that of the block, delta, item or part that it is about. */
function kindOf(event: Json): string {
  const about = event["content_block"] ?? event["delta"] ?? event["item"] ?? event["part"];
  return [event["type"] ?? "chunk", objectOf(about)["type"]].filter(Boolean).join(":");
}

function shapes(events: readonly Json[]): ReadonlyMap<string, ReadonlySet<string>> {
  const out = new Map<string, Set<string>>();
  for (const event of events) {
    const kind = kindOf(event);
    const known = out.get(kind) ?? new Set();
    for (const path of paths(event)) known.add(path);
    out.set(kind, known);
  }
  return out;
}

const ASK: Readonly<Record<Wire, readonly [path: string, body: Json]>> = {
  anthropic: [
    "/v1/messages",
    { model: "claude-opus-4-6", max_tokens: 64_000, messages: [{ role: "user", content: "x" }] },
  ],
  "openai-chat": ["/v1/chat/completions", { model: "gpt-6.1-sol", messages: [{ role: "user", content: "x" }] }],
  "openai-responses": ["/v1/responses", { model: "gpt-6.1-sol", input: "x" }],
};

function finishedOf(wire: Wire, events: readonly Json[]): readonly Json[] {
  if (wire === "anthropic") return foldMessages(events);
  return [wire === "openai-chat" ? foldChunks(events) : foldResponse(events)];
}

/** What the simulator streams when a script gives it the finished object. */
async function streamed(wire: Wire, native: Json, usage: boolean): Promise<readonly Json[]> {
  const { simulator, post } = await start();
  simulator.when("x").reply({ native });
  const [path, body] = ASK[wire];
  const answer = await post(path, { ...body, stream: true, ...(usage && { stream_options: { include_usage: true } }) });
  expect(answer.status).toBe(200);
  return parseEvents(await answer.text())
    .map(({ data }) => data)
    .filter(isObject);
}

/** What is left out: fields that only say where a stream was cut, and errors that faults send. */
function comparable(event: Json): boolean {
  return event["type"] !== "error";
}

describe.skipIf(!found)("recordings", () => {
  const streams = all.filter(({ stream, status }) => stream && status === 200);

  test.each(streams.map((recorded) => ({ id: recorded.id.split("/").at(-1), recorded })))(
    "$id: every event is one that can be sent, with its fields",
    async ({ recorded: { wire, body } }) => {
      const events = eventsOf(body).filter(comparable);
      const finished = finishedOf(wire, events);
      const ours: Json[] = [];
      for (const native of finished)
        ours.push(...(await streamed(wire, native, wire === "openai-chat" && isObject(native["usage"]))));
      const own = shapes(ours);
      for (const [kind, fields] of shapes(events)) {
        expect([...own.keys()]).toContain(kind);
        const known = own.get(kind) ?? new Set();
        expect(
          [...fields].filter((path) => !known.has(path)),
          kind,
        ).toEqual([]);
      }
      // What was streamed is what was given.
      expect(finishedOf(wire, ours)).toMatchObject(finished);
    },
  );

  test("every recording is played byte by byte, in pieces of any size", async () => {
    const recordings: Recording[] = [];
    for (const [index, { status, stream, body, request }] of all.entries())
      recordings.push({
        status,
        stream,
        body,
        split: [1_000_000, 333, 4_096][index % 3] ?? 1,
        ...(request && { request }),
      });
    const { post, simulator } = await start({ recordings, strict: true });
    let played = 0;
    const seen = new Set<string>();
    for (const { wire, request, body, status } of all) {
      // Of several answers to one request, the first is played.
      if (!request || seen.size === seen.add(JSON.stringify(request)).size) continue;
      const answer = await post(ASK[wire][0], request);
      expect(answer.status).toBe(status);
      expect(await answer.text()).toBe(body);
      played++;
    }
    expect(played).toBeGreaterThan(100);
    expect(simulator.journal.entries().every(({ source }) => textOf(source).startsWith("recording"))).toBe(true);
  });
});
