export * from "./api-error.ts";
export * from "./bounded-fetch.ts";
export * from "./headers.ts";
export * from "./leaf.ts";
export * from "./reader.ts";
export * from "./sdk-wire.ts";
export * from "./sse.ts";
export * from "./validate.ts";
