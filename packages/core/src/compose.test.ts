import { expect, test } from "vitest";
import { child, newCall } from "./call.ts";
import { compose, healthOf, layer, oneOf, wrap } from "./compose.ts";
import { generate } from "./generate.ts";
import type { Health, Middleware, Provider } from "./provider.ts";
import { mapStart } from "./map-start.ts";
import { mock, mockModel } from "./testing/index.ts";

/** A layer that leaves its name in the answer's id. */
const named = (name: string): Middleware =>
  layer((request, call, inner) =>
    mapStart(inner.stream(request, call), (start) => ({ ...start, id: `${name}(${start.id ?? ""})` })),
  );
const [a, b, c] = [named("a"), named("b"), named("c")];
const idOf = async (provider: Provider): Promise<string | undefined> => (await generate(provider, "x")).id;

test("the first layer is the outermost", async () => {
  expect(await idOf(compose(mock("x"), a, b, c))).toBe("a(b(c(mock-1)))");
});

test("composition is associative, and the identity is invisible", async () => {
  const none: Middleware = (inner) => inner;
  for (const provider of [
    compose(mock("x"), a, b, c),
    compose(compose(mock("x"), c), a, b),
    compose(compose(mock("x"), b, c), a),
    compose(compose(compose(mock("x"), c), b), a),
    compose(mock("x"), none, a, none, b, c, none),
    compose(mock("x"), (inner) => compose(inner, a, b), c),
  ])
    expect(await idOf(provider)).toBe("a(b(c(mock-1)))");
  const bare = mock("x");
  expect(compose(bare)).toBe(bare);
});

test("wrap forwards members that it does not know", () => {
  const provider = { ...mock("x"), later: 7 };
  expect(wrap(provider, { name: "n" })).toMatchObject({ name: "n", later: 7, models: provider.models });
  expect(compose(provider, a)).toHaveProperty("later", 7);
});

const withHealth = (name: string, health?: Health): Provider =>
  wrap(mockModel({ model: name }, name), health ? { health: () => health } : {});

test("a choice has the models of all and the best health", () => {
  const first = withHealth("1", { ready: false, until: 50 });
  const second = withHealth("2", { ready: false, until: 20, reason: "open" });
  const third = withHealth("3", { ready: false });
  const choice = oneOf("pick", [first, second, third], first.stream);
  expect(choice.name).toBe("pick(mock/1,mock/2,mock/3)");
  expect(choice.models.map(({ model }) => model)).toEqual(["1", "2", "3"]);
  expect(healthOf(choice)).toEqual({ ready: false, until: 20, reason: "open" });
  expect(healthOf(oneOf("pick", [third, first], first.stream))).toMatchObject({ until: 50 });
  expect(healthOf(oneOf("pick", [first, withHealth("4")], first.stream))).toEqual({ ready: true });
  expect(healthOf(withHealth("5"))).toEqual({ ready: true });
  const ready = withHealth("6", { ready: true, errorRate: 0.5 });
  expect(healthOf(oneOf("pick", [ready, first], first.stream))).toEqual({ ready: true, errorRate: 0.5 });
});

test("a choice asks its candidates for this call's health, and counts tokens as the first does", async () => {
  const asked: unknown[] = [];
  const provider = wrap(mock("x"), { health: (call) => (asked.push(call?.id), { ready: true }) });
  const call = newCall();
  oneOf("pick", [provider], provider.stream).health?.(call);
  expect(asked).toEqual([call.id]);
  expect(oneOf("pick", [provider], provider.stream).countTokens).toBe(provider.countTokens);
  const { countTokens: _, ...without } = mock("x");
  expect(oneOf("pick", [without], without.stream)).not.toHaveProperty("countTokens");
});

test("there is no choice among nobody", () => {
  expect(() => oneOf("pick", [], mock("x").stream)).toThrow(new TypeError("pick needs at least one provider"));
});

test("a call within a call has an id of its own", () => {
  const call = newCall({ tenant: "t", tags: { a: "b" }, deadline: 5 });
  const inner = child(call, { attempt: 2 });
  expect(inner).toMatchObject({
    parent: call.id,
    attempt: 2,
    tenant: "t",
    tags: { a: "b" },
    deadline: 5,
    whole: false,
  });
  expect(inner.id).not.toBe(call.id);
  expect(newCall()).toMatchObject({ attempt: 1, whole: false, deadline: Infinity, tenant: "", tags: {} });
  expect(newCall()).not.toHaveProperty("parent");
});
