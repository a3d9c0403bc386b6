import type { ErrorCode } from "@llm/core";
import type { Priority } from "./options.ts";

/** How an admitted call ended, for a limiter. */
export interface Finished {
  readonly accepted: boolean;
  /** Milliseconds from its start to its end. */
  readonly ms: number;
  /** Milliseconds for each output token, where known. */
  readonly perToken: number | undefined;
}

/** What may turn calls away while a breaker is closed. Times are milliseconds of a clock that never goes back. */
export interface Limiter {
  /** What a call is rejected with, and why, in a word. */
  readonly code: ErrorCode;
  readonly reason: string;
  /** Whether a call may pass. */
  admit(now: number, priority: Priority): boolean;
  /** A call has passed; probes do without having been asked for. */
  enter(): void;
  /** A call that had passed ended; `undefined`: that says nothing about the upstream. */
  leave(now: number, finished: Finished | undefined): void;
}

/** Makes a limiter, for one breaker each: `adaptiveThrottle()` or `adaptiveConcurrency()` of `@llm/breaker/adaptive`. */
export type Limit = (random: () => number) => Limiter;
