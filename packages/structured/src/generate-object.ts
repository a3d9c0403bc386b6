import type { ChatResult, OutputMode, Prompt, Provider, Usage } from "@llm/core";
import { addUsage, child, collect, emit, isLlmError, newCall, withPartial } from "@llm/core";
import "./event.ts";
import { StructuredError } from "./error.ts";
import type { Parsed } from "./parse.ts";
import { newParser } from "./parser.ts";
import { programOf } from "./program.ts";
import type { Repair } from "./reader/node.ts";
import type { Program } from "./shape.ts";
import { answerProgram, askAgain, objectRequest, repairsOf } from "./request.ts";
import type { ObjectOptions } from "./request.ts";
import type { Infer, Schema } from "./standard-schema.ts";

/** An object and how it came about. */
export interface ObjectResult<Out> {
  readonly object: Out;
  /** How the schema reached the model; undefined when the provider does not say. */
  readonly mode: OutputMode | undefined;
  /** What was mended in the answer. */
  readonly repairs: readonly Repair[];
  /** How often the model was asked. */
  readonly attempts: number;
  /** Of all attempts together. */
  readonly usage: Usage;
  /** The answer that held the object; its `usage` is its own. */
  readonly result: ChatResult;
}

/** Throws a StructuredError when an answer's end says that it is none, whatever its text holds so far. */
export function refuseEnd({ finish, text, vendor, model }: ChatResult, partial: () => unknown): void {
  const refused = finish === "refusal" || finish === "content-filter";
  if (!refused && finish !== "length" && finish !== "context-length") return;
  const code = refused ? "refusal" : "truncated";
  const message = refused ? "the model declined to answer" : "the answer ends before it is complete";
  throw new StructuredError(code, code, message, { text, value: partial() }, { vendor, model });
}

/** Reads the object of a whole answer. Throws a StructuredError that tells what kept it from being one. */
export async function readAnswer<Out>(
  schema: Schema<Out>,
  program: Program,
  result: ChatResult,
  options: ObjectOptions,
): Promise<Parsed<Out>> {
  const answer = answerProgram(program, result.output?.dialect);
  const parser = newParser(schema, answer.program, options, answer.encoded);
  parser.write(result.text);
  refuseEnd(result, parser.partial);
  return parser.endAsync();
}

/**
 * Asks for an object of a schema, and for it again when the answer does not fit.
 *
 * @throws StructuredError `malformed` when no answer fits, `refusal`, or `truncated` with the partial value
 * @throws LlmError as the provider does, with the usage of all attempts in `partial`; `unsupported` when the schema is
 * larger than the vendor takes
 * @throws TypeError for a wrong option
 * @example
 * ```ts
 * const { object, mode, usage } = await generateObjectResult(llm, z.object({ city: z.string() }), "Where is the Eiffel Tower?");
 * ```
 */
export async function generateObjectResult<const S extends Schema>(
  provider: Provider,
  schema: S,
  prompt: Prompt,
  options: ObjectOptions = {},
): Promise<ObjectResult<Infer<S>>> {
  const repairs = repairsOf(options);
  const target = schema as Schema<Infer<S>>; // Infer is what the schema's own type says
  const program = programOf(schema);
  let request = objectRequest(provider, program, prompt, options);
  const call = newCall({ ...options, whole: options.whole ?? true });
  let usage: Usage | undefined;
  for (let attempt = 1; ; attempt++) {
    let result: ChatResult;
    try {
      result = await collect(provider.stream(request, attempt === 1 ? call : child(call, { attempt })));
    } catch (error) {
      if (!usage || !isLlmError(error)) throw error;
      const own = error.partial?.usage;
      throw withUsage(error, own ? addUsage(usage, own) : usage);
    }
    usage = usage ? addUsage(usage, result.usage) : result.usage;
    try {
      const { value, repairs: mended } = await readAnswer(target, program, result, options);
      return { object: value, mode: result.output?.mode, repairs: mended, attempts: attempt, usage, result };
    } catch (error) {
      if (!(error instanceof StructuredError)) throw error;
      emit(call, "structured_output.parse_error", { error });
      if (error.reason === "refusal" || attempt > repairs) throw withPartial(error, { ...result, usage });
      request = askAgain(request, result.text === "" ? undefined : result.message, error);
    }
  }
}

/** A copy of an error that carries the usage of all attempts. */
const withUsage = (error: Parameters<typeof withPartial>[0], usage: Usage): Parameters<typeof withPartial>[0] => {
  const { partial } = error;
  const bare = Object.create(Object.getPrototypeOf(error) as object, {
    ...Object.getOwnPropertyDescriptors(error),
    partial: { value: undefined, enumerable: true },
  }) as typeof error; // the same prototype and properties: the same class
  return withPartial(bare, { ...partial, usage });
};

/**
 * Asks for a value of a schema: the value, typed.
 *
 * @throws as {@link generateObjectResult} does
 * @example
 * ```ts
 * const Task = z.object({ title: z.string(), urgent: z.boolean() });
 * const task = await generateObject(llm, Task, "Book me a table for two, quickly");
 * task.urgent; // true
 * ```
 */
export const generateObject = async <const S extends Schema>(
  provider: Provider,
  schema: S,
  prompt: Prompt,
  options: ObjectOptions = {},
): Promise<Infer<S>> => (await generateObjectResult(provider, schema, prompt, options)).object;
