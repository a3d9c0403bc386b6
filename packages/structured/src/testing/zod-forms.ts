import * as z from "zod";
import type { Json } from "@llm/core";

/** A form of zod schema, what a model would write for it, and what it comes to. */
export interface Form {
  readonly name: string;
  readonly schema: z.ZodType;
  /** In plain JSON, as the schema's own JSON form has it. */
  readonly written: Json | undefined;
  readonly value: unknown;
}

interface Tree {
  readonly name: string;
  readonly children: readonly Tree[];
}

const Tree: z.ZodType<Tree> = z.object({
  name: z.string(),
  get children() {
    return z.array(Tree);
  },
});
interface Linked {
  readonly n: number;
  readonly next?: Linked | undefined;
}
const Linked: z.ZodType<Linked> = z.object({
  n: z.number(),
  get next() {
    return Linked.optional();
  },
});

const Ping: z.ZodType = z.object({
  n: z.number(),
  get next() {
    return Pong.optional();
  },
});
const Pong: z.ZodType = z.object({
  s: z.string(),
  get back() {
    return Ping.nullable();
  },
});
const Nested: z.ZodType = z.object({
  get sub() {
    return z.record(z.string(), Nested);
  },
});

const form = (name: string, schema: z.ZodType, written: Json | undefined, value: unknown = written): Form => ({
  name,
  schema,
  written,
  value,
});
const date = "2026-11-23T10:00:00.000Z";
const field = <T extends z.ZodType>(a: T): z.ZodObject<{ a: T }> => z.object({ a });

