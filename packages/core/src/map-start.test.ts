import { expect, test } from "vitest";
import { newCall } from "./call.ts";
import { mapStart } from "./map-start.ts";
import { fromParts } from "./replay.ts";
import { toRequest } from "./request.ts";
import type { StreamPart } from "./stream-part.ts";
import { mock } from "./testing/index.ts";
import { noUsage } from "./usage.ts";

const parts: readonly StreamPart[] = [
  { type: "opaque", vendor: "v", value: 1 },
  { type: "start", vendor: "v", model: "m" },
  { type: "text", block: 0, delta: "a" },
  { type: "start", vendor: "v", model: "again" },
  { type: "finish", reason: "stop", usage: noUsage },
];

test("the first start is another one; the rest is as it was", async () => {
  const seen: StreamPart[] = [];
  for await (const part of mapStart(fromParts(parts), (start) => ({ ...start, degraded: true }))) seen.push(part);
  expect(seen).toEqual(parts.map((part, i) => (i === 1 ? { ...part, degraded: true } : part)));
});

test("who leaves it leaves its source, and nothing is asked before the first read", async () => {
  const model = mock("Hello there");
  const iterator = mapStart(model.stream(toRequest("Hi"), newCall()), (start) => start)[Symbol.asyncIterator]();
  expect(model.calls).toHaveLength(0);
  await iterator.next();
  expect(model.active()).toBe(1);
  await iterator.return?.();
  expect(model.active()).toBe(0);
  expect(await iterator.next()).toEqual({ done: true, value: undefined });
});
