import { defined } from "./defined.ts";
import type { ChatResult } from "./result.ts";

/**
 * What an error code means to the layers, in one place.
 *
 * - `retry`: the same request to the same place may succeed.
 * - `fallback`: another model may succeed where this one did not.
 * - `health`: what it says about the upstream. `failure` counts against it; `throttle` asks to wait; `credential` and
 *   `model` say that this key, or this model, will not work for long; `neutral` says nothing.
 */
export interface Meaning {
  readonly retry: boolean;
  readonly fallback: boolean;
  readonly health: "failure" | "throttle" | "credential" | "model" | "neutral";
}

const meaning = (retry: boolean, fallback: boolean, health: Meaning["health"]): Meaning => ({
  retry,
  fallback,
  health,
});

/** The stable code of an {@link LlmError}. */
export type ErrorCode =
  /** Too many requests or tokens for now; see `retryAfterMs`. */
  | "rate-limit"
  /** The account has no credit or has reached its spending limit. Waiting does not help. */
  | "quota"
  /** The vendor has no capacity for now. */
  | "overloaded"
  /** Something took longer than allowed. */
  | "timeout"
  /** No connection, or it broke. */
  | "network"
  /** The vendor failed. */
  | "server"
  /** The key is missing or wrong. */
  | "auth"
  /** The key may not do this. */
  | "permission"
  /** No such model or endpoint. */
  | "not-found"
  /** The request is wrong; it would be wrong everywhere. */
  | "invalid-request"
  /** More tokens than the model can read. */
  | "context-length"
  /** The model declines to answer. */
  | "refusal"
  /** The vendor's filter stopped the request or the answer. */
  | "content-filter"
  /** The model cannot do what was asked. */
  | "unsupported"
  /** The caller gave up. */
  | "aborted"
  /** The stream ended before the answer did. */
  | "truncated"
  /** The vendor sent something that cannot be read, or the model's answer does not fit. */
  | "malformed"
  /** A circuit breaker is open. */
  | "circuit-open"
  /** A budget does not allow this call. */
  | "budget-exceeded"
  /** A queue or a concurrency limit is full. */
  | "queue-full";

/** The table over error codes that retry, fallback and the breaker share. */
export const errorCodes: Readonly<Record<ErrorCode, Meaning>> = {
  "rate-limit": meaning(true, true, "throttle"),
  quota: meaning(false, true, "credential"),
  overloaded: meaning(true, true, "failure"),
  timeout: meaning(true, true, "failure"),
  network: meaning(true, true, "failure"),
  server: meaning(true, true, "failure"),
  auth: meaning(false, true, "credential"),
  permission: meaning(false, true, "credential"),
  "not-found": meaning(false, true, "model"),
  "invalid-request": meaning(false, false, "neutral"),
  "context-length": meaning(false, true, "neutral"),
  refusal: meaning(false, true, "neutral"),
  "content-filter": meaning(false, true, "neutral"),
  unsupported: meaning(false, true, "neutral"),
  aborted: meaning(false, false, "neutral"),
  truncated: meaning(true, true, "failure"),
  malformed: meaning(true, true, "failure"),
  "circuit-open": meaning(false, true, "neutral"),
  "budget-exceeded": meaning(false, false, "neutral"),
  "queue-full": meaning(false, true, "neutral"),
};

/** What is known besides code and message. */
export interface ErrorFields {
  readonly retryAfterMs?: number | undefined;
  readonly status?: number | undefined;
  readonly vendor?: string | undefined;
  readonly model?: string | undefined;
  readonly requestId?: string | undefined;
  readonly partial?: Partial<ChatResult> | undefined;
  readonly cause?: unknown;
}

const BRAND = Symbol.for("@llm/core.LlmError");

/**
 * The one error of these packages. Tell them apart by `code`; recognise one with {@link isLlmError}, which works across
 * duplicate copies of this package. Never mutated: {@link withPartial} copies.
 *
 * @example
 * ```ts
 * try {
 *   await generate(provider, "Hello");
 * } catch (error) {
 *   if (isLlmError(error, "rate-limit")) console.log(`again in ${error.retryAfterMs} ms`);
 *   else throw error;
 * }
 * ```
 */
export class LlmError extends Error {
  override readonly name: string = "LlmError";
  readonly code: ErrorCode;
  /** Whether the same request to the same place may succeed. */
  readonly retryable: boolean;
  /** How long the upstream asks to wait, in milliseconds. */
  declare readonly retryAfterMs?: number;
  /** The HTTP status, where there was one. */
  declare readonly status?: number;
  declare readonly vendor?: string;
  declare readonly model?: string;
  /** The vendor's id of the request. */
  declare readonly requestId?: string;
  /** What had arrived when it failed: text, content and the usage to bill. */
  declare readonly partial?: Partial<ChatResult>;

  constructor(code: ErrorCode, message: string, fields: ErrorFields = {}) {
    super(message, fields.cause === undefined ? undefined : { cause: fields.cause });
    this.code = code;
    this.retryable = errorCodes[code].retry;
    const { retryAfterMs, status, vendor, model, requestId, partial } = fields;
    Object.assign(this, defined({ retryAfterMs, status, vendor, model, requestId, partial }));
    Object.defineProperty(this, BRAND, { value: true });
  }
}

/**
 * Whether a value is an {@link LlmError}, of any copy of this package, and of one of the codes if any are given.
 *
 * @example
 * ```ts
 * isLlmError(error, "timeout", "network");
 * ```
 */
export const isLlmError = (value: unknown, ...codes: readonly ErrorCode[]): value is LlmError =>
  typeof value === "object" &&
  value !== null &&
  BRAND in value &&
  (codes.length === 0 || codes.some((code) => "code" in value && value.code === code));

/**
 * A copy of an error that carries a partial result. What the error already knew wins, its stack and cause are kept, and
 * so is whatever a subclass added.
 */
export function withPartial(error: LlmError, partial: Partial<ChatResult>): LlmError {
  const copy = Object.setPrototypeOf(new Error(error.message), Object.getPrototypeOf(error) as object) as LlmError; // an error, of the same class
  const { stack: _, ...fields } = Object.getOwnPropertyDescriptors(error); // an accessor that only works on its own error
  return Object.defineProperties(copy, {
    ...fields,
    stack: { value: error.stack, writable: true, configurable: true },
    partial: { value: { ...partial, ...error.partial }, enumerable: true },
  });
}
