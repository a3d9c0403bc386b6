import * as Anthropic from "@anthropic-ai/sdk";
import * as OpenAI from "openai";
import { describe, expect, test } from "vitest";
import { isLlmError, LlmError, type ErrorCode } from "./error.ts";
import { bodyError, checkAnswer, toLlmError } from "./api-error.ts";

const origin = { vendor: "v", model: "m", secret: "sesame-open-up" };

type Row = readonly [status: number, error: object | undefined, code: ErrorCode, headers?: Record<string, string>];

const anthropicRows: readonly Row[] = [
  [400, { type: "invalid_request_error", message: "max_tokens: must be positive" }, "invalid-request"],
  [
    400,
    { type: "invalid_request_error", message: "prompt is too long: 210000 tokens > 200000 maximum" },
    "context-length",
  ],
  [400, { type: "invalid_request_error", message: "Output blocked by content filtering policy" }, "content-filter"],
  [
    400,
    {
      type: "invalid_request_error",
      message: "Your credit balance is too low",
      details: { error_code: "credit_balance_too_low" },
    },
    "quota",
  ],
  [401, { type: "authentication_error", message: "invalid x-api-key" }, "auth"],
  [402, { type: "billing_error", message: "pay" }, "quota"],
  [403, { type: "permission_error", message: "no" }, "permission"],
  [404, { type: "not_found_error", message: "model: claude-x" }, "not-found"],
  [408, undefined, "timeout"],
  [409, { type: "conflict_error", message: "again" }, "server"],
  [413, { type: "request_too_large", message: "Request exceeds the maximum size" }, "invalid-request"],
  [422, undefined, "invalid-request"],
  [429, { type: "rate_limit_error", message: "context window tokens per minute" }, "rate-limit"],
  [
    429,
    { type: "rate_limit_error", message: "limit", details: { error_code: "enforced_spend_limit_reached" } },
    "quota",
  ],
  [
    429,
    { type: "rate_limit_error", message: "limit", details: { error_code: "contract_spend_limit_reached" } },
    "quota",
  ],
  [429, { type: "rate_limit_error", message: "limit", details: { error_code: "ramp_limit_exceeded" } }, "quota"],
  [429, undefined, "rate-limit"],
  [429, { message: "the context window of your tier" }, "rate-limit"],
  [302, { message: "prompt is too long" }, "malformed"],
  [500, { message: "a content filter failed" }, "server"],
  [500, { type: "api_error", message: "Internal server error" }, "server"],
  [502, undefined, "server"],
  [503, undefined, "overloaded"],
  [504, { type: "timeout_error", message: "timed out" }, "timeout"],
  [504, undefined, "timeout"],
  [529, { type: "overloaded_error", message: "Overloaded" }, "overloaded"],
  [529, undefined, "overloaded"],
  [599, undefined, "server"],
];

const openaiRows: readonly Row[] = [
  [400, { type: "invalid_request_error", code: null, message: "Unknown parameter" }, "invalid-request"],
  [400, { type: "invalid_request_error", code: "context_length_exceeded", message: "too long" }, "context-length"],
  [400, { type: "invalid_request_error", code: "string_above_max_length", message: "too long" }, "context-length"],
  [400, { code: "content_filter", message: "The response was filtered" }, "content-filter"],
  [400, { code: "content_policy_violation", message: "no" }, "content-filter"],
  [400, { message: "This model's maximum context length is 4096 tokens" }, "context-length"],
  [400, { message: "triggering Azure OpenAI's content management policy" }, "content-filter"],
  [401, { code: "invalid_api_key", message: "Incorrect API key provided: sk-abcdefghijkl" }, "auth"],
  [401, undefined, "auth"],
  [403, { message: "Country not supported" }, "permission"],
  [404, { code: "model_not_found", message: "no such model" }, "not-found"],
  [404, undefined, "not-found"],
  [409, undefined, "server"],
  [422, undefined, "invalid-request"],
  [429, { type: "insufficient_quota", code: "insufficient_quota", message: "quota" }, "quota"],
  [429, { type: "billing_hard_limit_reached", message: "limit" }, "quota"],
  [429, { code: "billing_not_active", message: "x" }, "quota"],
  [429, { type: "tokens", code: "rate_limit_exceeded", message: "slow" }, "rate-limit"],
  [429, { type: "requests", message: "slow" }, "rate-limit"],
  [500, { type: "server_error", message: "oops" }, "server"],
  [500, undefined, "server"],
  [503, { type: "service_unavailable_error", code: "slow_down", message: "slow" }, "overloaded"],
  [503, { code: "server_is_overloaded", message: "busy" }, "overloaded"],
  [503, undefined, "overloaded"],
];

