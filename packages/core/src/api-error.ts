import { isLlmError, LlmError, type ErrorCode } from "./error.ts";
import { isRecord } from "./json.ts";
import { record, text } from "./fields.ts";
import { retryAfter } from "./headers.ts";

/** What the SDKs' errors have in common; every field may be missing. */
interface ApiError extends Error {
  readonly status?: number | undefined;
  readonly type?: string | null | undefined;
  readonly code?: string | null | undefined;
  readonly errorCode?: string | null | undefined;
  readonly error?: unknown;
  readonly headers?: Headers | undefined;
  readonly requestID?: string | null | undefined;
}

/** Types and codes of Anthropic's and OpenAI's errors. */
const NAMES: Partial<Readonly<Record<ErrorCode, string>>> = {
  auth: "authentication_error invalid_api_key",
  quota: "billing_error insufficient_quota billing_hard_limit_reached billing_not_active",
  permission: "permission_error",
  "not-found": "not_found_error model_not_found",
  "invalid-request": "request_too_large",
  "rate-limit": "rate_limit_error rate_limit_exceeded tokens requests",
  timeout: "timeout_error vector_store_timeout",
  server: "api_error conflict_error server_error",
  overloaded: "overloaded_error server_is_overloaded slow_down",
  "context-length": "context_length_exceeded string_above_max_length",
  "content-filter": "content_filter content_policy_violation",
};
const TYPES = new Map(
  Object.entries(NAMES).flatMap(([code, names]) => names.split(" ").map((name) => [name, code as ErrorCode] as const)), // a key
);

const STATUSES: Readonly<Record<number, ErrorCode>> = {
  401: "auth",
  402: "quota",
  403: "permission",
  404: "not-found",
  408: "timeout",
  409: "server",
  425: "server",
  429: "rate-limit",
  503: "overloaded",
  504: "timeout",
  529: "overloaded",
};

/** Vendors say these only in words. */
const CONTEXT =
  /prompt is too long|maximum context length|context window|context_length|exceeds? the (?:model'?s )?context/i;
const FILTER = /content filter|content management policy|content filtering policy/i;
/** 429s of Anthropic that waiting does not cure. */
const SPENT = /spend_limit|ramp_limit|credit/;

function codeOf(status: number | undefined, names: readonly string[], message: string): ErrorCode {
  if (names.some((name) => SPENT.test(name))) return "quota";
  const byStatus = status === undefined ? undefined : STATUSES[status];
  for (const name of names) {
    const code = TYPES.get(name);
    if (code) return code === "server" ? (byStatus ?? code) : code; // a status may say more than "failed"
  }
  if (status === undefined || (status >= 400 && status < 500)) {
    if (CONTEXT.test(message) && status !== 429) return "context-length";
    if (FILTER.test(message)) return "content-filter";
  }
  if (status === undefined) return "server";
  return byStatus ?? (status >= 500 ? "server" : status >= 400 ? "invalid-request" : "malformed");
}

/** A text without the keys that vendors' messages repeat. */
const withoutKeys = (text: string, secret: string | undefined): string => {
  const clean = secret !== undefined && secret.length >= 4 ? text.replaceAll(secret, "***") : text;
  return clean.replaceAll(/\b(sk|key|org|proj)-[\w*-]{6,}/g, "$1-***");
};

const isApiError = (error: unknown): error is ApiError =>
  error instanceof Error && ("status" in error || "requestID" in error || "headers" in error);

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** All messages along the causes of an error: what fetch hides in them. */
function reasons(error: unknown): string {
  const seen: string[] = [];
  for (let at = error; at instanceof Error && seen.length < 8; at = at.cause)
    seen.push(at.name, at.message, "code" in at ? String(at.code) : "");
  return seen.join(" ");
}

/** Which model of which vendor failed; `secret` is its key, to be kept out of messages. */
export interface Origin {
  readonly vendor: string;
  readonly model: string;
  readonly secret?: string | undefined;
}

/**
 * What an SDK, fetch or a parser threw, as one of ours, without the key.
 *
 * @example
 * ```ts
 * import { toLlmError } from "@llm/core/adapter";
 * toLlmError(new SyntaxError("Unexpected end of JSON input"), { vendor: "me", model: "m" }).code; // "malformed"
 * ```
 */
export function toLlmError(error: unknown, origin: Origin): LlmError {
  if (isLlmError(error)) return error;
  if (error instanceof Error && isLlmError(error.cause)) return error.cause; // thrown within the SDK's fetch
  const { vendor, model } = origin;
  const message = withoutKeys(textOf(error), origin.secret);
  const cause = message === textOf(error) ? error : undefined; // one that repeats the key is not passed on
  const fields = { vendor, model, cause };

  if (error instanceof SyntaxError) return new LlmError("malformed", `unreadable answer: ${message}`, fields);
  if (!isApiError(error)) {
    if (/authentication method|missing credentials|api key/i.test(message))
      return new LlmError("auth", message, fields);
    if (/ByteString|header value/i.test(message)) return new LlmError("invalid-request", `headers: ${message}`, fields); // a key with odd signs
    return new LlmError("network", `${message} (${reasons(error)})`.slice(0, 1_000), fields);
  }
  if (error.status === undefined && !error.headers) {
    const why = reasons(error);
    if (/timed out|timeout/i.test(why)) return new LlmError("timeout", message, fields);
    if (/was aborted/i.test(why)) return new LlmError("aborted", message, fields);
    return new LlmError("network", message, fields);
  }
  const said = record(error.error, "error"); // the body, where the SDK is older than its field
  const names = [error.errorCode, text(record(said, "details"), "error_code"), error.code, error.type].filter(
    (name) => typeof name === "string",
  );
  const code = codeOf(error.status, names, message);
  const wait = error.headers && retryAfter(error.headers);
  return new LlmError(code, message, {
    ...fields,
    status: error.status,
    requestId: error.requestID ?? undefined,
    ...(wait !== undefined && { retryAfterMs: wait }),
  });
}

/** An error that a vendor sends inside an answer of status 200, OpenAI's `response.error` for example. */
export function bodyError(body: unknown, origin: Origin & { readonly requestId?: string | undefined }): LlmError {
  const fields = isRecord(body) ? body : {};
  const message =
    typeof fields["message"] === "string" ? fields["message"] : "the vendor reports a failure without a message";
  const names = [fields["code"], fields["type"]].filter((name) => typeof name === "string");
  return new LlmError(codeOf(undefined, names, message), withoutKeys(message, origin.secret), {
    vendor: origin.vendor,
    model: origin.model,
    requestId: origin.requestId,
  });
}
