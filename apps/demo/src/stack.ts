import { breaker } from "@llm/breaker";
import { cache } from "@llm/cache";
import { compose, fallback, retry, timeout, type Provider } from "@llm/core";
import { CostTracker } from "@llm/cost";
import { selector } from "@llm/selector";
import type { Upstream } from "./upstream.ts";

/** The whole house: cache → selector → retry → breaker → cost → adapter. */
export interface Stack {
  readonly llm: Provider;
  readonly costs: CostTracker;
  /** Every leaf with its breaker, to look at its health. */
  readonly leaves: readonly Provider[];
}

/** Puts the packages together around the models. */
export function stack(upstream: Pick<Upstream, "simple" | "standard" | "complex">): Stack {
  const costs = new CostTracker();
  const leaves: Provider[] = [];
  const steady = (provider: Provider): Provider => {
    const leaf = compose(provider, retry(), breaker(), costs.middleware());
    leaves.push(leaf);
    return leaf;
  };
  const chosen = selector({
    simple: steady(upstream.simple),
    standard: steady(upstream.standard),
    complex: fallback(...upstream.complex.map(steady)),
  });
  return { llm: compose(chosen, cache({ ttl: "1h" }), timeout({ total: "5m" })), costs, leaves };
}
