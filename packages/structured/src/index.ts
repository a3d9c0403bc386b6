export * from "./choice.ts";
export * from "./dialect/codec.ts";
export * from "./dialect/profile.ts";
export * from "./event.ts";
export { generateObject, generateObjectResult } from "./generate-object.ts";
export type { ObjectResult } from "./answer.ts";
export * from "./parsing.ts";
export type { ObjectOptions } from "./request.ts";
export * from "./stream-object.ts";
