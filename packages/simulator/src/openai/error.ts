import type { Failure, FailureKind } from "../failure.ts";
import type { Json } from "../json.ts";

const KINDS: Readonly<Record<FailureKind, readonly [status: number, type: string, code: string | null]>> = {
  invalid: [400, "invalid_request_error", null],
  unauthenticated: [401, "invalid_request_error", null],
  billing: [402, "billing_error", null],
  forbidden: [403, "invalid_request_error", null],
  "not-found": [404, "invalid_request_error", null],
  method: [405, "invalid_request_error", "method_not_supported"],
  conflict: [409, "invalid_request_error", null],
  "too-large": [413, "invalid_request_error", null],
  "rate-limit": [429, "requests", "rate_limit_exceeded"],
  quota: [429, "insufficient_quota", "insufficient_quota"],
  server: [500, "server_error", null],
  unavailable: [503, "server_error", null],
  timeout: [504, "server_error", null],
  overloaded: [503, "server_error", "server_overloaded"],
};

/** Status and body of an error as OpenAI sends it. */
export function openaiError(failure: Failure): { readonly status: number; readonly body: Json } {
  const [status, type, code] = KINDS[failure.kind];
  return {
    status,
    body: {
      error: {
        message: failure.message,
        type: failure.kind === "rate-limit" ? (failure.scope ?? type) : type,
        param: failure.param ?? null,
        code: failure.code ?? code,
      },
    },
  };
}
