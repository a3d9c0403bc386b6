import { attempts } from "./attempts.ts";
import { child, type Call } from "./call.ts";
import { healthOf, oneOf } from "./compose.ts";
import { errorCodes, isLlmError, LlmError, type ErrorCode } from "./error.ts";
import { emit } from "./event.ts";
import { mapStart } from "./map-start.ts";
import type { Provider } from "./provider.ts";
import type { FinishReason } from "./stream-part.ts";
import { systemClock, type Clock } from "./time.ts";

/** When to fall back. */
export interface FallbackOptions {
  /** The errors after which another model is asked. Default: those that {@link errorCodes} marks. */
  readonly on?: readonly ErrorCode[];
  readonly clock?: Clock;
}

/** The ways to finish that are a failure by another name, when nothing was answered before. */
const FLAWS: Readonly<Partial<Record<FinishReason, ErrorCode>>> = {
  refusal: "refusal",
  "content-filter": "content-filter",
  "context-length": "context-length",
};

/** Most tokens that a candidate reads: its largest model's; undefined when that is not known. */
const contextOf = (provider: Provider): number | undefined => {
  const known = provider.models.flatMap(({ can }) => (can.context === undefined ? [] : [can.context]));
  return known.length > 0 && known.length === provider.models.length ? Math.max(...known) : undefined;
};

const vendorsOf = (provider: Provider): Set<string> => new Set(provider.models.map((model) => model.vendor));

const readyFirst = (providers: readonly Provider[], call: Call): Provider[] => {
  const ready: Provider[] = [];
  const unready: Provider[] = [];
  for (const provider of providers) (healthOf(provider, call).ready ? ready : unready).push(provider);
  return [...ready, ...unready];
};

/** Whether a candidate may do better where another one failed. */
function mayHelp(candidate: Provider, failed: Provider, error: LlmError): boolean {
  switch (error.code) {
    case "context-length":
      return (contextOf(candidate) ?? Infinity) > (contextOf(failed) ?? 0);
    case "refusal":
    case "content-filter": {
      const vendors = error.vendor === undefined ? vendorsOf(failed) : new Set([error.vendor]);
      return [...vendorsOf(candidate)].some((vendor) => !vendors.has(vendor));
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
    let left: Provider[] | undefined;
    let current: Provider | undefined;
    const parts = attempts(
      call,
      () => {
        left ??= readyFirst(providers, call);
        current = left.shift();
        if (!current) throw new RangeError("fallback ran out of providers"); // again() has stopped before
        return current.stream(request, child(call));
      },
      (error) => {
        const failed = current;
        if (!failed || !left || !isLlmError(error) || !counts(error.code)) return undefined;
        left = left.filter((candidate) => mayHelp(candidate, failed, error));
        const [next] = left;
        if (!next) return undefined;
        emit(call, "fallback.used", { from: failed.name, to: next.name, error });
        return 0;
      },
      {
        clock,
        flaw: (finish) => {
          const code = FLAWS[finish.reason];
          return code && new LlmError(code, `the answer ended with ${finish.reason}`);
        },
      },
    );
    return mapStart(parts, (start) => (current === providers[0] ? start : { ...start, degraded: true }));
  });
}
