import {
  collect,
  compose,
  fallback,
  generate,
  LlmError,
  newCall,
  observe,
  retry,
  toRequest,
  type Event,
  type Provider,
} from "@llm/core";
import { conformance, mock, mockModel, type MockReply } from "@llm/core/testing";
import * as fc from "fast-check";
import { describe, expect, test, vi } from "vitest";
import { CostTracker } from "./cost-tracker.ts";

const runs = process.env["MODE"] === "long" ? 20_000 : 300;
const usage = { input: 1_000, output: 200 };
const haiku = (...script: readonly MockReply[]): ReturnType<typeof mock> =>
  mockModel({ vendor: "anthropic", model: "claude-haiku-5-5" }, ...script);
const clock = { now: () => Date.parse("2026-11-22"), setTimeout: () => () => {} };
const ofType = <K extends Event["type"]>(events: readonly Event[], type: K): readonly Extract<Event, { type: K }>[] =>
  events.filter((event): event is Extract<Event, { type: K }> => event.type === type);

describe("record", () => {
  test("returns dollars and adds them up", () => {
    const costs = new CostTracker({ clock });
    expect(costs.record("claude-haiku-5-5", 1_000, 200)).toBe(0.0002);
    expect(costs.record("claude-sonnet-5-5", { input: 1_000, output: 200, cacheRead: 500 })).toBe(0.003_05);
    expect(costs.record("claude-haiku-5-5", 1_000, 200)).toBe(0.0002);
    expect(costs.total).toBe(0.003_45);
    expect(costs.byModel).toEqual({ "claude-haiku-5-5": 0.0004, "claude-sonnet-5-5": 0.003_05 });
    expect(costs.unknown).toEqual([]);
  });

  test("takes the price of the time given", () => {
    const costs = new CostTracker({ clock });
    const read = { input: 1_000_000, cacheRead: 1_000_000, output: 0 };
    expect(costs.record("claude-sonnet-5-5", read, Date.parse("2026-10-01"))).toBe(0.2);
    expect(costs.record("claude-sonnet-5-5", read)).toBe(0.1);
  });

  test("an unknown model has no price, and says so", () => {
    const events: Event[] = [];
    const costs = new CostTracker({ clock, onEvent: (event) => events.push(event) });
    expect(costs.record("gpt-9", 10, 10)).toBeUndefined();
    expect(costs.total).toBe(0);
    expect(costs.byModel).toEqual({});
    expect(costs.unknown).toEqual(["gpt-9"]);
    expect(events).toMatchObject([
      { type: "cost.unpriced", model: "gpt-9", reason: "unknown-model", input: 10, output: 10 },
    ]);
  });

  test("tells each cost with the total until then", () => {
    const events: Event[] = [];
    const costs = new CostTracker({ clock, onEvent: (event) => events.push(event) });
    costs.record("claude-haiku-5-5", 1_000, 200);
    costs.record("claude-haiku-5-5", { ...usage, estimated: true });
    expect(events).toMatchObject([
      { type: "api.cost", model: "claude-haiku-5-5", input: 1_000, output: 200, cost: 0.0002, total: 0.0002 },
      { type: "api.cost", cost: 0.0002, total: 0.0004, estimated: true },
    ]);
    expect(events[0]).not.toHaveProperty("estimated");
  });

  test.each([
    [-1, 0],
    [0, 1.5],
    [Number.NaN, 0],
  ])("refuses %s and %s tokens", (input, output) => {
    const costs = new CostTracker({ clock });
    expect(() => costs.record("claude-haiku-5-5", input, output)).toThrow(TypeError);
    expect(() => costs.record("gpt-9", input, output)).toThrow(TypeError);
    expect(costs.total).toBe(0);
  });

  test("a listener that throws breaks nothing", () => {
    const costs = new CostTracker({
      clock,
      onEvent: () => {
        throw new Error("mine");
      },
    });
    expect(costs.record("claude-haiku-5-5", 1_000, 200)).toBe(0.0002);
  });

  test("remembers a bounded number of names", () => {
    const from = "2026-01-01";
    const names = Array.from({ length: 1_005 }, (_, i) => `m${i}`);
    const prices = names.map((model) => ({ vendor: "a", model, prices: [{ from, input: 1, output: 1, source: "" }] }));
    const costs = new CostTracker({ clock, prices });
    for (const name of names) costs.record(name, 1_000_000, 0);
    expect(Object.keys(costs.byModel)).toHaveLength(1_001);
    expect(costs.byModel["other"]).toBe(5);
    for (let i = 0; i < 200; i++) costs.record(`unknown-${i}`, 1, 1);
    expect(costs.unknown).toHaveLength(100);
    expect(costs.total).toBe(1_005);
  });

  test("bad options are named", () => {
    expect(() => new CostTracker({ prices: {} as never })).toThrow(/^prices/);
    expect(() => new CostTracker({ onEvent: 1 as never })).toThrow(/^onEvent/);
  });
});

