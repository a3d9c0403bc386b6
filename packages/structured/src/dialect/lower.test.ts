import { describe, expect, it } from "vitest";
import * as z from "zod";
import type { Json, JsonObject } from "@llm/core";
import { isLlmError, isRecord } from "@llm/core";
import { parse } from "../parse.ts";
import { encode } from "../testing/encode.ts";
import { zodForms } from "../testing/zod-forms.ts";
import { toDialect, toTypeText } from "./codec.ts";
import { profiles } from "./profile.ts";
import type { Profile } from "./profile.ts";

const ALLOWED = new Set([
  "type",
  "properties",
  "required",
  "additionalProperties",
  "items",
  "enum",
  "anyOf",
  "$ref",
  "$defs",
  "description",
  "format",
]);

/** What a vendor's strict mode would refuse in a schema, by the published rules. */
function refusals(schema: JsonObject, profile: Profile): string[] {
  const out: string[] = [];
  let optional = 0;
  let unions = 0;
  if (schema["type"] !== "object" || schema["anyOf"]) out.push("the root is no object");
  const visit = (part: unknown, path: string): void => {
    if (!isRecord(part)) return void out.push(`${path}: no schema`);
    for (const key of Object.keys(part)) {
      if (!ALLOWED.has(key) && !profile.bounds.has(key)) out.push(`${path}: ${key}`);
    }
    if (part["type"] === undefined && !part["anyOf"] && !part["$ref"]) out.push(`${path}: no type`);
    if (part["type"] === "object") {
      const names = Object.keys(part["properties"] as object);
      if (part["additionalProperties"] !== false) out.push(`${path}: open`);
      const required = part["required"] as string[];
      if (required.some((name) => !names.includes(name))) out.push(`${path}: requires what is no property`);
      optional += names.filter((name) => !required.includes(name)).length;
      for (const name of names) visit((part["properties"] as Record<string, unknown>)[name], `${path}.${name}`);
    }
    if (part["type"] === "array") visit(part["items"], `${path}[]`);
    if (typeof part["format"] === "string" && !profile.formats.has(part["format"]))
      out.push(`${path}: format ${part["format"]}`);
    if (typeof part["minItems"] === "number" && part["minItems"] > profile.minItems) out.push(`${path}: minItems`);
    if (part["anyOf"] !== undefined) unions++;
    if (Array.isArray(part["anyOf"])) part["anyOf"].forEach((option, i) => visit(option, `${path}|${i}`));
    if (typeof part["$ref"] === "string") {
      if (!profile.recursion) out.push(`${path}: refers`);
      if (!isRecord((schema["$defs"] as Record<string, unknown> | undefined)?.[part["$ref"].slice(8)]))
        out.push(`${path}: refers to nothing`);
    }
  };
  visit(schema, "$");
  for (const [name, part] of Object.entries((schema["$defs"] as object | undefined) ?? {})) visit(part, name);
  if (optional > profile.maxOptional) out.push(`${optional} not required`);
  if (unions > (profile.maxUnions ?? Infinity)) out.push(`${unions} unions`);
  return out;
}

describe.each(Object.values(profiles))("lowering to $name", (profile) => {
  const dialect = profile.name as keyof typeof profiles;

  it.each(zodForms)("takes and brings back: $name", ({ schema, written, value }) => {
    const codec = toDialect(schema, dialect);
    expect(refusals(codec.schema, profile)).toStrictEqual([]);
    const root = (codec.schema["properties"] as JsonObject)["value"];
    const wrapped = Object.keys(codec.schema["properties"] as object).join() === "value" && root !== undefined;
    const answer = encode(wrapped ? { value: written ?? null } : written, codec.schema);
    expect(codec.decode(JSON.stringify(answer)).value).toEqual(value);
    expect(codec.decode(JSON.stringify(answer), { coercion: "off" }).value).toEqual(value);
    // without the dialect, the same value as plain JSON
    if (written !== undefined) expect(parse(JSON.stringify(written), schema).value).toEqual(value);
  });

  it("keeps descriptions and says in words what it cannot demand", () => {
    const { schema } = toDialect(z.object({ n: z.array(z.string()).min(3).describe("Names") }), dialect);
    const text = JSON.stringify(schema);
    expect(text).toContain("Names");
    expect(text).toMatch(dialect === "openai" ? /"minItems":3/ : /minItems 3\)/);
  });

  it("keeps both descriptions where only one option is left", () => {
    const { schema } = toDialect(z.object({ a: z.union([z.any()]).describe("Whatever there is") }), dialect);
    expect((schema["properties"] as JsonObject)["a"]).toMatchObject({
      type: "string",
      description: "Whatever there is (any value, as JSON text)",
    });
  });

  it("never passes on a bound that says nothing", () => {
    expect(JSON.stringify(toDialect(z.object({ n: z.int(), e: z.email() }), dialect).schema)).not.toMatch(
      /9007199254740991|pattern/,
    );
  });
});

