import type { Call } from "./call.ts";
import type { Health, Middleware, Provider } from "./provider.ts";
import type { ChatRequest } from "./request.ts";
import type { StreamPart } from "./stream-part.ts";

/**
 * A provider with other members in place of some of its own. What it does not know, it forwards.
 *
 * @example
 * ```ts
 * const renamed = wrap(provider, { name: "mine" });
 * ```
 */
export const wrap = (inner: Provider, change: Partial<Provider>): Provider => ({ ...inner, ...change });

/**
 * A middleware from what it does with a stream. It may call `inner.stream` any number of times, with another request or
 * a {@link child} call; one without work may return the inner stream itself.
 *
 * @example
 * ```ts
 * const briefly = layer((request, call, inner) => inner.stream({ ...request, maxTokens: 100 }, call));
 * ```
 */
export const layer =
  (stream: (request: ChatRequest, call: Call, inner: Provider) => AsyncIterable<StreamPart>): Middleware =>
  (inner) =>
    wrap(inner, { stream: (request, call) => stream(request, call, inner) });

/**
 * A provider with layers around it; the first layer is the outermost.
 *
 * @example
 * ```ts
 * const steady = compose(provider, retry(), timeout({ total: "60s" }));
 * ```
 */
export const compose = (provider: Provider, ...layers: readonly Middleware[]): Provider =>
  layers.reduceRight((inner, wrapIt) => wrapIt(inner), provider);

const READY: Health = { ready: true };

/** The health of a provider; one that says nothing is ready. */
export const healthOf = (provider: Provider, call?: Call): Health => provider.health?.(call) ?? READY;

const better = (a: Health, b: Health): Health => {
  if (a.ready || b.ready) return a.ready ? a : b;
  return (a.until ?? Infinity) <= (b.until ?? Infinity) ? a : b;
};

/**
 * Two healths of one thing, such as a layer's and its inner provider's: ready if both are; otherwise until the later of
 * the times and for the first's reason. What the first does not measure is taken from the second.
 */
export function mergeHealth(first: Health, second: Health | undefined): Health {
  if (!second) return first;
  const { until: _, reason: __, ...merged } = { ...second, ...first };
  const blocked = [first, second].filter((health) => !health.ready);
  // one that does not know when it will be back makes the whole not know it
  const until = Math.max(...blocked.map((health) => health.until ?? Infinity));
  const reason = blocked[0]?.reason;
  return {
    ...merged,
    ready: blocked.length === 0,
    ...(Number.isFinite(until) && { until }),
    ...(reason !== undefined && { reason }),
  };
}

/**
 * A provider that chooses among others: their models together, the best of their healths.
 *
 * @throws TypeError if there are no candidates
 * @example
 * ```ts
 * const random = oneOf("random", [a, b], (request, call) => (Math.random() < 0.5 ? a : b).stream(request, child(call)));
 * ```
 */
export function oneOf(name: string, candidates: readonly Provider[], stream: Provider["stream"]): Provider {
  const first = candidates[0];
  if (!first) throw new TypeError(`${name} needs at least one provider`);
  return {
    name: `${name}(${candidates.map((candidate) => candidate.name).join()})`,
    models: candidates.flatMap((candidate) => candidate.models),
    stream,
    health: (call) => candidates.map((candidate) => healthOf(candidate, call)).reduce(better),
    ...(first.countTokens && { countTokens: first.countTokens }),
  };
}
