import { describe, expectTypeOf, it } from "vitest";
import * as z from "zod";
import type { Provider } from "@llm/core";
import { choice, createParser, generateObject, list, parse, parsePartial, streamObject } from "./index.ts";
import type { DeepPartial, Infer, Parsed, Schema } from "./index.ts";

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

  it("of branded values stay whole in partial ones", () => {
    type Id = string & z.$brand<"Id">;
    expectTypeOf<DeepPartial<{ id: Id; n: bigint | null }>>().toEqualTypeOf<{ id?: Id; n?: bigint | null }>();
  });
});
