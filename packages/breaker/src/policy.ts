import { bounded, systemClock, toMs } from "@llm/core";
import type { Duration } from "@llm/core";
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
  /** undefined: learned. */
  readonly slowFirstToken: number | undefined;
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
/** The longest duration that an option may have, in milliseconds: some thirty years. */
const LONGEST = 1e12;

/** The options that are a duration, and those that are a number. */
type Timed = "bucket" | "resetTimeout" | "maxResetTimeout" | "longResetTimeout" | "probeLease";
type Counted = "failureThreshold" | "failureRate" | "minimumCalls" | "probes";

/**
 * Options with defaults filled in.
 *
 * @throws TypeError that names the option that is out of range
 */
export function toPolicy(options: BreakerOptions): Policy {
  const { slow = {}, clock = systemClock, window = "60s", limits, classify, random = Math.random } = options;
  const ms = (option: Timed, standard: Duration, least: number, most = LONGEST): number =>
    bounded(toMs(options[option] ?? standard, option), option, least, most);
  const number = (option: Counted, standard: number, least: number, most: number, whole = true): number =>
    bounded(options[option] ?? standard, option, least, most, whole);
  const calls = typeof window === "object" ? bounded(window.calls, "window.calls", 1, 10_000, true) : undefined;
  const memory = typeof window === "object" ? 60_000 : bounded(toMs(window, "window"), "window", 1, LONGEST);
  const bucket = calls === undefined ? ms("bucket", memory / 10, memory / 1_000, memory) : 0;
  const resetTimeout = ms("resetTimeout", "60s", 0);
  return {
    memory,
    bucket,
    buckets: calls ?? Math.ceil(memory / bucket),
    failureThreshold: number("failureThreshold", 5, 1, Infinity),
    failureRate: number("failureRate", 0.5, LEAST, 1, false),
    minimumCalls: number("minimumCalls", 10, 1, Infinity),
    slowFirstToken: slow.firstToken === undefined ? undefined : toMs(slow.firstToken, "slow.firstToken"),
    slowPerToken: bounded(slow.perToken ?? Infinity, "slow.perToken", LEAST, Infinity),
    slowRate: bounded(slow.rate ?? 0.5, "slow.rate", LEAST, 1),
    resetTimeout,
    maxResetTimeout: ms("maxResetTimeout", Math.max(120_000, resetTimeout), resetTimeout),
    longResetTimeout: ms("longResetTimeout", "10m", 0),
    probes: number("probes", 1, 1, 1_000),
    probeLease: ms("probeLease", "60s", 1),
    limits,
    classify,
    now: () => clock.now(),
    random,
  };
}
