import {
  collect,
  compose,
  generate,
  newCall,
  toRequest,
  wrap,
  type Event,
  type Health,
  type Provider,
  type StreamPart,
} from "@llm/core";
import { conformance, mockModel, type MockProvider, type MockReply } from "@llm/core/testing";
import { describe, expect, test } from "vitest";
import { selector } from "./selector.ts";

const model = (name: string, ...script: readonly MockReply[]): MockProvider =>
  mockModel({ model: name }, ...(script.length > 0 ? script : [name]));
const three = (): { simple: MockProvider; standard: MockProvider; complex: MockProvider } => ({
  simple: model("small"),
  standard: model("middle"),
  complex: model("large"),
});
const at = (provider: Provider, health: Health): Provider => wrap(provider, { health: () => health });
const DOWN: Health = { ready: false, until: 1, reason: "circuit-open" };
const decided = (events: readonly Event[]): readonly Event[] =>
  events.filter(({ type }) => type === "selector.decided");

describe("selector", () => {
  test.each([
    ["What is a cache?", "small", "simple", '"what is" in 4 tokens'],
    ["Translate this", "middle", "standard", "no keyword"],
    ["Design a cache", "large", "complex", '"design"'],
  ])("%j goes to %s", async (prompt, name, level, why) => {
    const events: Event[] = [];
    const result = await generate(selector(three()), prompt, { onEvent: (event) => events.push(event) });
    expect(result).toMatchObject({ text: name, model: name });
    expect(result).not.toHaveProperty("degraded");
    expect(decided(events)).toMatchObject([{ level, to: `mock/${name}`, model: name, why }]);
    expect(decided(events)[0]).not.toHaveProperty("insteadOf");
  });

  test("a task that names a level decides; another one does not", async () => {
    const llm = selector(three());
    const ask = (task: string) => generate(llm, { ...toRequest("What is a cache?"), task });
    expect((await ask("complex")).text).toBe("large");
    expect((await ask("summary")).text).toBe("small");
    expect((await ask("constructor")).text).toBe("small");
  });

  test("passes the stream, part for part", async () => {
    const parts: readonly StreamPart[] = [
      { type: "start", vendor: "mock", model: "small" },
      { type: "text", block: 0, delta: "a" },
      { type: "opaque", vendor: "mock", value: { ping: 1 } },
      { type: "text", block: 0, delta: "b" },
      { type: "finish", reason: "stop", usage: { input: 1, output: 2, cacheRead: 0, cacheWrite: 0, reasoning: 0 } },
    ];
    const seen: StreamPart[] = [];
    const llm = selector({ ...three(), simple: model("small", parts) });
    for await (const part of llm.stream(toRequest("List it"), newCall())) seen.push(part);
    expect(seen).toHaveLength(parts.length);
    for (const [i, part] of parts.entries()) expect(seen[i]).toBe(part);
  });

  test("asks, and decides, at the first read only, and one provider only", async () => {
    const models = three();
    const events: Event[] = [];
    const parts = selector(models).stream(toRequest("List it"), newCall({ onEvent: (event) => events.push(event) }));
    expect(events).toEqual([]);
    await collect(parts);
    expect([models.simple, models.standard, models.complex].map(({ calls }) => calls.length)).toEqual([1, 0, 0]);
    const [event] = decided(events);
    expect(models.simple.calls[0]?.call.parent).toBe(event?.call);
  });

  test("speaks for all its models and the best of their healths", () => {
    const { simple, standard, complex } = three();
    const llm = selector({ simple: at(simple, DOWN), standard, complex });
    expect(llm.name).toBe("selector(mock/small,mock/middle,mock/large)");
    expect(llm.models.map(({ model }) => model)).toEqual(["small", "middle", "large"]);
    expect(llm.health?.()).toEqual({ ready: true });
  });

  test("composes: around it, and within it", async () => {
    const inner = selector({ simple: model("a"), standard: model("b"), complex: model("c") });
    const outer = compose(selector({ ...three(), simple: inner }), (provider) => wrap(provider, { name: "outer" }));
    expect((await generate(outer, "What is a cache?")).text).toBe("a");
  });

  test("an abort reaches the provider that answers", async () => {
    const models = three();
    const abort = new AbortController();
    const stream = selector(models).stream(toRequest("List it"), newCall({ signal: abort.signal }));
    const parts = stream[Symbol.asyncIterator]();
    await parts.next();
    expect(models.simple.active()).toBe(1);
    abort.abort();
    await expect(parts.next()).rejects.toMatchObject({ code: "aborted" });
    expect(models.simple.active()).toBe(0);
  });

  test("a call whose time is up is not decided", async () => {
    const events: Event[] = [];
    const models = three();
    const late = generate(selector(models), "List it", { deadline: 1, onEvent: (event) => events.push(event) });
    await expect(late).rejects.toMatchObject({ code: "timeout" });
    expect(events).toEqual([]);
    expect(models.simple.calls).toEqual([]);
  });

  test("a reader that leaves ends the provider's stream", async () => {
    const models = { ...three(), simple: model("small", "one two three") };
    for await (const part of selector(models).stream(toRequest("List it"), newCall())) if (part.type === "text") break;
    expect(models.simple.active()).toBe(0);
  });

  test("the provider's error is the answer's", async () => {
    const llm = selector({ ...three(), simple: model("small", new Error("boom")) });
    await expect(generate(llm, "List it")).rejects.toMatchObject({ code: "server", message: "Error: boom" });
  });
});

