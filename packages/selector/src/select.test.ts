import { describe, expect, expectTypeOf, test } from "vitest";
import { createSelector, seedModels, select } from "./select.ts";

const names = { simple: "s", standard: "m", complex: "l" };

describe("select", () => {
  test("is the model's name", () => {
    expect(select("What is a cache?", 5)).toBe(seedModels.simple);
    expect(select("Translate this", 5)).toBe(seedModels.standard);
    expect(select("Design a cache", 5)).toBe(seedModels.complex);
    expect(select("Design a cache", 5, names)).toBe("l");
  });

  test("estimates the tokens where none are given", () => {
    expect(select(`What is this? ${"word ".repeat(50)}`, undefined, names)).toBe("s");
    expect(select(`What is this? ${"word ".repeat(200)}`, undefined, names)).toBe("m");
  });

  test.each([-1, Number.NaN])("refuses %s tokens", (tokens) => {
    expect(() => select("What is this?", tokens)).toThrow(/^tokens must be/);
  });

  test("refuses what is no text", () => {
    expect(() => select(1 as never)).toThrow(/^task must be/);
  });
});

describe("createSelector", () => {
  test("decides by rules of one's own", () => {
    const models = createSelector(
      { small: 1, large: 2 },
      { rules: (_task, tokens) => ({ level: tokens < 50 ? "small" : "large", why: "length" }) },
    );
    expect(models.select("x", 49)).toBe(1);
    expect(models.decide("x", 50)).toEqual({ level: "large", why: "length", model: 2 });
    expectTypeOf(models.decide("x").level).toEqualTypeOf<"small" | "large">();
  });

  test("a hint that names a level decides, and any other does not", () => {
    const models = createSelector(names);
    expect(models.decide("What is this?", 3, "complex")).toEqual({ level: "complex", why: "task", model: "l" });
    for (const hint of ["summary", "", "constructor", "__proto__"])
      expect(models.decide("What is this?", 3, hint).level).toBe("simple");
  });

  test("bad options are named", () => {
    expect(() => createSelector(undefined as never)).toThrow(/^models must be/);
    expect(() => createSelector({} as never)).toThrow(/^models\.simple is missing/);
    expect(() => createSelector({ simple: "s", standard: "m" } as never)).toThrow(/^models\.complex is missing/);
    expect(() => createSelector({ a: undefined }, { rules: () => ({ level: "a", why: "" }) })).toThrow(/^models\.a /);
    expect(() => createSelector({}, { rules: () => ({ level: "a" as never, why: "" }) })).toThrow(/^models must have/);
    expect(() => createSelector(names, { rules: 1 as never })).toThrow(/^rules must be/);
  });

  test("a level without a model is named, with those that there are", () => {
    const models = createSelector(names, { rules: () => ({ level: "huge" as "simple", why: "" }) });
    expect(() => models.select("x")).toThrow(TypeError);
    expect(() => models.select("x")).toThrow(/^models\.huge is missing.*simple, standard, complex/);
  });
});
