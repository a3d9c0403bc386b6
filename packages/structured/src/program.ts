import { compile } from "./compile.ts";
import type { Program } from "./shape.ts";
import { isStandard, toJsonSchema } from "./standard-schema.ts";
import type { Schema } from "./standard-schema.ts";

const programs = new WeakMap<object, Program>();

/** A schema compiled, once for each schema object. */
export function programOf(schema: Schema): Program {
  const known = programs.get(schema);
  if (known) return known;
  const program = compile(toJsonSchema(schema), !isStandard(schema));
  programs.set(schema, program);
  return program;
}
