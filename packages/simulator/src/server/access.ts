import type { Failure } from "../failure.ts";
import type { Vendor } from "../model.ts";
import { header, type Exchange } from "./exchange.ts";

const VERSIONS: ReadonlySet<string> = new Set(["2023-01-01", "2023-06-01", "2026-10-21"]);

/** The key that a request came with; empty if there is none. */
export function callerOf(x: Exchange): string {
  const bearer = /^Bearer\s+(.+)$/i.exec(header(x, "authorization") ?? "")?.[1]?.trim();
  return header(x, "x-api-key") ?? bearer ?? "";
}

/** Why a request is not let in: no key, a wrong key, no API version or an unknown one. */
export function checkAccess(x: Exchange, vendor: Vendor, keys: ReadonlySet<string> | undefined): Failure | undefined {
  const key = vendor === "openai" && header(x, "authorization") === undefined ? "" : callerOf(x);
  if (!key) {
    const message =
      vendor === "anthropic"
        ? "Authentication is required: send an Authorization or an x-api-key header"
        : "You didn't provide an API key. You need to provide your API key in an Authorization header using Bearer auth (i.e. Authorization: Bearer YOUR_KEY).";
    return { kind: "unauthenticated", message };
  }
  if (keys && !keys.has(key))
    return vendor === "anthropic"
      ? { kind: "unauthenticated", message: "invalid x-api-key" }
      : { kind: "unauthenticated", message: "Incorrect API key provided.", code: "invalid_api_key" };
  if (vendor === "openai") return undefined;
  const version = header(x, "anthropic-version");
  if (!version) return { kind: "invalid", message: "anthropic-version: header is required" };
  if (!VERSIONS.has(version))
    return { kind: "invalid", message: `anthropic-version: "${version}" is not a valid version` };
  return undefined;
}
