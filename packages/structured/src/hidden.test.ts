import { describe, expect, it } from "vitest";
import * as z from "zod";
import { parse } from "./parse.ts";

const Person = z.object({ first_name: z.string().optional(), age: z.number().optional() });
const read = (text: string, schema: z.ZodType = Person, coercion: "off" | "safe" = "safe"): unknown[] => {
  const { value, repairs } = parse(text, schema, { coercion });
  return [value, repairs.map(({ kind }) => kind)];
};

describe("a key that only resembles an optional property", () => {
  it("is that property, which a validator would drop in silence", () => {
    expect(read('{"First-Name": "Ann"}')).toStrictEqual([{ first_name: "Ann" }, ["key"]]);
    expect(read('{"First-Name": "Ann"}', Person, "off")).toStrictEqual([{}, []]);
  });

  it.each<[string, z.ZodType, string, unknown]>([
    ["an item of a list", z.array(Person), '[{"age": 1}, {"AGE": 2}]', [{ age: 1 }, { age: 2 }]],
    ["a part of an object", z.object({ p: Person }), '{"p": {"Age": 2}}', { p: { age: 2 } }],
    ["an item of a part", z.object({ p: z.array(Person) }), '{"p": [{"Age": 2}]}', { p: [{ age: 2 }] }],
  ])("is so in %s", (_name, schema, text, value) => {
    expect(read(text, schema)).toStrictEqual([value, ["key"]]);
  });

  it.each<[string, z.ZodType, string, unknown]>([
    ["beside the property itself", Person, '{"age": 1, "AGE": 2}', { age: 1 }],
    ["where it resembles none", Person, '{"years": 1}', {}],
    ["in null", z.object({ p: Person.nullable() }), '{"p": null}', { p: null }],
    ["in what has no properties", z.object({ p: z.array(z.unknown()) }), '{"p": [{"AGE": 1}]}', { p: [{ AGE: 1 }] }],
    ["in a map", z.object({ p: z.record(z.string(), z.number()) }), '{"p": {"AGE": 1}}', { p: { AGE: 1 } }],
    ["in a tuple", z.tuple([z.number(), z.unknown()]), '[1, {"AGE": 1}]', [1, { AGE: 1 }]],
  ])("is not %s", (_name, schema, text, value) => {
    expect(read(text, schema)).toStrictEqual([value, []]);
  });
});
