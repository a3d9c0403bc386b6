import type { Clock, Duration } from "@llm/core";
import type { BreakerEvent } from "./event.ts";
import type { Group } from "./group.ts";
import type { Limit } from "./limit.ts";
import type { Sharing } from "./sharing.ts";
import type { Verdict } from "./verdict.ts";

/** How soon a call may be shed: `batch` first. */
export type Priority = "interactive" | "batch";

/** When a call counts as slow. Both limits are optional; a call beyond either is slow. */
export interface SlowOptions {
  /**
   * Longest time to the first token; `Infinity`: none. As many calls in a row as `failureThreshold` that have waited for
   * longer open it, also while they wait. Default: three times the 95th percentile of the last 64 waits, at least 5 s,
   * once 16 are known, where late ones that come count as usual afterwards; when the upstream stays slower over five
   * openings in a row, it is learned anew. Judged as soon as calls report their first tokens, and not for whole answers.
   */
  readonly firstToken?: Duration;
  /** Most milliseconds for each output token, from the first token on. Not judged without a usage. */
  readonly perToken?: number;
  /** The share of calls beyond the limits given here that opens the breaker, 0.001 to 1. Default 0.5. */
  readonly rate?: number;
}

/** What a breaker can be told. Every part has a default. */
export interface BreakerOptions {
  /** Names it in errors, events and between processes. Default `"breaker"`; in a middleware the provider's name. */
  readonly name?: string;
  /** Failures in a row that open it; `Infinity`: never. Default 5. A run older than the window is forgotten. */
  readonly failureThreshold?: number;
  /** Share of failures in the window that opens it, 0.001 to 1. Default 0.5. */
  readonly failureRate?: number;
  /** Fewest calls in the window for a share to mean something; `Infinity`: shares never open it. Default 10. */
  readonly minimumCalls?: number;
  /** What the shares look at: a time, or `{ calls: 100 }` for the last hundred calls (at most 10,000). Default `"60s"`. */
  readonly window?: Duration | { readonly calls: number };
  /** How finely a time window forgets: at most the window, at least a thousandth of it. Default a tenth. */
  readonly bucket?: Duration;
  /** When calls are slow. Default: only those whose first tokens come far later than usual. */
  readonly slow?: SlowOptions;
  /** How long it stays open the first time. Default `"60s"`. */
  readonly resetTimeout?: Duration;
  /**
   * Longest time open. Each failed probe doubles the ceiling, and the time is drawn evenly between `resetTimeout` and
   * the ceiling. Default `"2m"`, or `resetTimeout` when that is longer.
   */
  readonly maxResetTimeout?: Duration;
  /** How long a bad credential or an unknown model keeps it open. Default `"10m"`. */
  readonly longResetTimeout?: Duration;
  /** Calls admitted while half-open; all must succeed to close it. Default 1. */
  readonly probes?: number;
  /**
   * How long a probe holds its slot without a sign of life, or from its first token on. Default `"60s"`. One that waits
   * too long for its first token has failed before that.
   */
  readonly probeLease?: Duration;
  /** What an error says about the upstream. Default {@link verdictOf}, which is also used when this one throws. */
  readonly classify?: (error: unknown) => Verdict;
  /** What may turn calls away while it is closed: the limits of `@llm/breaker/adaptive`. Default none. */
  readonly limits?: readonly Limit[];
  /** Candidates of which the last usable one is kept closed; see {@link createGroup}. */
  readonly group?: Group;
  /** Shares trips with other processes; see `@llm/breaker/redis`. */
  readonly sharing?: Sharing;
  /** Hears every event of this breaker, besides the listener of the call that caused it. */
  readonly onEvent?: (event: BreakerEvent) => void;
  readonly clock?: Pick<Clock, "now">;
  /** Evenly distributed from 0 to below 1. Default `Math.random`. */
  readonly random?: () => number;
}
