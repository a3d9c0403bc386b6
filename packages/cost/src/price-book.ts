import type { Pico } from "./money.ts";
import { withoutSuffix } from "./model-name.ts";
import type { ModelPrices, Price, PriceList } from "./price.ts";
import { addsUp, billed, tokenCost, toolCost, toRates, type Rates } from "./rates.ts";
import type { Spent } from "./spent.ts";
import type { Unpriced } from "./unpriced.ts";

/** Prices, ready for use. */
export interface PriceBook {
  /** The price of a model at a time (milliseconds since 1970, default now). The vendor decides between two of one name. */
  readonly find: (model: string, at?: number, vendor?: string) => Price | undefined;
  /** What a usage costs in whole pico-dollars, or why that is not known. */
  readonly cost: (model: string, usage: Spent, at?: number, vendor?: string) => Pico | Unpriced;
}

/**
 * Makes prices ready for use. A model is found by its exact name, an alias of it, either one with a date or `-latest` at
 * its end, or any of these after its vendor's name and a slash; anything else has no price.
 *
 * @throws TypeError for a price that is negative, finer than a pico-dollar for a token, or without a valid day
 * @example
 * ```ts
 * import { prices } from "@llm/cost/prices";
 *
 * const book = priceBook(prices);
 * book.cost("claude-haiku-5-5", { input: 1_000, output: 200 }); // 200000000n: $0.0002
 * book.cost("claude-haiku-9", { input: 1_000, output: 200 }); // "unknown-model"
 * book.find("claude-haiku-5-5")?.source;
 * ```
 */
export function priceBook(list: PriceList): PriceBook {
  if (!Array.isArray(list)) throw new TypeError("prices must be a list of ModelPrices");
  const history = new Map<string, readonly Rates[]>();
  const owners = new Map<string, Map<string, string>>(); // name → vendor → key of its history
  for (const { vendor, model, aliases = [], prices } of list as readonly ModelPrices[]) {
    const key = `${vendor}/${model}`;
    history.set(
      key,
      prices.map((price) => toRates(price, `prices["${key}"]["${price.from}"]`)).sort((a, b) => a.from - b.from),
    );
    for (const name of [model, ...aliases]) {
      const vendors = owners.get(name) ?? new Map<string, string>();
      owners.set(name, vendors.set(vendor, key));
    }
  }

  /** The history of a model; with `only`, of that vendor's or none. */
  const historyOf = (model: string, vendor: string | undefined, only: boolean): readonly Rates[] | undefined => {
    for (let name: string | undefined = model; name !== undefined; name = withoutSuffix(name)) {
      const vendors = owners.get(name);
      const key = vendor === undefined ? undefined : vendors?.get(vendor);
      const found = key ?? (only ? undefined : vendors?.values().next().value);
      if (found !== undefined) return history.get(found);
    }
    const slash = only ? -1 : model.indexOf("/");
    return slash < 0 ? undefined : historyOf(model.slice(slash + 1), model.slice(0, slash), true);
  };

  const ratesOf = (model: string, at: number, vendor: string | undefined): Rates | Unpriced => {
    const known = historyOf(model, vendor, false);
    return known ? (known.findLast((rates) => rates.from <= at) ?? "unknown-date") : "unknown-model";
  };

  const cost: PriceBook["cost"] = (model, usage, at = Date.now(), vendor) => {
    if (!addsUp(usage)) return "bad-usage";
    const rates = ratesOf(model, at, vendor);
    if (typeof rates === "string") return rates;
    let sum = toolCost(rates, usage);
    const { iterations, tier, speed, region } = usage;
    if (!iterations || iterations.length === 0) {
      const tokens = tokenCost(rates, usage);
      return typeof tokens === "string" ? tokens : sum + tokens;
    }
    const terms = { ...(tier && { tier }), ...(speed && { speed }), ...(region && { region }) };
    for (const iteration of billed(iterations)) {
      const part = cost(iteration.model ?? model, { ...terms, ...iteration, serverTools: {} }, at, vendor);
      if (typeof part === "string") return part;
      sum += part;
    }
    return sum;
  };

  return {
    cost,
    find: (model, at = Date.now(), vendor) => {
      const rates = ratesOf(model, at, vendor);
      return typeof rates === "string" ? undefined : rates.price;
    },
  };
}
