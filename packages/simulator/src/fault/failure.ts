import type { Failure, FailureKind } from "../failure.ts";
import type { Vendor } from "../model.ts";
import type { FaultName, FaultRule } from "./rule.ts";

const KINDS: Partial<Record<FaultName, FailureKind>> = {
  "rate-limit": "rate-limit",
  quota: "quota",
  overloaded: "overloaded",
  "server-error": "server",
  unavailable: "unavailable",
  timeout: "timeout",
};

const MESSAGES: Readonly<Record<Vendor, Partial<Record<FaultName, string>>>> = {
  anthropic: {
    "rate-limit": "This request would exceed the rate limit of your organization. Please try again later.",
    quota: "This request would exceed the spend limit of your organization.",
    overloaded: "Overloaded",
    "server-error": "Internal server error",
    unavailable: "Service unavailable",
    timeout: "The request timed out",
  },
  openai: {
    "rate-limit": "Rate limit reached for requests. Please try again later.",
    quota:
      "You exceeded your current quota, please check your plan and billing details. For more information on this error, read the docs: https://platform.openai.com/docs/guides/error-codes/api-errors.",
    overloaded: "The server is currently overloaded. Please try again later.",
    "server-error": "The server had an error while processing your request. Sorry about that!",
    unavailable: "The engine is currently overloaded, please try again later",
    timeout: "The request timed out",
  },
};

/** A wait as OpenAI's reset headers write it: `120ms`, `1.5s`, `6m0s`. */
export function resetText(seconds: number): string {
  if (seconds < 1) return `${Math.round(seconds * 1_000)}ms`;
  const minutes = Math.floor(seconds / 60);
  const rest = Number((seconds - minutes * 60).toFixed(3));
  return minutes > 0 ? `${minutes}m${rest}s` : `${rest}s`;
}

/** The headers that say when to come back, in the form that the rule wants. */
export function retryHeaders(rule: FaultRule, vendor: Vendor, now: number): Readonly<Record<string, string>> {
  const seconds = rule.retryAfter ?? (rule.fault === "rate-limit" ? 1 : undefined);
  const headers: Record<string, string> = {};
  if (rule.shouldRetry !== undefined) headers["x-should-retry"] = String(rule.shouldRetry);
  const { form = "seconds", scope = "requests" } = rule;
  if (seconds === undefined || form === "none") return headers;
  if (form === "seconds") headers["retry-after"] = String(seconds);
  if (form === "date") headers["retry-after"] = new Date(now + seconds * 1_000).toUTCString();
  if (form === "ms") headers["retry-after-ms"] = String(seconds * 1_000);
  if (rule.fault !== "rate-limit") return headers;
  // A real 429 names the bucket that ran dry and when it is full again, whatever else it says.
  if (vendor === "anthropic") {
    headers[`anthropic-ratelimit-${scope}-remaining`] = "0";
    headers[`anthropic-ratelimit-${scope}-reset`] = new Date(now + seconds * 1_000).toISOString();
  } else {
    headers[`x-ratelimit-remaining-${scope}`] = "0";
    headers[`x-ratelimit-reset-${scope}`] = resetText(seconds);
  }
  return headers;
}

/** The error that a fault answers with; undefined for faults of another kind. */
export function faultFailure(rule: FaultRule, vendor: Vendor, now: number): Failure | undefined {
  const kind = KINDS[rule.fault];
  if (!kind) return undefined;
  const code =
    rule.code ?? (rule.fault === "quota" && vendor === "anthropic" ? "enforced_spend_limit_reached" : undefined);
  return {
    kind,
    message: rule.message ?? MESSAGES[vendor][rule.fault] ?? "",
    ...(code !== undefined && { code }),
    ...(rule.scope && { scope: rule.scope }),
    headers: retryHeaders(rule, vendor, now),
  };
}