const sdks = {
  anthropic: ([status, error, , headers]: Row) =>
    Anthropic.APIError.generate(
      status,
      error && { type: "error", error },
      undefined,
      new Headers({ "request-id": "req_1", ...headers }),
    ),
  openai: ([status, error, , headers]: Row) =>
    OpenAI.APIError.generate(
      status,
      error && { error },
      undefined,
      new Headers({ "x-request-id": "req_1", ...headers }),
    ),
};

describe.each([
  ["anthropic", anthropicRows],
  ["openai", openaiRows],
] as const)("%s", (vendor, rows) => {
  test.each(rows.map((row) => [row[0], row[1], row[2], row] as const))("%s %j is %s", (_status, _error, _code, row) => {
    const thrown = sdks[vendor](row);
    const error = toLlmError(thrown, origin);
    expect(error).toMatchObject({ code: row[2], status: row[0], vendor: "v", model: "m", requestId: "req_1" });
    if (!thrown.message.includes("sk-")) expect(error.cause).toBe(thrown);
  });
  test("it tells how long to wait", () => {
    const error = toLlmError(sdks[vendor]([429, undefined, "rate-limit", { "retry-after": "7" }]), origin);
    expect(error.retryAfterMs).toBe(7_000);
    expect(toLlmError(sdks[vendor]([429, undefined, "rate-limit"]), origin).retryAfterMs).toBeUndefined();
  });
});

test("connections that fail, time out or are given up", () => {
  for (const sdk of [Anthropic, OpenAI]) {
    const broken = new sdk.APIConnectionError({ message: undefined, cause: new Error("ECONNREFUSED") });
    expect(toLlmError(broken, origin)).toMatchObject({ code: "network", retryable: true, cause: broken });
    expect(toLlmError(new sdk.APIConnectionTimeoutError(), origin).code).toBe("timeout");
    const inner = Object.assign(new Error("Headers Timeout Error"), { code: "UND_ERR_HEADERS_TIMEOUT" });
    expect(toLlmError(new sdk.APIConnectionError({ cause: inner }), origin).code).toBe("timeout");
    expect(toLlmError(new sdk.APIUserAbortError(), origin).code).toBe("aborted");
  }
});

test("an error event in a stream has no status", () => {
  const event = new Anthropic.APIError(
    undefined,
    { type: "error", error: { type: "overloaded_error", message: "Overloaded" } },
    undefined,
    new Headers({ "request-id": "req_2" }),
    "overloaded_error",
  );
  expect(toLlmError(event, origin)).toMatchObject({ code: "overloaded", requestId: "req_2" });
  expect(toLlmError(event, origin).status).toBeUndefined();
});

test("what fetch and parsers throw", () => {
  const reset = new TypeError("terminated", {
    cause: Object.assign(new Error("other side closed"), { code: "UND_ERR_SOCKET" }),
  });
  expect(toLlmError(reset, origin)).toMatchObject({
    code: "network",
    message: "terminated (TypeError terminated  Error other side closed UND_ERR_SOCKET)",
    cause: reset,
  });
  const html = new SyntaxError(`Unexpected token '<', "<html>…" is not valid JSON`);
  expect(toLlmError(html, origin)).toMatchObject({
    code: "malformed",
    message: "unreadable answer: Unexpected token '<', ",
    vendor: "v",
    model: "m",
  });
  expect(toLlmError(new Error("Could not resolve authentication method. Expected …"), origin).code).toBe("auth");
  expect(toLlmError(new Error("Missing credentials. Please pass an `apiKey`"), origin).code).toBe("auth");
  const key = new TypeError("Cannot convert argument to a ByteString because the character at index 7 is too large");
  expect(toLlmError(key, origin)).toMatchObject({ code: "invalid-request", retryable: false });
  expect(toLlmError("a text", origin)).toMatchObject({ code: "network" });
  expect(toLlmError(undefined, origin).code).toBe("network");
  const long = toLlmError(new Error("x".repeat(5_000)), origin);
  expect(long.message.length).toBeLessThanOrEqual(1_000);
});

test("a chain of causes that goes in a circle ends", () => {
  const error = new Error("round");
  error.cause = error;
  expect(toLlmError(error, origin).code).toBe("network");
});

test("ours stays as it is, also where the SDK has wrapped it", () => {
  const ours = new LlmError("refusal", "no");
  expect(toLlmError(ours, origin)).toBe(ours);
  expect(toLlmError(new OpenAI.APIConnectionError({ cause: ours }), origin)).toBe(ours);
});

