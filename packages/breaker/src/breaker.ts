import type { Call, Health } from "@llm/core";
import { Circuit } from "./circuit.ts";
import type { BreakerOptions, Priority } from "./options.ts";
import type { Permit } from "./permit.ts";
import { toPolicy } from "./policy.ts";
import type { Policy } from "./policy.ts";
import type { Snapshot } from "./snapshot.ts";

/**
 * - `closed`: calls pass.
 * - `open`: calls are rejected until a time.
 * - `half-open`: a few calls pass, as probes.
 * - `isolated`: by hand, calls are rejected until it is closed by hand.
 * - `disabled`: by hand, all calls pass; they are counted, and change nothing.
 */
export type State = "closed" | "open" | "half-open" | "isolated" | "disabled";

/** What a breaker may know about a call. */
export interface Ask {
  /** The call whose listener hears of what it causes. */
  readonly call?: Call;
  /** Default `"interactive"`. */
  readonly priority?: Priority;
}

/** What {@link Breaker.run} may know about a call. */
export interface RunOptions extends Ask {
  /** The caller's: a call that fails after it was aborted counts for nothing, unless a timer aborted it. Default: the call's. */
  readonly signal?: AbortSignal;
}

/** A circuit breaker around any function; see {@link createBreaker}. */
export interface Breaker {
  readonly name: string;
  readonly state: State;
  /**
   * Leave to make one call, at once or not at all.
   *
   * @throws RejectedError `circuit-open`, `rate-limit` or `queue-full`, with `retryAfterMs` where it is known
   */
  acquire(ask?: Ask): Permit;
  /**
   * Asks the fleet for the slot of a probe, when a breaker that is shared needs one before it can let a call pass; there
   * is nothing to wait for otherwise. {@link Breaker.run} and the middleware do it by themselves.
   */
  prepare(): Promise<void> | undefined;
  /**
   * Calls `fn` if a permit is to be had, and settles that by what `fn` returns or throws. `fn` may report its first
   * token, or settle the permit itself first. An error counts as {@link BreakerOptions.classify} says; anything thrown
   * that is not an error, `undefined` included, counts as a failure.
   *
   * @throws RejectedError as {@link Breaker.acquire} does, and whatever `fn` throws
   */
  run<T>(fn: (permit: Permit) => T | PromiseLike<T>, options?: RunOptions): Promise<T>;
  /** Whether a call would pass, and how the last ones went: the time to the first token of the last 64. */
  health(): Health;
  /** Rejects all calls until {@link Breaker.close}. */
  isolate(reason?: string): void;
  /** Lets all calls pass until {@link Breaker.close}. */
  disable(): void;
  /** Closes it by hand, with no failure counted. What the upstream asked to wait for stays. */
  close(): void;
  /** Its memory, to be kept over a restart. Probes under way are not in it. */
  snapshot(): Snapshot;
  /**
   * Takes over a memory. Calls under way count for nothing; a half-open one probes anew. Tells nobody.
   *
   * @throws TypeError that names the part of the snapshot that is wrong
   */
  restore(snapshot: Snapshot): void;
}

let defaults: Policy | undefined;

/**
 * A circuit breaker: it opens after 5 failures in a row, or when half of at least 10 calls in a minute failed, and lets
 * a probe pass a minute later. It has no timers and nothing to close.
 *
 * @throws TypeError that names the option that is out of range
 * @example
 * ```ts
 * const search = createBreaker({ name: "search", failureThreshold: 3, resetTimeout: "30s" });
 * const answer = await search.run(() => fetch("https://example.com").then((response) => response.text()));
 * ```
 * @example A stream, settled at its end
 * ```ts
 * const permit = createBreaker().acquire();
 * try {
 *   for await (const token of stream) permit.firstToken();
 *   permit.success();
 * } catch (error) {
 *   permit.failure(error);
 *   throw error;
 * } finally {
 *   permit.ignore(); // for a reader that left early; does nothing after the others
 * }
 * ```
 */
export function createBreaker(options: BreakerOptions = {}): Breaker {
  const { name = "breaker", onEvent: _, group: __, sharing: ___, ...rest } = options;
  const policy = Object.keys(rest).length === 0 ? (defaults ??= toPolicy({})) : toPolicy(rest);
  return new Circuit(name, policy, options);
}