describe("health", () => {
  test.each([
    ["What is a cache?", ["simple"], "middle"],
    ["What is a cache?", ["simple", "standard"], "large"],
    ["Translate this", ["standard"], "large"],
    ["Translate this", ["standard", "complex"], "small"],
    ["Design a cache", ["complex"], "middle"],
    ["Design a cache", ["complex", "standard"], "small"],
  ])("%j with %j not ready goes to %s, degraded", async (prompt, down, name) => {
    const models = three();
    const some = Object.fromEntries(
      Object.entries(models).map(([level, provider]) => [level, down.includes(level) ? at(provider, DOWN) : provider]),
    ) as unknown as typeof models; // the same levels
    const events: Event[] = [];
    const result = await generate(selector(some), prompt, { onEvent: (event) => events.push(event) });
    expect(result).toMatchObject({ text: name, degraded: true });
    expect(decided(events)).toMatchObject([
      { level: down[0], to: `mock/${name}`, insteadOf: models[down[0] as "simple"].name },
    ]);
  });

  test("where none is ready, the level's own is asked", async () => {
    const models = three();
    const llm = selector({
      simple: at(models.simple, DOWN),
      standard: at(models.standard, DOWN),
      complex: at(models.complex, DOWN),
    });
    const result = await generate(llm, "What is a cache?");
    expect(result.text).toBe("small");
    expect(result).not.toHaveProperty("degraded");
  });

  test("is asked at each call", async () => {
    const models = three();
    let health: Health = DOWN;
    const llm = selector({ ...models, simple: wrap(models.simple, { health: () => health }) });
    expect((await generate(llm, "List it")).text).toBe("middle");
    health = { ready: true };
    expect((await generate(llm, "List it")).text).toBe("small");
  });
});

describe("bad options", () => {
  test("are named", () => {
    const { simple, standard } = three();
    expect(() => selector({ simple, standard } as never)).toThrow(/^models\.complex is missing/);
    expect(() => selector(three(), { rules: "seed" as never })).toThrow(/^rules must be/);
  });

  test("rules that answer with a level that is not there fail at the first read", async () => {
    const llm = selector(three(), { rules: () => ({ level: "huge" as "simple", why: "" }) });
    const parts = llm.stream(toRequest("List it"), newCall());
    await expect(collect(parts)).rejects.toThrow(/^models\.huge is missing/);
  });
});

describe("keeps the laws of a provider", () => {
  for (const check of conformance(() => selector(three()))) test(check.name, check.run);
});
