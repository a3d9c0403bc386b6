import { compile } from "./compile.ts";
import { kept } from "./kept.ts";
import type { Program } from "./shape.ts";
import { isStandard, toJsonSchema } from "./standard-schema.ts";
import type { Schema } from "./standard-schema.ts";

const programs = new WeakMap<object, Program>();

/** A schema compiled, once for each schema object. */
export const programOf = (schema: Schema): Program =>
  kept(programs, schema, () => compile(toJsonSchema(schema), !isStandard(schema)));
