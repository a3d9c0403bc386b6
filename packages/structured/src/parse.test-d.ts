import { describe, expectTypeOf, it } from "vitest";
import * as z from "zod";
import * as mini from "zod/mini";
import type { Provider } from "@llm/core";
import { choice, createParser, generateObject, list, parse, parsePartial, streamObject } from "./index.ts";
import type { DeepPartial, Infer, Parsed, Schema, StandardSchema } from "./index.ts";

declare const provider: Provider;
const S = z.object({
  name: z.string(),
  n: z.number().optional(),
  tags: z.array(z.object({ t: z.string() })),
  at: z.date(),
  len: z.string().transform((s) => s.length),
});
type S = z.output<typeof S>;

describe("types", () => {
  it("flow from the schema to the value", () => {
    expectTypeOf<Infer<typeof S>>().toEqualTypeOf<S>();
    expectTypeOf(parse("", S)).toEqualTypeOf<Parsed<S>>();
    expectTypeOf(generateObject(provider, S, "x")).resolves.toEqualTypeOf<S>();
    expectTypeOf(streamObject(provider, S, "x").object).resolves.toEqualTypeOf<S>();
    expectTypeOf(createParser(S).end().value).toEqualTypeOf<S>();
  });

  it("of partial values may be missing at every depth", () => {
    const partial = parsePartial("", S);
    expectTypeOf(partial).toEqualTypeOf<DeepPartial<S> | undefined>();
    expectTypeOf(partial?.tags?.[0]?.t).toEqualTypeOf<string | undefined>();
    expectTypeOf(partial?.at).toEqualTypeOf<Date | undefined>();
  });

  it("of lists are those of their items", () => {
    const stream = list(provider, S, "x");
    expectTypeOf(stream.object).resolves.toEqualTypeOf<S[]>();
    expectTypeOf(stream.elements()).toEqualTypeOf<AsyncIterable<S>>();
  });

  it("of choices are the words", () => {
    expectTypeOf(choice(provider, "x", ["a", "b"])).resolves.toEqualTypeOf<"a" | "b">();
    expectTypeOf(choice(provider, "x", { a: "1", b: "2" })).resolves.toEqualTypeOf<"a" | "b">();
  });

  it("of plain JSON Schema are unknown, unless the schema is typed", () => {
    expectTypeOf(parse("", { type: "string" }).value).toEqualTypeOf<unknown>();
    const typed: Schema<{ a: string }> = { type: "object" };
    expectTypeOf(parse("", typed).value).toEqualTypeOf<{ a: string }>();
    expectTypeOf(parsePartial("", typed)).toEqualTypeOf<{ a?: string } | undefined>();
  });

  it("of plain JSON Schema may be of any record, interface or literal", () => {
    interface JsonSchema {
      readonly type?: string | readonly string[];
      readonly properties?: Readonly<Record<string, JsonSchema | boolean>>;
      readonly items?: JsonSchema | boolean;
    }
    const record: Record<string, unknown> = {};
    const ofInterface: JsonSchema = {};
    const literal = { type: "object", properties: { a: { type: "string" } }, required: ["a"] } as const;
    expectTypeOf(parse("", record).value).toBeUnknown();
    expectTypeOf(parse("", ofInterface).value).toBeUnknown();
    expectTypeOf(parse("", literal).value).toBeUnknown();
    const typed: Schema<{ a: string }>[] = [record, ofInterface, literal];
    expectTypeOf<Infer<(typeof typed)[number]>>().toEqualTypeOf<{ a: string }>();
  });

  it("of what is no schema are refused", () => {
    type Refused =
      | string
      | number
      | boolean
      | null
      | undefined
      | (() => void)
      | string[]
      | z.core.$ZodType
      | mini.ZodMiniString;
    type Taken<T> = T extends Schema ? T : never;
    expectTypeOf<Taken<Refused>>().toBeNever();
    expectTypeOf<unknown>().not.toExtend<Schema>();
  });

  it("of any Standard Schema are what it gives, be it a function or not", () => {
    interface Theirs extends StandardSchema<{ a: number }> {
      (value: unknown): unknown;
      readonly length: number;
    }
    expectTypeOf<Infer<Theirs>>().toEqualTypeOf<{ a: number }>();
    expectTypeOf<Theirs>().toExtend<Schema>();
    const payload = mini.toJSONSchema(mini.object({ a: mini.date() }));
    expectTypeOf(parse("", payload).value).toEqualTypeOf<{ a: Date }>();
  });

  it("of what has methods stay whole in partial ones", () => {
    interface Whole {
      url: URL;
      pattern: RegExp;
      later: Promise<{ a: string }>;
      bytes: Uint8Array;
      file: File;
      set: Set<{ a: string }>;
    }
    expectTypeOf<DeepPartial<Whole>[keyof Whole]>().toEqualTypeOf<Whole[keyof Whole] | undefined>();
    interface Apart {
      object: { a: { b: string } };
      any: Record<string, unknown>;
      list: readonly { a: string }[];
    }
    expectTypeOf<DeepPartial<Apart>>().toEqualTypeOf<{
      object?: { a?: { b?: string } };
      any?: { [x: string]: unknown };
      list?: readonly { a?: string }[];
    }>();
  });

  it("of branded values stay whole in partial ones", () => {
    type Id = string & z.$brand<"Id">;
    expectTypeOf<DeepPartial<{ id: Id; n: bigint | null }>>().toEqualTypeOf<{ id?: Id; n?: bigint | null }>();
  });
});
