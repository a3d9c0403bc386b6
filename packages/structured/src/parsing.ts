export type { Coercion, Issue } from "./coerce/outcome.ts";
export * from "./error.ts";
export { parse, parseAsync } from "./parse.ts";
export type { ParseOptions, Parsed } from "./parse.ts";
export { createParser, parsePartial } from "./parser.ts";
export type { DeepPartial, Parser } from "./parser.ts";
export type { Repair, RepairKind } from "./reader/node.ts";
export type { Infer, Schema, StandardResult, StandardSchema } from "./standard-schema.ts";
