import * as fc from "fast-check";
import { expect, it } from "vitest";
import * as z from "zod";
import type { Json, JsonObject } from "@llm/core";
import { isLlmError } from "@llm/core";
import { toDialect } from "./codec.ts";

/** Whatever a strict mode would let a model write by a lowered schema. */
function allowed(schema: JsonObject): fc.Arbitrary<Json> {
  if (schema["anyOf"]) return fc.oneof(...(schema["anyOf"] as JsonObject[]).map(allowed));
  if (schema["enum"]) return fc.constantFrom(...(schema["enum"] as Json[]));
  switch (schema["type"]) {
    case "string":
      return fc.constantFrom("", "x", "null", "12", "[1]");
    case "integer":
      return fc.integer({ min: -5, max: 5 });
    case "boolean":
      return fc.boolean();
    case "null":
      return fc.constant(null);
    case "array":
      return fc.array(allowed(schema["items"] as JsonObject), { maxLength: 3 });
    default: {
      const properties = Object.entries(schema["properties"] as Record<string, JsonObject>);
      const parts = Object.fromEntries(properties.map(([name, part]) => [name, allowed(part)]));
      return fc.record(parts, { requiredKeys: schema["required"] as string[], noNullPrototype: true });
    }
  }
}

const { value: anySchema } = fc.letrec<{ value: z.ZodType; leaf: z.ZodType; part: z.ZodType }>((tie) => ({
  leaf: fc.constantFrom<z.ZodType>(z.string(), z.int(), z.boolean(), z.enum(["a", "null"]), z.literal([1, "1", null])),
  part: fc
    .tuple(tie("value"), fc.constantFrom("plain", "optional", "nullable", "nullish"))
    .map(([inner, how]) => (how === "plain" ? inner : inner[how as "optional"]())),
  value: fc.oneof(
    { depthSize: "small" },
    tie("leaf"),
    fc
      .array(tie("part"), { minLength: 1, maxLength: 30 })
      .map((parts) => z.object(Object.fromEntries(parts.map((part, i) => [`p${i}`, part])))),
    tie("value").map((item) => z.array(item)),
    fc
      .array(tie("value"), { maxLength: 3 })
      .map((items) => z.tuple([z.int(), ...items.map((item) => item.optional())])),
    tie("value").map((item) => z.partialRecord(z.enum(["x", "y", "z"]), item)),
    fc.tuple(tie("leaf"), tie("value")).map((options) => z.union(options)),
  ),
}));

it.each(["openai", "anthropic"] as const)("what %s's strict mode allows is a value of the schema", (dialect) => {
  let lowered = 0;
  const check = (schema: z.ZodType, seed: number): void => {
    let codec;
    try {
      codec = toDialect(schema, dialect);
    } catch (error) {
      if (isLlmError(error, "unsupported")) return;
      throw error;
    }
    lowered++;
    expect(toDialect(schema, dialect).schema).toStrictEqual(codec.schema);
    for (const answer of fc.sample(allowed(codec.schema), { numRuns: 3, seed })) codec.decode(JSON.stringify(answer));
  };
  fc.assert(fc.property(anySchema, fc.integer(), check), { numRuns: 300 });
  expect(lowered).toBeGreaterThan(100);
});
