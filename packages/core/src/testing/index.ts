export * from "./check.ts";
export * from "./conformance.ts";
export * from "./embedder-conformance.ts";
export * from "./faults.ts";
export * from "./manual-clock.ts";
export * from "./mock-embedder.ts";
export * from "./mock.ts";
export * from "./rate-limit-store.ts";
