import type { Prompt, Provider } from "@llm/core";
import type { ObjectResult } from "./answer.ts";
import type { ObjectOptions } from "./request.ts";
import type { Infer, Schema } from "./standard-schema.ts";
import { streamObject } from "./stream-object.ts";

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
  return streamObject(provider, schema, prompt, { ...options, whole: options.whole ?? true }).result;
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
