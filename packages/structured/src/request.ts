import type { CallOptions, ChatRequest, ChatResult, JsonObject, OutputMode, Prompt, Provider, Tool } from "@llm/core";
import { LlmError, toRequest } from "@llm/core";
import { demand, within } from "./demand.ts";
import { encodedProgram, lower } from "./dialect/lower.ts";
import type { Lowered } from "./dialect/lower.ts";
import { left } from "./dialect/limits.ts";
import { profiles } from "./dialect/profile.ts";
import type { StructuredError } from "./error.ts";
import { instructionsFor } from "./instructions.ts";
import { kept } from "./kept.ts";
import { readOptions } from "./parse.ts";
import type { ParseOptions } from "./parse.ts";
import type { Program } from "./shape.ts";

/** How to ask for an object. */
export interface ObjectOptions extends CallOptions, ParseOptions {
  /** How the schema reaches the model. Default: the best that the model has and that takes the schema; the result says which. */
  readonly mode?: OutputMode | undefined;
  /** A short name of the schema: up to 64 letters, digits, `_` and `-`. Default `"output"`. */
  readonly name?: string | undefined;
  /** How often to ask again when an answer does not fit, from 0 to 10. Default 2. */
  readonly repairs?: number | undefined;
}

/** How often to ask again. Throws a TypeError that names a wrong option, whichever it is, before anything is paid. */
export function checkedRepairs(options: ObjectOptions): number {
  const { repairs = 2, mode = "native", name = "output" } = options;
  demand(within(repairs, 0, 10), "repairs", "an integer from 0 to 10");
  demand(["native", "tool", "instructions"].includes(mode), "mode", '"native", "tool" or "instructions"');
  demand(/^[\w-]{1,64}$/.test(name), "name", "1 to 64 letters, digits, _ or -");
  readOptions(options);
  return repairs;
}

type Dialect = keyof typeof profiles;

/** Which lowering a vendor's adapter asks for. */
const dialectOf = (vendor: string): Dialect => (vendor === "anthropic" ? "anthropic" : "openai");

const lowerings = new WeakMap<Program, Map<Dialect, Lowered>>();

/** A program's lowering to a dialect beside a request's tools, made once where none of them is strict. */
function lowering(program: Program, dialect: Dialect, tools: readonly Tool[] = []): Lowered {
  const strict = tools.filter((tool) => tool.strict);
  if (strict.length > 0) return lower(program, left(profiles[dialect], strict));
  const known = kept(lowerings, program, () => new Map<Dialect, Lowered>());
  return kept(known, dialect, () => lower(program, profiles[dialect]));
}

/**
 * The request for an object: the prompt, with the schema in every dialect that the provider's models may want. One that a
 * vendor does not take goes to all of them in words, unless another way was asked for.
 */
export function objectRequest(
  provider: Provider,
  program: Program,
  prompt: Prompt,
  options: ObjectOptions,
): ChatRequest {
  const request = toRequest(prompt);
  const dialects: Record<string, JsonObject> = {};
  let mode = options.mode ?? request.output?.mode;
  for (const dialect of new Set(provider.models.map((model) => dialectOf(model.vendor)))) {
    try {
      dialects[dialect] = lowering(program, dialect, request.tools).schema;
    } catch (error) {
      mode ??= "instructions";
      if (!(error instanceof LlmError) || mode !== "instructions") throw error;
    }
  }
  return {
    ...request,
    output: {
      ...request.output,
      schema: program.schema,
      dialects,
      instructions: instructionsFor(program),
      ...(options.name !== undefined && { name: options.name }),
      ...(mode !== undefined && { mode }),
    },
  };
}

/** How to read an answer that went by a dialect, if it went by one. */
export function answerProgram(
  program: Program,
  dialect: string | undefined,
): { readonly program: Program; readonly encoded: boolean } {
  if (dialect !== "openai" && dialect !== "anthropic") return { program, encoded: false };
  return { program: encodedProgram(program, lowering(program, dialect).wrapped), encoded: true };
}

/** What is wrong with an answer, for the model to mend. */
export function feedback(error: StructuredError): string {
  if (error.reason === "truncated") return "Your answer was cut off. Answer again, complete and more briefly.";
  if (error.issues.length === 0 || error.reason === "no-json")
    return "Your answer holds no JSON of the type asked for. Answer again, only with the JSON.";
  const lines = error.issues.slice(0, 20).map((issue) => {
    const path = issue.path.length === 0 ? "the answer" : issue.path.join(".");
    const received = issue.received === undefined ? ", but nothing stands there" : `, received ${issue.received}`;
    return `- ${path}: ${issue.expected === issue.message ? issue.message : `expected ${issue.expected}`}${received}`;
  });
  return `Your answer does not fit:\n${lines.join("\n")}\nAnswer again with the whole JSON, corrected.`;
}

/** The request that asks again: what was answered, but for calls of tools, which nobody answers; and what is wrong with it. */
export const askAgain = (request: ChatRequest, { text, content }: ChatResult, error: StructuredError): ChatRequest => ({
  ...request,
  messages: [
    ...request.messages,
    ...(text === ""
      ? []
      : [{ role: "assistant", content: content.filter(({ type }) => type !== "tool-call") } as const]),
    { role: "user", content: feedback(error) },
  ],
});
