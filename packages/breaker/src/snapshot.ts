import { isRecord } from "@llm/core";
import type { State } from "./breaker.ts";

/** A breaker's memory as plain JSON, all times in milliseconds since 1970, 0 for none. */
export interface Snapshot {
  readonly version: 1;
  readonly name: string;
  readonly state: State;
  /** Why it is in that state; empty when closed. */
  readonly reason: string;
  /** When an open one may probe. */
  readonly until: number;
  /** How often it opened since it was last closed. */
  readonly opens: number;
  /** Failures in a row, and when the last was. */
  readonly failures: number;
  readonly failedAt: number;
  /** Until when the upstream asked to wait. */
  readonly waitUntil: number;
  /** The window's buckets that hold something: `[start, calls, failures, slow]`; a count window's start is a number of its own. */
  readonly window: readonly (readonly number[])[];
}

const STATES: readonly unknown[] = ["closed", "open", "half-open", "isolated", "disabled"] satisfies State[];
const TIMES = ["until", "opens", "failures", "failedAt", "waitUntil"] as const;

const isAmount = (value: unknown): boolean => typeof value === "number" && value >= 0 && value < Infinity;

/**
 * Makes sure that something is a {@link Snapshot}.
 *
 * @throws TypeError that names the part that is wrong
 */
export function checkSnapshot(value: unknown): Snapshot {
  const fail = (part: string, wanted: string): never => {
    throw new TypeError(`snapshot${part} must be ${wanted}`);
  };
  if (!isRecord(value)) return fail("", "an object");
  const { version, state, reason, window } = value;
  if (version !== 1) fail(".version", `1, not ${String(version)}`);
  if (!STATES.includes(state)) fail(".state", `one of ${STATES.join()}, not ${String(state)}`);
  if (typeof reason !== "string") fail(".reason", "a text");
  for (const time of TIMES) if (!isAmount(value[time])) fail(`.${time}`, `a number from 0, not ${String(value[time])}`);
  if (!Array.isArray(window) || !window.every((bucket) => Array.isArray(bucket) && bucket.every(isAmount)))
    fail(".window", "a list of lists of numbers from 0");
  return value as unknown as Snapshot; // every part that is read was looked at
}
