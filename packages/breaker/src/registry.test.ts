import { LlmError } from "@llm/core";
import { describe, expect, test } from "vitest";
import type { Breaker } from "./breaker.ts";
import type { BreakerEvent } from "./event.ts";
import { createGroup } from "./group.ts";
import { createRegistry } from "./registry.ts";
import type { RegistryOptions } from "./registry.ts";
import { isRejected } from "./rejected.ts";

const busy = new LlmError("overloaded", "busy");

function make(options: RegistryOptions = {}) {
  const clock = { time: 1_700_000_000_000, now: () => clock.time };
  const events: BreakerEvent[] = [];
  const registry = createRegistry({ clock, onEvent: (event) => void events.push(event), ...options });
  return { clock, events, registry };
}
const fail = (breaker: Breaker, times = 5, error: unknown = busy): void => {
  for (let i = 0; i < times; i++) breaker.acquire().failure(error);
};
const rejectedBy = (breaker: Breaker): string | undefined => {
  try {
    breaker.acquire().ignore();
  } catch (error) {
    if (isRejected(error)) return error.breaker;
    throw error;
  }
  return undefined;
};

describe("keys", () => {
  test("the same key has the same breaker, a different one another; parents are made once", () => {
    const { registry } = make();
    const key = { provider: "anthropic", endpoint: "https://a.test/v1", model: "opus", credential: "team a" };
    const leaf = registry.get(key);
    expect(leaf.name).toBe("anthropic/https%3A%2F%2Fa.test%2Fv1/opus/team%20a");
    expect(registry.get({ ...key })).toBe(leaf);
    expect(registry.get({ ...key, credential: "team b" })).not.toBe(leaf);
    expect(registry.size).toBe(5);
    expect([...registry].map(({ name }) => name)).toContain("anthropic/https%3A%2F%2Fa.test%2Fv1/opus");
    expect(registry.get({ provider: "a/b" })).not.toBe(registry.get({ provider: "a", endpoint: "b" }));
    expect(registry.get({ provider: "a", model: "b" })).not.toBe(registry.get({ provider: "a", endpoint: "b" }));
  });

  test("a key without a provider, and options out of range, are TypeErrors", () => {
    const { registry } = make();
    expect(() => registry.get({} as { provider: string })).toThrow(new TypeError("key must name a provider"));
    for (const [option, values] of Object.entries({ parentShare: [0, 1.1], maxKeys: [3], idle: [-1] }))
      for (const value of values) expect(() => createRegistry({ [option]: value })).toThrow(option);
    expect(() => createRegistry({ failureThreshold: 0 })).toThrow("failureThreshold");
    createRegistry({ parentShare: 1, maxKeys: 4 });
  });
});

describe("scopes", () => {
  const key = { provider: "anthropic", model: "opus", credential: "a" };

  test("failures open the key's own breaker and no other", () => {
    const { registry } = make();
    fail(registry.get(key));
    expect(rejectedBy(registry.get(key))).toBe("anthropic//opus/a");
    expect(rejectedBy(registry.get({ ...key, credential: "b" }))).toBeUndefined();
  });

  test.each(["auth", "quota", "permission"] as const)("%s opens the credential's for long", (code) => {
    const { registry, clock } = make();
    fail(registry.get(key), 1, new LlmError(code, "no"));
    expect(registry.get(key).health()).toMatchObject({ reason: "credential", until: clock.time + 600_000 });
    expect(rejectedBy(registry.get({ ...key, credential: "b" }))).toBeUndefined();
  });

  test("not-found opens the model's for long, whatever the credential", () => {
    const { registry, clock } = make();
    fail(registry.get(key), 1, new LlmError("not-found", "no"));
    expect(rejectedBy(registry.get({ ...key, credential: "b" }))).toBe("anthropic//opus");
    expect(registry.get({ ...key, credential: "b" }).health()).toMatchObject({
      ready: false,
      reason: "model",
      until: clock.time + 600_000,
    });
    expect(rejectedBy(registry.get({ ...key, model: "haiku" }))).toBeUndefined();
    clock.time += 600_000;
    registry
      .get({ ...key, credential: "b" })
      .acquire()
      .success();
    expect(rejectedBy(registry.get(key))).toBeUndefined();
  });

  test("where the key has no such level, its own breaker opens", () => {
    const { registry } = make();
    fail(registry.get({ provider: "x", model: "m" }), 1, new LlmError("auth", "no"));
    fail(registry.get({ provider: "y", credential: "c" }), 1, new LlmError("not-found", "no"));
    expect(rejectedBy(registry.get({ provider: "x", model: "m" }))).toBe("x//m");
    expect(rejectedBy(registry.get({ provider: "y", credential: "c" }))).toBe("y///c");
    expect(rejectedBy(registry.get({ provider: "x" }))).toBeUndefined();
  });

  test("a 429 is the key's own", () => {
    const { registry } = make();
    fail(registry.get(key), 1, new LlmError("rate-limit", "slow down", { retryAfterMs: 5_000 }));
    expect(rejectedBy(registry.get(key))).toBe("anthropic//opus/a");
    expect(rejectedBy(registry.get({ ...key, credential: "b" }))).toBeUndefined();
  });
});

