import type { Failure } from "../failure.ts";
import type { ModelProfile } from "../model.ts";
import { callerOf } from "./access.ts";
import type { Context } from "./context.ts";
import type { Exchange } from "./exchange.ts";

/** Whose buckets a request takes from: one set for each key and model. */
export function bucketOf(x: Exchange, model: ModelProfile): string {
  return `${callerOf(x)}\u0000${model.id}`;
}

/** Takes a request's tokens from its buckets and sets the headers that tell of them; what the vendor says if one is dry. */
export function takeRate(x: Exchange, model: ModelProfile, tokens: number, context: Context): Failure | undefined {
  const { headers, exceeded } = context.limiter.take(bucketOf(x, model), model.vendor, tokens);
  for (const [name, value] of Object.entries(headers)) x.res.setHeader(name, value);
  if (!exceeded) return undefined;
  const { name, limit, seconds } = exceeded;
  const message =
    model.vendor === "anthropic"
      ? `This request would exceed your organization's rate limit of ${limit} ${name.replace("-", " ")} per minute. Please try again later.`
      : `Rate limit reached on ${name} per min: Limit ${limit}. Please try again in ${seconds}s.`;
  const scope = name === "requests" ? "requests" : "tokens";
  return { kind: "rate-limit", message, scope, headers: { "retry-after": String(seconds) } };
}
