export * from "./event.ts";
export * from "./rules.ts";
export * from "./seed-rules.ts";
export * from "./select.ts";
export * from "./selector.ts";
