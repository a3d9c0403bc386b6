/** The longest duration that an option may have, in milliseconds: some thirty years. */
export const LONGEST = 1e12;

/**
 * A number within its bounds.
 *
 * @throws TypeError that names the option
 */
export function bounded(value: number, option: string, least: number, most: number, whole = false): number {
  const isBroken = whole && value % 1 > 0; // infinity is not: it has no remainder
  if (value >= least && value <= most && !isBroken) return value;
  throw new TypeError(`${option} must be ${whole ? "whole, " : ""}from ${least} to ${most}, not ${value}`);
}
