import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Json } from "@llm/core";
import { parse } from "./parse.ts";
import { createParser, parsePartial } from "./parser.ts";
import { StructuredError } from "./error.ts";
import { damages } from "./testing/damage.ts";
import { randomDocument, randomObject } from "./testing/documents.ts";
import type { Document } from "./testing/documents.ts";
import { newRandom } from "./testing/random.ts";
import { object } from "./testing/schemas.ts";

const { env } = import.meta as ImportMeta & { readonly env: { readonly MODE: string } }; // vitest sets it
const RUNS = env.MODE === "long" ? 10_000 : 300;
const TIMEOUT = 600_000; // for the long runs

/** Kinds of damage that lose nothing: a value survives any of them, for any schema. */
const harmless = Object.entries(damages).filter(
  ([kind]) => !["stray brackets", "unquoted values", "wrong case", "tuples"].includes(kind),
);

const document = fc.integer().map((seed): Document => {
  const random = newRandom(seed);
  return random.chance(0.5) ? randomObject(random, 4) : randomDocument(random, 4);
});

const anyText = fc.oneof(
  fc.string({ unit: "binary" }),
  fc
    .array(
      fc.constantFrom(
        "{",
        "}",
        "[",
        "]",
        '"',
        "'",
        ":",
        ",",
        "\\",
        "`",
        "```",
        "“",
        "”",
        "<",
        "</",
        ">",
        "think",
        "/",
        "//",
        "/*",
        "*/",
        "#",
        "\n",
        " ",
        "a",
        "null",
        "1",
        "-",
        ".",
        "e",
        "\\u",
        "00",
        "\ud83d",
        "\ude00",
        "+",
        "=",
        "(",
        ")",
        "name",
      ),
      { maxLength: 60 },
    )
    .map((parts) => parts.join("")),
);

const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value) ?? "null");

describe("laws of parsing", () => {
  it(
    "any value of any schema, rendered and damaged, comes back",
    () => {
      fc.assert(
        fc.property(document, fc.constantFrom(...harmless), fc.integer(), ({ schema, value }, [, damage], seed) => {
          if (typeof value !== "object" || value === null) return;
          const text = damage(value, newRandom(seed));
          fc.pre(text !== undefined);
          for (const coercion of ["safe", "full"] as const)
            expect(plain(parse(text, schema, { coercion }).value)).toStrictEqual(value);
        }),
        { numRuns: RUNS },
      );
    },
    TIMEOUT,
  );

  it(
    "any text ends in a value or the error, the same however it is cut",
    () => {
      const shapes: Json[] = [
        {},
        {
          type: "object",
          properties: { name: { type: "string" }, a: { type: ["integer", "null"] } },
          required: ["name"],
        },
        { type: "array", items: { type: "string" } },
        { enum: ["a", "null", 1] },
      ];
      const outcome = (run: () => unknown): unknown => {
        try {
          return { value: run() };
        } catch (error) {
          if (!(error instanceof StructuredError)) throw error;
          return { reason: error.reason };
        }
      };
      fc.assert(
        fc.property(
          anyText,
          fc.constantFrom(...shapes),
          fc.constantFrom("off", "safe", "full"),
          fc.array(fc.nat(60)),
          (text, schema, coercion, cuts) => {
            const options = { coercion } as const;
            const whole = outcome(() => parse(text, schema as never, options));
            const parser = createParser(schema as never, options);
            let at = 0;
            for (const cut of [...cuts].sort((a, b) => a - b)) {
              parser.write(text.slice(at, cut));
              at = Math.max(at, cut);
              parser.partial();
              parser.live();
            }
            parser.write(text.slice(at));
            expect(outcome(() => parser.end())).toStrictEqual(whole);
          },
        ),
        { numRuns: RUNS * 3 },
      );
    },
    TIMEOUT,
  );

  it(
    "a partial value never takes back what is complete, and live and immutable ones agree",
    () => {
      fc.assert(
        fc.property(document, fc.integer({ min: 1, max: 9 }), ({ schema, value }, step) => {
          const text = JSON.stringify(value);
          const frozen = createParser(schema);
          const live = createParser(schema);
          const shown: { readonly value: unknown; readonly text: string }[] = [];
          for (let i = 0; i < text.length; i += step) {
            frozen.write(text.slice(i, i + step));
            live.write(text.slice(i, i + step));
            const partial = frozen.partial();
            expect(plain(live.live())).toStrictEqual(plain(partial));
            shown.push({ value: partial, text: JSON.stringify(partial) });
          }
          // what was handed out stays as it was
          for (const one of shown) expect(JSON.stringify(one.value)).toBe(one.text);
          expect(plain(frozen.end().value)).toStrictEqual(plain(value));
          if (typeof value === "object") expect(plain(parsePartial(`${text} `, schema))).toStrictEqual(plain(value));
        }),
        { numRuns: RUNS / 3 },
      );
    },
    TIMEOUT,
  );

  it(
    "a value of one of several schemas comes back as that, and not as another bent to fit",
    { timeout: TIMEOUT },
    () => {
      const kind = fc.constantFrom("none", "fence in prose", "trailing commas", "single quotes", "missing closers");
      fc.assert(
        fc.property(
          fc.array(document, { minLength: 2, maxLength: 4 }),
          kind,
          fc.integer(),
          (documents, damage, seed) => {
            const anyOf = documents.map(({ schema }) => schema);
            const value = { part: documents[0]?.value ?? null, list: documents.map((one) => one.value) };
            const schema = object({ part: { anyOf }, list: { type: "array", items: { anyOf } } });
            const text = damages[damage]?.(value, newRandom(seed));
            fc.pre(text !== undefined);
            for (const coercion of ["safe", "full"] as const)
              expect(plain(parse(text, schema, { coercion }).value)).toStrictEqual(value);
          },
        ),
        { numRuns: RUNS },
      );
    },
  );

  it("a snapshot shares what did not change with the one before", () => {
    const schema = {
      type: "object",
      properties: { a: { type: "array", items: { type: "object" } }, b: { type: "string" } },
      required: ["a", "b"],
    } as const;
    const parser = createParser(schema);
    parser.write('{"a": [{"x": 1}, {"y": 2}], "b": "te');
    const before = parser.partial() as { a: object[]; b: string };
    parser.write("xt");
    const after = parser.partial() as { a: object[]; b: string };
    expect(after).not.toBe(before);
    expect([before.b, after.b]).toStrictEqual(["te", "text"]);
    expect(after.a).toBe(before.a);
    expect(parser.partial()).toBe(after);
    // a list, a text or an object that only ends is the one that was there
    parser.write('"}');
    expect(parser.partial()).toBe(after);
  });
});