/** What the vendors' own helpers take and refuse: every form of schema that people write with zod 4. */
export const zodForms: readonly Form[] = [
  form("object", z.object({ a: z.string(), b: z.number() }), { a: "x", b: 1.5 }),
  form("nested object", field(field(field(z.string()))), { a: { a: { a: "x" } } }),
  form("optional, there", field(z.string().optional()), { a: "x" }),
  form("optional, missing", field(z.string().optional()), {}),
  form("nullable", field(z.string().nullable()), { a: null }),
  form("nullish", field(z.string().nullish()), { a: null }),
  form("default", field(z.string().default("d")), {}, { a: "d" }),
  form("prefault", field(z.string().prefault("p")), {}, { a: "p" }),
  form("catch", field(z.string().catch("c")), { a: "x" }),
  form("catch of a bigint", field(z.bigint().catch(5n)), { a: "7" }, { a: 7n }),
  form("default of a bigint", field(z.bigint().default(5n)), {}, { a: 5n }),
  form("integer", field(z.int()), { a: 7 }),
  form("bounded number", field(z.number().min(1).max(10).multipleOf(0.5)), { a: 2.5 }),
  form("bounded string", field(z.string().min(1).max(10)), { a: "x" }),
  form("regex", field(z.string().regex(/^[a-z]+$/)), { a: "abc" }),
  form("email", field(z.email()), { a: "ann@example.org" }),
  form("url", field(z.url()), { a: "https://example.org/" }),
  form("uuid", field(z.uuid()), { a: "7d444840-9dc0-41d1-b245-5ffdce74fad2" }),
  form("iso date-time", field(z.iso.datetime()), { a: "2026-11-23T10:00:00Z" }),
  form("iso date", field(z.iso.date()), { a: "2026-11-23" }),
  form("boolean", field(z.boolean()), { a: true }),
  form("null", field(z.null()), { a: null }),
  form("literal", field(z.literal("x")), { a: "x" }),
  form("several literals", field(z.literal(["x", 1, true, null])), { a: 1 }),
  form("enum", field(z.enum(["x", "y"])), { a: "y" }),
  form("enum of what looks like null", field(z.enum(["null", "x"]).nullable()), { a: "null" }),
  form("union with null and text", field(z.union([z.string(), z.number()]).nullable()), { a: "null" }),
  form("literals that look alike", field(z.literal(["1", 1]).or(z.date())), { a: 1 }),
  form("numeric enum", field(z.enum({ A: 1, B: 2 })), { a: 2 }),
  form("array", field(z.array(z.string())), { a: ["x", "y"] }),
  form("bounded array", field(z.array(z.number()).min(2).max(5)), { a: [1, 2, 3] }),
  form("array of objects", z.object({ a: z.array(field(z.string())) }), { a: [{ a: "x" }] }),
  form("tuple", field(z.tuple([z.string(), z.number()])), { a: ["x", 1] }),
  form("tuple with rest", field(z.tuple([z.string()]).rest(z.number())), { a: ["x", 1, 2] }),
  form("record", field(z.record(z.string(), z.number())), { a: { x: 1, y: 2 } }),
  form("record of an enum", field(z.record(z.enum(["x", "y"]), z.number())), { a: { x: 1, y: 2 } }),
  form("partial record", field(z.partialRecord(z.enum(["x", "y"]), z.number())), { a: { y: 2 } }),
  form("union", field(z.union([z.string(), z.number()])), { a: 1 }),
  form("union of objects", field(z.union([z.object({ x: z.string() }), z.object({ y: z.number() })])), { a: { y: 1 } }),
  form(
    "discriminated union",
    field(
      z.discriminatedUnion("k", [
        z.object({ k: z.literal("x"), v: z.string() }),
        z.object({ k: z.literal("y"), v: z.number() }),
      ]),
    ),
    { a: { k: "y", v: 1 } },
  ),
  form("intersection", z.intersection(z.object({ a: z.string() }), z.object({ b: z.number() })), { a: "x", b: 1 }),
  form("date", field(z.date()), { a: date }, { a: new Date(date) }),
  form("coerced date", field(z.coerce.date()), { a: date }, { a: new Date(date) }),
  form(
    "date codec",
    field(z.codec(z.iso.datetime(), z.date(), { decode: (s) => new Date(s), encode: (d) => d.toISOString() })),
    { a: date },
    { a: new Date(date) },
  ),
  form("bigint", field(z.bigint()), { a: "12345678901234567890" }, { a: 12345678901234567890n }),
  form("set", field(z.set(z.string())), { a: ["x", "y"] }, { a: new Set(["x", "y"]) }),
  form("map", field(z.map(z.string(), z.number())), { a: [["x", 1]] }, { a: new Map([["x", 1]]) }),
  form("any", field(z.any()), { a: { x: [1, "two", null] } }),
  form("unknown", field(z.unknown()), { a: ["x"] }),
  form("transform", field(z.string().transform((s) => s.length)), { a: "four" }, { a: 4 }),
  form("pipe", field(z.string().pipe(z.coerce.number())), { a: "7" }, { a: 7 }),
  form("preprocess", field(z.preprocess((v) => v, z.number())), { a: 7 }),
  form("coerced number", field(z.coerce.number()), { a: 7 }),
  form("string boolean", field(z.stringbool()), { a: "yes" }, { a: true }),
  form("template literal", field(z.templateLiteral(["v", z.number()])), { a: "v12" }),
  form("brand", field(z.string().brand<"B">()), { a: "x" }),
  form("readonly", field(z.array(z.string()).readonly()), { a: ["x"] }),
  form("loose object", z.looseObject({ a: z.string() }), { a: "x", more: { b: 1 } }),
  form("catchall", z.object({ a: z.string() }).catchall(z.number()), { a: "x", b: 1 }),
  form("strict object", z.strictObject({ a: z.string() }), { a: "x" }),
  form("lazy", field(z.lazy(() => z.string())), { a: "x" }),
  form("recursive list", Tree, { name: "r", children: [{ name: "a", children: [{ name: "b", children: [] }] }] }),
  form("recursive option", Linked, { n: 1, next: { n: 2, next: { n: 3 } } }),
  form("recursion by turns", Ping, { n: 1, next: { s: "x", back: { n: 2, next: { s: "y", back: null } } } }),
  form("recursion through a record", Nested, { sub: { a: { sub: { b: { sub: { c: { sub: {} } } } } } } }),
  form("JSON", field(z.json()), { a: { x: [1, "two", null, "4", { y: true }] } }),
  form("tuple with an optional item", field(z.tuple([z.string(), z.number().optional()])), { a: ["x"] }),
  form("any of text", field(z.array(z.any())), { a: ["42", "[x]", 'say "hi"', "true", null, 1] }),
  form(
    "map of sets",
    field(z.map(z.number(), z.set(z.date()))),
    { a: [[1, [date]]] },
    { a: new Map([[1, new Set([new Date(date)])]]) },
  ),
  form(
    "record of discriminated unions",
    field(
      z.record(
        z.string(),
        z.discriminatedUnion("k", [
          z.object({ k: z.literal("x") }),
          z.object({ k: z.literal("y"), v: z.number().optional() }),
        ]),
      ),
    ),
    { a: { p: { k: "x" }, q: { k: "y", v: 1 } } },
  ),
  form(
    "intersection with a union",
    z.intersection(z.object({ x: z.string() }), z.union([z.object({ y: z.number() }), z.object({ z: z.boolean() })])),
    { x: "a", z: true },
  ),
  form(
    "names of the dialect",
    z.object({ value: z.string(), key: z.number(), rest: z.array(z.string()), "0": z.null() }),
    { value: "x", key: 1, rest: [], "0": null },
  ),
  form(
    "names of the dialect, open",
    z.object({ additional_properties: z.string(), json_text: z.number() }).catchall(z.number()),
    { additional_properties: "x", json_text: 1, more: 2 },
  ),
  form(
    "several names of the dialect, open",
    z.object({ additional_properties: z.string(), additional_properties_: z.string() }).catchall(z.number()),
    { additional_properties: "x", additional_properties_: "y", more: 2 },
  ),
  form("a name of the dialect alone", field(z.object({ json_text: z.string() })), { a: { json_text: "[1]" } }),
  form("a name of the dialect alone, or null", field(z.object({ json_text: z.number() }).nullable()), {
    a: { json_text: 1 },
  }),
  form("tuple of nothing", field(z.tuple([])), { a: [] }),
  form("tuple of rest", field(z.tuple([]).rest(z.number())), { a: [] }),
  form("union with undefined", field(z.union([z.string(), z.undefined()])), {}, {}),
  form("undefined", field(z.undefined()), {}, {}),
  form("refinement", field(z.number().refine((n) => n > 0)), { a: 1 }),
  form("described", z.object({ a: z.string().describe("The name") }).describe("A thing"), { a: "x" }),
  form("root string", z.string(), "x"),
  form("root number", z.number(), 1),
  form("root enum", z.enum(["x", "y"]), "y"),
  form("root array", z.array(z.string()), ["x"]),
  form("root union", z.union([z.object({ x: z.string() }), z.object({ y: z.number() })]), { y: 1 }),
  form(
    "root discriminated union",
    z.discriminatedUnion("k", [z.object({ k: z.literal("x") }), z.object({ k: z.literal("y"), v: z.number() })]),
    { k: "y", v: 1 },
  ),
  form("root record", z.record(z.string(), z.number()), { x: 1 }),
  form("root tuple", z.tuple([z.string(), z.number()]), ["x", 1]),
  form("root date", z.date(), date, new Date(date)),
  form("root any", z.any(), { x: 1 }),
];
