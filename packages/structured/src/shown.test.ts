import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as z from "zod";
import { StructuredError } from "./error.ts";
import { parse } from "./parse.ts";
import type { ParseOptions } from "./parse.ts";
import type { JsonObject } from "@llm/core";
import { createParser, parsePartial } from "./parser.ts";
import type { Schema } from "./standard-schema.ts";
import { damages } from "./testing/damage.ts";
import { randomDocument } from "./testing/documents.ts";
import { newRandom } from "./testing/random.ts";
import type { Random } from "./testing/random.ts";
import { count, either, object, text } from "./testing/schemas.ts";

/** What came of a text: the value and its repairs, or all that the error says. */
function outcome(run: () => unknown): unknown {
  try {
    const found = run();
    return [found, JSON.stringify(found)]; // its keys in the same order
  } catch (error) {
    if (!(error instanceof StructuredError)) throw error;
    const { reason, message, issues, value } = error;
    return { reason, message, issues, value };
  }
}

/** The same text in small pieces, looked at after each. */
function shown(text: string, schema: Schema, options: ParseOptions, step: number): unknown {
  const parser = createParser(schema, options);
  for (let i = 0; i < text.length; i += step) {
    parser.write(text.slice(i, i + step));
    if (i % 3 > 0) parser.live();
    if (i % 3 < 2) parser.partial();
  }
  return parser.end();
}

/** The way to some part of a value. */
function somewhere(value: unknown, random: Random): (string | number)[] {
  if (typeof value !== "object" || value === null || random.chance(0.2)) return [];
  const entries = Array.isArray(value) ? [...value.entries()] : Object.entries(value);
  const [key, part] = entries[random.int(entries.length)] ?? [];
  return key === undefined ? [] : [key, ...somewhere(part, random)];
}

