import { abortError, errorCodes, isLlmError, isRecord } from "@llm/core";
import type { Meaning } from "@llm/core";

/**
 * What an error says about the upstream: `failure` counts against it, `throttle` asks to wait, `credential` and `model`
 * say that this key or this model will not work for long, `neutral` says nothing.
 */
export type Verdict = Meaning["health"];

/**
 * The verdict on something thrown: by core's table for an `LlmError`; `neutral` for an `AbortError`, because the caller
 * gave up; `failure` for everything else, whatever its type.
 *
 * @example
 * ```ts
 * verdictOf(new LlmError("overloaded", "busy")); // "failure"
 * verdictOf(undefined); // "failure": rejected with nothing
 * ```
 */
export function verdictOf(error: unknown): Verdict {
  if (isLlmError(error)) return (errorCodes[error.code] as Meaning | undefined)?.health ?? "failure"; // a newer core's code
  return isRecord(error) && error["name"] === "AbortError" ? "neutral" : "failure";
}

/**
 * What a call has really failed with: if its signal was aborted, that. A caller who gave up is `aborted`, which is
 * neutral; a timer that aborted it, in a layer further out for example, is a `timeout`, which counts.
 */
export const causeOf = (error: unknown, signal: AbortSignal | undefined): unknown =>
  signal?.aborted ? abortError(signal) : error;
