export * from "./run-tools.ts";
export * from "./tool.ts";
