import type { Call } from "./call.ts";
import { isLlmError, LlmError } from "./error.ts";
import { systemClock, type Clock } from "./time.ts";

/** The error of an aborted signal: `timeout` if a timer aborted it, `aborted` if a caller did, or the very error given as reason. */
export function abortError(signal: AbortSignal): LlmError {
  const reason: unknown = signal.reason;
  if (isLlmError(reason)) return reason;
  const timedOut = reason instanceof Error && reason.name === "TimeoutError";
  return new LlmError(timedOut ? "timeout" : "aborted", timedOut ? "the call's time is up" : "the call was aborted", {
    cause: reason,
  });
}

/** The error of a call whose deadline has passed. */
export const deadlineError = (): LlmError => new LlmError("timeout", "the call's deadline has passed");

/**
 * Watches a call's signal and deadline: `end` is called once, with the error, as soon as the call is over. If it is over
 * already, that happens before this returns.
 *
 * @returns stops watching; always call it
 */
export function onEnd(call: Call, end: (error: LlmError) => void, clock: Clock = systemClock): () => void {
  const { signal, deadline } = call;
  if (signal?.aborted) {
    end(abortError(signal));
    return () => {};
  }
  let cancel: (() => void) | undefined;
  const stop = (): void => {
    cancel?.();
    signal?.removeEventListener("abort", abort);
  };
  const abort = (): void => {
    stop();
    if (signal) end(abortError(signal));
  };
  // timers cannot be set further ahead than about 25 days: look again when one fires early
  const wait = (): void => {
    const left = deadline - clock.now();
    if (left > 0) cancel = clock.setTimeout(wait, left);
    else {
      stop();
      end(deadlineError());
    }
  };
  signal?.addEventListener("abort", abort);
  if (deadline !== Infinity) wait();
  return stop;
}

/**
 * Waits for a promise, but no longer than the call lives.
 *
 * @throws LlmError `aborted` or `timeout` when the call is over first
 * @example
 * ```ts
 * const row = await until(store.get(key), call);
 * ```
 */
export function until<T>(promise: Promise<T>, call: Call, clock?: Clock): Promise<T> {
  if (!call.signal && call.deadline === Infinity) return promise;
  return new Promise<T>((resolve, reject) => {
    const stop = onEnd(call, reject, clock);
    promise.then(resolve, reject).finally(stop);
  });
}
