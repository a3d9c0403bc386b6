import type { RateLimit, Usage } from "@llm/core";

/**
 * Leave to make one call. The first of `success`, `failure` and `ignore` settles it; the rest do nothing. A permit that
 * is never settled counts for nothing; a probe's slot comes free when its lease expires.
 */
export interface Permit {
  /** The first content has arrived: measures the time to it, and renews a probe's lease. */
  firstToken(): void;
  /** What the answer's headers said about rate limits: an exhausted one matters if a 429 follows. */
  rateLimits(limits: readonly RateLimit[]): void;
  /** The answer is complete. With its usage, milliseconds per output token are judged too. */
  success(usage?: Pick<Usage, "output">): void;
  /** It failed: what that means is decided by the error. A stream that was cut or stalled has failed. */
  failure(error: unknown): void;
  /** Neither: the caller gave up, or the call was never made. Gives the slot back. */
  ignore(): void;
}
