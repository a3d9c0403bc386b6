import { isContent, mergeHealth, until, watch, wrap } from "@llm/core";
import type { Call, ChatRequest, Middleware, StreamPart, Watcher } from "@llm/core";
import { createBreaker } from "./breaker.ts";
import type { Breaker } from "./breaker.ts";
import type { BreakerOptions } from "./options.ts";
import { toPolicy } from "./policy.ts";
import { causeOf } from "./verdict.ts";

function enter(breaker: Breaker, call: Call): Watcher {
  const permit = breaker.acquire({ call, priority: call.tags["priority"] === "batch" ? "batch" : "interactive" });
  const part = (part: StreamPart): void => {
    if (part.type === "start" && part.rateLimits) permit.rateLimits(part.rateLimits);
    // the parts of a whole answer come together, at its end
    else if (!call.whole && isContent(part)) permit.firstToken();
    else if (part.type === "finish") permit.success(part.usage);
  };
  return {
    part,
    end: (outcome) => {
      // one that has finished has succeeded already; one that was left may have been left because it was too slow
      if (outcome.type === "failed" || call.signal?.aborted)
        permit.failure(causeOf(outcome.type === "failed" && outcome.error, call.signal));
      else permit.ignore();
    },
  };
}

/**
 * A circuit breaker as a middleware, one for each provider that it is put around; or one that you made, to look at and
 * to isolate by hand. A call is rejected before anything is asked; a stream counts when it ends; one that was cut or
 * stalled has failed; one that its reader left counts for nothing. The provider's `health()` is the breaker's merged
 * with the inner provider's. A call whose tag `priority` is `batch` is a batch call.
 *
 * @throws TypeError that names the option that is out of range
 * @example
 * ```ts
 * const steady = compose(provider, retry(), breaker({ failureThreshold: 5, resetTimeout: "60s" }));
 * steady.health?.(); // { ready: true, errorRate: 0, firstPartMs: 412, … }
 * ```
 * @example One that you hold
 * ```ts
 * const circuit = createBreaker({ name: "claude" });
 * const steady = compose(provider, breaker(circuit));
 * circuit.isolate("maintenance until noon");
 * ```
 */
export function breaker(options: BreakerOptions | Breaker = {}): Middleware {
  const given = "acquire" in options ? options : undefined;
  if (!given) toPolicy(options); // what is bad fails here, not when the layer is put on
  return (inner) => {
    const circuit = given ?? createBreaker({ name: inner.name, ...options });
    const open = (request: ChatRequest, call: Call): AsyncIterable<StreamPart> =>
      watch(
        () => inner.stream(request, call),
        () => {
          const asked = circuit.prepare();
          return asked ? until(asked, call).then(() => enter(circuit, call)) : enter(circuit, call);
        },
      );
    return wrap(inner, { stream: open, health: (call) => mergeHealth(circuit.health(), inner.health?.(call)) });
  };
}
