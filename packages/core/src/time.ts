const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** A length of time: milliseconds as a number, or text such as `"250ms"`, `"60s"`, `"5m"`, `"1h"`, `"7d"`. */
export type Duration = number | `${number}${"ms" | "s" | "m" | "h" | "d"}`;

/**
 * A duration in milliseconds.
 *
 * @param option the name of the option it came from, for the error
 * @throws TypeError if it is negative, not a number, or has an unknown unit
 * @example
 * ```ts
 * toMs("60s"); // 60000
 * ```
 */
export function toMs(duration: Duration, option = "duration"): number {
  const match = typeof duration === "string" ? /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(duration) : undefined;
  const ms = match ? Number(match[1]) * (UNITS[match[2] ?? ""] ?? Number.NaN) : duration;
  if (typeof ms !== "number" || !(ms >= 0))
    throw new TypeError(`${option} must be milliseconds or a text such as "60s", not ${JSON.stringify(duration)}`);
  return ms;
}

/** Time as a program sees it. Everything that waits or looks at the time takes one, so that tests need not sleep. */
export interface Clock {
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Calls `fn` once after `ms` milliseconds; the value it returns cancels that. */
  readonly setTimeout: (fn: () => void, ms: number) => () => void;
}

/** The longest delay that timers take; a longer one would fire at once. */
const LONGEST = 2_147_483_647;

/** The clock of the machine. It looks the globals up at each use, so that fake timers work too. */
export const systemClock: Clock = {
  now: () => Date.now(),
  setTimeout: (fn, ms) => {
    const timer = setTimeout(fn, Math.min(Math.max(0, ms), LONGEST));
    return () => clearTimeout(timer);
  },
};
