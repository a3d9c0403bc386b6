import { expect, test } from "vitest";
import { parse } from "./message.ts";

const read = (value: unknown): unknown => parse(JSON.stringify({ node: "n", ...(value as object) }))?.message;

test("what a process may send is read as it was meant", () => {
  const opened = { type: "opened", name: "b", ms: 0, failures: 3 } as const;
  for (const message of [
    opened,
    { ...opened, type: "reopened" },
    { type: "closed", name: "b", forAll: true },
    { type: "closed", name: "b", forAll: false },
    { type: "outcomes", outcomes: { b: [2, 1] } },
  ])
    expect(read(message)).toEqual(message);
  expect(read({ type: "closed", name: "b", forAll: 1 })).toEqual({ type: "closed", name: "b", forAll: false });
});

test.each<unknown>([
  { type: "opened", name: 7, ms: 1, failures: 1 },
  { type: "opened", name: "b", ms: -1, failures: 1 },
  { type: "opened", name: "b", ms: "1", failures: 1 },
  { type: "opened", name: "b", failures: 1 },
  { type: "other", name: "b", ms: 1, failures: 1 },
  { type: "other", outcomes: {} },
  { type: "outcomes", outcomes: null },
  { type: "closed" },
])("%o is nothing", (value) => {
  expect(read(value)).toBeUndefined();
});

test("what is no message of a node is nothing", () => {
  const huge = '{"node":"n","type":"opened","name":"b","ms":1e999,"failures":1}';
  for (const text of ["no json", "null", "[]", '{"type":"closed","name":"b"}', huge])
    expect(parse(text)).toBeUndefined();
});