describe("a text that was looked at on its way", () => {
  it("ends as one that was not: value, repairs, and where a validator found what wrong", () => {
    fc.assert(
      fc.property(
        fc.integer(),
        fc.constantFrom(undefined, ...Object.values(damages)),
        fc.constantFrom("off", "safe", "full"),
        fc.integer({ min: 1, max: 9 }),
        (seed, damage, coercion, step) => {
          const random = newRandom(seed);
          const { value, schema } = randomDocument(random, 4);
          const text = damage ? damage(value, random) : JSON.stringify(value);
          fc.pre(text !== undefined);
          const path = somewhere(value, random);
          const strict: Schema = {
            "~standard": {
              version: 1,
              vendor: "test",
              validate: () => ({ issues: [{ message: "not this one", path }] }),
              jsonSchema: { input: () => schema, output: () => schema },
            },
          };
          for (const one of [schema, strict])
            expect(outcome(() => shown(text, one, { coercion }, step))).toStrictEqual(
              outcome(() => parse(text, one, { coercion })),
            );
        },
      ),
      { numRuns: 500 },
    );
  });

  const Inner = z.object({ b: z.object({ c: z.number() }) });
  const Item = z.object({ a: Inner });
  const item = '{"a": {"b": {"c": 1}}}';
  it.each<[string, Schema, string]>([
    ["one value a line, as a list", z.array(Item), `${item}\n${item}`],
    ["one for a list", z.array(Item), item],
    ["the only one of a list", Item, `[${item}]`],
    ["an object in place of its only property", z.object({ x: Item }), item],
    ["one of a union", z.union([z.object({ a: z.string() }), Item]), item],
    ["a part that is one of a union", z.object({ p: z.union([Inner, Item]), q: Item }), `{"p": ${item}, "q": ${item}}`],
    ["anything", z.array(z.unknown()), `[${item}]`],
    ["two of which the first is another's", Inner, `${item} and ${item.slice(6, -1)}`],
    [
      "one that the validator takes apart",
      z.array(Item.refine(({ a }) => a.b.c > 1, { path: ["a", "b"] })),
      `[${item}]`,
    ],
    ["a map", z.record(z.string(), Item), `{"x": ${item}, "y": ${item}}`],
    [
      "what only resembled a name",
      z.looseObject({ a: Inner }),
      `{"A": ${item.slice(6, -1)}, "a": ${item.slice(6, -1)}}`,
    ],
    [
      "what only resembled a name, of another kind",
      z.object({ a: Inner }).catchall(z.object({ b: z.record(z.string(), z.int()) })),
      `{"A": ${item.slice(6, -1)}, "a": ${item.slice(6, -1)}}`,
    ],
    ["what is empty", z.object({ p: z.object({}), q: z.array(Item) }), '{"p": {}, "q": []}'],
  ])("ends as one that was not: %s", (_name, schema, text) => {
    for (const coercion of ["off", "safe", "full"] as const)
      for (const step of [1, 4, 100])
        expect(outcome(() => shown(text, schema, { coercion }, step))).toStrictEqual(
          outcome(() => parse(text, schema, { coercion })),
        );
  });

  it("shows no more what turned out not to fit", () => {
    const schema = {
      type: "object",
      properties: {
        a: { type: "string", maxLength: 3 },
        b: { type: "array", items: { type: "string", maxLength: 3 } },
      },
    } as const;
    const parser = createParser(schema);
    const seen: unknown[] = [];
    for (const piece of '{"a": "long", "b": ["also", "b"'.split("")) {
      parser.write(piece);
      const live = structuredClone(parser.live());
      expect(parser.partial()).toStrictEqual(live);
      seen.push(live);
    }
    expect(seen).toContainEqual({ a: "lon" });
    expect(seen.at(-1)).toStrictEqual({ b: ["b"] });
  });

  it("shows the same live and immutable, whichever is asked for between, and what one that never was shows", () => {
    fc.assert(
      fc.property(
        fc.integer(),
        fc.constantFrom(undefined, ...Object.values(damages)),
        fc.constantFrom("safe", "full"),
        fc.integer({ min: 1, max: 30 }),
        fc.array(fc.constantFrom("live", "partial", "both", "none"), { minLength: 1 }),
        (seed, damage, coercion, most, turns) => {
          const random = newRandom(seed);
          const { value, schema } = randomDocument(random, 4);
          const text = damage ? damage(value, random) : JSON.stringify(value);
          fc.pre(text !== undefined);
          const parser = createParser(schema, { coercion });
          let at = 0;
          for (let turn = 0; at < text.length; turn++) {
            const piece = text.slice(at, at + 1 + random.int(most));
            at += piece.length;
            parser.write(piece);
            const way = turns[turn % turns.length];
            if (way === "live") parser.live();
            if (way === "partial") parser.partial();
            if (way !== "both") continue;
            const live = structuredClone(parser.live());
            expect(parser.partial()).toStrictEqual(live);
            expect(parser.live()).toStrictEqual(live);
            const fresh = createParser(schema, { coercion });
            fresh.write(text.slice(0, at));
            expect(fresh.partial()).toStrictEqual(live);
          }
        },
      ),
      { numRuns: 500 },
    );
  });

  it("shows no more what turned out to be reasoning", () => {
    const parser = createParser(z.array(z.number()));
    parser.write("Maybe [1, 2]? No.\n");
    expect(parser.live()).toStrictEqual([1, 2]);
    parser.write("</think>\n[");
    expect(parser.live()).toBeUndefined();
    expect(parser.partial()).toBeUndefined();
    parser.write("3, ");
    expect(parser.live()).toStrictEqual([3]);
  });

  it("shows one in place of a list as a list, however often it is looked at", () => {
    const parser = createParser(z.array(z.object({ a: z.string() })));
    for (const piece of ['{"a": "x', "y", 'z", ']) {
      parser.write(piece);
      for (let i = 0; i < 3; i++) expect(parser.partial()).toStrictEqual([{ a: expect.stringMatching(/^xy?z?$/) }]);
    }
  });

  it("shows of a text as the whole answer what it will be, however it is cut", () => {
    const piece = fc.constantFrom('"', '"', " ", "a", "b", ",", "(", "{", "\\", "\\n", "\\u00e9", "\\u00", '\\"', "\n");
    fc.assert(
      fc.property(fc.array(piece), fc.array(fc.nat(3), { minLength: 1 }), (pieces, cuts) => {
        const written = pieces.join("");
        const parser = createParser(z.string());
        for (let at = 0, turn = 0; at < written.length; turn++) {
          const size = 1 + (cuts[turn % cuts.length] as number); // within bounds
          parser.write(written.slice(at, at + size));
          at += size;
          if (turn % 2 === 0) expect(parser.live()).toBe(parsePartial(written.slice(0, at), z.string()));
        }
        fc.pre(written.trim() !== "" && written === written.trim());
        const { value } = parser.end();
        expect(parser.partial() ?? "").toBe(value);
      }),
      { numRuns: 2000 },
    );
  });

  it.each<[string, Schema, unknown]>([
    ["a map", z.object({ m: z.record(z.string(), z.array(z.string())) }), { m: { a: ["x"], b: [] } }],
    ["what may be null", z.object({ o: z.object({ l: z.array(z.string()) }).nullable() }), { o: { l: ["x", "y"] } }],
    [
      "a tuple",
      z.object({ t: z.tuple([z.array(z.number()), z.object({ a: z.string() })]) }),
      { t: [[1, 2], { a: "x" }] },
    ],
    [
      "one of several",
      z.array(
        z.discriminatedUnion("k", [
          z.object({ k: z.literal("a") }),
          z.object({ k: z.literal("b"), l: z.array(z.int()) }),
        ]),
      ),
      [{ k: "b", l: [1] }, { k: "a" }],
    ],
    ["an object without all its parts", z.object({ a: z.string().optional(), l: z.array(z.string()) }), { l: ["x"] }],
    [
      "one in another order",
      z.object({ a: z.string(), o: z.object({ b: z.array(z.int()) }) }),
      { o: { b: [1] }, a: "x" },
    ],
  ])("is the very part that was shown, however the text is cut: %s", (_name, schema, value) => {
    const unchanged = (before: unknown, now: unknown): void => {
      if (before === now || typeof before !== "object" || typeof now !== "object" || !before || !now) return;
      expect(now).not.toStrictEqual(before); // what is another holds something else
      for (const [key, part] of Object.entries(before)) unchanged(part, (now as Record<string, unknown>)[key]);
    };
    const text = JSON.stringify(value);
    for (const size of [1, 2, 3, 4, 5, 7]) {
      const parser = createParser(schema);
      let before: unknown;
      for (let at = 0; at < text.length; at += size) {
        parser.write(text.slice(at, at + size));
        const now = parser.partial();
        unchanged(before, now);
        before = now;
      }
      expect(parser.end().value).toStrictEqual(value);
      unchanged(before, parser.partial());
      expect(parser.partial()).toStrictEqual(value);
    }
  });
});

