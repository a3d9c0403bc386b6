import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { countText, takeTokens } from "../accounting/tokens.ts";
import { canonical, isObject, numberOf, textOf, type Json } from "../json.ts";
import { checkDistribution, draw, random, type Distribution } from "../random.ts";
import { isSealed, seal } from "../seal.ts";
import { characters } from "./characters.ts";
import { jsonValue } from "./json-value.ts";
import { matching } from "./pattern.ts";
import { pickLanguage, pieces, prose, topics } from "./text.ts";

/** `pnpm long` sets the mode; the platform's types do not know of it. */
const { MODE } = (import.meta as unknown as { readonly env: { readonly MODE: string } }).env;
const numRuns = MODE === "long" ? 5_000 : 150;

/** Whether a value obeys a schema: a plain reading of JSON Schema, for the keywords that the tests use. */
function obeys(value: unknown, schema: unknown, root: unknown = schema): boolean {
  if (!isObject(schema)) return schema !== false;
  if (typeof schema["$ref"] === "string") {
    const at = schema["$ref"]
      .split("/")
      .slice(1)
      .reduce<unknown>((node, key) => (isObject(node) ? node[key] : undefined), root);
    return obeys(value, at, root);
  }
  const any = (schema["anyOf"] ?? schema["oneOf"]) as unknown[] | undefined;
  if (any && !any.some((branch) => obeys(value, branch, root))) return false;
  const every = schema["allOf"] as unknown[] | undefined;
  if (every && !every.every((branch) => obeys(value, branch, root))) return false;
  if ("const" in schema && canonical(value) !== canonical(schema["const"])) return false;
  if (Array.isArray(schema["enum"]) && !schema["enum"].some((one) => canonical(one) === canonical(value))) return false;
  const types = [schema["type"] ?? []].flat();
  const is: Record<string, (one: unknown) => boolean> = {
    string: (one) => typeof one === "string",
    number: (one) => typeof one === "number",
    integer: (one) => Number.isInteger(one),
    boolean: (one) => typeof one === "boolean",
    null: (one) => one === null,
    array: Array.isArray,
    object: isObject,
  };
  if (types.length > 0 && !types.some((type) => is[textOf(type)]?.(value))) return false;
  const bound = (key: string): number => numberOf(schema[key]) ?? Number.NaN;
  if (typeof value === "number") {
    if (value < bound("minimum") || value > bound("maximum")) return false;
    if (value <= bound("exclusiveMinimum") || value >= bound("exclusiveMaximum")) return false;
    const step = numberOf(schema["multipleOf"]);
    if (step && Math.abs(value / step - Math.round(value / step)) > 1e-9) return false;
  }
  if (typeof value === "string") {
    const { length } = characters(value);
    if (length < bound("minLength") || length > bound("maxLength")) return false;
    if (typeof schema["pattern"] === "string" && !new RegExp(schema["pattern"], "u").test(value)) return false;
  }
  if (Array.isArray(value)) {
    if (value.length < bound("minItems") || value.length > bound("maxItems")) return false;
    if (schema["uniqueItems"] === true && new Set(value.map(canonical)).size < value.length) return false;
    if ("items" in schema && !value.every((item) => obeys(item, schema["items"], root))) return false;
  }
  if (isObject(value)) {
    const properties = (schema["properties"] ?? {}) as Json;
    if (((schema["required"] ?? []) as string[]).some((key) => !(key in value))) return false;
    for (const [key, item] of Object.entries(value)) {
      if (key in properties ? !obeys(item, properties[key], root) : schema["additionalProperties"] === false)
        return false;
    }
  }
  return true;
}