describe("money adds up", () => {
  const request = fc.record({
    model: fc.constantFrom("claude-haiku-5-5", "gpt-6.1-terra", "claude-opus-5-5", "text-embedding-3-small", "gpt-9"),
    input: fc.integer({ min: 0, max: 300_000 }),
    output: fc.integer({ min: 0, max: 50_000 }),
  });

  test("in any order, and model by model", () => {
    fc.assert(
      fc.property(fc.array(request, { maxLength: 50 }), fc.infiniteStream(fc.nat()), (requests, random) => {
        const there = new CostTracker({ clock });
        const back = new CostTracker({ clock });
        for (const { model, input, output } of requests) there.record(model, input, output);
        const keyed = requests.map((item) => [random.next().value ?? 0, item] as const);
        for (const [, item] of keyed.sort(([a], [b]) => a - b)) back.record(item.model, item.input, item.output);
        expect(back.totalPico).toBe(there.totalPico);
        expect(back.byModel).toEqual(there.byModel);

        const alone = requests.map(({ model, input, output }) => {
          const one = new CostTracker({ clock });
          one.record(model, input, output);
          return one.totalPico;
        });
        expect(alone.reduce((sum, cost) => sum + cost, 0n)).toBe(there.totalPico);
      }),
      { numRuns: runs / 10 },
    );
  });

  test("many small costs are exactly as many times one", () => {
    const costs = new CostTracker({ clock });
    for (let i = 0; i < 100_000; i++) costs.record("gpt-6.1-terra", 1, 1); // 6 millionths of a dollar
    expect(costs.total).toBe(0.6);
  });
});

