import { describe, expect, it } from "vitest";
import * as z from "zod/mini";
import { mock } from "@llm/core/testing";
import { generateObject, parse, toDialect } from "./index.ts";
import type { Schema } from "./index.ts";

describe("zod/mini", () => {
  const Person = z.object({ name: z.string().check(z.minLength(1)), age: z.optional(z.int()), at: z.date() });
  const text = '{"name": "Ann", "age": "41", "at": "2026-11-23T10:00:00.000Z"}';
  const value = { name: "Ann", age: 41, at: new Date("2026-11-23T10:00:00.000Z") };

  it("goes as what its z.toJSONSchema gives, with its validation", async () => {
    const schema = z.toJSONSchema(Person, { unrepresentable: "any" });
    expect(parse(text, schema).value).toStrictEqual(value);
    expect(() => parse(text.replace("Ann", ""), schema)).toThrow("name");
    expect((await generateObject(mock(text), schema, "Who?")).at.getFullYear()).toBe(2026);
  });

  it("has sets and maps, of which it does not say what they hold", () => {
    const Held = z.object({ set: z.set(z.string()), map: z.map(z.string(), z.array(z.int())) });
    const codec = toDialect(z.toJSONSchema(Held, { unrepresentable: "any" }), "openai");
    const written = { set: ['"a"'], map: [{ key: '"k"', value: "[1]" }] };
    expect(codec.decode(JSON.stringify(written)).value).toStrictEqual({
      set: new Set(["a"]),
      map: new Map([["k", [1]]]),
    });
  });

  it("is told so where it comes alone", () => {
    const alone = Person as unknown as Schema; // what a program without types may pass
    expect(() => parse(text, alone)).toThrow(
      'schema: this zod schema gives no JSON Schema by itself; pass z.toJSONSchema(schema, { unrepresentable: "any" })',
    );
  });
});

it.each([
  ["valibot", "pass toStandardJsonSchema(schema)"],
  ["other", "pass its JSON Schema"],
])("a schema of %s without JSON Schema is told the way", (vendor, way) => {
  const alone = { "~standard": { version: 1, vendor, validate: (value: unknown) => ({ value }) } };
  expect(() => parse("1", alone as unknown as Schema)).toThrow(way);
});
