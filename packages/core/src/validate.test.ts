import * as fc from "fast-check";
import { expect, test } from "vitest";
import { LlmError } from "./error.ts";
import type { ChatRequest } from "./request.ts";
import { validate } from "./validate.ts";

const problem = (request: unknown): string | undefined => {
  try {
    validate(request as ChatRequest);
    return undefined;
  } catch (error) {
    if (error instanceof LlmError && error.code === "invalid-request" && !error.retryable) return error.message;
    throw error;
  }
};
const hi = { role: "user", content: "Hi" };
const f = { name: "f", input: {} };
const user = (part: unknown) => ({ messages: [{ role: "user", content: [part] }] });
const said = (part: unknown) => ({ messages: [{ role: "assistant", content: [part] }] });
const nested = (depth: number): unknown => {
  let value: unknown = 1;
  for (let i = 0; i < depth; i++) value = i % 2 ? [value] : { a: value };
  return value;
};
const circle: Record<string, unknown> = {};
circle["me"] = circle;

test("a request with everything is one", () => {
  const request: ChatRequest = {
    system: [{ type: "text", text: "S", cache: "1h" }],
    messages: [
      { role: "system", content: "x" },
      {
        role: "user",
        content: [
          { type: "text", text: "" },
          { type: "image", source: { url: "https://x" }, detail: "low", cache: "5m" },
          { type: "image", source: { data: "QQ==", mediaType: "image/png" } },
          { type: "file", source: { fileId: "f" }, name: "n" },
        ],
      },
      {
        role: "assistant",
        content: [
          { type: "reasoning", text: "", vendor: "v", model: "m", data: { a: [1, null, true] } },
          { type: "tool-call", id: "t", name: "f", input: { a: undefined as never } },
          { type: "tool-call", id: "u", name: "f", input: "{", malformed: true },
          { type: "opaque", vendor: "v", value: null },
        ],
      },
      { role: "user", content: "in between" },
      {
        role: "tool",
        content: [
          { type: "tool-result", id: "t", output: "x" },
          { type: "tool-result", id: "u", output: [{ type: "text", text: "x" }], isError: true },
        ],
      },
    ],
    tools: [{ name: "f", input: nested(101) as never, description: "d", strict: false }],
    toolChoice: { tool: "f" },
    parallelTools: true,
    maxTokens: 0,
    temperature: 2,
    topP: 0,
    seed: -5,
    stop: ["x"],
    effort: "max",
    output: { schema: {}, name: "n", dialects: { x: {} }, instructions: "", mode: "tool" },
    task: "t",
    user: "u",
    tier: "t",
    strict: true,
    options: { anthropic: { a: 1 } },
  };
  expect(problem(request)).toBeUndefined();
  expect(problem({ messages: [], later: "a field that is not known" })).toBeUndefined();
});

test.each<Partial<ChatRequest>>([
  { messages: [{ role: "user", content: [{ type: "image", source: { data: "aGk=\naGk", mediaType: "image/png" } }] }] },
  { messages: [{ role: "user", content: [{ type: "image", source: { url: "data:image/png;base64,aGk=" } }] }] },
  { toolChoice: "auto" },
  // a tool that the vendor runs stands in its options
  {
    toolChoice: { tool: "web_search" },
    options: { anthropic: { tools: [{ name: "web_search", type: "web_search" }] } },
  },
  // and so does the one that takes the answer
  { toolChoice: { tool: "answer" }, output: { schema: {}, name: "answer", mode: "tool" } },
  { toolChoice: { tool: "output" }, output: { schema: {} } },
  { toolChoice: "required", output: { schema: {} } },
  { toolChoice: "required", options: { openai: { tools: [{ type: "web_search" }] } } },
])("%j may be asked", (request) => expect(problem({ messages: [hi], ...request })).toBeUndefined());

