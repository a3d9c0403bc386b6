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

/** Four 32-bit hashes of a text: FNV-1a, each from another start. It spreads seeds; it protects nothing. */
function hash(text: string): [number, number, number, number] {
  let [a, b, c, d] = [0x811c9dc5, 0x9e3779b9, 0x85ebca6b, 0xc2b2ae35];
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    a = Math.imul(a ^ unit, 0x01000193);
    b = Math.imul(b ^ unit, 0x01000193);
    c = Math.imul(c ^ unit, 0x01000193);
    d = Math.imul(d ^ unit, 0x01000193);
  }
  return [a, b, c, d];
}

/**
 * A generator that the given parts decide together: the same parts, the same numbers, on every machine.
 * The algorithm is sfc32 (PractRand): 128 bits of state, so that ids do not repeat; not for secrets.
 *
 * @example
 * ```ts
 * random(1, "a prompt").next() === random(1, "a prompt").next(); // true
 * ```
 */
export function random(...parts: readonly (string | number)[]): Random {
  let [a, b, c, d] = hash(parts.join("\u0000"));
  const next = (): number => {
    const sum = (a + b + d) | 0;
    d = (d + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return (sum >>> 0) / 4_294_967_296;
  };
  // The first numbers still show the seed.
  for (let i = 0; i < 12; i++) next();
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
