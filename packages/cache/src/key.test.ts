import { toRequest, type ChatRequest, type Json, type JsonObject } from "@llm/core";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { runs } from "./kit/runs.ts";
import { canonical } from "./canonical.ts";
import { argumentsKey, requestKey } from "./key.ts";

const unicode = fc.string({ unit: "binary", maxLength: 8 });
const json: fc.Arbitrary<Json> = fc.jsonValue({ maxDepth: 4 }).map((value) => value as Json);
const request: fc.Arbitrary<ChatRequest> = fc.record(
  {
    system: unicode,
    messages: fc.array(fc.record({ role: fc.constantFrom("user", "assistant"), content: unicode }), { maxLength: 3 }),
    maxTokens: fc.nat(),
    temperature: fc.double({ min: 0, max: 2, noNaN: true }),
    stop: fc.array(unicode, { maxLength: 2 }),
    task: unicode,
    options: fc.dictionary(unicode, fc.dictionary(unicode, json, { maxKeys: 3 }), { maxKeys: 2 }),
  },
  { requiredKeys: ["messages"] },
);

/** The same value with the keys of every object in another order, and fields without a value strewn in. */
const shuffle = (value: unknown, seed: number): unknown => {
  if (Array.isArray(value)) return value.map((item) => shuffle(item, seed));
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).map(([key, item]) => [key, shuffle(item, seed + 1)] as const);
  for (let i = entries.length - 1; i > 0; i--) {
    const j = (seed * 7919 + i * 31) % (i + 1);
    [entries[i], entries[j]] = [entries[j]!, entries[i]!];
  }
  return Object.fromEntries([...entries, [`absent-${seed}`, undefined]]);
};

describe("the canonical text", () => {
  test("is JSON that stands for the same value", () => {
    fc.assert(
      fc.property(json, (value) => {
        expect(JSON.parse(canonical(value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
      runs(200),
    );
  });

  test("is equal exactly for equal values", () => {
    fc.assert(
      fc.property(json, json, (a, b) => {
        let equal = true;
        try {
          expect(JSON.parse(JSON.stringify(a))).toStrictEqual(JSON.parse(JSON.stringify(b)));
        } catch {
          equal = false;
        }
        expect(canonical(a) === canonical(b)).toBe(equal);
      }),
      runs(200),
    );
  });

  test("has its keys in one order", () => {
    expect(canonical({ b: 1, a: { d: null, c: [2, "x"] }, e: undefined })).toBe('{"a":{"c":[2,"x"],"d":null},"b":1}');
    expect(canonical(JSON.parse('{"__proto__":1}'))).toBe('{"__proto__":1}');
    expect(canonical(-0)).toBe("0");
  });

  test.each([
    ["NaN", { a: Number.NaN }],
    ["Infinity", [Infinity]],
    ["a function", { f: () => 1 }],
    ["a date", { at: new Date(0) }],
    ["a map", new Map([[1, 2]])],
    ["bytes", { data: new Uint8Array(2) }],
    ["a big number", [1n]],
    ["a symbol", Symbol("x")],
  ])("does not exist for %s", (_name, value) => {
    expect(() => canonical(value)).toThrow(TypeError);
  });

  test("does not exist for a cycle", () => {
    const loop: unknown[] = [];
    loop.push(loop);
    expect(() => canonical(loop)).toThrow(RangeError);
  });
});

describe("the key of a request", () => {
  test("stays as it is: entries in shared stores are found by it", () => {
    expect(requestKey(toRequest("Hello"), "mock/model")).toBe(
      "36100c0ab7bed856fcc7b7cb23da7d5b0fbac972fc7d42458b3573b0c9ca1c6f",
    );
  });

  test("does not depend on the order of keys or on fields without a value", () => {
    fc.assert(
      fc.property(request, fc.nat(1000), (request, seed) => {
        expect(requestKey(shuffle(request, seed) as ChatRequest, "p", "t")).toBe(requestKey(request, "p", "t"));
      }),
      runs(200),
    );
  });

  test("depends on every field, at every depth", () => {
    const full: ChatRequest = {
      system: "s",
      messages: [
        { role: "user", content: [{ type: "image", source: { data: "AAAA", mediaType: "image/png" } }] },
        { role: "assistant", content: [{ type: "tool-call", id: "1", name: "f", input: { x: [1] } }] },
        { role: "tool", content: [{ type: "tool-result", id: "1", output: "o", isError: false }] },
      ],
      tools: [{ name: "f", description: "d", input: { type: "object" }, strict: true }],
      toolChoice: { tool: "f" },
      parallelTools: true,
      maxTokens: 1,
      temperature: 0,
      topP: 1,
      seed: 1,
      stop: ["x"],
      effort: "low",
      output: { schema: { type: "object" }, name: "n", mode: "native" },
      task: "t",
      user: "u",
      tier: "t",
      strict: true,
      options: { anthropic: { thinking: { budget_tokens: 1 } } },
    };
    /** Every value that differs from this one in a single leaf. */
    function* mutants(value: Json): Generator<Json> {
      if (Array.isArray(value)) {
        for (const [i, item] of value.entries()) for (const other of mutants(item as Json)) yield value.with(i, other);
        yield [...(value as Json[]), null];
      } else if (typeof value === "object" && value !== null) {
        const fields = value as JsonObject; // the array was above
        for (const [key, item] of Object.entries(fields)) {
          for (const other of mutants(item)) yield { ...fields, [key]: other };
          yield Object.fromEntries(Object.entries(fields).filter(([other]) => other !== key));
        }
      } else if (typeof value === "string") yield `${value} `;
      else if (typeof value === "number") yield value + 1;
      else yield !value;
    }
    const all = [full as unknown as Json, ...mutants(full as unknown as Json)];
    const keys = new Set(all.map((value) => requestKey(value as unknown as ChatRequest, "p", "t")));
    expect(all.length).toBeGreaterThan(80);
    expect(keys.size).toBe(all.length);
  });

  test("keeps providers and tenants apart, wherever the border between them lies", () => {
    fc.assert(
      fc.property(request, unicode, unicode, unicode, unicode, (request, p1, t1, p2, t2) => {
        const same = p1 === p2 && t1 === t2;
        expect(requestKey(request, p1, t1) === requestKey(request, p2, t2)).toBe(same);
      }),
      runs(200),
    );
    const hello = toRequest("Hello");
    expect(requestKey(hello, "ab", "c")).not.toBe(requestKey(hello, "a", "bc"));
    expect(requestKey(hello, "p")).toBe(requestKey(hello, "p", ""));
  });

  test("takes text as it is: composed and decomposed letters and lone surrogates differ", () => {
    const texts = ["é", "e\u0301", "\ud800", "\ud801", "\ufffd", "\udc00\ud800", "😀"];
    expect(new Set(texts.map((text) => requestKey(toRequest(text), "p"))).size).toBe(texts.length);
  });

  test("is never that of a function's call", () => {
    expect(argumentsKey("p", ["", toRequest("x")])).not.toBe(requestKey(toRequest("x"), "p"));
  });
});
