/**
 * A number within its bounds: what an option of a layer, a store or an engine may be.
 *
 * @param option its name, for the error
 * @param whole whether it must have no fraction; Infinity has none
 * @throws TypeError that names the option
 * @example
 * ```ts
 * bounded(3, "attempts", 1, Infinity, true); // 3
 * ```
 */
export function bounded(value: number, option: string, least: number, most: number, whole = false): number {
  const isBroken = whole && value % 1 > 0; // infinity is not: it has no remainder
  if (value >= least && value <= most && !isBroken) return value;
  throw new TypeError(`${option} must be ${whole ? "whole, " : ""}from ${least} to ${most}, not ${value}`);
}
