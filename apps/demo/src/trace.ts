import type { Event, Provider } from "@llm/core";
import type { Stack } from "./stack.ts";

/** What the layers did in one call. */
export interface Trace {
  readonly onEvent: (event: Event) => void;
  /** The first text has come. */
  readonly text: () => void;
  /** A line for each layer: its name, and what it did. */
  readonly lines: () => readonly (readonly [layer: string, did: string])[];
}

const ms = (value: number): string => {
  if (value < 1_000) return `${Math.round(value)} ms`;
  if (value < 60_000) return `${(value / 1_000).toFixed(1)} s`;
  return value < 3_600_000 ? `${Math.round(value / 60_000)} min` : `${Math.round(value / 3_600_000)} h`;
};

/** Dollars with the digits that small sums need. */
export const dollars = (value: number): string =>
  `$${value === 0 ? "0" : value < 0.01 ? value.toFixed(6) : value.toFixed(4)}`;

const breakerLine = (leaf: Provider, events: readonly Event[]): string => {
  const opened = events.find((event) => event.type === "circuit_breaker.opened");
  const health = leaf.health?.() ?? { ready: true };
  const state = health.ready ? "closed" : `open (${health.reason ?? "not ready"})`;
  const rate = health.errorRate === undefined ? "" : `, ${Math.round(health.errorRate * 100)} % of recent calls failed`;
  return `${leaf.name}: ${state}${rate}${opened ? ", opened by this call" : ""}`;
};

/** Listens to one call through a stack. */
export function trace({ leaves, costs }: Stack): Trace {
  const events: Event[] = [];
  const begun = performance.now();
  let firstText: number | undefined;
  const of = <K extends Event["type"]>(type: K): Extract<Event, { readonly type: K }>[] =>
    events.filter((event): event is Extract<Event, { readonly type: K }> => event.type === type);

  return {
    onEvent: (event) => events.push(event),
    text: () => (firstText ??= performance.now()),
    lines: () => {
      const lines: [string, string][] = [];
      const hit = of("cache.hit")[0];
      const stored = of("cache.stored")[0];
      if (hit) lines.push(["cache", `hit, ${ms(hit.ageMs)} old: nothing was asked, nothing is to be paid`]);
      else if (of("cache.coalesced").length > 0)
        lines.push(["cache", "an equal call was under way: shared its answer"]);
      else lines.push(["cache", stored ? `miss, stored for ${ms(stored.ttlMs)}` : "miss, not stored"]);

      for (const { to, level, why } of of("selector.decided")) lines.push(["selector", `${level} → ${to} (${why})`]);
      const requests = of("api.request");
      if (requests.length > 0) {
        const waits = of("retry.waiting").map((wait) => `${wait.error.code}, waited ${ms(wait.ms)}`);
        const count = `${requests.length} ${requests.length === 1 ? "attempt" : "attempts"}`;
        lines.push(["retry", [count, ...waits].join("; ")]);
      }
      const asked = new Set(requests.map((request) => `${request.vendor}/${request.model}`));
      for (const leaf of leaves)
        if (asked.has(leaf.name.split("@")[0] ?? "")) lines.push(["breaker", breakerLine(leaf, events)]);
      for (const { model, vendor, usage } of of("api.response")) {
        const cost = of("api.cost").find((event) => event.model === model);
        const price = cost ? dollars(cost.cost) : "price unknown";
        const thought = usage.reasoning > 0 ? ` (${usage.reasoning} of them reasoning)` : "";
        lines.push(["cost", `${usage.input} tokens in, ${usage.output} out${thought}, ${vendor}/${model}: ${price}`]);
      }
      lines.push(["", `total so far ${dollars(costs.total)}`]);
      const first = firstText === undefined ? "" : `first text after ${ms(firstText - begun)}, `;
      lines.push(["time", `${first}${ms(performance.now() - begun)} in all`]);
      return lines;
    },
  };
}
