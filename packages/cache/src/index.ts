export * from "./cache.ts";
export * from "./events.ts";
export { requestKey } from "./key.ts";
export * from "./memory.ts";
export * from "./options.ts";
export * from "./store.ts";
export * from "./with-cache.ts";
