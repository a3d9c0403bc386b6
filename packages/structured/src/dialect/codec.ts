import type { JsonObject } from "@llm/core";
import { renderType } from "../instructions.ts";
import { newParser } from "../parser.ts";
import type { ParseOptions, Parsed } from "../parse.ts";
import { programOf } from "../program.ts";
import type { Infer, Schema } from "../standard-schema.ts";
import { encodedProgram, lower } from "./lower.ts";
import { profiles } from "./profile.ts";

/** A schema in a vendor's strict dialect and the way back. */
export interface Codec<Out> {
  /** What the vendor's strict mode takes. */
  readonly schema: JsonObject;
  /** The value of an answer in that dialect, valid by the schema that it was made from. */
  readonly decode: (text: string, options?: ParseOptions) => Parsed<Out>;
}

/**
 * Lowers a schema to a vendor's strict dialect. For those who call a vendor themselves; `generateObject` does it by itself.
 *
 * @throws LlmError `unsupported` when the schema is larger or deeper than the vendor takes
 * @example
 * ```ts
 * const codec = toDialect(z.object({ size: z.tuple([z.number(), z.number()]).optional() }), "openai");
 * codec.decode('{"size": {"0": 3, "1": 4}}').value; // { size: [3, 4] }
 * codec.decode('{"size": null}').value; // {}
 * ```
 */
export function toDialect<const S extends Schema>(schema: S, dialect: keyof typeof profiles): Codec<Infer<S>> {
  const program = programOf(schema);
  const lowered = lower(program, profiles[dialect]);
  const encoded = encodedProgram(program, lowered.wrapped);
  return {
    schema: lowered.schema,
    decode: (text, options = {}) => {
      const parser = newParser(schema as Schema<Infer<S>>, encoded, options, true); // Infer is what the schema's own type says
      parser.write(text);
      return parser.end();
    },
  };
}

/**
 * A schema as a compact TypeScript-like type, for a prompt: about a third of the tokens of its JSON Schema.
 *
 * @example
 * ```ts
 * toTypeText(z.object({ name: z.string(), tags: z.array(z.enum(["a", "b"])).optional() }));
 * // {name: string, tags?: ("a" | "b")[]}
 * ```
 */
export const toTypeText = (schema: Schema): string => renderType(programOf(schema));
