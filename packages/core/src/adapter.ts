export * from "./leaf.ts";
export * from "./validate.ts";
