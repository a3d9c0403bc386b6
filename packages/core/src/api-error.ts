import { isLlmError, LlmError, type ErrorCode, type ErrorFields } from "./error.ts";
import { record, text } from "./fields.ts";
import { retryAfter } from "./headers.ts";
import { isRecord } from "./json.ts";

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

/** What stands for a code: types and codes of Anthropic's, OpenAI's and Bedrock's errors, and statuses. */
const NAMES: Partial<Readonly<Record<ErrorCode, string>>> = {
  auth: "authentication_error invalid_api_key 401",
  quota: "billing_error insufficient_quota billing_hard_limit_reached billing_not_active 402",
  permission: "permission_error 403",
  "not-found": "not_found_error model_not_found 404",
  "invalid-request": "request_too_large validationException",
  "rate-limit": "rate_limit_error rate_limit_exceeded tokens requests throttlingException 429",
  timeout: "timeout_error vector_store_timeout modelTimeoutException 408 504",
  server: "api_error conflict_error server_error 409 425",
  overloaded: "overloaded_error server_is_overloaded slow_down serviceUnavailableException 503 529",
  "context-length": "context_length_exceeded string_above_max_length",
  "content-filter": "content_filter content_policy_violation image_content_policy_violation",
};
const CODES = new Map(
  Object.entries(NAMES).flatMap(([code, names]) => names.split(" ").map((name) => [name, code as ErrorCode] as const)), // a key
);

/** Vendors say these only in words. */
const CONTEXT =
  /prompt is too long|maximum context length|context window|context_length|exceeds? the (?:model'?s )?context/i;
const FILTER = /content filter|content management policy|content filtering policy/i;
/** What says so in an answer of status 200. */
const INVALID = /^(?:invalid_|image_|unsupported_|4)/;
/** 429s of Anthropic that waiting does not cure. */
const SPENT = /spend_limit|ramp_limit|credit/;

function codeOf(status: number | undefined, given: readonly unknown[], message: string): ErrorCode {
  const names = given.map(String); // some proxies put the status as a code
  if (names.some((name) => SPENT.test(name))) return "quota";
  const byStatus = CODES.get(`${status}`);
  const named = names.map((name) => CODES.get(name)).find(Boolean);
  if (named) return named === "server" ? (byStatus ?? named) : named; // a status may say more than "failed"
  if (status === undefined || (status >= 400 && status < 500)) {
    if (CONTEXT.test(message) && status !== 429) return "context-length";
    if (FILTER.test(message)) return "content-filter";
  }
  if (status === undefined) return names.some((name) => INVALID.test(name)) ? "invalid-request" : "server";
  return byStatus ?? (status >= 500 ? "server" : status >= 400 ? "invalid-request" : "malformed");
}

/** What is shorter is no key, and may stand anywhere. */
const MIN_KEY = 4;

/** Finds a key, also where its signs stand escaped: in JSON, or in JSON within JSON. */
const allOf = (secret = ""): RegExp =>
  new RegExp(
    secret.length < MIN_KEY
      ? "(?!)" // nothing
      : secret.replaceAll(/\W/g, "\\\\*\\$&"),
    "g",
  );

/** A text without the keys that vendors' messages repeat. */
const withoutKeys = (text: string, secret?: string): string =>
  text.replaceAll(allOf(secret), "***").replaceAll(/\b(sk|key|org|proj)-[\w*-]{6,}/g, "$1-***");

/** The SDKs' errors have a status, also where it is undefined. */
const isApiError = (error: unknown): error is ApiError => error instanceof Error && "status" in error;

/** Whether a server's answer repeats the key somewhere else than in its message; one that cannot be read may. */
function repeats(error: unknown, secret?: string): boolean {
  if (!isApiError(error)) return false;
  try {
    return allOf(secret).test(JSON.stringify([error.error, ...(error.headers?.values() ?? [])]));
  } catch {
    return true;
  }
}

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
  /** The vendor's id of the request, once there is one. */
  readonly requestId?: string | undefined;
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
  const said = error instanceof Error ? error.message : String(error);
  // it quotes what it could not read
  if (error instanceof SyntaxError)
    return new LlmError("malformed", `unreadable answer: ${said.split('"')[0]}`, { vendor, model });
  const message = withoutKeys(said, origin.secret);
  const all = reasons(error);
  const why = withoutKeys(all, origin.secret);
  const tells = message !== said || why !== all || repeats(error, origin.secret);
  const cause = tells ? undefined : error; // one that repeats the key is not passed on
  const make = (code: ErrorCode, words = message, more?: ErrorFields): LlmError =>
    new LlmError(code, words, { vendor, model, cause, ...more });

  if (!isApiError(error)) {
    if (/authentication method|missing credentials|api key/i.test(message)) return make("auth");
    if (/ByteString|header (?:name|value)/i.test(message)) return make("invalid-request", `headers: ${message}`); // a key with odd signs
    return make("network", `${message} (${why})`.slice(0, 1_000));
  }
  const { status, headers, requestID, errorCode, error: body, code, type } = error;
  if (status === undefined && !headers)
    return make(/timed out|timeout/i.test(why) ? "timeout" : /was aborted/i.test(why) ? "aborted" : "network");
  // the body, where the SDK is older than its field
  const names = [errorCode, text(record(record(body, "error"), "details"), "error_code"), code, type];
  return make(codeOf(status, names, message), message, {
    status,
    requestId: requestID ?? undefined,
    retryAfterMs: headers && retryAfter(headers),
  });
}

/** An error that a vendor sends inside an answer of status 200, OpenAI's `response.error` for example. */
export function bodyError(body: unknown, { vendor, model, secret, requestId }: Origin): LlmError {
  const { message = body, code, type } = isRecord(body) ? body : {};
  const said = typeof message === "string" ? message : "the vendor reports a failure without a message";
  return new LlmError(codeOf(undefined, [code, type], said), withoutKeys(said, secret), { vendor, model, requestId });
}

/**
 * Looks whether an answer of status 200, or an event of one, is an error.
 *
 * @throws LlmError the error that it is
 */
export function checkError(answer: unknown, at: Origin): void {
  if (isRecord(answer) && answer["error"]) throw bodyError(answer["error"], at);
}

/**
 * Looks whether JSON of status 200 is an answer: it has at least one of these fields.
 *
 * @throws LlmError the error that it is, or `malformed`
 */
export function checkAnswer(answer: unknown, fields: readonly string[], at: Origin): void {
  checkError(answer, at);
  if (!isRecord(answer) || !fields.some((field) => field in answer))
    throw new LlmError("malformed", `the vendor's answer has no ${fields[0]}`, at);
}
