import { heardBy, newCall, notify, systemClock, wrap } from "@llm/core";
import type { Clock, Event, Listener, Middleware, Usage } from "@llm/core";
import "./event.ts";
import { toDollars, type Pico } from "./money.ts";
import { priceBook, type PriceBook } from "./price-book.ts";
import type { PriceList } from "./price.ts";
import { prices as listPrices } from "./prices.ts";
import type { Spent } from "./spent.ts";
import type { Unpriced } from "./unpriced.ts";

/** What a tracker knows and tells. */
export interface CostTrackerOptions {
  /** Default: `prices` of `@llm/cost/prices`. */
  readonly prices?: PriceList;
  /** Hears `api.cost` and `cost.unpriced`, whether recorded by hand or by the middleware. */
  readonly onEvent?: Listener;
  /** When something recorded by hand happened. */
  readonly clock?: Clock;
}

/** What was asked of whom, and when: what an event of ours begins with. */
interface Source extends Pick<Event, "call" | "parent" | "at"> {
  readonly vendor?: string;
  readonly model: string;
}

/** What both of our events say. */
interface Known extends Source {
  readonly input: number;
  readonly output: number;
}

/** Most models in `byModel`; what comes after is under `"other"`. */
const MODELS = 1_000;
/** Most names in `unknown`. */
const UNKNOWN = 100;

/**
 * Adds up what requests cost, by hand with {@link record} or by listening with {@link middleware}. Sums are whole
 * pico-dollars, so no cent is lost or made by adding, and the order does not matter.
 *
 * @throws TypeError for a bad option
 * @example
 * ```ts
 * const costs = new CostTracker();
 * costs.record("claude-haiku-5-5", 1_000, 200); // 0.0002
 * console.log(costs.total, costs.byModel); // 0.0002 { "claude-haiku-5-5": 0.0002 }
 * ```
 */
export class CostTracker {
  readonly #book: PriceBook;
  readonly #clock: Clock;
  readonly #onEvent: Listener | undefined;
  #total: Pico = 0n;
  readonly #byModel = new Map<string, Pico>();
  readonly #unknown = new Set<string>();
  /** The last response priced: two middlewares of this tracker hear one right after the other, and it counts once. */
  #last: Event | undefined;

  constructor({ prices = listPrices, onEvent, clock = systemClock }: CostTrackerOptions = {}) {
    if (onEvent !== undefined && typeof onEvent !== "function") throw new TypeError("onEvent must be a function");
    this.#book = priceBook(prices);
    this.#onEvent = onEvent;
    this.#clock = clock;
  }

  /** US dollars, all models together. */
  get total(): number {
    return toDollars(this.#total);
  }

  /** The same in whole pico-dollars: exact, however large. */
  get totalPico(): Pico {
    return this.#total;
  }

  /** US dollars by the name of the model that answered: 1,000 names, and what came after under `"other"`. */
  get byModel(): Readonly<Record<string, number>> {
    return Object.fromEntries([...this.#byModel].map(([model, cost]) => [model, toDollars(cost)]));
  }

  /** Models that had no price when they were used, the first 100: their requests are missing in `total`. */
  get unknown(): readonly string[] {
    return [...this.#unknown];
  }

  /**
   * Counts a request.
   *
   * @param inputTokens all tokens read
   * @param outputTokens all tokens written, reasoning included
   * @returns what it cost in US dollars; undefined if there is no price for it, and then it counts as nothing
   * @throws TypeError if a count is negative or no whole number
   */
  record(model: string, inputTokens: number, outputTokens: number): number | undefined;
  /**
   * Counts a request with all that is known of it: cache, tier, tools.
   *
   * @param at when it was, in milliseconds since 1970, default now: which price held
   * @throws TypeError if the counts do not add up
   */
  record(model: string, usage: Spent, at?: number): number | undefined;
  record(model: string, usage: Spent | number, last?: number): number | undefined {
    const byHand = typeof usage === "number";
    const spent = byHand ? { input: usage, output: last ?? Number.NaN } : usage;
    const at = (byHand ? undefined : last) ?? this.#clock.now();
    const cost = this.#book.cost(model, spent, at);
    if (cost === "bad-usage")
      throw new TypeError(
        `the tokens of ${model} must be whole numbers of 0 or more, the parts no more than the whole`,
      );
    return this.#count({ call: newCall().id, at, model }, spent, cost);
  }

  /**
   * Counts what the providers below really asked upstream: retries, hedges and losers too, because it listens to the
   * `api.response` that every leaf emits. The stream passes as it is. Sets the provider's `price` where there is but
   * one model to ask.
   *
   * @example
   * ```ts
   * const costs = new CostTracker();
   * const llm = compose(provider, retry(), costs.middleware());
   * await generate(llm, "What is a circuit breaker?");
   * console.log(costs.total, costs.byModel);
   * ```
   */
  middleware(): Middleware {
    const alone = (event: Event): void => this.#hear(event, undefined);
    return (inner) => {
      const [only, another] = inner.models;
      return wrap(inner, {
        stream: (request, call) => {
          const { listener } = call;
          return inner.stream(request, heardBy(call, listener ? (event) => this.#hear(event, listener) : alone));
        },
        ...(only && !another && { price: (usage, at) => this.#quote(only.model, usage, at, only.vendor) }),
      });
    };
  }

  #quote(model: string, usage: Usage, at: number | undefined, vendor: string): number | undefined {
    const cost = this.#book.cost(model, usage, at, vendor);
    return typeof cost === "string" ? undefined : toDollars(cost);
  }

  #hear(event: Event, listener: Listener | undefined): void {
    if (event.type !== "api.response" || this.#last === event) return;
    this.#last = event;
    const { model, usage, at, vendor } = event;
    this.#count(event, usage, this.#book.cost(model, usage, at, vendor), listener);
  }

  /** Adds a cost, or notes that there is none, and tells. */
  #count(source: Source, usage: Spent, cost: Pico | Unpriced, listener?: Listener): number | undefined {
    const { model } = source;
    if (typeof cost === "string") {
      if (this.#unknown.size < UNKNOWN) this.#unknown.add(model);
      this.#tell(source, usage, listener, (its) => ({ ...its, type: "cost.unpriced", reason: cost }));
      return undefined;
    }
    this.#total += cost;
    const name = this.#byModel.has(model) || this.#byModel.size < MODELS ? model : "other";
    this.#byModel.set(name, (this.#byModel.get(name) ?? 0n) + cost);
    const dollars = toDollars(cost);
    const estimated = usage.estimated && { estimated: usage.estimated };
    this.#tell(source, usage, listener, (its) => ({
      ...its,
      ...estimated,
      type: "api.cost",
      cost: dollars,
      total: this.total,
    }));
    return dollars;
  }

  /** Tells whoever listens, if somebody does. */
  #tell(source: Source, usage: Spent, listener: Listener | undefined, make: (its: Known) => Event): void {
    if (!listener && !this.#onEvent) return;
    const { call, parent, at, vendor, model } = source;
    const { input, output } = usage;
    const from = { ...(parent !== undefined && { parent }), ...(vendor !== undefined && { vendor }) };
    const event = make({ call, at, model, input, output, ...from });
    if (listener) notify(listener, event);
    if (this.#onEvent) notify(this.#onEvent, event);
  }
}
