import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as anthropic from "@anthropic-ai/sdk";
import * as openai from "openai";
import { expect, test } from "vitest";
import * as simulator from "./index.ts";

const MODULES: Readonly<Record<string, object>> = {
  "@anthropic-ai/sdk": anthropic,
  openai,
  "@llm/simulator": simulator,
};

/** The TypeScript blocks of a text. */
function examples(text: string): readonly string[] {
  return [...text.matchAll(/^[ *]*```ts\n([\s\S]*?)^[ *]*```$/gm)].map(([, code = ""]) =>
    code.replaceAll(/^ \* ?/gm, ""),
  );
}

/** What an example says that it prints: comments behind `console.log`, and those on lines of their own after it. */
function promised(code: string): readonly string[] {
  return code.split("\n").flatMap((line) => /(?:console\.log.*|^)\/\/ (.*)$/.exec(line)?.[1] ?? []);
}

/** Runs an example with its imports resolved by hand; returns what it printed. */
async function run(code: string): Promise<readonly string[]> {
  const printed: string[] = [];
  const body = code.replaceAll(
    /^import (?:(\w+)|(\{.*?\})) from "(.*?)";$/gm,
    (_, whole: string | undefined, named: string | undefined, module: string) =>
      `const ${named ?? `{ default: ${whole} }`} = modules[${JSON.stringify(module)}];`,
  );
  const AsyncFunction = (async () => {}).constructor as new (
    ...args: string[]
  ) => (...args: unknown[]) => Promise<void>;
  const log = (...values: unknown[]): unknown => printed.push(values.map(String).join(" "));
  await new AsyncFunction("modules", "console", body)(MODULES, { log });
  return printed;
}

const README = readFileSync(join(import.meta.dirname, "../README.md"), "utf8");

const SOURCE = readFileSync(join(import.meta.dirname, "simulator.ts"), "utf8");
const CASES = [
  ...examples(README).map((code, index) => ({ code, name: `the README's example ${index + 1}` })),
  ...examples(SOURCE).map((code) => ({ code, name: "the example of createSimulator" })),
];

test.each(CASES)("$name", async ({ code }) => {
  expect(promised(code).length).toBeGreaterThan(0);
  expect(await run(code)).toEqual(promised(code));
});

test("all examples are found", () => {
  expect(CASES).toHaveLength(5);
});
