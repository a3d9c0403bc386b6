import { LlmError, type ErrorCode } from "../error.ts";
import { isRecord } from "../json.ts";
import { bodyError, toLlmError, type Origin } from "../api-error.ts";
import { record, text } from "../fields.ts";

/** Errors by name, the AI SDK's and those of atob() and JSON, and what to say where theirs may repeat prompt or answer. */
const NAMES: Readonly<Record<string, readonly [ErrorCode, string?]>> = {
  AI_LoadAPIKeyError: ["auth"],
  AI_LoadSettingError: ["auth"],
  AI_NoSuchModelError: ["not-found"],
  AI_NoSuchProviderReferenceError: ["invalid-request"],
  AI_UnsupportedFunctionalityError: ["unsupported"],
  AI_InvalidPromptError: ["invalid-request", "the prompt is not valid"],
  AI_InvalidArgumentError: ["invalid-request", "an argument is not valid"],
  InvalidCharacterError: ["invalid-request", "messages: data must be base64"],
  AI_EmptyResponseBodyError: ["malformed", "the provider's answer is empty"],
  AI_NoContentGeneratedError: ["malformed", "the provider's answer is empty"],
  SyntaxError: ["malformed", "the provider's answer is not JSON"],
  AI_JSONParseError: ["malformed", "the provider's answer is not JSON"],
  AI_TypeValidationError: ["malformed", "the provider's answer has another shape than expected"],
  AI_InvalidResponseDataError: ["malformed", "the provider's answer has another shape than expected"],
};

const parsed = (body: unknown): unknown => {
  try {
    return typeof body === "string" ? JSON.parse(body) : undefined;
  } catch {
    return undefined;
  }
};

/** A failed HTTP request of an AI SDK provider, without the prompt that its own error repeats. */
function apiError(error: Error, origin: Origin): LlmError {
  const { statusCode, responseHeaders, responseBody, cause } = error as Error & Record<string, unknown>; // read with care
  const body = parsed(responseBody);
  const detail = isRecord(body) && isRecord(body["error"]) ? body["error"] : body;
  const headers = new Headers(
    Object.entries(isRecord(responseHeaders) ? responseHeaders : {}).flatMap(([name, value]): [string, string][] =>
      typeof value === "string" ? [[name, value]] : [],
    ),
  );
  const requestId = headers.get("request-id") ?? headers.get("x-request-id") ?? undefined;
  const cut = Number(statusCode) < 400 && cause instanceof Error && !cause.name.startsWith("AI_"); // what was on its way
  if (typeof statusCode !== "number" || cut)
    return new LlmError("network", error.message, { ...origin, requestId, cause });
  const known = Object.assign(new Error(error.message), {
    status: statusCode,
    headers,
    type: text(detail, "type"),
    code: text(detail, "code"),
    errorCode: text(record(detail, "details"), "error_code"),
    requestID: requestId,
  });
  return toLlmError(known, origin);
}

/** What an AI SDK model threw, or sent as an error part, as one of ours. */
export function fromAiSdkError(error: unknown, origin: Origin): LlmError {
  const { vendor, model } = origin;
  if (!(error instanceof Error)) return bodyError(isRecord(error) ? error : { message: String(error) }, origin);
  const [code, message] = NAMES[error.name] ?? [];
  if (code) return new LlmError(code, message ?? error.message, { vendor, model, ...(!message && { cause: error }) });
  return error.name === "AI_APICallError" ? apiError(error, origin) : toLlmError(error, origin);
}