/** Schemas of every kind, up to three levels deep. */
const schemas = fc.letrec<{ node: Json }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    fc.constantFrom<Json>(
      { type: "boolean" },
      { type: "null" },
      { type: ["string", "null"] },
      { const: { a: [1] } },
      { enum: ["x", 2, null] },
    ),
    fc
      .constantFrom("date", "date-time", "email", "uuid", "ipv4", "uri", "time")
      .map((format) => ({ type: "string", format })),
    fc.tuple(fc.nat(30), fc.nat(30)).map(([min, more]) => ({ type: "string", minLength: min, maxLength: min + more })),
    fc
      .constantFrom("^[A-Z]{2}-\\d{3,5}$", "^(?:foo|bar)+x?$", "[^a-z]\\w\\.", "^[a-f0-9]{8}$")
      .map((pattern) => ({ type: "string", pattern })),
    fc
      .tuple(fc.integer({ min: -50, max: 50 }), fc.nat(50))
      .map(([min, more]) => ({ type: "integer", minimum: min, maximum: min + more })),
    fc
      .tuple(fc.integer({ min: -50, max: 50 }), fc.integer({ min: 1, max: 50 }))
      .map(([min, more]) => ({ type: "number", exclusiveMinimum: min, exclusiveMaximum: min + more })),
    fc.constantFrom<Json>(
      { type: "integer", multipleOf: 7, minimum: 3 },
      { type: "number", multipleOf: 0.25, maximum: 9 },
    ),
    fc
      .tuple(tie("node"), fc.nat(3), fc.nat(3))
      .map(([items, min, more]) => ({ type: "array", items, minItems: min, maxItems: min + more })),
    fc
      .dictionary(fc.stringMatching(/^[a-z]{1,6}$/), tie("node"), { maxKeys: 4 })
      .chain((properties) =>
        fc
          .subarray(Object.keys(properties))
          .map((required) => ({ type: "object", properties, required, additionalProperties: false })),
      ),
    fc.array(tie("node"), { minLength: 1, maxLength: 3 }).map((anyOf) => ({ anyOf })),
  ),
}));

describe("values for a schema", () => {
  test("obey it", () => {
    fc.assert(
      fc.property(schemas.node, fc.integer(), (schema, seed) => {
        const value = jsonValue(schema, { random: random(seed), words: ["whale", "Paris"] });
        expect(obeys(JSON.parse(JSON.stringify(value)), schema), JSON.stringify(value)).toBe(true);
      }),
      { numRuns },
    );
  });

  test.each<readonly [string, Json]>([
    [
      "references",
      {
        $defs: {
          a: { type: "object", properties: { n: { type: "integer" } }, required: ["n"], additionalProperties: false },
        },
        type: "array",
        items: { $ref: "#/$defs/a" },
        minItems: 2,
      },
    ],
    [
      "a tree that holds itself",
      {
        $defs: {
          node: {
            type: "object",
            properties: { value: { type: "string" }, children: { type: "array", items: { $ref: "#/$defs/node" } } },
            required: ["value", "children"],
            additionalProperties: false,
          },
        },
        $ref: "#/$defs/node",
      },
    ],
    [
      "a list that ends in null",
      {
        type: "object",
        properties: { next: { anyOf: [{ $ref: "#" }, { type: "null" }] } },
        required: ["next"],
        additionalProperties: false,
      },
    ],
    [
      "several at once",
      {
        allOf: [
          { type: "object", properties: { a: { type: "string" } }, required: ["a"] },
          { type: "object", properties: { b: { type: "integer" } }, required: ["b"] },
        ],
      },
    ],
    [
      "different items",
      { type: "array", items: { type: "integer", minimum: 1, maximum: 50 }, uniqueItems: true, minItems: 5 },
    ],
    ["a required key that is not described", { type: "object", required: ["x"] }],
  ])("%s", (_name, schema) => {
    for (let seed = 0; seed < 50; seed++) {
      const value = jsonValue(schema, { random: random(seed), words: ["whale"] });
      expect(obeys(value, schema), JSON.stringify(value)).toBe(true);
    }
  });

  test("names of the question turn up", () => {
    const value = jsonValue(
      { type: "object", properties: { city: { type: "string" } }, required: ["city"] },
      { random: random(1), words: ["weather", "Paris"] },
    );
    expect(value).toEqual({ city: "Paris" });
  });
});

test("patterns are matched", () => {
  for (const pattern of [
    "^\\d{3}-[a-z]+$",
    "^(a|bc)*d?$",
    "^[^x]{4}$",
    "^\\w+@\\w+\\.com$",
    "a{2,}",
    "^(?<y>\\d{4})$",
    "^[A-Za-z_][\\w-]{0,9}$",
  ])
    for (let seed = 0; seed < 30; seed++) expect(matching(pattern, random(seed, pattern))).toMatch(new RegExp(pattern));
});