test.each<readonly [unknown, string]>([
  [undefined, "request: must be an object"],
  [[], "request: must be an object"],
  [{}, "messages: must be a list"],
  [{ messages: [null] }, "messages[0]: must be an object"],
  [
    { messages: [hi, { role: "wizard", content: "x" }] },
    "messages[1].role: must be one of system, user, assistant, tool",
  ],
  [
    { messages: [{ role: "constructor", content: "x" }] },
    "messages[0].role: must be one of system, user, assistant, tool",
  ],
  [{ messages: [{ role: "user" }] }, "messages[0].content: must be a list"],
  [{ messages: [{ role: "tool", content: "x" }] }, "messages[0].content: must be a list"],
  [user({ type: "video" }), "messages[0].content[0].type: must be one of text, image, file"],
  [
    user({ type: "tool-call", id: "t", name: "f", input: {} }),
    "messages[0].content[0].type: must be one of text, image, file",
  ],
  [user({ type: "text", text: 7 }), "messages[0].content[0].text: must be text"],
  [user({ type: "text", text: "", cache: "2h" }), "messages[0].content[0].cache: must be one of 5m, 30m, 1h, 12h"],
  ...["", "!!!", "aGk_", "data:image/png;base64,aGk=", "aGk-_", "aGk=\u00e9", 7, undefined].map(
    (data): [unknown, string] => [
      user({ type: "image", source: { data, mediaType: "image/png" } }),
      "messages[0].content[0].source.data: must be base64",
    ],
  ),
  [
    {
      messages: [
        hi,
        { role: "assistant", content: [{ type: "tool-call", id: "t", name: "f", input: {} }] },
        {
          role: "tool",
          content: [
            {
              type: "tool-result",
              id: "t",
              output: [{ type: "file", source: { data: "no!", mediaType: "application/pdf" } }],
            },
          ],
        },
      ],
    },
    "messages[2].content[0].output[0].source.data: must be base64",
  ],
  [user({ type: "image", source: { url: "picture.png" } }), "messages[0].content[0].source.url: must be a URL"],
  [user({ type: "image", source: { url: "" } }), "messages[0].content[0].source.url: must be a URL"],
  [
    user({ type: "file", source: { fileId: 1 } }),
    "messages[0].content[0].source.fileId: must be text that is not empty",
  ],
  [user({ type: "image" }), "messages[0].content[0].source: must be an object"],
  [
    said({ type: "image", source: { url: "x" } }),
    "messages[0].content[0].type: must be one of text, reasoning, tool-call, opaque",
  ],
  [
    said({ type: "tool-call", id: "", name: "f", input: {} }),
    "messages[0].content[0].id: must be text that is not empty",
  ],
  [said({ type: "tool-call", id: "t", name: "f" }), "messages[0].content[0].input: must be JSON"],
  [
    said({ type: "tool-call", id: "t", name: "f", input: { a: [1, () => 1] } }),
    "messages[0].content[0].input.a[1]: must be JSON",
  ],
  [
    said({ type: "tool-call", id: "t", name: "f", input: { n: Number.NaN } }),
    "messages[0].content[0].input.n: must be JSON",
  ],
  [
    said({ type: "tool-call", id: "t", name: "f", input: { d: new Date() } }),
    "messages[0].content[0].input.d: must be JSON",
  ],
  [said({ type: "tool-call", id: "t", name: "f", input: { n: 1n } }), "messages[0].content[0].input.n: must be JSON"],
  [
    { messages: [{ role: "tool", content: [{ type: "tool-result", id: "t", output: "x" }] }] },
    "messages[0].content[0].id: must be that of a tool call before it",
  ],
  [{ messages: [hi], maxTokens: -1 }, "maxTokens: must be a whole number, not negative"],
  [{ messages: [hi], maxTokens: 1.5 }, "maxTokens: must be a whole number, not negative"],
  [{ messages: [hi], maxTokens: Infinity }, "maxTokens: must be a whole number, not negative"],
  [{ messages: [hi], temperature: "warm" }, "temperature: must be a number from 0 to 2"],
  [{ messages: [hi], temperature: "1" }, "temperature: must be a number from 0 to 2"],
  [{ messages: [hi], temperature: -0.1 }, "temperature: must be a number from 0 to 2"],
  [{ messages: [hi], temperature: Number.NaN }, "temperature: must be a number from 0 to 2"],
  [{ messages: [hi], topP: 1.1 }, "topP: must be a number from 0 to 1"],
  [{ messages: [hi], seed: 0.5 }, "seed: must be a whole number"],
  [{ messages: [hi], stop: "x" }, "stop: must be a list"],
  [{ messages: [hi], stop: [""] }, "stop[0]: must be text that is not empty"],
  [{ messages: [hi], effort: "extreme" }, "effort: must be one of none, minimal, low, medium, high, xhigh, max"],
  [{ messages: [hi], tools: [{ name: "f" }] }, "tools[0].input: must be an object"],
  [{ messages: [hi], tools: {} }, "tools: must be a list"],
  [{ messages: [hi], tools: [f, { ...f, name: "g" }, f] }, "tools: names must differ"],
  [{ messages: [hi], tools: [f], toolChoice: { tool: "g" } }, "toolChoice: there is no such tool"],
  [{ messages: [hi], toolChoice: { tool: "f" } }, "toolChoice: there is no such tool"],
  [{ messages: [hi], toolChoice: "required" }, "toolChoice: there is no such tool"],
  // options that have no tools, and an answer of another name, are no reason to believe in one
  [
    { messages: [hi], tools: [f], toolChoice: { tool: "g" }, options: { openai: { store: true }, x: undefined } },
    "toolChoice: there is no such tool",
  ],
  [{ messages: [hi], toolChoice: "required", options: {} }, "toolChoice: there is no such tool"],
  [
    { messages: [hi], tools: [f], toolChoice: { tool: "g" }, output: { schema: {} } },
    "toolChoice: there is no such tool",
  ],
  [{ messages: [hi], toolChoice: "any" }, "toolChoice: must be one of auto, none, required"],
  [{ messages: [hi], toolChoice: {} }, "toolChoice.tool: must be text that is not empty"],
  [{ messages: [hi], output: { schema: "x" } }, "output.schema: must be an object"],
  [
    { messages: [hi], output: { schema: {}, mode: "forced" } },
    "output.mode: must be one of native, tool, instructions",
  ],
  [{ messages: [hi], options: { anthropic: () => 1 } }, "options.anthropic: must be an object"],
  [{ messages: [hi], options: { openai: "x" } }, "options.openai: must be an object"],
  [{ messages: [hi], options: { openai: { a: [() => 1] } } }, "options.openai.a[0]: must be JSON"],
  [{ messages: [hi], output: { schema: {}, dialects: { openai: 5 } } }, "output.dialects.openai: must be an object"],
  [{ messages: [hi], task: 7 }, "task: must be text"],
  [{ messages: [hi], strict: "yes" }, "strict: must be true or false"],
  [{ messages: [hi], system: 7 }, "system: must be a list"],
  [{ messages: [hi], user: 7 }, "user: must be text"],
])("%o: %s", (request, expected) => expect(problem(request)).toBe(expected));

