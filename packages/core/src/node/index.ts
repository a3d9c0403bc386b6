/**
 * What only Node has: `diagnostics_channel`, a `fetch` on undici's pool, and a listener for loggers.
 *
 * @module
 */
export * from "./diagnostics.ts";
export * from "./log.ts";
export type { PlainOptions } from "./plain.ts";
export * from "./pooled-fetch.ts";
