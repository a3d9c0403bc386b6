import { expect, test } from "vitest";
import { splitOptions, withOptions } from "./fields.ts";

test.each([
  ["what is new is added", { a: 1 }, { b: 2 }, { a: 1, b: 2 }],
  ["what stands is replaced", { a: [1], stop: ["x"] }, { a: [2], stop: [] }, { a: [2], stop: [] }],
  ["objects too", { thinking: { type: "on" } }, { thinking: { budget: 1 } }, { thinking: { budget: 1 } }],
  ["lists are longer for it, without twins", { include: ["x"] }, { include: ["x", "y"] }, { include: ["x", "y"] }],
  ["objects have more fields", { text: { a: 1, b: 1 } }, { text: { b: 2, c: 2 } }, { text: { a: 1, b: 2, c: 2 } }],
  ["also where nothing stood", {}, { tools: [{ n: 1 }] }, { tools: [{ n: 1 }] }],
  ["nor is a list an object", { tools: [1] }, { tools: { a: 1 } }, { tools: { a: 1 } }],
  ["or an object a list", { reasoning: { a: 1 } }, { reasoning: [1] }, { reasoning: [1] }],
  ["and null is null", { metadata: { a: 1 } }, { metadata: null }, { metadata: null }],
])("the caller's own parameters win: %s", (_, body, extra, expected) => {
  const before = structuredClone(body);
  expect(withOptions<object>(body, extra)).toStrictEqual(expected);
  expect(body).toStrictEqual(before);
});

test("a vendor's options go over its dialect's, and headers are no part of the body", () => {
  const options = {
    openai: { a: 1, b: 1, headers: { "x-a": "1" } },
    mine: { b: 2, headers: { "x-n": 7, "x-t": "t" } },
    other: { c: 3 },
  };
  expect(splitOptions({ options }, "openai", "mine")).toStrictEqual({
    body: { a: 1, b: 2 },
    headers: { "x-n": "7", "x-t": "t" },
  });
  expect(splitOptions({ options: { openai: { headers: "x" } } }, "openai", "openai")).toStrictEqual({
    body: {},
    headers: undefined,
  });
  expect(splitOptions({}, "openai", "openai")).toStrictEqual({ body: {}, headers: undefined });
});
