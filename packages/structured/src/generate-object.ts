import type { ChatResult, FinishReason, LlmError, OutputMode, Prompt, Provider, Usage } from "@llm/core";
import { addUsage, child, collect, emit, isLlmError, newCall, withPartial } from "@llm/core";
import "./event.ts";
import { StructuredError } from "./error.ts";
import { newParser } from "./parser.ts";
import type { Parser } from "./parser.ts";
import { programOf } from "./program.ts";
import type { Repair } from "./reader/node.ts";
import { answerProgram, askAgain, objectRequest, checkedRepairs } from "./request.ts";
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

const DECLINED: ReadonlySet<FinishReason> = new Set(["refusal", "content-filter"]);
const CUT: ReadonlySet<FinishReason> = new Set(["length", "context-length", "pause"]);

/**
 * The object of an answer that has ended, of which the parser has all the text; with the usage so far. Throws a
 * StructuredError that tells what kept it from being one: how it ended counts, whatever its text holds.
 */
export async function endAnswer<Out>(
  result: ChatResult,
  parser: Parser<Out>,
  attempts: number,
  usage: Usage,
): Promise<ObjectResult<Out>> {
  const { finish, text, vendor, model, output } = result;
  const ended = (reason: "refusal" | "truncated", message: string): StructuredError =>
    new StructuredError(reason, reason, message, { text, value: parser.partial() }, { vendor, model });
  if (DECLINED.has(finish)) throw ended("refusal", "the model declined to answer");
  const cut = "the answer ends before it is complete";
  if (CUT.has(finish)) throw ended("truncated", cut);
  const { value, repairs } = await parser.endAsync();
  // a vendor may end an answer for a reason that nobody knows yet
  if (finish === "other" && repairs.some(({ kind }) => kind === "missing-closer")) throw ended("truncated", cut);
  return { object: value, mode: output?.mode, repairs, attempts, usage, result };
}

/** A copy of a provider's error that carries what had arrived, and the usage of the attempts before it too. */
export function withEarlier(error: LlmError, earlier: Usage | undefined, arrived: Partial<ChatResult> = {}): LlmError {
  if (!earlier) return withPartial(error, arrived);
  const partial = { ...arrived, ...error.partial };
  const bare = Object.create(Object.getPrototypeOf(error) as object, {
    ...Object.getOwnPropertyDescriptors(error),
    partial: { value: undefined },
  }) as LlmError; // the same prototype and properties: the same class
  return withPartial(bare, { ...partial, usage: partial.usage ? addUsage(earlier, partial.usage) : earlier });
}

/**
 * Asks for an object of a schema, and for it again when the answer does not fit.
 *
 * @throws StructuredError `malformed` when no answer fits, `refusal`, or `truncated` with the partial value
 * @throws LlmError as the provider does, with the usage of all attempts in `partial`; `unsupported` when the schema is
 * larger than the vendor takes and `mode` says that it is to go there
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
  const repairs = checkedRepairs(options);
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
      throw withEarlier(error, usage);
    }
    usage = usage ? addUsage(usage, result.usage) : result.usage;
    const answer = answerProgram(program, result.output?.dialect);
    const parser = newParser(target, answer.program, options, answer.encoded);
    try {
      parser.write(result.text);
      return await endAnswer(result, parser, attempt, usage);
    } catch (error) {
      if (!(error instanceof StructuredError)) throw error;
      emit(call, "structured_output.parse_error", { error });
      if (error.reason === "refusal" || attempt > repairs) throw withPartial(error, { ...result, usage });
      request = askAgain(request, result, error);
    }
  }
}

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
