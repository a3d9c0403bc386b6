import type { Call } from "./call.ts";
import type { ErrorCode, LlmError } from "./error.ts";
import type { Usage } from "./usage.ts";

/**
 * All events by name. Packages and users add theirs by declaration merging:
 *
 * @example
 * ```ts
 * declare module "@llm/core" {
 *   interface Events {
 *     "cache.hit": { readonly key: string };
 *   }
 * }
 * ```
 */
export interface Events {
  /** A leaf sends a request upstream. */
  "api.request": { readonly vendor: string; readonly model: string };
  /**
   * A leaf is done with an upstream request, exactly once for each, however it ended. `left`: the reader left early.
   * Cost, ledger and telemetry stand on this one.
   */
  "api.response": {
    readonly vendor: string;
    /** The model that answered, else the one asked. */
    readonly model: string;
    readonly endpoint?: string;
    readonly usage: Usage;
    readonly outcome: "ok" | "left" | ErrorCode;
    /** From the request to the first content, and to the end. */
    readonly firstPartMs?: number;
    readonly ms: number;
    readonly status?: number;
    readonly requestId?: string;
  };
  "retry.waiting": { readonly attempt: number; readonly ms: number; readonly error: LlmError };
  /** The retry budget is spent: the call fails with this error. */
  "retry.denied": { readonly attempt: number; readonly error: LlmError };
  /** A second attempt begins, because the first has had no content for so long. */
  "hedge.started": { readonly ms: number };
  /** Which of two attempts answers, and after how long. */
  "hedge.won": { readonly attempt: number; readonly ms: number };
  /** A call waits for its turn, or would have to wait for too long and fails; in milliseconds. */
  "rate_limit.waiting": { readonly ms: number };
  "rate_limit.rejected": { readonly ms: number };
  /** The shared store of rate limits cannot be reached: the memory of this process stands in for it. */
  "rate_limit.store_failed": { readonly error: unknown };
  /** A call waits for a place, or one is turned away because the queue is full. */
  "concurrency.queued": { readonly running: number; readonly queued: number };
  "concurrency.rejected": { readonly running: number; readonly queued: number };
  /** An answer was cut off, and attempt `attempt` goes on with it. */
  "resume.continued": { readonly attempt: number; readonly error: LlmError };
  /** A tool that the model called has answered, or failed. */
  "tool.answered": { readonly tool: string; readonly id: string; readonly isError: boolean; readonly ms: number };
  /** What the vendor's prompt cache did for an answer, in tokens; `missed` was read at the full price. */
  "prompt_cache.used": {
    readonly vendor: string;
    readonly model: string;
    readonly read: number;
    readonly written: number;
    readonly missed: number;
  };
  "fallback.used": { readonly from: string; readonly to: string; readonly error: unknown };
  "timeout.fired": { readonly phase: string; readonly ms: number };
}

/** What every event has: its call's id, the parent's, and when, in milliseconds since 1970. */
interface Common {
  readonly call: string;
  readonly parent?: string;
  readonly at: number;
}

/** An event: a plain object. */
export type Event = { [K in keyof Events]: Common & { readonly type: K } & Events[K] }[keyof Events];

/** Somebody who hears events. One that throws never breaks a call. */
export type Listener = (event: Event) => void;

/**
 * Tells the call's listener, and that of an engine which is also used alone. Without a call, `call` is empty.
 *
 * @param at when it happened, in milliseconds since 1970: now
 */
export function emit<K extends keyof Events>(
  call: Call | undefined,
  type: K,
  data: Events[K],
  listener?: Listener,
  at: number = Date.now(),
): void {
  if (!call?.listener && !listener) return;
  const own = { ...data, type, call: call?.id ?? "", at };
  const event = (call?.parent === undefined ? own : { ...own, parent: call.parent }) as unknown as Event; // a union over K cannot be built generically
  if (call?.listener) notify(call.listener, event);
  if (listener) notify(listener, event);
}

/** Calls a listener and swallows what it throws. */
export function notify<E>(listener: (event: E) => void, event: E): void {
  try {
    listener(event);
  } catch {
    // a listener never breaks a call
  }
}
