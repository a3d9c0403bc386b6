import type { Clock, Duration } from "@llm/core";
import type { Store } from "./store.ts";

/** What is kept, where and how long. */
export interface CacheOptions {
  /** How long an answer may be used. Default `"1h"`. */
  readonly ttl?: Duration;
  /** Where answers are kept. Default: a `memoryStore()` of its own. */
  readonly store?: Store;
  /** How long a call waits for the store before it goes on without. Default `"1s"`. */
  readonly storeTimeout?: Duration;
  readonly clock?: Clock;
}