describe("a pattern goes to OpenAI, or in words where engines differ", () => {
  it.each<[string, z.ZodType | JsonObject, JsonObject]>([
    ["what every engine knows", z.string().regex(/^[a-z]\d{2}(?:\.\w+)?$/), { pattern: "^[a-z]\\d{2}(?:\\.\\w+)?$" }],
    ["brackets that are no group", z.string().regex(/\(?=/), { pattern: "\\(?=" }],
    ["a beginning", z.string().startsWith("ab"), { pattern: "^ab.*" }],
    ["flags that change nothing", z.string().regex(/^a$/g), { pattern: "^a$" }],
    [
      "lookahead",
      z
        .string()
        .regex(/^(?!x)/)
        .describe("A word"),
      { description: "A word (pattern ^(?!x))" },
    ],
    ["lookbehind", { type: "string", pattern: "(?<=a)b" }, { description: "(pattern (?<=a)b)" }],
    ["a reference", z.string().regex(/(a)\1/), { description: "(pattern (a)\\1)" }],
    ["a word's end", z.string().regex(/a\b/), { description: "(pattern a\\b)" }],
    ["a property of Unicode", z.string().regex(/\p{L}/u), { description: "(pattern \\p{L})" }],
    ["any case", z.string().regex(/^x$/i), { description: "(pattern (?i:^x$))" }],
    ["one of several", z.string().regex(/[A-Z]/).regex(/a/i), { pattern: "[A-Z]", description: "(pattern (?i:a))" }],
  ])("%s", (_name, part, expected) => {
    const input =
      part instanceof z.ZodType ? z.object({ a: part }) : { type: "object", properties: { a: part }, required: ["a"] };
    const sent = (dialect: keyof typeof profiles): Json | undefined =>
      (toDialect(input, dialect).schema["properties"] as JsonObject)["a"];
    expect(sent("openai")).toStrictEqual({ type: "string", ...expected });
    expect(sent("anthropic")).toStrictEqual({ type: "string", description: expect.stringMatching(/\(pattern .+\)$/) });
  });
});

describe("limits", () => {
  const deep = (levels: number): z.ZodType => (levels === 0 ? z.string() : z.object({ a: deep(levels - 1) }));
  const refusal = (schema: z.ZodType): string => {
    try {
      toDialect(schema, "openai");
    } catch (error) {
      if (isLlmError(error, "unsupported")) return error.message;
      throw error;
    }
    return "";
  };

  it("are checked before any call", () => {
    expect(refusal(deep(10))).toBe("");
    expect(refusal(deep(11))).toMatch(/11 levels of nesting; openai takes 10/);
    expect(
      refusal(z.object(Object.fromEntries(Array.from({ length: 5001 }, (_, i) => [`p${i}`, z.string()])))),
    ).toMatch(/5001 properties/);
    expect(refusal(z.object({ a: z.enum(Array.from({ length: 1001 }, (_, i) => `v${i}`)) }))).toMatch(
      /1001 enumeration values/,
    );
    expect(refusal(z.object({ a: z.enum(Array.from({ length: 900 }, (_, i) => `${i}${"x".repeat(150)}`)) }))).toMatch(
      /characters/,
    );
  });
});

describe("Anthropic's limits", () => {
  const properties = (count: number, part: (i: number) => z.ZodType): z.ZodType =>
    z.object(Object.fromEntries(Array.from({ length: count }, (_, i) => [`p${i}`, part(i)])));
  const text = (): z.ZodType => z.string().optional();
  /** How many properties may be missing, and how many unions there are. */
  const used = (part: unknown): [missing: number, unions: number] => {
    if (typeof part !== "object" || part === null) return [0, 0];
    const { properties = {}, required = [], anyOf } = part as JsonObject;
    const inner = Object.values(part).map(used);
    return [
      inner.reduce(
        (sum, [missing]) => sum + missing,
        Object.keys(properties as object).length - (required as []).length,
      ),
      inner.reduce((sum, [, unions]) => sum + unions, anyOf ? 1 : 0),
    ];
  };

  it.each<[string, z.ZodType, [number, number]]>([
    ["all that may be missing are left out", properties(24, text), [24, 0]],
    ["those past the 24th are null instead", properties(30, text), [24, 6]],
    ["what is null is a union that has to be there", properties(16, () => z.string().nullish()), [0, 16]],
    ["or is left out, too, where there are more", properties(40, () => z.string().nullable()), [24, 16]],
    [
      "a union takes null at no cost",
      properties(40, (i) => (i < 16 ? z.union([z.string(), z.int()]).optional() : text())),
      [24, 16],
    ],
    [
      "those of all objects count together",
      z.array(z.object({ x: properties(20, text), y: properties(20, text) })),
      [24, 16],
    ],
    [
      "places of a tuple count",
      z.tuple([z.string(), ...Array.from({ length: 2 }, () => properties(13, text).optional())]),
      [24, 4],
    ],
  ])("%s", (_name, schema, expected) => {
    const lowered = toDialect(schema, "anthropic").schema;
    expect(used(lowered)).toStrictEqual(expected);
    expect(toDialect(schema, "anthropic").schema).toStrictEqual(lowered);
  });

  it.each<[string, z.ZodType, number]>([
    ["nullable", properties(41, () => z.string().nullable()), 17],
    ["optional", properties(45, text), 21],
    ["of several types", z.array(properties(18, () => z.union([z.string(), z.int()]))), 18],
  ])("more than 16 unions are an error: %s", (_name, schema, count) => {
    expect(() => toDialect(schema, "anthropic")).toThrow(
      `the schema has ${count} unions, with what may be null and optional properties past the first 24; anthropic takes 16`,
    );
    expect(() => toDialect(schema, "openai")).not.toThrow();
  });

  it("keep what is said of a value that is left out for null", () => {
    const schema = properties(17, (i) => z.string().describe(`No. ${i}`).nullable().describe("Or nothing"));
    expect(toDialect(schema, "anthropic").schema["properties"]).toMatchObject({
      p3: { type: "string", description: "Or nothing\nNo. 3" },
    });
  });

  it("say what they are, as of when", () => {
    expect(profiles.anthropic).toMatchObject({ maxOptional: 24, maxUnions: 16, asOf: "2026-11-25" });
    expect(profiles.openai.maxUnions).toBeUndefined();
  });
});

/** A chain of objects each of which holds the next one twice: written out, it doubles with each. */
const doubling = (length: number): JsonObject => {
  const names = Array.from({ length }, (_, i) => `D${i}`);
  const definitions = names.map((name, i): [string, JsonObject] => {
    const next = i + 1 < length ? { $ref: `#/$defs/D${i + 1}` } : { type: "string" };
    return [name, { type: "object", properties: { x: next, y: next } }];
  });
  return { $ref: "#/$defs/D0", $defs: Object.fromEntries(definitions) };
};

it("refuses parts that multiply, and takes a property of any name", () => {
  for (const dialect of ["openai", "anthropic"] as const) {
    expect(() => toDialect(doubling(40), dialect)).toThrow(/20000 parts/);
    let records: JsonObject = { type: "string" };
    for (let i = 0; i < 40; i++)
      records = { type: "object", propertyNames: { enum: ["x", "y"] }, additionalProperties: records };
    expect(() => toDialect(records, dialect)).toThrow(/20000 parts/);
    const schema = JSON.parse('{"type": "object", "properties": {"__proto__": {"type": "string"}}}') as JsonObject;
    expect(Object.keys(toDialect(schema, dialect).schema["properties"] as object)).toStrictEqual(["__proto__"]);
    const odd = { type: "string", allOf: [null, true, { pattern: "a" }] } as const;
    expect(JSON.stringify(toDialect(odd, dialect).schema)).toMatch(/"pattern":"a"|\(pattern a\)/);
  }
});

describe("what is said beside a reference", () => {
  const Address = z.object({ street: z.string() }).meta({ id: "Address", description: "An address" });
  const Tree: z.ZodType = z
    .object({
      get left() {
        return Tree.optional().describe("Smaller ones");
      },
      get all() {
        return z.array(Tree.describe("One more"));
      },
    })
    .describe("A tree");
  const B = (description: string): JsonObject => ({ $ref: "#/$defs/B", description });
  const places: JsonObject = {
    $ref: "#/$defs/A",
    description: "All of it",
    $defs: {
      A: {
        type: "object",
        properties: {
          either: { anyOf: [B("An option"), { type: "null" }] },
          more: { type: "object", additionalProperties: B("A value") },
          pair: { type: "array", prefixItems: [B("A place")], items: B("More") },
          chain: { $ref: "#/$defs/C" },
        },
        required: ["either", "more", "pair", "chain"],
      },
      B: { type: "integer" },
      C: B("Behind another"),
    },
  };

  it("goes with what is written out in its place", () => {
    const schema = z.object({ home: Address.describe("Where they live"), work: Address });
    for (const dialect of ["openai", "anthropic"] as const) {
      expect(toDialect(schema, dialect).schema["properties"]).toMatchObject({
        home: { description: "Where they live\nAn address" },
        work: { description: "An address" },
      });
      const { schema: lowered } = toDialect(places, dialect);
      expect(lowered).toMatchObject({ type: "object", description: "All of it" });
      for (const words of ["An option", "A value", "A place", "More", "Behind another"])
        expect(JSON.stringify(lowered)).toContain(`{"type":"integer","description":"${words}"}`);
    }
  });

  it("stands around a reference, which OpenAI takes alone", () => {
    const { schema } = toDialect(z.object({ tree: Tree.describe("The tree") }), "openai");
    expect(schema).toMatchObject({
      properties: { tree: { anyOf: [{ $ref: "#/$defs/type_1" }], description: "The tree" } },
      $defs: {
        type_1: {
          properties: {
            left: { anyOf: [{ $ref: "#/$defs/type_1" }, { type: "null" }], description: "Smaller ones" },
            all: { items: { anyOf: [{ $ref: "#/$defs/type_1" }], description: "One more" } },
          },
          description: "A tree",
        },
      },
    });
    expect(JSON.stringify(toDialect(Tree, "anthropic").schema)).toContain(
      String.raw`"description":"Smaller ones\nThe JSON text of one more such value"`,
    );
  });

  it("is told of types in words, where it stands; what is said of a type that has a name, with it", () => {
    expect(toTypeText(z.object({ home: Address.describe("Where they live"), work: Address }))).toBe(
      "// An address\ntype T1 = {street: string}\n{\n// Where they live\nhome: T1,\nwork: T1\n}",
    );
    expect(toTypeText(z.object({ tree: Tree.describe("The tree") }))).toBe(
      "// A tree\ntype T1 = {\n// Smaller ones\nleft?: T1,\nall: (T1 /* One more */)[]\n}\n{\n// The tree\ntree: T1\n}",
    );
    expect(toTypeText(places)).toBe(
      "// All of it\n{\neither: int /* An option */ | null,\nmore: {[key: string]: int /* A value */},\n" +
        "pair: [int /* A place */, ...(int /* More */)[]],\n// Behind another\nchain: int\n}",
    );
  });
});

describe("a type in words", () => {
  it("has a name of its own, whatever its title", () => {
    const titled = (part: JsonObject): JsonObject => ({ title: "Item", type: "object", properties: { part } });
    const $defs = { a: titled({ type: "string" }), b: titled({ type: "null" }) };
    const [a, b] = [{ $ref: "#/$defs/a" }, { $ref: "#/$defs/b" }];
    expect(toTypeText({ type: "object", properties: { a, c: a, b, d: b }, $defs })).toBe(
      "type Item = {part?: string}\ntype Item_ = {part?: null}\n{a?: Item, c?: Item, b?: Item_, d?: Item_}",
    );
  });

  it("names objects that stand in several places", () => {
    expect(toTypeText(doubling(40)).length).toBeLessThan(2000);
    expect(toTypeText(doubling(3))).toBe(
      "type T2 = {x?: string, y?: string}\ntype T1 = {x?: T2, y?: T2}\n{x?: T1, y?: T1}",
    );
  });

  it("is compact", () => {
    const S = z.object({
      name: z.string().describe("Full name"),
      age: z.int().optional(),
      tags: z.array(z.enum(["a", "b"])),
      point: z.tuple([z.number(), z.number()]).nullable(),
      more: z.record(z.string(), z.any()),
    });
    expect(toTypeText(S)).toBe(
      '{\n// Full name\nname: string,\nage?: int,\ntags: ("a" | "b")[],\npoint: [number, number] | null,\nmore: {[key: string]: any}\n}',
    );
  });

  it.each([
    ["the whole", z.enum(["a", "b"]).describe("a: yes;\nb: no"), '// a: yes; b: no\n"a" | "b"'],
    ["items", z.array(z.string().describe("A name")), "(string /* A name */)[]"],
    [
      "options",
      z.union([z.object({ x: z.int() }).describe("When */ so"), z.null().describe("Else")]),
      "{x: int} /* When * / so */ | null /* Else */",
    ],
    ["values", z.record(z.string(), z.number().describe("Score")), "{[key: string]: number /* Score */}"],
    ["places", z.tuple([z.date().describe("From")]), "[string /* date-time */ /* From */]"],
    [
      "what has several types, once",
      { type: "object", properties: { a: { type: ["string", "null"], description: "Note" } } } as const,
      "{\n// Note\na?: string | null\n}",
    ],
  ])("keeps what is said of %s", (_name, schema, expected) => {
    expect(toTypeText(schema)).toBe(expected);
  });

  it("names what contains itself", () => {
    const tree = zodForms.find((form) => form.name === "recursive list");
    expect(tree && toTypeText(tree.schema)).toBe("type T1 = {name: string, children: T1[]}");
  });

  it("uses the names that the model is to use", () => {
    expect(
      toTypeText({ type: "object", properties: { a: { type: "string", "x-alias": "alpha-1" } }, required: ["a"] }),
    ).toBe('{"alpha-1": string}');
    expect(toTypeText({ enum: ["X", "Y"], "x-enumAliases": { X: "ex" } })).toBe('"ex" | "Y"');
  });
});
