import { describe, expect, it } from "vitest";
import * as z from "zod";
import { LlmError } from "@llm/core";
import { mock } from "@llm/core/testing";
import { choice, list } from "./choice.ts";
import { streamObject } from "./stream-object.ts";
import type { ObjectEvent } from "./object-stream.ts";
import { collect, leafOf } from "./testing/leaf.ts";

describe("streamObject", () => {
  const S = z.object({ title: z.string(), n: z.number(), tags: z.array(z.string()), kind: z.enum(["aa", "bb"]) });
  const text = '{"title": "Hello", "n": 1234, "tags": ["x", "yy"], "kind": "aa"}';

  it("yields partial values: texts and lists grow, the rest comes whole", async () => {
    const partials = await collect(streamObject(leafOf("openai", text, "native"), S, "x"));
    expect(partials[0]).toStrictEqual({});
    expect(partials.at(-1)).toStrictEqual({ title: "Hello", n: 1234, tags: ["x", "yy"], kind: "aa" });
    expect(new Set(partials.map((partial) => partial.n))).toStrictEqual(new Set([undefined, 1234]));
    expect(new Set(partials.map((partial) => partial.kind))).toStrictEqual(new Set([undefined, "aa"]));
    expect(partials.some((partial) => partial.title === "Hel" || partial.title === "Hell")).toBe(true);
    for (let i = 1; i < partials.length; i++) {
      expect((partials[i]!.title ?? "").startsWith(partials[i - 1]!.title ?? "")).toBe(true);
    }
  });

  it("tells what happened where, and ends with the valid object", async () => {
    const events = await collect(streamObject(leafOf("openai", text, "native"), S, "x").events());
    expect(events.at(-1)).toStrictEqual({ type: "object", value: JSON.parse(text) });
    const partials = events.flatMap((event) => (event.type === "partial" ? [event] : []));
    const paths = new Set(partials.map((event) => event.path.join(".")));
    expect([...paths]).toStrictEqual(["", "title", "n", "tags"]);
    // nothing is told that is no news
    for (const [i, { value }] of partials.entries()) expect(value).not.toStrictEqual(partials[i - 1]?.value);
  });

  it("names a path by the value's names, and one that holds all that changed", async () => {
    const schema = {
      type: "object",
      properties: {
        a: { type: "object", "x-alias": "alpha", properties: { b: { type: "string" }, c: { type: "string" } } },
        d: { type: "string" },
      },
    } as const;
    const provider = leafOf("other", '{"alpha": {"b": "xxxxxx", "c": "yyyyyy"}, "d": "zzzz"}', "instructions");
    const events = await collect(streamObject(provider, schema, "x").events());
    const paths = events.flatMap((event) => (event.type === "partial" ? [event.path.join(".")] : []));
    expect(new Set(paths)).toStrictEqual(new Set(["", "a", "a.b", "a.c", "d"]));
  });

  it.each<[string, z.ZodType, string, unknown[]]>([
    [
      "appears only with a part that it must not lack",
      z.object({ p: z.object({ a: z.string(), b: z.string().meta({ "x-stream": ["not-null"] }) }) }),
      '{"p": {"a": "x", "b": "y z"}}',
      [
        { type: "partial", path: [], value: {} },
        { type: "partial", path: ["p"], value: { p: { a: "x", b: "y" } } },
        { type: "partial", path: ["p", "b"], value: { p: { a: "x", b: "y z" } } },
      ],
    ],
    [
      "appears with its state",
      z.object({
        p: z
          .object({ a: z.string(), b: z.string().meta({ "x-stream": ["not-null"] }) })
          .meta({ "x-stream": ["with-state"] }),
      }),
      '{"p": {"a": "x", "b": "y z"}}',
      [
        { type: "partial", path: [], value: { p: { value: null, state: "Pending" } } },
        { type: "partial", path: [], value: { p: { value: null, state: "Incomplete" } } },
        { type: "partial", path: ["p"], value: { p: { value: { a: "x", b: "y" }, state: "Incomplete" } } },
        { type: "partial", path: ["p", "b"], value: { p: { value: { a: "x", b: "y z" }, state: "Incomplete" } } },
        { type: "partial", path: [], value: { p: { value: { a: "x", b: "y z" }, state: "Complete" } } },
      ],
    ],
    [
      "stands in place of a list",
      z.array(z.object({ a: z.string() })),
      '{"a": "x y z',
      [
        { type: "partial", path: [], value: [{}] },
        { type: "partial", path: [], value: [{ a: "x" }] },
        { type: "partial", path: [], value: [{ a: "x y" }] },
        { type: "partial", path: [], value: [{ a: "x y z" }] },
      ],
    ],
  ])("names a path in the value where something %s", async (_name, schema, written, expected) => {
    const events = await collect(streamObject(mock(written), schema, "x").events());
    expect(events.filter(({ type }) => type === "partial").slice(0, expected.length)).toStrictEqual(expected);
  });

  it.each<[string, z.ZodType, string, unknown[]]>([
    ["what any value is", z.object({ a: z.unknown() }), '{"a": "{\\"b\\": [1]}"}', [{}, { a: { b: [1] } }]],
    [
      "what an open object has besides",
      z.looseObject({ a: z.int() }),
      '{"a": 1, "additional_properties": [{"key": "b", "value": "2"}]}',
      [{}, { a: 1 }, { a: 1, b: 2 }],
    ],
    ["a list, once", z.array(z.int()), '{"value": [1, 2]}', [[], [1], [1, 2]]],
    [
      "a map and a tuple beside what says when it shows",
      z.object({
        m: z.record(z.string(), z.int()).meta({ "x-stream": ["with-state"] }),
        t: z.tuple([z.int()]).meta({ "x-stream": ["not-null"] }),
      }),
      '{"m": [{"key": "a", "value": 1}], "t": {"0": 2}}',
      [
        { m: { value: { a: 1 }, state: "Complete" }, t: [] },
        { m: { value: { a: 1 }, state: "Complete" }, t: [2] },
      ],
    ],
  ])("shows of a vendor's dialect %s, and nothing of how it is written", async (_name, schema, written, expected) => {
    const all = await collect(streamObject(leafOf("openai", written, "native"), schema, "x"));
    expect(all).toStrictEqual(expected);
  });

  it.each<[string, z.ZodType, string, unknown[]]>([
    [
      "maps",
      z.object({ m: z.record(z.string(), z.object({ s: z.string() })) }),
      '{"m": [{"key": "a", "value": {"s": "one two"}}, {"key": "b", "value": {"s": "x"}}]}',
      [
        [[], {}],
        [[], { m: {} }],
        [["m"], { m: { a: {} } }],
        [["m"], { m: { a: { s: "one" } } }],
        [["m"], { m: { a: { s: "one tw" } } }],
        [["m"], { m: { a: { s: "one two" } } }],
        [["m"], { m: { a: { s: "one two" }, b: {} } }],
        [["m"], { m: { a: { s: "one two" }, b: { s: "x" } } }],
      ],
    ],
    [
      "a map of numbers",
      z.record(z.string(), z.string()),
      '{"value": [{"key": "1", "value": "x"}, {"key": "0", "value": "y"}]}',
      [
        [[], {}],
        [[], { "1": "x" }],
        [[], { "1": "x", "0": "y" }],
      ],
    ],
    [
      "tuples",
      z.tuple([z.string(), z.int()]).rest(z.int()),
      '{"value": {"0": "one two", "1": 12, "rest": [3, 4]}}',
      [
        [[], []],
        [[], ["o"]],
        [[0], ["one "]],
        [[0], ["one two"]],
        [[1], ["one two", 12]],
        [[], ["one two", 12, 3]],
        [[], ["one two", 12, 3, 4]],
      ],
    ],
    [
      "states within them",
      z.object({ m: z.record(z.string(), z.string().meta({ "x-stream": ["with-state"] })) }),
      '{"m": [{"key": "a", "value": "xyz"}]}',
      [
        [[], {}],
        [[], { m: {} }],
        [["m"], { m: { a: { value: "xyz", state: "Incomplete" } } }],
        [[], { m: { a: { value: "xyz", state: "Complete" } } }],
      ],
    ],
  ])("shows of a vendor's dialect %s as they grow", async (_name, schema, written, expected) => {
    const events = await collect(streamObject(leafOf("openai", written, "native"), schema, "x").events());
    expect(events.flatMap((event) => (event.type === "partial" ? [[event.path, event.value]] : []))).toStrictEqual(
      expected,
    );
  });

  it("shows a set beside what says when it shows", async () => {
    const schema = z.object({ s: z.set(z.int()), n: z.int().meta({ "x-stream": ["done"] }) });
    const all = await collect(streamObject(mock('{"s": [1], "n": 2}'), schema, "x"));
    expect(all.at(-1)).toStrictEqual({ s: new Set([1]), n: 2 });
  });

  it("hands the object out by itself", async () => {
    const stream = streamObject(leafOf("openai", text, "native"), S, "x");
    expect(await stream.object).toStrictEqual(JSON.parse(text));
    expect(await stream.result).toMatchObject({ mode: "native", attempts: 1, usage: { output: 7 } });
  });

  it("says when it asks again", async () => {
    const provider = mock('{"title": 1', text);
    const events = await collect<ObjectEvent<z.infer<typeof S>>>(streamObject(provider, S, "x").events());
    expect(events.map((event) => event.type)).toContain("again");
    expect(events.at(-1)).toStrictEqual({ type: "object", value: JSON.parse(text) });
    expect(provider.calls).toHaveLength(2);
  });

  it("throws what went wrong, where it is read and from the result", async () => {
    const stream = streamObject(mock({ text: '{"title": "He', finish: "length" }), S, "x", { repairs: 0 });
    await expect(collect(stream)).rejects.toMatchObject({ code: "truncated", value: { title: "He" } });
    await expect(stream.result).rejects.toMatchObject({ code: "truncated" });
    await expect(collect(stream)).rejects.toThrow(TypeError);
  });

  it("leaves the call when its reader leaves", async () => {
    const provider = mock(text);
    const stream = streamObject(provider, S, "x");
    for await (const _ of stream) break;
    expect(provider.active()).toBe(0);
    await expect(stream.object).rejects.toMatchObject({ code: "aborted" });
  });

  it("asks nothing before it is read", () => {
    const provider = mock(text);
    streamObject(provider, S, "x");
    expect(provider.calls).toHaveLength(0);
  });
});