test.each([new Map(), new Set(), /x/, new Uint8Array(2)])("%o is no JSON, though it has fields", (input) => {
  const call = { type: "tool-call", id: "t", name: "f", input: { a: input } };
  expect(problem(said(call))).toBe("messages[0].content[0].input.a: must be JSON");
});

test("nor is what makes its own JSON", () => {
  const of = (toJSON: unknown) => problem(said({ type: "tool-call", id: "t", name: "f", input: { a: { toJSON } } }));
  expect(of(() => 1)).toBe("messages[0].content[0].input.a: must be JSON");
  expect(of("a field of that name")).toBeUndefined();
});

test("what is nested too deep, or in a circle, is said, not an overflow", () => {
  expect(problem(said({ type: "tool-call", id: "t", name: "f", input: nested(129) }))).toBeUndefined();
  expect(problem(said({ type: "tool-call", id: "t", name: "f", input: nested(130) }))).toMatch(/ 128 deep$/);
  for (const input of [nested(200), nested(100_000), circle])
    expect(problem(said({ type: "tool-call", id: "t", name: "f", input }))).toMatch(/: is nested more than 128 deep$/);
  let message: unknown = "x";
  for (let i = 0; i < 100_000; i++) message = [{ type: "tool-result", id: "t", output: message }];
  expect(problem({ messages: [{ role: "user", content: message }] })).toMatch(/^messages\[0\]\.content\[0\]\.type/);
});

test("nothing throws anything else, whatever it is given", () =>
  fc.assert(
    fc.property(fc.anything({ withBigInt: true, withDate: true, withMap: true, withNullPrototype: true }), (value) => {
      problem(value);
      problem({ messages: value });
      problem({ messages: [{ role: "assistant", content: value }] });
      problem(said(value));
      problem({ messages: [], tools: value, options: value, output: value, toolChoice: value });
    }),
    { numRuns: 500 },
  ));

test("JSON is a tool's input, whatever it holds", () =>
  fc.assert(
    fc.property(fc.jsonValue(), (input) => {
      expect(problem(said({ type: "tool-call", id: "t", name: "f", input }))).toBeUndefined();
    }),
    { numRuns: 200 },
  ));

test("the error names the model that it was for", () => {
  expect(() => validate({ messages: [], maxTokens: -1 }, { vendor: "v", model: "m" })).toThrow(
    expect.objectContaining({ vendor: "v", model: "m" }),
  );
});