describe("a map of labels", () => {
  it("has them as the schema spells them, and shows none that is none", () => {
    const schema = z.record(z.enum(["in_progress", "done"]), z.string());
    expect(parsePartial('{"In Progress": "x", "DONE": "y', schema)).toStrictEqual({ in_progress: "x", done: "y" });
    expect(parsePartial('{"other": "x", "done": "y', schema)).toStrictEqual({ done: "y" });
  });
});

describe("one of several objects", () => {
  const mark = (...flags: string[]): JsonObject => ({ "x-stream": flags });
  const cat = object({ kind: { const: "cat" }, name: text });
  const seen = (schema: JsonObject, written: string): unknown[] => {
    const parser = createParser(schema);
    const all = Array.from(written, (c) => {
      parser.write(c);
      const live = structuredClone(parser.live());
      expect(parser.partial()).toStrictEqual(live);
      return live;
    });
    parser.end();
    return [...all, parser.partial()];
  };

  it("does not show before it is known whether it has what it must not lack", () => {
    const dog = object({ kind: { const: "dog" }, bark: { ...text, ...mark("not-null") } });
    const shown = seen(either(cat, dog), '{"kind": "dog", "bark": "wuff"}');
    expect(shown.find((value) => value !== undefined)).toStrictEqual({ kind: "dog", bark: "w" });
    expect(shown.at(-1)).toStrictEqual({ kind: "dog", bark: "wuff" });
  });

  it("shows no state of a part that it has not", () => {
    const dog = object({ kind: { const: "dog" }, bark: { ...text, ...mark("with-state") } });
    for (const options of [
      [cat, dog],
      [dog, cat],
    ])
      for (const value of seen(either(...options), '{"kind": "cat", "name": "Tom"}'))
        expect(value ?? {}).not.toHaveProperty("bark");
    expect(seen(either(dog, cat), '{"kind": "cat", "name": "Tom"}').at(-1)).toStrictEqual({ kind: "cat", name: "Tom" });
  });

  it("is known by a label also where that comes last", () => {
    const marked = object({ a: text, kind: { const: "a" }, n: { ...count, ...mark("done") } }, { required: ["kind"] });
    const other = object({ a: text, kind: { const: "b" } }, { required: ["kind"] });
    for (const written of ['{"kind": "b"}', '{"a": "x", "kind": "b"}'])
      expect(seen(either(marked, other), written).at(-1)).toStrictEqual(JSON.parse(written));
  });
});
