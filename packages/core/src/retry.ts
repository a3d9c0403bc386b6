import { attempts } from "./attempts.ts";
import { child } from "./call.ts";
import { layer } from "./compose.ts";
import { isLlmError } from "./error.ts";
import { emit } from "./event.ts";
import type { Middleware } from "./provider.ts";
import type { RetryBudget } from "./retry-budget.ts";
import { systemClock, toMs, type Clock, type Duration } from "./time.ts";

/** How to retry. */
export interface RetryOptions {
  /** Attempts in all, the first included. Default 3. */
  readonly attempts?: number;
  /** Upper bound of the first wait; it doubles each time. Default `"500ms"`. */
  readonly baseDelay?: Duration;
  /** Upper bound of every wait that we choose. Default `"8s"`. */
  readonly maxDelay?: Duration;
  /** The longest Retry-After that is waited for; a longer one ends the call with its error at once. Default `"60s"`. */
  readonly maxRetryAfter?: Duration;
  /** What all retries together may take; share one among layers with {@link retryBudget}. Default: no bound. */
  readonly budget?: RetryBudget;
  readonly clock?: Clock;
  /** A random number from 0 to 1. */
  readonly random?: () => number;
}

/**
 * Tries again after an error that may pass, until the first content has been handed out. Waits are chosen at random
 * between 0 and a bound that doubles ("full jitter", AWS Architecture Blog, 2015), or what the upstream asks for. It
 * does not begin a wait that the call's deadline would cut short, nor a retry that its budget does not hold.
 *
 * @throws TypeError for a bad option
 * @example
 * ```ts
 * const steady = compose(provider, retry({ attempts: 5 }));
 * ```
 */
export function retry(options: RetryOptions = {}): Middleware {
  const { attempts: most = 3, budget, clock = systemClock, random = Math.random } = options;
  if (!Number.isInteger(most) || most < 1)
    throw new TypeError(`attempts must be a whole number of at least 1, not ${most}`);
  const base = toMs(options.baseDelay ?? 500, "baseDelay");
  const max = toMs(options.maxDelay ?? "8s", "maxDelay");
  const maxRetryAfter = toMs(options.maxRetryAfter ?? "60s", "maxRetryAfter");

  const how = { clock };
  return layer((request, call, inner) =>
    attempts(
      call,
      (n) => {
        if (n === 1) budget?.earn();
        return inner.stream(request, n === 1 ? call : child(call, { attempt: n }));
      },
      (error, n) => {
        if (n >= most || !isLlmError(error) || !error.retryable) return undefined;
        const asked = error.retryAfterMs;
        if (asked !== undefined && asked > maxRetryAfter) return undefined;
        const ms = asked ?? random() * Math.min(max, base * 2 ** (n - 1));
        if (clock.now() + ms >= call.deadline) return undefined;
        if (budget && !budget.spend()) {
          emit(call, "retry.denied", { attempt: n, error });
          return undefined;
        }
        emit(call, "retry.waiting", { attempt: n, ms, error });
        return ms;
      },
      how,
    ),
  );
}