describe("elements", () => {
  const Item = z.object({ n: z.number() }).transform(({ n }) => n * 10);

  it("come once each, complete and valid, as soon as they are there", async () => {
    const seen: string[] = [];
    const leaf = leafOf("openai", '{"value": [{"n": 1}, {"n": 2}, {"n": 3}]}', "native");
    const stream = list(leaf, Item, "x");
    for await (const item of stream.elements()) seen.push(`${item}`);
    expect(seen).toStrictEqual(["10", "20", "30"]);
    expect(await stream.object).toStrictEqual([10, 20, 30]);
  });

  it("work for an array of zod and for plain JSON Schema", async () => {
    const text = '[{"n": 1}, {"n": 2}]';
    expect(await collect(streamObject(mock(text), z.array(Item), "x").elements())).toStrictEqual([10, 20]);
    const json = {
      type: "array",
      items: { type: "object", properties: { n: { type: "number" } }, required: ["n"] },
    } as const;
    expect(await collect(streamObject(mock(text), json, "x").elements())).toStrictEqual([{ n: 1 }, { n: 2 }]);
  });

  it.each<[string, (items: z.ZodArray<typeof Item>) => z.ZodType<number[] | null | undefined>]>([
    ["readonly", (items) => items.readonly() as unknown as z.ZodType<number[]>],
    ["a brand", (items) => items.brand<"B">()],
    ["optional", (items) => items.optional()],
    ["nonoptional", (items) => z.nonoptional(items.optional())],
    ["a default", (items) => items.default([])],
    ["a fallback", (items) => items.catch([])],
    ["a refinement", (items) => items.refine((all) => all.length > 0)],
    ["a transform that keeps them", (items) => items.transform((all) => all.filter((n) => n > 0))],
    ["several of these", (items) => items.min(1).default([]).optional().pipe(z.any())],
  ])("see through %s", async (_name, wrap) => {
    const seen: unknown[] = [];
    const leaf = leafOf("openai", '{"value": [{"n": 1}, {"n": 2}, {"n": 0.5}]}', "native");
    for await (const item of streamObject(leaf, wrap(z.array(Item)), "x").elements()) seen.push(item);
    expect(seen).toStrictEqual([10, 20, 5]);
  });

  it("pass all that a list is piped through", async () => {
    const seen: unknown[] = [];
    const Piped = z.array(Item).pipe(z.array(z.number().transform((n) => `${n}`)));
    for await (const item of streamObject(mock('[{"n": 1}, {"n": 2}, {"n": "x"}]'), Piped, "x").elements()) {
      seen.push(item);
      if (seen.length === 2) break;
    }
    expect(seen).toStrictEqual(["10", "20"]);
    expect(await collect(streamObject(mock('[{"n": 1}]'), Piped, "x").elements())).toStrictEqual(["10"]);
  });

  it("end with the error when a transform changed the list", async () => {
    const Doubled = z.array(Item).transform((all) => all.map((n) => n * 2));
    await expect(collect(streamObject(mock('[{"n": 1}]'), Doubled, "x").elements())).rejects.toMatchObject({
      code: "malformed",
      reason: "invalid",
    });
  });

  it("are validated by what they are themselves, within whatever the list stands", async () => {
    const seen: unknown[] = [];
    const Small = z.array(z.object({ n: z.number().refine((n) => n < 2) })).readonly();
    const read = async (): Promise<void> => {
      for await (const item of streamObject(mock('[{"n": 1}, {"n": 2}]'), Small, "x").elements()) seen.push(item);
    };
    await expect(read()).rejects.toMatchObject({ code: "malformed", issues: [{ path: [1, "n"] }] });
    expect(seen).toStrictEqual([{ n: 1 }]);
  });

  it("come when they are complete, before anything follows", async () => {
    const provider = mock([
      { type: "start", vendor: "mock", model: "m" },
      { type: "text", block: 0, delta: '[{"n": 1, "s": "x"' },
      { type: "text", block: 0, delta: "}, " },
      new LlmError("network", "gone"),
    ]);
    const seen: unknown[] = [];
    const read = async (): Promise<void> => {
      for await (const item of list(provider, z.object({ n: z.number(), s: z.string() }), "x").elements())
        seen.push(item);
    };
    await expect(read()).rejects.toMatchObject({ code: "network" });
    expect(seen).toStrictEqual([{ n: 1, s: "x" }]);
  });

  it.each([
    ["a set", z.set(z.string()), '["a", "b"]', 0],
    ["a text", z.string(), "a, b", 0],
    ["a number", z.number(), "1", 0],
    ["an object", z.object({ a: z.array(Item) }), "{}", 0],
    ["a union of objects", z.union([z.object({ a: z.number() }), z.object({ b: z.number() })]), '{"a": 1}', 1],
    ["anything that is no list", z.unknown(), '{"a": 1}', 1],
  ])("are none of %s, which is said before the call where it can be", async (_name, schema, text, calls) => {
    const provider = mock(text);
    await expect(collect(streamObject(provider, schema, "x").elements())).rejects.toThrow("elements() is for lists");
    expect(provider.calls).toHaveLength(calls);
  });

  it("are those of the list, wherever in the text it is, from which its schema makes a set", async () => {
    const Texts = z.array(z.string()).transform((items) => new Set(items));
    const of = async (schema: z.ZodType, text: string): Promise<unknown[]> =>
      collect(streamObject(mock(text), schema, "x").elements());
    expect(await of(Texts, JSON.stringify('["a"]'))).toStrictEqual(["a"]);
    expect(
      await of(
        z.array(Item).transform((items) => new Set(items)),
        '{"n": 1}\n{"n": 2}',
      ),
    ).toStrictEqual([10, 20]);
    const Several = z
      .array(z.string())
      .refine((items) => items.length > 1)
      .transform((items) => new Set(items));
    await expect(of(Several, '["a"] ["b", "c"]')).rejects.toThrow("ends as another list than it began");
    const Numbers = z.array(z.number()).transform((items) => new Set(items));
    expect(
      await collect(streamObject(mock('[1, "x", 2]'), Numbers, "x", { coercion: "full" }).elements()),
    ).toStrictEqual([1, 2]);
    await expect(of(z.array(z.string()).nullable(), "null")).rejects.toThrow("elements() is for lists");
  });

  it.each<[string, z.ZodType, string, unknown[]]>([
    ["a text", z.string().transform((text) => text.split(",")), "a,b", ["a", "b"]],
    ["a number", z.number().transform((n) => Array.from({ length: n }, (_, i) => i)), "2", [0, 1]],
    ["an object", z.object({ a: z.array(z.number()) }).transform(({ a }) => a), '{"a": [1, 2]}', [1, 2]],
  ])("are those of the list that its schema makes of %s", async (_name, schema, text, expected) => {
    expect(await collect(streamObject(mock(text), schema, "x").elements())).toStrictEqual(expected);
    expect(await collect(streamObject(mock(text), schema.optional(), "x").elements())).toStrictEqual(expected);
  });

  it.each<[string, z.ZodType]>([
    ["a set", z.array(Item).transform((items) => new Set(items))],
    ["a number", z.array(Item).transform((items) => items.length)],
  ])("are those of a list from which its schema makes %s", async (_name, schema) => {
    const provider = mock('[{"n": 1}, {"n": 2}]', "[]");
    expect(await collect(streamObject(provider, schema, "x").elements())).toStrictEqual([10, 20]);
    expect(await collect(streamObject(provider, schema, "x").elements())).toStrictEqual([]);
  });

  it("end with the error of the one that does not fit", async () => {
    const seen: number[] = [];
    const read = async (): Promise<void> => {
      for await (const item of list(mock('[{"n": 1}, {"n": "x"}, {"n": 3}]'), Item, "x").elements()) seen.push(item);
    };
    await expect(read()).rejects.toMatchObject({ code: "malformed", issues: [{ path: [1, "n"] }] });
    expect(seen).toStrictEqual([10]);
  });

  it.each([
    ["in entities", "[{&quot;n&quot;: 1}, {&quot;n&quot;: 2}]"],
    ["one a line", '{"n": 1}\n{"n": 2}'],
    ["in full width", '［｛"n"：1｝，｛"n"：2｝］'],
    ["as a JSON text", JSON.stringify('[{"n": 1}, {"n": 2}]')],
  ])("come at the end when only that shows the list: %s", async (_name, text) => {
    const stream = list(mock(text), Item, "x");
    expect(await collect(stream.elements())).toStrictEqual([10, 20]);
    expect(await stream.object).toStrictEqual([10, 20]);
  });

  it("are of plain JSON Schema as it says, whose references and defaults are its own", async () => {
    const node = {
      type: "object",
      properties: { n: { $ref: "#/$defs/n" }, more: { $ref: "#" }, s: { type: "string", default: "none" } },
      required: ["n"],
      not: { required: ["x"] },
      $defs: { n: { type: "integer" } },
    };
    const text = '[{"n": 1, "more": {"n": 2, "s": "x"}}, {"n": 3, "s": "y"}]';
    const expected = [
      { n: 1, more: { n: 2, s: "x" }, s: "none" },
      { n: 3, s: "y" },
    ];
    expect(await collect(list(mock(`So: ${text}`), node, "x").elements())).toStrictEqual(expected);
    expect(await list(mock(`So: ${text}`), node, "x").object).toStrictEqual(expected);
    const seen: unknown[] = [];
    const wrong = list(mock('[{"n": 1, "s": "x"}, {"n": 2, "x": 1}]'), node, "x").elements();
    await expect(
      (async () => {
        for await (const item of wrong) seen.push(item);
      })(),
    ).rejects.toMatchObject({ code: "malformed" });
    expect(seen).toStrictEqual([{ n: 1, s: "x" }]);
  });

  it("are those of the list that follows a footnote", async () => {
    const text = "As [1] says:\n[3, 4]";
    expect(await collect(list(mock(text), z.number(), "x").elements())).toStrictEqual([3, 4]);
  });

  it("end with an error when the list is another than it began", async () => {
    const text = '[{"n": 9}] then ```json\n[{"n": 1}, {"n": 2}]\n```';
    for (const item of [Item, z.toJSONSchema(z.object({ n: z.number() }))]) {
      const seen: unknown[] = [];
      const stream = list(mock(text), item as typeof Item, "x");
      const read = async (): Promise<void> => {
        for await (const one of stream.elements()) seen.push(one);
      };
      await expect(read()).rejects.toMatchObject({ code: "malformed", reason: "invalid", text });
      expect(seen).toHaveLength(1);
      expect(await stream.object).toHaveLength(2);
    }
  });

  it("may be something else each time they are validated, or what only looks alike", async () => {
    let id = 0;
    const New = z.object({ n: z.number(), id: z.number().default(() => ++id) });
    expect(await collect(list(mock('[{"n": 1}, {"n": 2}]'), New, "x").elements())).toMatchObject([{ n: 1 }, { n: 2 }]);
    const Made = z
      .number()
      .transform((n) => ({ at: new Date(n), all: new Map([[n, new Set([n])]]), none: Number.NaN }));
    expect(await collect(list(mock("[1, 2]"), Made, "x").elements())).toHaveLength(2);
  });

  it("may be changed by who reads them", async () => {
    const stream = streamObject(mock('[{"n": 1}, {"n": 2}]'), z.array(z.object({ n: z.number() })).readonly(), "x");
    for await (const item of stream.elements()) item.n = 0;
    expect(await stream.object).toStrictEqual([{ n: 1 }, { n: 2 }]);
  });

  it("end with an error where one fits only in the whole", async () => {
    const Digits = z.preprocess((all) => (all as number[]).map((n) => n % 10), z.array(z.number().max(9)));
    const provider = mock("[11, 12]");
    expect(await collect(streamObject(provider, Digits, "x").elements())).toStrictEqual([1, 2]);
    const asSet = Digits.transform((all) => new Set(all));
    expect(await streamObject(provider, asSet, "x").object).toStrictEqual(new Set([1, 2]));
    await expect(collect(streamObject(provider, asSet, "x").elements())).rejects.toThrow("fits only in the whole");
  });

  it("are validated once where they do not fit, too", async () => {
    let validated = 0;
    const Never = z.array(z.object({ n: z.number() }).refine(() => ++validated < 0)).catch([]);
    expect(await collect(streamObject(mock('[{"n": 1}, {"n": 2}, {"n": 3}]'), Never, "x").elements())).toStrictEqual(
      [],
    );
    expect(validated).toBe(4); // the first as it came, and the whole at the end
  });

  it("are validated once each", async () => {
    let validated = 0;
    const Counted = z.object({ n: z.number() }).refine(() => ++validated > 0);
    const items = Array.from({ length: 20 }, (_, n) => ({ n }));
    expect(
      await collect(list(leafOf("openai", JSON.stringify(items), "instructions"), Counted, "x").elements()),
    ).toHaveLength(20);
    expect(validated).toBe(40); // each as it came, and the whole at the end
  });
});

describe("choice", () => {
  it("takes the one word that the answer names", async () => {
    expect(await choice(mock("I'd say **happy**."), "?", ["happy", "sad"])).toBe("happy");
    expect(await choice(leafOf("openai", '{"value": "sad"}', "native"), "?", { happy: "smiles", sad: "cries" })).toBe(
      "sad",
    );
  });

  it("tells the model what the words mean, also in words", async () => {
    const provider = mock("sad");
    await choice(provider, "?", { happy: "smiles", sad: "cries" });
    expect(provider.calls[0]!.request.output?.instructions).toContain('// happy: smiles; sad: cries\n"happy" | "sad"');
  });

  it("takes the longest word that the answer names", async () => {
    expect(await choice(mock("The answer: Very good"), "?", ["good", "very good", "bad"])).toBe("very good");
  });

  it("asks again when it names several", async () => {
    const provider = mock("happy or sad", "Sad");
    expect(await choice(provider, "?", ["happy", "sad"])).toBe("sad");
    expect(provider.calls).toHaveLength(2);
    for (const none of [[], {}, "happy", null, undefined, [1, 2], ["happy", undefined]])
      await expect(choice(provider, "?", none as never)).rejects.toThrow(/^choices: expected a list of words/);
  });
});
