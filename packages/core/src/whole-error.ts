import { LlmError } from "./error.ts";
import type { ChatResult } from "./result.ts";

/**
 * The error of one attempt or step as that of the whole: the same but for its partial result, which is the whole's, with
 * the usage of all. The attempt's own is its cause.
 */
export function wholeError(error: LlmError, partial: Partial<ChatResult>): LlmError {
  const { retryAfterMs, status, vendor, model, requestId } = error;
  return new LlmError(error.code, error.message, {
    retryAfterMs,
    status,
    vendor,
    model,
    requestId,
    partial,
    cause: error,
  });
}
