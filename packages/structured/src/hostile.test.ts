import { describe, expect, it, vi } from "vitest";
import type { JsonObject } from "@llm/core";
import { newContext } from "./candidates.ts";
import { coerce } from "./coerce/coerce.ts";
import { StructuredError } from "./error.ts";
import { parse, readOptions, readerOf } from "./parse.ts";
import { createParser } from "./parser.ts";
import { programOf } from "./program.ts";
import { end, newReader, write } from "./reader/reader.ts";
import { hostileTexts, worseTexts } from "./testing/hostile.ts";

const texts = (length: number): [string, string][] =>
  Object.entries({ ...hostileTexts(length), ...worseTexts(length) });

const object = (properties: JsonObject, required = Object.keys(properties)): JsonObject => ({
  type: "object",
  properties,
  required,
});
const list = (items: JsonObject): JsonObject => ({ type: "array", items });
const string: JsonObject = { type: "string" };
const labels: JsonObject = { enum: Array.from({ length: 500 }, (_, i) => `v${i}`) };

const schemas: Readonly<Record<string, JsonObject>> = {
  any: {},
  whole: string,
  text: object({ a: string }),
  union: object({ a: { anyOf: [{ type: "number" }, list(string), object({ a: {} })] } }),
  nested: {
    anyOf: [list({ anyOf: [string, list({ type: "number" })] }), object({ a: { anyOf: [list(string), string] } })],
  },
  recursive: { $ref: "#/$defs/tree", $defs: { tree: object({ a: string, b: list({ $ref: "#/$defs/tree" }) }, []) } },
  record: {
    type: "object",
    additionalProperties: { anyOf: [{ type: "integer" }, list({ $ref: "#" }), { $ref: "#" }] },
  },
  tuple: object({ a: { type: "array", prefixItems: [string, { type: "number" }], items: { type: "boolean" } } }),
  bigint: object({ a: { type: "integer", "x-type": "bigint" } }),
  labels: list(labels),
  label: object({ a: labels }),
  optional: object({ a: object({ a: object({ a: string }, []), b: { type: "number" } }, []) }, []),
  only: object({ a: object({ a: object({ a: list({ type: "number" }) }) }) }),
};

const looked = vi.hoisted(() => ({ count: 0 }));
vi.mock("./reader/text.ts", async (original) => {
  const text = await original<typeof import("./reader/text.ts")>();
  const counted =
    <R>(look: (text: string, i: number) => R) =>
    (source: string, i: number): R => {
      looked.count++;
      return look(source, i);
    };
  return { ...text, at: counted(text.at), codeAt: counted(text.codeAt) };
});

/** How many characters are looked at one by one: nearly all the work of the reader. */
function looks(work: () => void): number {
  const before = looked.count;
  work();
  return looked.count - before;
}

describe("hostile texts", () => {
  it.each(texts(400))("%s end in a value or the error, cut or not", (_name, text) => {
    for (const schema of Object.values(schemas)) {
      for (const coercion of ["off", "safe", "full"] as const) {
        const outcome = (run: () => { readonly value: unknown }): unknown => {
          try {
            return JSON.stringify(run().value, (_, value: unknown) =>
              typeof value === "bigint" ? `${value}n` : value,
            );
          } catch (error) {
            if (!(error instanceof StructuredError)) throw error;
            return error.reason;
          }
        };
        const whole = outcome(() => parse(text, schema as never, { coercion }));
        const parser = createParser(schema as never, { coercion });
        for (let i = 0; i < text.length; i += 97) {
          parser.write(text.slice(i, i + 97));
          parser.live();
        }
        expect(outcome(() => parser.end())).toBe(whole);
      }
    }
    expect([{}, []].flatMap((value) => [...Object.keys(value), "a" in value, "x" in value])).toStrictEqual([
      false,
      false,
      false,
      false,
    ]);
  });

  it.each(texts(10).map(([name]) => name))("%s are read in linear time", (name) => {
    for (const step of [4, Infinity]) {
      const [short = 0, long = 0] = [1000, 2000].map((length) => {
        const text = new Map(texts(length)).get(name) ?? "";
        const reader = newReader({ maxDepth: 1000, maxLength: 1e6 });
        return looks(() => {
          for (let i = 0; i < text.length; i += step) write(reader, text.slice(i, i + step));
          end(reader);
        });
      });
      expect(short).toBeGreaterThan(0);
      expect(long).toBeLessThan(2.2 * short + 1000);
    }
  });

  it("may meet a union that holds itself", () => {
    const schema: JsonObject = {
      $ref: "#/$defs/a",
      $defs: {
        a: { anyOf: [{ $ref: "#/$defs/b" }, { type: "number" }] },
        b: { anyOf: [{ $ref: "#/$defs/a" }, list(string)] },
      },
    };
    expect(parse("7", schema as never).value).toBe(7);
    expect(parse('["x"]', schema as never).value).toStrictEqual(["x"]);
    expect(() => parse('{"a": 1}', schema as never)).toThrow("expected a list or a number");
  });

  it.each(Object.entries(schemas))("%s is tried on as many pairs as there are values, at most", (_name, schema) => {
    const program = programOf(schema);
    for (const [name, text] of texts(1500)) {
      const options = readOptions({ coercion: "full" });
      const reader = readerOf(program, options, text);
      end(reader);
      const context = newContext(reader, options);
      const before = context.budget.left;
      for (const root of reader.roots) coerce(context, root.node, program.root);
      expect(context.budget.left, name).toBeGreaterThan(0);
      expect(before - context.budget.left, name).toBeLessThan(4 * text.length);
    }
  });
});
