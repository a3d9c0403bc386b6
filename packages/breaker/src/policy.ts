import { systemClock, toMs } from "@llm/core";
import type { Duration } from "@llm/core";
import { bounded, LONGEST } from "./bounded.ts";
import type { Limit } from "./limit.ts";
import type { BreakerOptions } from "./options.ts";
import type { Verdict } from "./verdict.ts";

/** Options with defaults filled in and durations in milliseconds. Breakers with the same options share one. */
export interface Policy {
  readonly failureThreshold: number;
  readonly failureRate: number;
  readonly minimumCalls: number;
  /** How long a run of failures is remembered. */
  readonly memory: number;
  /** Milliseconds of a bucket; 0: each call is one. */
  readonly bucket: number;
  readonly buckets: number;
  readonly slowFirstToken: number;
  readonly slowPerToken: number;
  readonly slowRate: number;
  readonly resetTimeout: number;
  readonly maxResetTimeout: number;
  readonly longResetTimeout: number;
  readonly probes: number;
  readonly probeLease: number;
  readonly limits: readonly Limit[] | undefined;
  readonly classify: ((error: unknown) => Verdict) | undefined;
  readonly now: () => number;
  readonly random: () => number;
}

/** The smallest share that means anything. */
const LEAST = 0.001;

const duration = (value: Duration, option: string, least: number, most = LONGEST): number =>
  bounded(toMs(value, option), option, least, most);

function windowOf({ window = "60s", bucket }: BreakerOptions): Pick<Policy, "memory" | "bucket" | "buckets"> {
  if (typeof window === "object")
    return { memory: 60_000, bucket: 0, buckets: bounded(window.calls, "window.calls", 1, 10_000, true) };
  const memory = duration(window, "window", 1);
  const size = duration(bucket ?? memory / 10, "bucket", memory / 1_000, memory);
  return { memory, bucket: size, buckets: Math.ceil(memory / size) };
}

/**
 * Options with defaults filled in.
 *
 * @throws TypeError that names the option that is out of range
 */
export function toPolicy(options: BreakerOptions): Policy {
  const { slow = {}, clock = systemClock } = options;
  const resetTimeout = duration(options.resetTimeout ?? "60s", "resetTimeout", 0);
  const maxResetTimeout = options.maxResetTimeout ?? Math.max(600_000, resetTimeout);
  return {
    ...windowOf(options),
    failureThreshold: bounded(options.failureThreshold ?? 5, "failureThreshold", 1, Infinity, true),
    failureRate: bounded(options.failureRate ?? 0.5, "failureRate", LEAST, 1),
    minimumCalls: bounded(options.minimumCalls ?? 10, "minimumCalls", 1, Infinity, true),
    slowFirstToken: toMs(slow.firstToken ?? Infinity, "slow.firstToken"),
    slowPerToken: bounded(slow.perToken ?? Infinity, "slow.perToken", LEAST, Infinity),
    slowRate: bounded(slow.rate ?? 0.5, "slow.rate", LEAST, 1),
    resetTimeout,
    maxResetTimeout: duration(maxResetTimeout, "maxResetTimeout", resetTimeout),
    longResetTimeout: duration(options.longResetTimeout ?? "10m", "longResetTimeout", 0),
    probes: bounded(options.probes ?? 1, "probes", 1, 1_000, true),
    probeLease: duration(options.probeLease ?? "60s", "probeLease", 1),
    limits: options.limits,
    classify: options.classify,
    now: () => clock.now(),
    random: options.random ?? Math.random,
  };
}