test("no key is repeated, in the message or by way of the cause", () => {
  for (const key of ["sesame-open-up", "sk-abcdef123456", "key-abcdef123456", "proj-abcdef123456"]) {
    const error = toLlmError(
      OpenAI.APIError.generate(401, { error: { message: `Incorrect key: ${key}.` } }, undefined, new Headers()),
      origin,
    );
    expect(JSON.stringify([error, error.message])).not.toContain(key);
    expect(error.message).toContain("***");
    expect(error.cause).toBeUndefined();
    expect(bodyError({ message: `key ${key}` }, origin).message).not.toContain(key);
  }
  const within = toLlmError(new TypeError("fetch failed", { cause: new Error("odd: sesame-open-up") }), origin);
  expect(within.message).toContain("odd: ***");
  expect(within.cause).toBeUndefined();
  const four = (key: string) => toLlmError(new Error(`a ${key} c, sk-1 and key-abcde`), { ...origin, secret: key });
  expect(four("123").message).toContain("a 123 c, sk-1 and key-abcde"); // too short to be keys
  expect(four("1234").message).toContain("a *** c");
  const said = toLlmError("the key is sesame-open-up", origin);
  expect([said.message, said.cause]).toEqual(["the key is *** ()", undefined]);
});

test("an SDK may be older than a field, or leave the headers out", () => {
  const thrown = (fields: object) => toLlmError(Object.assign(new Error("no"), { status: 429, ...fields }), origin);
  expect(thrown({ error: { error: { details: { error_code: "ramp_limit_exceeded" } } } }).code).toBe("quota");
  expect(thrown({ errorCode: "enforced_spend_limit_reached" }).code).toBe("quota");
  expect(thrown({})).toMatchObject({ code: "rate-limit", status: 429 });
});

test("JSON that is no answer is malformed, and says what it lacks", () => {
  expect(() => checkAnswer({ model: "m" }, ["content", "id"], origin)).toThrow(
    expect.objectContaining({
      code: "malformed",
      message: "the vendor's answer has no content",
      vendor: "v",
      model: "m",
    }),
  );
  expect(() => checkAnswer({ id: 7 }, ["content", "id"], origin)).not.toThrow();
});

test("errors within an answer", () => {
  expect(bodyError({ code: "rate_limit_exceeded", message: "slow" }, origin)).toMatchObject({
    code: "rate-limit",
    message: "slow",
    vendor: "v",
    model: "m",
  });
  expect(bodyError({ type: "overloaded_error" }, origin).code).toBe("overloaded");
  expect(bodyError({ message: "prompt is too long" }, origin).code).toBe("context-length");
  expect(bodyError({ message: "hit the content filter" }, origin).code).toBe("content-filter");
  expect(bodyError({ code: 7 }, origin)).toMatchObject({
    code: "server",
    message: "the vendor reports a failure without a message",
  });
  expect(bodyError("overloaded", origin)).toMatchObject({ code: "server", message: "overloaded" });
  for (const [body, code] of [
    [{ code: 429, message: "slow" }, "rate-limit"],
    [{ code: 503 }, "overloaded"],
    [{ code: "invalid_prompt" }, "invalid-request"],
    [{ type: "invalid_request_error", message: "context window" }, "context-length"],
    [{ code: "image_too_large" }, "invalid-request"],
    [{ code: "image_content_policy_violation" }, "content-filter"],
    [{ type: "throttlingException" }, "rate-limit"],
    [{ type: "serviceUnavailableException" }, "overloaded"],
    [{ type: "modelTimeoutException" }, "timeout"],
    [{ type: "modelStreamErrorException" }, "server"],
    [{ type: "validationException" }, "invalid-request"],
  ] as const)
    expect(bodyError(body, { ...origin, requestId: "r" }), JSON.stringify(body)).toMatchObject({
      code,
      requestId: "r",
    });
  expect(bodyError({ code: 400 }, origin).code).toBe("invalid-request");
  expect(bodyError({ code: 500 }, origin).code).toBe("server");
  expect(bodyError(null, origin)).toSatisfy((error) => isLlmError(error, "server"));
});

test("a body that repeats an odd key, or cannot be read, is no cause", () => {
  const secret = 'open"sesame\\now';
  const cycle: Record<string, unknown> = {};
  cycle["self"] = cycle;
  const thrown = (error: unknown) => Object.assign(new Error("no"), { status: 400, headers: new Headers(), error });
  for (const body of [{ echo: `key ${secret}` }, { at: 1n }, cycle])
    expect(toLlmError(thrown(body), { ...origin, secret }).cause).toBeUndefined();
  expect(toLlmError(thrown({ echo: "fine" }), { ...origin, secret }).cause).toBeDefined();
  const once = JSON.stringify(secret);
  for (const echo of [secret, once, JSON.stringify(once), JSON.stringify(JSON.stringify(once))]) {
    const error = toLlmError(new Error(`no: ${echo}`), { ...origin, secret });
    expect([error.message.includes("***"), /sesame|now/.test(error.message), error.cause]).toEqual([
      true,
      false,
      undefined,
    ]);
  }
  const dots = toLlmError(new Error("a.b+c aXb+c"), { ...origin, secret: "a.b+c" });
  expect(dots.message).toContain("*** aXb+c");
});