describe("parents", () => {
  const model = (registry: ReturnType<typeof make>["registry"], name: string): Breaker =>
    registry.get({ provider: "p", model: name });

  test("open when a share of the children in use is failing, two at least; and then reject for all", () => {
    const { registry, events } = make();
    for (const name of ["a", "b", "c", "d"]) model(registry, name).acquire().success();
    fail(model(registry, "a"));
    expect(registry.get({ provider: "p" }).state).toBe("closed");
    fail(model(registry, "b"));
    expect(registry.get({ provider: "p" }).state).toBe("open");
    expect(events.at(-1)).toMatchObject({ type: "circuit_breaker.opened", name: "p", reason: "children" });
    expect(rejectedBy(model(registry, "c"))).toBe("p");
    expect(model(registry, "c").health()).toMatchObject({ ready: false, reason: "children" });
  });

  test("stay closed below the share, and children that nobody uses do not count", () => {
    const { registry, clock } = make({ parentShare: 0.6 });
    for (const name of ["a", "b", "c", "d", "e"]) model(registry, name).acquire().success();
    fail(model(registry, "a"));
    fail(model(registry, "b"));
    expect(registry.get({ provider: "p" }).state).toBe("closed");
    clock.time += 60_001;
    fail(model(registry, "c"));
    expect(registry.get({ provider: "p" }).state).toBe("closed"); // a and b have not been asked for a minute
    fail(model(registry, "d"));
    expect(registry.get({ provider: "p" }).state).toBe("open");
  });

  test("bad credentials and unknown models do not count", () => {
    const { registry } = make();
    for (const name of ["a", "b", "c"]) fail(model(registry, name), 1, new LlmError("auth", "no"));
    for (const name of ["a", "b", "c"]) expect(rejectedBy(model(registry, name))).toBe(`p//${name}`);
    expect(registry.get({ provider: "p" }).state).toBe("closed");
  });

  test("one that opens may open its own parent", () => {
    const { registry } = make();
    const leaf = (endpoint: string, model: string): Breaker => registry.get({ provider: "p", endpoint, model });
    for (const endpoint of ["eu", "us"]) for (const name of ["a", "b"]) fail(leaf(endpoint, name));
    expect(registry.get({ provider: "p", endpoint: "eu" }).state).toBe("open");
    expect(registry.get({ provider: "p" }).state).toBe("open");
  });

  test("a call through a healthy child is the parent's probe; its slot comes back with the call", () => {
    const { registry, clock } = make();
    for (const name of ["a", "b"]) fail(model(registry, name));
    const parent = registry.get({ provider: "p" });
    clock.time += 60_000;
    const probe = model(registry, "c").acquire();
    expect(rejectedBy(model(registry, "d"))).toBe("p");
    probe.ignore();
    expect(parent.state).toBe("half-open");
    fail(model(registry, "c"), 1, new LlmError("auth", "no"));
    expect(parent.state).toBe("half-open"); // not the upstream's fault
    model(registry, "d").acquire().failure(busy);
    expect(parent.state).toBe("open");
    clock.time += 600_000;
    const next = model(registry, "d").acquire();
    next.firstToken();
    next.success();
    expect(parent.state).toBe("closed");
    expect(rejectedBy(model(registry, "d"))).toBeUndefined();
  });

  test("a child that rejects gives the parent's slot back", () => {
    const { registry, clock } = make();
    for (const name of ["a", "b"]) fail(model(registry, name));
    model(registry, "c").isolate();
    clock.time += 60_000;
    expect(rejectedBy(model(registry, "c"))).toBe("p//c");
    model(registry, "d").acquire().success();
    expect(registry.get({ provider: "p" }).state).toBe("closed");
  });

  test("isolating or disabling a parent concerns its children", () => {
    const { registry } = make();
    const parent = registry.get({ provider: "p" });
    model(registry, "a");
    parent.isolate("audit");
    expect(rejectedBy(model(registry, "a"))).toBe("p");
    parent.disable();
    fail(model(registry, "a"), 4);
    expect(model(registry, "a").state).toBe("closed");
    expect(rejectedBy(model(registry, "a"))).toBeUndefined();
  });

  test("that are isolated or disabled by hand stay so, whatever happens below them", () => {
    const { registry } = make();
    const parent = registry.get({ provider: "p" });
    const calls = ["a", "b"].flatMap((name) => Array.from({ length: 5 }, () => model(registry, name).acquire()));
    parent.isolate();
    for (const call of calls) call.failure(busy);
    expect(parent.state).toBe("isolated");
    const key = { provider: "q", model: "m", credential: "c" };
    for (const hand of ["isolate", "disable"] as const) {
      const call = registry.get(key).acquire();
      registry.get({ provider: "q", model: "m" })[hand]();
      call.failure(new LlmError("not-found", "no"));
      expect(registry.get({ provider: "q", model: "m" }).state).toBe(`${hand}d`);
      registry.get({ provider: "q", model: "m" }).close();
    }
  });

  test("do not open over a group's last candidate", () => {
    const group = createGroup();
    const { registry } = make();
    const [kept, other] = [{ provider: "p", model: "kept" }, { provider: "q" }].map((key) => registry.get(key, group));
    kept!.acquire().success();
    fail(other!);
    for (const name of ["a", "b", "c"]) fail(model(registry, name));
    expect(registry.get({ provider: "p" }).state).toBe("closed");
    fail(kept!, 9);
    expect(rejectedBy(kept!)).toBeUndefined();
  });

  test("a candidate under an open parent is not usable for its group", () => {
    const group = createGroup();
    const { registry } = make();
    const [under, last] = [{ provider: "p", model: "x" }, { provider: "q" }].map((key) => registry.get(key, group));
    registry.get({ provider: "p" }).isolate();
    fail(last!, 9);
    expect(last!.state).toBe("closed");
    expect(under!.state).toBe("closed");
  });
});

