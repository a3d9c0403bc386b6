import type { JsonObject, Prompt, Provider } from "@llm/core";
import { demand } from "./demand.ts";
import { generateObject } from "./generate-object.ts";
import { listSchema } from "./list-schema.ts";
import type { ObjectOptions } from "./request.ts";
import type { Infer, Schema } from "./standard-schema.ts";
import { streamObject } from "./stream-object.ts";
import type { ObjectStream } from "./object-stream.ts";

/**
 * Has the model choose one of several words. The answer may be a sentence that names one of them; one that names several is
 * asked for again.
 *
 * @param choices the words, or an object of words and what they mean
 * @throws as `generateObjectResult` does; TypeError without choices
 * @example
 * ```ts
 * const mood = await choice(llm, "How does this sound: 'Great, thanks!'", ["happy", "neutral", "angry"]);
 * ```
 */
export async function choice<const Choice extends string>(
  provider: Provider,
  prompt: Prompt,
  choices: readonly Choice[] | Readonly<Record<Choice, string>>,
  options: ObjectOptions = {},
): Promise<Choice> {
  const names = Array.isArray(choices) ? (choices as readonly Choice[]) : (Object.keys(choices ?? {}) as Choice[]);
  demand(
    typeof choices === "object" && names.length > 0 && names.every((name) => typeof name === "string"),
    "choices",
    "a list of words, or an object of words and meanings",
  );
  const schema: JsonObject = {
    type: "string",
    enum: names,
    ...(!Array.isArray(choices) && { description: describe(choices as Record<string, string>) }),
  };
  return (await generateObject(provider, schema, prompt, { coercion: "full", ...options })) as Choice; // one of the enumeration
}

const describe = (choices: Readonly<Record<string, string>>): string =>
  Object.entries(choices)
    .map(([name, meaning]) => `${name}: ${meaning}`)
    .join("; ");

/**
 * Asks for a list and hands out each item when it is complete and valid: `for await (const item of list(…).elements())`, or
 * all of them with `await list(…).object`.
 *
 * @throws as `streamObject` does
 * @example
 * ```ts
 * const City = z.object({ name: z.string(), country: z.string() });
 * for await (const city of list(llm, City, "Ten cities with a river").elements()) console.log(city.name);
 * ```
 */
export const list = <const S extends Schema>(
  provider: Provider,
  itemSchema: S,
  prompt: Prompt,
  options: ObjectOptions = {},
): ObjectStream<Infer<S>[]> => streamObject(provider, listSchema(itemSchema as Schema<Infer<S>>), prompt, options); // Infer is what the schema's own type says
