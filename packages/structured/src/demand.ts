/** Throws a TypeError that says what an argument is expected to be, unless it is. */
export function demand(is: boolean, name: string, what: string): void {
  if (!is) throw new TypeError(`${name}: expected ${what}`);
}

/** Whether a value is an integer within bounds. */
export const within = (value: number, least: number, most: number = Infinity): boolean =>
  Number.isInteger(value) && value >= least && value <= most;