describe("middleware", () => {
  test("counts what a provider used, under the id of its request", async () => {
    const events: Event[] = [];
    const costs = new CostTracker();
    const llm = compose(
      haiku({ text: "Hi", usage }),
      observe((event) => events.push(event)),
      costs.middleware(),
    );
    await generate(llm, "Hello");
    expect(costs.total).toBe(0.0002);
    expect(costs.byModel).toEqual({ "claude-haiku-5-5": 0.0002 });
    const [response] = ofType(events, "api.response");
    const [cost, ...more] = ofType(events, "api.cost");
    expect(more).toEqual([]);
    expect(cost).toMatchObject({
      vendor: "anthropic",
      model: "claude-haiku-5-5",
      ...usage,
      cost: 0.0002,
      total: 0.0002,
    });
    expect(cost?.call).toBe(response?.call);
    expect(events.indexOf(cost!)).toBeGreaterThan(events.indexOf(response!));
  });

  test("counts every attempt: retries and those that lost", async () => {
    const costs = new CostTracker();
    const cut = [
      { type: "start", vendor: "anthropic", model: "claude-haiku-5-5" },
      { type: "usage", usage: { input: 1_000, output: 0, cacheRead: 0, cacheWrite: 0, reasoning: 0 } },
      new LlmError("overloaded", "busy"),
    ] as const;
    const wait = { now: Date.now, setTimeout: (fn: () => void) => (queueMicrotask(fn), () => {}) };
    const first = compose(haiku(cut), retry({ attempts: 3, clock: wait }), costs.middleware());
    const second = compose(haiku({ text: "Hi", usage }), costs.middleware());
    await generate(fallback(first, second), "Hello");
    expect(costs.totalPico).toBe(3n * 100_000_000n + 200_000_000n);
  });

  test("a request that passes two of its middlewares counts once", async () => {
    const costs = new CostTracker();
    const other = new CostTracker();
    const llm = compose(haiku({ text: "Hi", usage }), costs.middleware(), other.middleware(), costs.middleware());
    await generate(llm, "Hello");
    expect(costs.total).toBe(0.0002);
    expect(other.total).toBe(0.0002);
  });

  test("lets the stream pass, part for part, and itself", async () => {
    const provider = haiku("one two three");
    const stream = vi.spyOn(provider, "stream");
    const llm = compose(provider, new CostTracker().middleware());
    const parts = llm.stream(toRequest("Hello"), newCall());
    expect(parts).toBe(stream.mock.results[0]?.value);
    const { text } = await collect(parts);
    expect(text).toBe("one two three");
    expect(llm).toMatchObject({ name: provider.name, models: provider.models });
  });

  test("asks nothing before the first read", () => {
    const provider = haiku("Hi");
    compose(provider, new CostTracker().middleware()).stream(toRequest("Hello"), newCall());
    expect(provider.calls).toEqual([]);
  });

  test("a reader that leaves, or a call that is aborted, is billed for what came", async () => {
    const costs = new CostTracker();
    const provider = haiku("one two three");
    const llm = compose(provider, costs.middleware());
    for await (const part of llm.stream(toRequest("Hello"), newCall())) if (part.type === "text") break;
    expect(costs.total).toBeGreaterThan(0);

    const before = costs.total;
    const abort = new AbortController();
    const parts = llm.stream(toRequest("Hello"), newCall({ signal: abort.signal }))[Symbol.asyncIterator]();
    await parts.next();
    abort.abort();
    await expect(parts.next()).rejects.toMatchObject({ code: "aborted" });
    expect(costs.total).toBeGreaterThan(before);
    expect(provider.active()).toBe(0);
  });

  test("an unknown model breaks nothing", async () => {
    const events: Event[] = [];
    const costs = new CostTracker();
    const llm = compose(
      mock("Hi"),
      observe((event) => events.push(event)),
      costs.middleware(),
    );
    expect((await generate(llm, "Hello")).text).toBe("Hi");
    expect(costs.unknown).toEqual(["model"]);
    expect(ofType(events, "cost.unpriced")).toMatchObject([
      { vendor: "mock", model: "model", reason: "unknown-model" },
    ]);
  });

  test("sets the price of a provider with one model", () => {
    const costs = new CostTracker();
    const used = { input: 1_000, output: 200, cacheRead: 0, cacheWrite: 0, reasoning: 0 };
    const priced = compose(haiku("Hi"), costs.middleware());
    expect(priced.price?.(used)).toBe(0.0002);
    expect(priced.price?.(used, Date.parse("2026-01-01"))).toBeUndefined();
    expect(compose(mock("Hi"), costs.middleware()).price?.(used)).toBeUndefined();
    expect(compose(fallback(haiku("a"), mock("b")), costs.middleware()).price).toBeUndefined();
    expect(costs.total).toBe(0);
  });
});

describe("keeps the laws of a provider", () => {
  const make = (): Provider => compose(haiku("A breaker opens when calls fail."), new CostTracker().middleware());
  for (const check of conformance(make)) test(check.name, check.run);
});
