import { attempts } from "./attempts.ts";
import { child } from "./call.ts";
import { oneOf } from "./compose.ts";
import { errorCodes, isLlmError } from "./error.ts";
import { emit } from "./event.ts";
import { mapStart } from "./map-start.ts";
import type { Provider } from "./provider.ts";

/**
 * Asks the first provider, and the next one when it fails with an error that another model may not have (see
 * {@link errorCodes}), until one begins to answer. An answer that is not the first one's is marked `degraded`.
 *
 * @throws LlmError the last provider's error, when all have failed
 * @example
 * ```ts
 * const llm = fallback(anthropic("claude-opus-5-5"), openai("gpt-6.1-sol"));
 * ```
 */
export function fallback(...providers: readonly Provider[]): Provider {
  return oneOf("fallback", providers, (request, call) => {
    let current = 0;
    const parts = attempts(
      call,
      (n) => {
        current = n - 1;
        const provider = providers[current];
        if (!provider) throw new RangeError("fallback ran out of providers"); // again() has stopped before
        return provider.stream(request, child(call));
      },
      (error, n) => {
        const from = providers[n - 1];
        const to = providers[n];
        if (!from || !to || !isLlmError(error) || !errorCodes[error.code].fallback) return undefined;
        emit(call, "fallback.used", { from: from.name, to: to.name, error });
        return 0;
      },
    );
    return mapStart(parts, (start) => (current === 0 ? start : { ...start, degraded: true }));
  });
}
