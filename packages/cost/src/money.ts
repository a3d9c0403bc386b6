/**
 * An amount of money in whole pico-dollars: 10⁻¹² US dollars, a millionth of a dollar per million tokens. All sums are
 * made in it, so that they come out the same in whatever order they are made.
 */
export type Pico = bigint;

const PICO_PER_DOLLAR = 1e12;

/**
 * Pico-dollars in dollars: the nearest number that JavaScript has.
 *
 * @example
 * ```ts
 * toDollars(1_500_000_000_000n); // 1.5
 * ```
 */
export const toDollars = (pico: Pico): number => Number(pico) / PICO_PER_DOLLAR;

/**
 * A decimal number as a count of a smaller unit, exactly: `toUnits(0.1, 1e6, …)` is 100,000, whatever binary fraction
 * 0.1 is.
 *
 * @param amount a decimal number, 0 or more
 * @param per how many units make one
 * @param name what it is, for the error
 * @throws TypeError if it is negative, not a number, or finer than the unit
 * @example
 * ```ts
 * toUnits(0.25, 1e6, "input"); // 250000n: dollars per million tokens in pico-dollars per token
 * ```
 */
export function toUnits(amount: number, per: number, name: string): bigint {
  const units = amount * per;
  const whole = Math.round(units);
  if (!Number.isSafeInteger(whole) || whole < 0 || Math.abs(units - whole) > Math.max(1, whole) * 1e-9)
    throw new TypeError(`${name} must be 0 or more, in steps of ${1 / per}, not ${amount}`);
  return BigInt(whole);
}
