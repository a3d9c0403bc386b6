import { expect, test } from "vitest";
import type { Model } from "../provider.ts";
import type { ChatRequest, Tool } from "../request.ts";
import { anyModel } from "./any-model.ts";
import { outputMode, outputUsed, outputWords, toolChoiceFor, toolsFor } from "./output.ts";
import { collectWarnings } from "./warnings.ts";

const schema = { type: "object" } as const;
const lowered = { type: "object", additionalProperties: false } as const;
const tool: Tool = { name: "look", input: schema };
const request: ChatRequest = { messages: [], output: { schema } };
const model = (can: Partial<Model["can"]>): Model => ({ vendor: "v", model: "m", can: { ...anyModel, ...can } });

test("a schema goes the way that the request says, else the best that the model has", () => {
  expect(outputMode({ messages: [] }, model({}))).toBeUndefined();
  expect(outputMode({ messages: [], output: { schema, mode: "instructions" } }, model({}))).toBe("instructions");
  expect(outputMode(request, model({}))).toBe("native");
  expect(outputMode(request, model({ schema: false }))).toBe("tool");
  expect(outputMode({ ...request, tools: [] }, model({ schema: false }))).toBe("tool");
  expect(outputMode({ ...request, tools: [tool] }, model({ schema: false }))).toBe("instructions");
  expect(outputMode(request, model({ schema: false, tools: false }))).toBe("instructions");
});

test("the tool that takes the answer comes after the request's own, in the wire's dialect", () => {
  const named: ChatRequest = { ...request, tools: [tool], output: { schema, name: "task", dialects: { x: lowered } } };
  const answer = { description: "Give the final answer.", strict: true };
  expect(toolsFor(request, "native", "x")).toStrictEqual([]);
  expect(toolsFor({ ...request, tools: [tool] }, "instructions", "x")).toStrictEqual([tool]);
  expect(toolsFor(request, "tool", "x")).toStrictEqual([{ ...answer, name: "output", input: schema }]);
  expect(toolsFor(named, "tool", "x")).toStrictEqual([tool, { ...answer, name: "task", input: lowered }]);
  expect(toolsFor(named, "tool", "y")).toStrictEqual([tool, { ...answer, name: "task", input: schema }]);
});

test("what was used is reported, the dialect where the schema was sent in one", () => {
  const both: ChatRequest = { ...request, output: { schema, dialects: { x: lowered } } };
  expect(outputUsed(both, undefined, "x")).toBeUndefined();
  expect(outputUsed(both, "native", "x")).toStrictEqual({ mode: "native", dialect: "x" });
  expect(outputUsed(both, "native", "y")).toStrictEqual({ mode: "native" });
  expect(outputUsed(both, "instructions", "x")).toStrictEqual({ mode: "instructions" });
  expect(outputUsed(request, "tool", "x")).toStrictEqual({ mode: "tool" });
});

test("a tool is forced only where the model takes it, and that it was not is said", () => {
  const choice = (given: Partial<ChatRequest>, can: Partial<Model["can"]>, mode?: "tool" | "native") => {
    const warnings = collectWarnings({ messages: [] }, "v", "m");
    return [toolChoiceFor({ messages: [], ...given }, model(can), mode, warnings), warnings.all];
  };
  expect(choice({}, {}, "tool")).toStrictEqual(["required", []]);
  expect(choice({}, { forcedTools: false }, "tool")).toStrictEqual([undefined, []]);
  expect(choice({}, {}, "native")).toStrictEqual([undefined, []]);
  for (const given of ["auto", "none"] as const)
    expect(choice({ toolChoice: given }, { forcedTools: false })).toStrictEqual([given, []]);
  expect(choice({ toolChoice: "required" }, {})).toStrictEqual(["required", []]);
  expect(choice({ toolChoice: "required" }, { forcedTools: false })).toMatchObject([
    "auto",
    [{ field: "toolChoice", message: "m takes no forced tool; it was left to choose" }],
  ]);
});

test("words tell of the form only where nothing else does", () => {
  const words = "Answer in words.";
  expect(outputWords({ messages: [] }, "instructions")).toStrictEqual([]);
  expect(outputWords(request, "native")).toStrictEqual([]);
  expect(outputWords(request, "tool")).toStrictEqual([]);
  expect(outputWords(request, "instructions")).toStrictEqual([
    'Answer with JSON alone. It must obey this JSON Schema:\n{"type":"object"}',
  ]);
  for (const mode of ["tool", "instructions"] as const)
    expect(outputWords({ ...request, output: { schema, instructions: words } }, mode)).toStrictEqual([words]);
});
