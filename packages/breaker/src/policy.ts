import { systemClock, toMs } from "@llm/core";
import type { Duration } from "@llm/core";
import type { BreakerOptions, ConcurrencyOptions } from "./options.ts";
import type { Verdict } from "./verdict.ts";

/** Options with defaults filled in and durations in milliseconds. Breakers with the same options may share one. */
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
  readonly throttle: { readonly multiplier: number; readonly window: number } | undefined;
  readonly concurrency: Required<ConcurrencyOptions> | undefined;
  readonly classify: ((error: unknown) => Verdict) | undefined;
  readonly now: () => number;
  readonly random: () => number;
}

const check = (ok: boolean, option: string, wanted: string, value: unknown): void => {
  if (!ok) throw new TypeError(`${option} must be ${wanted}, not ${String(value)}`);
};

const count = (value: number, option: string, most = Infinity): number => {
  const ok = value === Infinity ? most === Infinity : Number.isInteger(value) && value >= 1 && value <= most;
  check(ok, option, `a whole number from 1 to ${most}`, value);
  return value;
};

const share = (value: number, option: string): number => {
  check(value > 0 && value <= 1, option, "above 0 and at most 1", value);
  return value;
};

const finite = (value: Duration, option: string, least = 0): number => {
  const ms = toMs(value, option);
  check(ms < Infinity && ms >= least, option, `at least ${least} ms and finite`, value);
  return ms;
};

function windowOf({ window = "60s", bucket }: BreakerOptions): { memory: number; bucket: number; buckets: number } {
  if (typeof window === "object")
    return { memory: 60_000, bucket: 0, buckets: count(window.calls, "window.calls", 10_000) };
  const memory = finite(window, "window", 1);
  const size = bucket === undefined ? Math.max(1, memory / 10) : finite(bucket, "bucket", 1);
  check(size <= memory, "window", "at least as long as its bucket", window);
  check(size * 1_000 >= memory, "bucket", "at least a thousandth of the window", bucket);
  return { memory, bucket: size, buckets: Math.ceil(memory / size) };
}

function throttleOf({ adaptiveThrottle: given }: BreakerOptions): Policy["throttle"] {
  if (!given) return undefined;
  const { multiplier = 2, window = "2m" } = given === true ? {} : given;
  check(multiplier >= 1 && multiplier < Infinity, "adaptiveThrottle.multiplier", "at least 1", multiplier);
  return { multiplier, window: finite(window, "adaptiveThrottle.window", 1) };
}

function concurrencyOf({ adaptiveConcurrency: given }: BreakerOptions): Policy["concurrency"] {
  if (!given) return undefined;
  const { initial = 20, min = 1, max = 1_000 } = given === true ? {} : given;
  count(min, "adaptiveConcurrency.min");
  count(max, "adaptiveConcurrency.max");
  check(max >= min, "adaptiveConcurrency.max", "at least min", max);
  check(initial >= min && initial <= max, "adaptiveConcurrency.initial", "between min and max", initial);
  return { initial, min, max };
}

/**
 * Options with defaults filled in.
 *
 * @throws TypeError that names the option that is out of range
 */
export function toPolicy(options: BreakerOptions): Policy {
  const { slow, classify, clock = systemClock } = options;
  const resetTimeout = finite(options.resetTimeout ?? "60s", "resetTimeout");
  const maxResetTimeout = finite(options.maxResetTimeout ?? Math.max(600_000, resetTimeout), "maxResetTimeout");
  check(maxResetTimeout >= resetTimeout, "maxResetTimeout", "at least resetTimeout", options.maxResetTimeout);
  const perToken = slow?.perToken ?? Infinity;
  check(perToken > 0, "slow.perToken", "above 0", perToken);
  return {
    failureThreshold: count(options.failureThreshold ?? 5, "failureThreshold"),
    failureRate: share(options.failureRate ?? 0.5, "failureRate"),
    minimumCalls: count(options.minimumCalls ?? 10, "minimumCalls"),
    ...windowOf(options),
    slowFirstToken: toMs(slow?.firstToken ?? Infinity, "slow.firstToken"),
    slowPerToken: perToken,
    slowRate: share(slow?.rate ?? 0.5, "slow.rate"),
    resetTimeout,
    maxResetTimeout,
    longResetTimeout: finite(options.longResetTimeout ?? "10m", "longResetTimeout"),
    probes: count(options.probes ?? 1, "probes", 1_000),
    probeLease: finite(options.probeLease ?? "60s", "probeLease", 1),
    throttle: throttleOf(options),
    concurrency: concurrencyOf(options),
    classify,
    now: () => clock.now(),
    random: options.random ?? Math.random,
  };
}