describe("forgetting", () => {
  test("what nobody used for long goes, with parents that have no children left", () => {
    const { registry, clock } = make({ idle: "10m" });
    registry.get({ provider: "old", model: "m" }).acquire().success();
    clock.time += 600_000;
    for (let i = 0; i < 1_100; i++) registry.get({ provider: "new" }).acquire().success();
    expect(registry.size).toBe(3); // exactly ten minutes is not too long
    clock.time += 1;
    for (let i = 0; i < 1_100; i++) registry.get({ provider: "new" }).acquire().success();
    expect([...registry].map(({ name }) => name)).toEqual(["new"]);
  });

  test("what is forgotten leaves its group", () => {
    const group = createGroup();
    const { registry, clock } = make({ idle: "10m" });
    const last = registry.get({ provider: "last" }, group);
    registry.get({ provider: "gone" }, group).acquire().success();
    clock.time += 600_001;
    for (let i = 0; i < 1_100; i++) registry.get({ provider: "last" }).acquire().success();
    fail(last, 9);
    expect(last.state).toBe("closed");
  });

  test("what is open or isolated stays", () => {
    const { registry, clock } = make({ idle: 1, longResetTimeout: "5h" });
    fail(registry.get({ provider: "dead" }), 1, new LlmError("auth", "no"));
    registry.get({ provider: "out" }).isolate();
    clock.time += 3_600_000;
    for (let i = 0; i < 1_100; i++) registry.get({ provider: "new" });
    expect(registry.size).toBe(3);
  });

  test("a breaker in somebody's hand goes on, and is known again when it is used", () => {
    const { registry, clock } = make({ idle: "10m" });
    const held = ["a", "b"].map((model) => registry.get({ provider: "p", model }));
    clock.time += 600_001;
    for (let i = 0; i < 2_100; i++) registry.get({ provider: "new" });
    expect(registry.size).toBe(1);
    for (const breaker of held) fail(breaker);
    expect(registry.size).toBe(4);
    expect(registry.get({ provider: "p", model: "a" })).toBe(held[0]);
    expect(registry.get({ provider: "p" }).state).toBe("open");
  });

  test("what waits because it was asked to stays", () => {
    const { registry, clock } = make({ idle: "1s" });
    fail(registry.get({ provider: "waits" }), 1, new LlmError("rate-limit", "slow down", { retryAfterMs: 3_600_000 }));
    const sweep = (): void => {
      for (let i = 0; i < 1_024; i++) registry.get({ provider: "new" });
    };
    clock.time += 3_599_999;
    sweep();
    expect([...registry].map(({ name }) => name)).toEqual(["waits", "new"]);
    clock.time += 1;
    sweep();
    expect([...registry].map(({ name }) => name)).toEqual(["new"]);
  });

  test("never more than the most: a sixteenth goes at once, who was longest not asked for and has nothing to keep", () => {
    const { registry, events } = make({ maxKeys: 48 });
    fail(registry.get({ provider: "open" }));
    registry.get({ provider: "isolated" }).isolate();
    fail(registry.get({ provider: "waits" }), 1, new LlmError("rate-limit", "slow", { retryAfterMs: 1_000 }));
    fail(registry.get({ provider: "parent", model: "open" }));
    let most = 0;
    for (let i = 0; i < 200; i++) {
      registry.get({ provider: "kept" });
      registry.get({ provider: `p${i}` });
      most = Math.max(most, registry.size);
    }
    expect(most).toBe(48);
    const names = [...registry].map(({ name }) => name);
    expect(names.slice(0, 5)).toEqual(["open", "isolated", "waits", "parent", "parent//open"]);
    expect(names.slice(-2)).toEqual(["kept", "p199"]);
    expect(names.length).toBeGreaterThanOrEqual(45);
    expect(names.slice(5, -2)).toEqual(names.slice(5, -2).map((_, i, { length }) => `p${199 - length + i}`));
    expect(events.filter(({ type }) => type === "circuit_breaker.closed")).toEqual([]);
  });

  test("a parent is not forgotten while room is made for its child", () => {
    const { registry, clock } = make({ maxKeys: 4, idle: "10m" });
    const held = registry.get({ provider: "p", model: "m" });
    const others = ["a", "b", "c"].map((provider) => registry.get({ provider })); // the held one had to go
    clock.time += 600_001;
    for (const other of others) other.acquire().success();
    held.acquire().success();
    expect([...registry].map(({ name }) => name).toSorted()).toEqual(["b", "c", "p", "p//m"]);
    registry.get({ provider: "p" }).isolate();
    expect(rejectedBy(registry.get({ provider: "p", model: "m" }))).toBe("p");
    expect(registry.get({ provider: "p", model: "m" })).toBe(held);
  });

  test("when all have something to keep, the oldest of them goes, and that is told", () => {
    const { registry, events } = make({ maxKeys: 4 });
    for (let i = 0; i < 4; i++) fail(registry.get({ provider: `p${i}` }));
    registry.get({ provider: "p0" });
    const key = { provider: "new", endpoint: "e", model: "m", credential: "c" };
    registry.get({ provider: key.provider });
    const forgotten = (): unknown[] =>
      events.flatMap(({ type, ...data }) => (type === "circuit_breaker.closed" ? [data] : []));
    expect(forgotten()).toMatchObject([{ name: "p1", reason: "forgotten" }]);
    const leaf = registry.get(key);
    expect(forgotten()).toMatchObject(["p1", "p2", "p3", "p0"].map((name) => ({ name })));
    expect([...registry].at(-1)).toBe(leaf);
    expect(registry.get(key)).toBe(leaf);
    expect(registry.size).toBe(4);
  });
});
