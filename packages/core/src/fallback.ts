import { attempts } from "./attempts.ts";
import { child, type Call } from "./call.ts";
import { healthOf, oneOf } from "./compose.ts";
import { errorCodes, isLlmError, LlmError, type ErrorCode } from "./error.ts";
import { emit } from "./event.ts";
import { mapStart } from "./map-start.ts";
import type { Model, Provider } from "./provider.ts";
import type { FinishReason } from "./stream-part.ts";
import { systemClock, type Clock } from "./time.ts";

/** When to fall back. */
export interface FallbackOptions {
  /** The errors after which another model is asked. Default: those that {@link errorCodes} marks. */
  readonly on?: readonly ErrorCode[];
  readonly clock?: Clock;
}

/** The ways to finish that are a failure by another name, when nothing was answered before. */
const FLAWS: ReadonlySet<FinishReason> = new Set(["refusal", "content-filter", "context-length"]);

const readyFirst = (providers: readonly Provider[], call: Call): Provider[] => {
  const ready: Provider[] = [];
  const unready: Provider[] = [];
  for (const provider of providers) (healthOf(provider, call).ready ? ready : unready).push(provider);
  return [...ready, ...unready];
};

/** Whether a candidate may do better where another one failed. Of one that names no models nobody knows. */
function mayHelp(candidate: Provider, failed: Provider, error: LlmError): boolean {
  const some = (can: (model: Model) => boolean): boolean => candidate.models.length === 0 || candidate.models.some(can);
  switch (error.code) {
    case "context-length": {
      const tried = Math.max(0, ...failed.models.map((model) => model.can.context ?? 0));
      return some((model) => (model.can.context ?? Infinity) > tried);
    }
    case "refusal":
    case "content-filter": {
      const vendors = error.vendor === undefined ? failed.models.map((model) => model.vendor) : [error.vendor];
      return some((model) => !vendors.includes(model.vendor));
    }
    default:
      return true;
  }
}

/**
 * Asks the first provider, and the next one when it fails with an error that another model may not have (see
 * {@link errorCodes}), until one begins to answer. What is too long goes on to models with a larger context only; what
 * was declined, with an error or by finishing so before any content, to another vendor. Candidates that are not ready
 * are asked last. An answer that is not the first one's is marked `degraded`.
 *
 * @throws LlmError the last provider's error, when all have failed
 * @throws TypeError without providers, or for a bad option
 * @example
 * ```ts
 * const llm = fallback(anthropic("claude-opus-5-5"), openai("gpt-6.1-sol"));
 * const only = fallback([small, large], { on: ["context-length"] });
 * ```
 */
export function fallback(...providers: readonly Provider[]): Provider;
export function fallback(providers: readonly Provider[], options?: FallbackOptions): Provider;
export function fallback(
  ...given: readonly (Provider | readonly Provider[] | FallbackOptions | undefined)[]
): Provider {
  const listed = Array.isArray(given[0]);
  const providers = (listed ? given[0] : given) as readonly Provider[]; // by the first overload, else the second
  const { on, clock = systemClock } = (listed ? (given[1] ?? {}) : {}) as FallbackOptions;
  const unknown = on?.find((code) => !Object.hasOwn(errorCodes, code));
  if (unknown !== undefined) throw new TypeError(`on must hold error codes, not ${JSON.stringify(unknown)}`);
  const counts = (code: ErrorCode): boolean => (on ? on.includes(code) : errorCodes[code].fallback);

  return oneOf("fallback", providers, (request, call) => {
    let left: Provider[] = [];
    let current = providers[0] as Provider; // oneOf() has checked that there is one
    const parts = attempts(
      call,
      (n) => {
        if (n === 1) {
          const [first = current, ...others] = readyFirst(providers, call);
          current = first;
          left = others;
        }
        return current.stream(request, child(call));
      },
      (error) => {
        if (!isLlmError(error) || !counts(error.code)) return undefined;
        const failed = current;
        const [next, ...others] = left.filter((candidate) => mayHelp(candidate, failed, error));
        if (!next) return undefined;
        emit(call, "fallback.used", { from: failed.name, to: next.name, error });
        current = next;
        left = others;
        return 0;
      },
      {
        clock,
        flaw: ({ reason }) =>
          FLAWS.has(reason) ? new LlmError(reason as ErrorCode, `the answer ended with ${reason}`) : undefined, // a code too
      },
    );
    return mapStart(parts, (start) => (current === providers[0] ? start : { ...start, degraded: true }));
  });
}
