import { describe, expect, it } from "vitest";
import type { JsonObject } from "@llm/core";
import { toPlain } from "../coerce/coerce.ts";
import { parse } from "../parse.ts";
import { createParser } from "../parser.ts";
import { end, newReader, write } from "./reader.ts";

/** The value of a text, the same when it comes one character after another. */
function value(text: string, schema: JsonObject = { type: "object" }): unknown {
  const parser = createParser(schema);
  for (const c of text) parser.write(c);
  const found = parse(text, schema);
  expect(parser.end()).toStrictEqual(found);
  return found.value;
}

/** All that a text holds, and whether it is a draft. */
function found(text: string): unknown[] {
  const reader = newReader({ maxDepth: 9, maxLength: 1000 });
  for (const c of text) write(reader, c);
  end(reader);
  return reader.roots.map(({ node, draft }) => [toPlain(node), draft]);
}

describe("what stands in reasoning is a draft", () => {
  it.each([
    ["in a tag", '<think>{"a": 1}</think>{"a": 2}'],
    ["in brackets", '[THINK]{"a": 1}[/THINK]{"a": 2}'],
    ["in a tag with a blank", '<think\n>{"a": 1}</think>{"a": 2}'],
    ["that the prompt had opened", '{"a": 1}</think>{"a": 2}'],
    ["up to the closer of the tag that came first", '<think>{"a": 1}</analysis>{"a": 1}</think>{"a": 2}'],
    ["that holds another", '<think><analysis>{"a": 1}</analysis>{"a": 1}</think>{"a": 2}'],
    ["twice", '<think>{"a": 1}</think><analysis>{"a": 1}</analysis>{"a": 2}'],
    ...["thinking", "thought", "thoughts", "reasoning", "reflection", "scratchpad"].map((tag) => [
      `in ${tag}`,
      `<${tag}>{"a": 1}</${tag}>{"a": 2}`,
    ]),
  ])("%s", (_name, text) => {
    expect(value(text)).toStrictEqual({ a: 2 });
  });

  it.each([
    ["of another name", '<thinker>{"a": 1}</thinker>{"a": 2}'],
    ["of a longer name", '<rethink>{"a": 1}</rethink>{"a": 2}'],
    ["that only closes", '</think>{"a": 1}{"a": 2}'],
    ["that was closed before", '<think></think>{"a": 1}{"a": 2}'],
  ])("but not in a tag %s", (_name, text) => {
    expect(value(text)).toStrictEqual({ a: 1 });
  });

  it.each<[string, unknown[]]>([
    ['{"a": 1} <think>{"a": 2}</think> {"a": 3}', [{ a: 1 }, false, { a: 2 }, true, { a: 3 }, false]],
    ['{"a": 1} </think> {"a": 2} </think> {"a": 3}', [{ a: 1 }, true, { a: 2 }, true, { a: 3 }, false]],
    ['<think>{"a": 1}<analysis>{"a": 2}</think>{"a": 3}', [{ a: 1 }, true, { a: 2 }, true, { a: 3 }, false]],
    ['<think>{"a": 1}</analysis>{"a": 2}', [{ a: 1 }, true, { a: 2 }, true]],
    ['<think.>{"a": 1}', [{ a: 1 }, false]],
    ['<think {"a": 1}', [{ a: 1 }, true]],
    ['<Think>{"a": 1}</THINK>{"a": 2}', [{ a: 1 }, true, { a: 2 }, false]],
    ['[THINK] x [/THINK] {"a": 1}', [{ a: 1 }, false]],
    [`<${"think".repeat(5)}>{"a": 1}`, [{ a: 1 }, false]],
  ])("and nothing else is: %s", (text, expected) => {
    expect(found(text).flat()).toStrictEqual(expected);
  });

  it("is taken where there is nothing else", () => {
    expect(value('<think>{"a": 1}')).toStrictEqual({ a: 1 });
  });
});

describe("a fence without a list or object", () => {
  const number = { type: "number" };
  it.each<[string, string, JsonObject, unknown]>([
    ["holds a number", "```\n5\n```", number, 5],
    ["that does not end holds one, too", "```\n5\n", number, 5],
    ["holds a quoted text", 'So:\n```\n"yes"\n```', { enum: ["yes", "no"] }, "yes"],
    ["is the first of several", "```\n5\n``` ```\n6\n```", number, 5],
    ["is none in reasoning", "<think>```\n5\n```</think>```\n6\n```", number, 6],
    ["is none in reasoning that the prompt had opened", "```\n5\n```</think>```\n6\n```", number, 6],
  ])("%s", (_name, text, schema, expected) => {
    expect(value(text, schema)).toStrictEqual(expected);
  });

  it("counts for nothing where it is empty", () => {
    expect(() => value("```\n\n```", number)).toThrow("holds no value");
  });

  it("is a text only where it has quotes", () => {
    const either = { enum: ["5", 5] };
    expect(value('So:\n```\n"5"\n```', either)).toBe("5");
    expect(value("So:\n```\n5\n```", either)).toBe(5);
  });
});

describe("a fence with a list or object", () => {
  it.each([
    ["begins on the next line", '```json\n{"a": 1}\n```'],
    ["begins on the same line", '```json {"a": 1}\n```'],
    ["does not end", '```json\n{"a": 1}'],
    ["has a long name", `${"`".repeat(3)}${"j".repeat(76)}\n{"a": 1}\n${"`".repeat(3)}`],
    ["has too few backticks", '``\n{"a": 1}'],
    ["follows a name in backticks", 'Use `x`: {"a": 1}'],
  ])("%s", (_name, text) => {
    expect(value(text)).toStrictEqual({ a: 1 });
  });

  it("names no value in its first line", () => {
    expect(found('```lang [1]\n{"a": 1}\n```')).toStrictEqual([[{ a: 1 }, false]]);
  });
});

describe("a quoted text in prose", () => {
  const written = String.raw`\"a\": 1}`;
  it.each([
    ["may be JSON", `So: "{${written}"`, { a: 1 }],
    ["may be JSON, indented", `So: "{${" ".repeat(61)}${written}"`, { a: 1 }],
    ["is an aside else", 'say "{x}": {"a": 1}', { a: 1 }],
    ["is none where backslashes stand alone", String.raw`In C:\dir: {"a": 1}`, { a: 1 }],
    ["nor in brackets", String.raw`see [\d]: {"a": 1}`, { a: 1 }],
    ["is one as it stands, too", 'say "[1]": {"a": 1}', { a: 1 }],
  ])("%s", (_name, text, expected) => {
    expect(value(text)).toStrictEqual(expected);
  });
});
