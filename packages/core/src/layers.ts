export * from "./concurrency.ts";
export * from "./hedge.ts";
export * from "./prompt-cache.ts";
export * from "./rate-limit-store.ts";
export * from "./rate-limit.ts";
export * from "./resume.ts";
export * from "./retry-budget.ts";
