export * from "./concurrency.ts";
export * from "./throttle.ts";
