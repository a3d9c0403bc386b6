import type { CacheTtl } from "@llm/core";
import { toUnits, type Pico } from "./money.ts";
import type { Price } from "./price.ts";
import type { Iteration, Spent } from "./spent.ts";
import type { Unpriced } from "./unpriced.ts";

/** Factors are kept in thousandths. */
const FACTOR = 1_000;
const ONE = BigInt(FACTOR);
const SCALE = ONE ** 4n;

/** A price in pico-dollars for a token, and for a request to a tool. */
export interface Rates {
  readonly from: number;
  readonly price: Price;
  readonly input: Pico;
  readonly output: Pico;
  readonly cacheRead: Pico;
  /** A write whose time is not known. */
  readonly cacheWrite: Pico;
  readonly cacheWrites: ReadonlyMap<string, Pico>;
  readonly long?: { readonly above: number; readonly input: bigint; readonly output: bigint };
  readonly tiers: ReadonlyMap<string, bigint>;
  readonly speeds: ReadonlyMap<string, bigint>;
  readonly regions: ReadonlyMap<string, bigint>;
  readonly tools: ReadonlyMap<string, Pico>;
}

/** The vendors' words for the tier and the speed that cost what the list says. */
const STANDARD: ReadonlySet<string | undefined> = new Set([undefined, "standard", "default", "auto"]);

const units = (
  values: { readonly [key: string]: number } | undefined,
  per: number,
  name: string,
): ReadonlyMap<string, bigint> =>
  new Map(Object.entries(values ?? {}).map(([key, value]) => [key, toUnits(value, per, `${name}.${key}`)]));

/** A price, checked and in units that add up exactly. */
export function toRates(price: Price, name: string): Rates {
  const from = Date.parse(price.from);
  if (Number.isNaN(from)) throw new TypeError(`${name}.from must be a day such as "2026-10-07", not ${price.from}`);
  const perToken = (amount: number, field: string): Pico => toUnits(amount, 1e6, `${name}.${field}`);
  const factor = (amount: number, field: string): bigint => toUnits(amount, FACTOR, `${name}.${field}`);
  const input = perToken(price.input, "input");
  const cacheWrites = units(price.cacheWrite, 1e6, `${name}.cacheWrite`);
  const { long } = price;
  return {
    from,
    price,
    input,
    output: perToken(price.output, "output"),
    cacheRead: price.cacheRead === undefined ? input : perToken(price.cacheRead, "cacheRead"),
    cacheWrite: cacheWrites.values().next().value ?? input,
    cacheWrites,
    ...(long && {
      long: {
        above: Number(toUnits(long.above, 1, `${name}.long.above`)),
        input: factor(long.input, "long.input"),
        output: factor(long.output, "long.output"),
      },
    }),
    tiers: units(price.tiers, FACTOR, `${name}.tiers`),
    speeds: units(price.speeds, FACTOR, `${name}.speeds`),
    regions: units(price.regions, FACTOR, `${name}.regions`),
    tools: units(price.tools, 1e9, `${name}.tools`),
  };
}

/** A rate times four factors, rounded to the nearest pico-dollar for a token. */
const scaled = (rate: Pico, factors: bigint): Pico => (rate * factors + SCALE / 2n) / SCALE;

/** What the tokens of a usage cost at a price. */
export function tokenCost(rates: Rates, usage: Spent): Pico | Unpriced {
  const tier = STANDARD.has(usage.tier) ? ONE : rates.tiers.get(usage.tier ?? "");
  if (tier === undefined) return "unknown-tier";
  const speed = STANDARD.has(usage.speed) ? ONE : rates.speeds.get(usage.speed ?? "");
  if (speed === undefined) return "unknown-speed";
  const region = rates.regions.get(usage.region ?? "") ?? ONE;
  const long = rates.long && usage.input > rates.long.above ? rates.long : undefined;

  const plain = tier === ONE && speed === ONE && region === ONE && !long;
  const factor = plain ? ONE : tier * speed * region;
  const read = (rate: Pico): Pico => (plain ? rate : scaled(rate, factor * (long?.input ?? ONE)));
  const write = (rate: Pico): Pico => (plain ? rate : scaled(rate, factor * (long?.output ?? ONE)));

  const { input, output, cacheRead = 0, cacheWrite = 0, cacheWrites } = usage;
  let cost = BigInt(input - cacheRead - cacheWrite) * read(rates.input) + BigInt(output) * write(rates.output);
  if (cacheRead > 0) cost += BigInt(cacheRead) * read(rates.cacheRead);
  let written = cacheWrite;
  for (const ttl in cacheWrites) {
    const count = cacheWrites[ttl as CacheTtl] ?? 0; // the keys of a mapped type, which for-in gives as text
    cost += BigInt(count) * read(rates.cacheWrites.get(ttl) ?? rates.cacheWrite);
    written -= count;
  }
  return written > 0 ? cost + BigInt(written) * read(rates.cacheWrite) : cost;
}

/** What the vendor's tools cost by request. */
export function toolCost(rates: Rates, { serverTools }: Spent): Pico {
  let cost = 0n;
  for (const tool in serverTools) cost += BigInt(serverTools[tool] ?? 0) * (rates.tools.get(tool) ?? 0n);
  return cost;
}

const isCount = (value: number): boolean => Number.isSafeInteger(value) && value >= 0;

/** The sum of counts; NaN if one of them is none. */
function sumOf(counts: { readonly [name: string]: number } | undefined): number {
  let sum = 0;
  for (const name in counts) {
    const count = counts[name] ?? 0;
    sum += isCount(count) ? count : Number.NaN;
  }
  return sum;
}

/** Whether a usage adds up: whole counts of 0 or more, of which the parts are no more than the whole. */
export const addsUp = ({ input, output, cacheRead = 0, cacheWrite = 0, cacheWrites, serverTools }: Spent): boolean =>
  isCount(input) &&
  isCount(output) &&
  isCount(cacheRead) &&
  isCount(cacheWrite) &&
  cacheRead + cacheWrite <= input &&
  sumOf(cacheWrites) <= cacheWrite &&
  sumOf(serverTools) >= 0;

/**
 * The sub-calls that are billed. A vendor that tries one model after another reports the attempts that declined as well,
 * and bills only the one that answered.
 */
export function billed(iterations: readonly Iteration[]): readonly Iteration[] {
  const served = iterations.find((iteration) => iteration.kind === "fallback_message")?.model;
  if (served === undefined) return iterations;
  return iterations.filter(({ kind, model }) => kind !== "message" || model === undefined || model === served);
}
