import type { Failure, FailureKind } from "../failure.ts";
import type { Json } from "../json.ts";

const KINDS: Readonly<Record<FailureKind, readonly [status: number, type: string]>> = {
  invalid: [400, "invalid_request_error"],
  unauthenticated: [401, "authentication_error"],
  billing: [402, "billing_error"],
  forbidden: [403, "permission_error"],
  "not-found": [404, "not_found_error"],
  method: [405, "invalid_request_error"],
  conflict: [409, "conflict_error"],
  "too-large": [413, "request_too_large"],
  "rate-limit": [429, "rate_limit_error"],
  quota: [429, "rate_limit_error"],
  server: [500, "api_error"],
  unavailable: [503, "api_error"],
  timeout: [504, "timeout_error"],
  overloaded: [529, "overloaded_error"],
};

/** Status and body of an error as Anthropic sends it. */
export function anthropicError(failure: Failure, requestId: string): { readonly status: number; readonly body: Json } {
  const [status, type] = KINDS[failure.kind];
  const details = failure.code === undefined ? {} : { details: { error_code: failure.code } };
  return {
    status,
    body: { type: "error", error: { type, message: failure.message, ...details }, request_id: requestId },
  };
}
