/** What went wrong, in the words of no vendor; each vendor has its own type, code and status for it. */
export type FailureKind =
  | "invalid"
  | "unauthenticated"
  | "billing"
  | "forbidden"
  | "not-found"
  | "method"
  | "conflict"
  | "too-large"
  | "rate-limit"
  | "quota"
  | "server"
  | "unavailable"
  | "timeout"
  | "overloaded";

/** An error that the API answers with. */
export interface Failure {
  readonly kind: FailureKind;
  readonly message: string;
  /** OpenAI: the parameter that is wrong. */
  readonly param?: string;
  /** OpenAI `code`; Anthropic `details.error_code`. */
  readonly code?: string;
  /** What was exceeded (OpenAI: the `type` of a 429). */
  readonly scope?: "requests" | "tokens";
  readonly headers?: Readonly<Record<string, string>>;
}

/** A request that the API does not take. */
export function invalid(message: string, more: { readonly param?: string; readonly code?: string } = {}): Failure {
  return { kind: "invalid", message, ...more };
}
