import { shown } from "./json.ts";

/** A stream of random numbers that a seed decides. */
export interface Random {
  /** The next number, 0 ≤ n < 1. */
  readonly next: () => number;
  /** A whole number, min ≤ n ≤ max. */
  readonly integer: (min: number, max: number) => number;
  /** One of the items. */
  readonly pick: <T>(items: readonly T[]) => T;
  /** True with this probability. */
  readonly chance: (probability: number) => boolean;
  /** Text of `length` characters out of `alphabet` (default: letters and digits). */
  readonly token: (length: number, alphabet?: string) => string;
}

const ALPHANUMERIC = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/** FNV-1a over UTF-16 units, 32 bits (draft-eastlake-fnv). Spreads seeds; it protects nothing. */
function hash(text: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  return h >>> 0;
}

/**
 * A generator that the given parts decide together: the same parts, the same numbers, on every machine.
 * The algorithm is mulberry32: 32 bits of state, good enough to look plausible, not for secrets.
 *
 * @example
 * ```ts
 * random(1, "a prompt").next() === random(1, "a prompt").next(); // true
 * ```
 */
export function random(...parts: readonly (string | number)[]): Random {
  let state = hash(parts.join("\u0000"));
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
  const integer = (min: number, max: number): number => min + Math.floor(next() * (max - min + 1));
  return {
    next,
    integer,
    pick: (items) => {
      const item = items[integer(0, items.length - 1)];
      if (item === undefined) throw new RangeError("pick() needs at least one item");
      return item;
    },
    chance: (probability) => next() < probability,
    token: (length, alphabet = ALPHANUMERIC) => {
      let text = "";
      while (text.length < length) text += alphabet[integer(0, alphabet.length - 1)];
      return text;
    },
  };
}

/**
 * How a quantity is spread: always the same number; anything between two bounds alike; or log-normal, as
 * latencies and lengths are, told by its median and its 95th percentile.
 */
export type Distribution =
  | number
  | { readonly min: number; readonly max: number }
  | { readonly median: number; readonly p95: number };

/** The 95th percentile of the standard normal distribution. */
const Z95 = 1.6448536269514722;

/** Draws one value from a distribution. */
export function draw(distribution: Distribution, random: Random): number {
  if (typeof distribution === "number") return distribution;
  if ("min" in distribution) return distribution.min + random.next() * (distribution.max - distribution.min);
  const sigma = Math.log(distribution.p95 / distribution.median) / Z95;
  // Box–Muller: one standard normal value from two uniform ones.
  const normal = Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
  return distribution.median * Math.exp(sigma * normal);
}

/** Returns the distribution if it is one. @throws TypeError that names the option otherwise */
export function checkDistribution(value: unknown, option: string): Distribution {
  const positive = (n: unknown): n is number => typeof n === "number" && n >= 0;
  if (positive(value)) return value;
  if (typeof value === "object" && value !== null) {
    if ("min" in value && "max" in value && positive(value.min) && positive(value.max) && value.min <= value.max)
      return { min: value.min, max: value.max };
    if ("median" in value && "p95" in value && positive(value.median) && positive(value.p95))
      if (value.median > 0 && value.p95 >= value.median && value.p95 < Infinity)
        return { median: value.median, p95: value.p95 };
  }
  throw new TypeError(`${option} must be a number ≥ 0, { min, max } or { median, p95 }, not ${shown(value)}`);
}
