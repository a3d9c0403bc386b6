import { isLlmError, LlmError } from "@llm/core";
import type { ErrorCode, Health } from "@llm/core";

/**
 * A call that a breaker turned away before it reached the upstream. `code` is `circuit-open`, `rate-limit` while the
 * upstream has asked to wait, or `queue-full` at the adaptive concurrency limit; `retryAfterMs` says when to come back,
 * where that is known.
 */
export class RejectedError extends LlmError {
  /** The name of the breaker. */
  readonly breaker: string;
  /** What the breaker's `health()` said. */
  readonly health: Health;

  constructor(code: ErrorCode, breaker: string, health: Health, retryAfterMs?: number) {
    const wait = retryAfterMs === undefined ? "" : `, again in ${Math.ceil(retryAfterMs)} ms`;
    super(code, `${breaker}: ${health.reason}${wait}`, { retryAfterMs });
    this.breaker = breaker;
    this.health = health;
  }
}

/**
 * Whether an error is a {@link RejectedError}, of any copy of this package.
 *
 * @example
 * ```ts
 * try {
 *   await createBreaker().run(ask);
 * } catch (error) {
 *   if (!isRejected(error)) throw error;
 *   await askElsewhere(error.health.until);
 * }
 * ```
 */
export const isRejected = (value: unknown): value is RejectedError => isLlmError(value) && "breaker" in value;