describe("text", () => {
  test("pieces put together are the text, and no character is torn", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), fc.integer(), (text, seed) => {
        const parts = pieces(text, random(seed));
        expect(parts.join("")).toBe(text);
        for (const part of parts) expect(part).not.toMatch(/^[\uDC00-\uDFFF]/);
      }),
      { numRuns },
    );
  });

  test("is about as long as asked, and about what was asked", () => {
    for (const tokens of [1, 30, 200, 1_000]) {
      const text = prose(["whale"], tokens, "en", random(tokens));
      expect(countText(text)).toBeGreaterThanOrEqual(tokens);
      expect(countText(text)).toBeLessThan(tokens + 60);
    }
    expect(prose(["whale"], 100, "en", random(1))).toContain("hale");
    expect(topics("What is the largest whale of all?")).toEqual(["largest", "whale"]);
  });

  test("comes in the languages asked for, by weight", () => {
    const counts = { en: 0, ja: 0 };
    for (let seed = 0; seed < 400; seed++) counts[pickLanguage({ en: 3, ja: 1 }, random(seed)) as "en" | "ja"]++;
    expect(counts.ja).toBeGreaterThan(50);
    expect(counts.ja).toBeLessThan(160);
    expect(prose(["鯨"], 40, "ja", random(1))).toMatch(/[ぁ-ん]/);
  });

  test("the first tokens of a text are that many", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), fc.nat(40), (text, tokens) => {
        const taken = takeTokens(text, tokens);
        expect(text.startsWith(taken)).toBe(true);
        expect(countText(taken)).toBeLessThanOrEqual(tokens);
        expect(taken).not.toMatch(/[\uD800-\uDBFF]$/);
      }),
      { numRuns },
    );
  });
});

describe("chance", () => {
  test("the same parts give the same numbers, others give others", () => {
    const take = (...parts: (string | number)[]): readonly number[] => Array.from({ length: 5 }, random(...parts).next);
    expect(take(1, "a")).toEqual(take(1, "a"));
    expect(take(1, "a")).not.toEqual(take(1, "b"));
    expect(take(1, "a").every((n) => n >= 0 && n < 1)).toBe(true);
  });

  test("ids do not repeat", () => {
    const ids = new Set(Array.from({ length: 100_000 }, (_, number) => random(1, "exchange", number).token(8)));
    expect(ids.size).toBe(100_000);
  });

  test.each<readonly [Distribution, number, number]>([
    [7, 7, 7],
    [{ min: 10, max: 20 }, 14, 16],
    [{ median: 100, p95: 300 }, 90, 110],
  ])("%j has its median", (distribution, low, high) => {
    const chance = random("draws");
    const drawn = Array.from({ length: 4_001 }, () => draw(distribution, chance)).sort((a, b) => a - b);
    expect(drawn[2_000]).toBeGreaterThanOrEqual(low);
    expect(drawn[2_000]).toBeLessThanOrEqual(high);
    if (typeof distribution === "object" && "p95" in distribution) {
      expect(drawn[3_800]).toBeGreaterThan(distribution.p95 * 0.85);
      expect(drawn[3_800]).toBeLessThan(distribution.p95 * 1.15);
    }
  });

  test("what is no distribution is a TypeError", () => {
    for (const wrong of [-1, "x", null, { min: 2, max: 1 }, { median: 2, p95: 1 }])
      expect(() => checkDistribution(wrong, "length")).toThrow(/^length must be/);
  });
});

test("a seal is known again, for its model alone", () => {
  fc.assert(
    fc.property(fc.nat(300), fc.integer(), (length, seed) => {
      const sealed = seal("EqoB", length, "claude-opus-5-5", random(seed));
      expect(sealed).toMatch(/^[\w+/]+$/);
      expect(sealed.length % 4).toBe(0);
      expect(isSealed(sealed, "claude-opus-5-5")).toBe(true);
      expect(isSealed(sealed, "claude-sonnet-5-5")).toBe(false);
      expect(isSealed(`x${sealed}`, "claude-opus-5-5")).toBe(false);
    }),
    { numRuns },
  );
});
