import { expect, test } from "vitest";
import { errorCodes, isLlmError, LlmError, withPartial, type ErrorCode } from "./error.ts";
import { noUsage } from "./usage.ts";

const codes = Object.keys(errorCodes) as ErrorCode[];

test("what may be retried stands in the table, and on the error", () => {
  const retried = codes.filter((code) => new LlmError(code, "x").retryable);
  expect(retried).toEqual([
    "rate-limit",
    "overloaded",
    "timeout",
    "network",
    "server",
    "truncated",
    "malformed",
  ] satisfies ErrorCode[]);
  expect(retried).toEqual(codes.filter((code) => errorCodes[code].retry));
});

test("another model is asked unless the request, the caller or the budget is to blame", () => {
  expect(codes.filter((code) => !errorCodes[code].fallback)).toEqual([
    "invalid-request",
    "aborted",
    "budget-exceeded",
  ] satisfies ErrorCode[]);
});

test("what is nobody's fault upstream says nothing about its health", () => {
  const byHealth = (health: string) => codes.filter((code) => errorCodes[code].health === health);
  expect(byHealth("failure")).toEqual(["overloaded", "timeout", "network", "server", "truncated", "malformed"]);
  expect(byHealth("throttle")).toEqual(["rate-limit"]);
  expect(byHealth("credential")).toEqual(["quota", "auth", "permission"]);
  expect(byHealth("model")).toEqual(["not-found"]);
  expect(byHealth("neutral")).toEqual([
    "invalid-request",
    "context-length",
    "refusal",
    "content-filter",
    "unsupported",
    "aborted",
    "circuit-open",
    "budget-exceeded",
    "queue-full",
  ]);
});

test("an error carries what is known and nothing else", () => {
  const cause = new Error("inner");
  const all = { retryAfterMs: 5, status: 429, vendor: "v", model: "m", requestId: "r", partial: { text: "a" }, cause };
  expect(new LlmError("rate-limit", "wait", all)).toMatchObject({ name: "LlmError", message: "wait", ...all });
  const bare = new LlmError("server", "x");
  expect(Object.keys(bare).sort()).toEqual(["code", "name", "retryable"]);
  expect("cause" in bare).toBe(false);
  expect(bare).toBeInstanceOf(Error);
});

test("an error is known by its brand and its code, also one of another copy of this package", () => {
  const error = new LlmError("timeout", "x");
  expect(isLlmError(error)).toBe(true);
  expect(isLlmError(error, "timeout")).toBe(true);
  expect(isLlmError(error, "network", "timeout")).toBe(true);
  expect(isLlmError(error, "network")).toBe(false);
  const other = Object.assign(new Error("x"), { code: "timeout", [Symbol.for("@llm/core.LlmError")]: true });
  expect(isLlmError(other, "timeout")).toBe(true);
  for (const no of [new Error("x"), { code: "timeout" }, null, undefined, "timeout", 1])
    expect(isLlmError(no)).toBe(false);
  expect(isLlmError({ [Symbol.for("@llm/core.LlmError")]: true }, "timeout")).toBe(false);
  expect(Object.keys(error)).not.toContain("Symbol(@llm/core.LlmError)");
});

test("a partial result comes with a copy; what the error knew already wins", () => {
  class Special extends LlmError {
    readonly extra = 7;
  }
  const cause = new Error("inner");
  const error = new Special("network", "x", { cause, partial: { text: "known" } });
  const copy = withPartial(error, { text: "new", usage: noUsage });
  expect(copy.partial).toEqual({ text: "known", usage: noUsage });
  expect(error.partial).toEqual({ text: "known" });
  expect(copy).toBeInstanceOf(Special);
  expect(copy).toMatchObject({ code: "network", message: "x", retryable: true, extra: 7 });
  expect(copy.stack).toBe(error.stack);
  expect(copy.cause).toBe(cause);
  expect(isLlmError(copy, "network")).toBe(true);
  expect(withPartial(copy, { text: "third" }).partial?.text).toBe("known");
});
