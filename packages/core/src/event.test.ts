import { expect, test } from "vitest";
import { child, newCall } from "./call.ts";
import { emit, type Event } from "./event.ts";
import { compose } from "./compose.ts";
import { generate } from "./generate.ts";
import { heardBy, observe } from "./observe.ts";
import { mock } from "./testing/index.ts";
import { addUsage, noUsage, uncached } from "./usage.ts";

test("an event carries its call's id, the parent's, and when", () => {
  const events: Event[] = [];
  const call = newCall({ onEvent: (event) => events.push(event) });
  const inner = child(call);
  emit(call, "timeout.fired", { phase: "idle", ms: 5 });
  emit(inner, "timeout.fired", { phase: "idle", ms: 6 });
  expect(events).toEqual([
    { type: "timeout.fired", call: call.id, phase: "idle", ms: 5, at: expect.any(Number) },
    { type: "timeout.fired", call: inner.id, parent: call.id, phase: "idle", ms: 6, at: expect.any(Number) },
  ]);
  emit(newCall(), "timeout.fired", { phase: "idle", ms: 5 }); // nobody listens
});

test("every listener hears everything once, also when another throws", async () => {
  const heard: string[] = [];
  const provider = compose(
    mock("x"),
    observe(() => {
      throw new Error("a listener's own");
    }),
    observe((event) => heard.push(`outer ${event.type}`)),
    observe((event) => heard.push(`inner ${event.type}`)),
  );
  await generate(provider, "x", { onEvent: (event) => heard.push(`call ${event.type}`) });
  expect(heard).toEqual([
    "call api.request",
    "outer api.request",
    "inner api.request",
    "call api.response",
    "outer api.response",
    "inner api.response",
  ]);
});

test("a call that is heard by one more keeps its id", () => {
  const call = newCall();
  expect(heardBy(call, () => {})).toMatchObject({ id: call.id, listener: expect.any(Function) });
  expect(call.listener).toBeUndefined();
});

test("usages add up", () => {
  const a = {
    input: 10,
    cacheRead: 1,
    cacheWrite: 2,
    output: 5,
    reasoning: 3,
    cacheWrites: { "5m": 2 },
    tier: "x",
    raw: {},
  };
  const b = { ...a, cacheWrites: { "5m": 1, "1h": 1 }, serverTools: { web_search: 2 }, estimated: true as const };
  expect(addUsage(a, b)).toEqual({
    input: 20,
    cacheRead: 2,
    cacheWrite: 4,
    output: 10,
    reasoning: 6,
    cacheWrites: { "5m": 3, "1h": 1 },
    serverTools: { web_search: 2 },
    estimated: true,
  });
  expect(addUsage(noUsage, noUsage)).toEqual(noUsage);
  expect(addUsage(b, b).serverTools).toEqual({ web_search: 4 });
  expect(uncached(a)).toBe(7);
});
