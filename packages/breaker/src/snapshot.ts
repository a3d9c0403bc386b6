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

const isAmount = (value: unknown): boolean => typeof value === "number" && value >= 0 && value < 2 ** 53; // no more than counters count
const isBucket = (value: unknown): boolean => Array.isArray(value) && value.every(isAmount);

/** What the parts that are read must be. */
const PARTS: Readonly<Partial<Record<keyof Snapshot, (value: unknown) => boolean>>> = {
  version: (value) => value === 1,
  state: (value) => STATES.includes(value),
  reason: (value) => typeof value === "string",
  until: isAmount,
  opens: isAmount,
  failures: isAmount,
  failedAt: isAmount,
  waitUntil: isAmount,
  window: (value) => Array.isArray(value) && value.every(isBucket),
};

/**
 * Makes sure that something is a {@link Snapshot}.
 *
 * @throws TypeError that names the part that is wrong
 */
export function checkSnapshot(value: unknown): Snapshot {
  for (const [part, fits] of Object.entries(PARTS))
    if (!isRecord(value) || !fits(value[part])) throw new TypeError(`snapshot.${part} is invalid`);
  return value as Snapshot; // every part that is read was looked at
}
