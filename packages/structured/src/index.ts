export * from "./error.ts";
export * from "./parse.ts";
export * from "./parser.ts";
export * from "./standard-schema.ts";
