import type { ErrorCode, Event, Events } from "@llm/core";

declare module "@llm/core" {
  interface Events {
    /** No calls pass any more. */
    "circuit_breaker.opened": {
      readonly name: string;
      /** Failures that led to it: those in a row, or those in the window when they were more. */
      readonly failures: number;
      /** Calls in the window. */
      readonly calls: number;
      /** `failures`, `failure-rate`, `slow`, `probe`, `credential`, `model`, `children` or `fleet`. */
      readonly reason: string;
      /** When the first probe may pass, in milliseconds since 1970. */
      readonly until: number;
      /** What the last call failed with. */
      readonly error?: unknown;
    };
    /** A probe passes. */
    "circuit_breaker.half_opened": { readonly name: string };
    /** Calls pass again. */
    "circuit_breaker.closed": { readonly name: string; readonly reason: string };
    /** By hand: no calls pass until it is closed by hand. */
    "circuit_breaker.isolated": { readonly name: string; readonly reason: string };
    /** By hand: all calls pass, whatever they meet. */
    "circuit_breaker.disabled": { readonly name: string };
    /** A call was turned away. */
    "circuit_breaker.rejected": {
      readonly name: string;
      readonly code: ErrorCode;
      readonly reason: string;
      readonly retryAfterMs?: number;
    };
    /** The upstream asked to wait. */
    "circuit_breaker.throttled": {
      readonly name: string;
      /** In milliseconds since 1970. */
      readonly until: number;
      readonly retryAfterMs: number;
    };
  }
}

/** What a breaker tells. Without a call of ours, `call` is empty. */
export type BreakerEvent = Extract<Event, { readonly type: `circuit_breaker.${string}` }>;

/** The breaker's events by their names without the prefix, such as `opened`. */
export type BreakerEvents = {
  [E in BreakerEvent as E["type"] extends `circuit_breaker.${infer K}` ? K : never]: Events[E["type"]];
};
export type EventName = keyof BreakerEvents;
