import type { ChatRequest } from "@llm/core";
import { canonical } from "./canonical.ts";
import { sha256 } from "./sha256.ts";

/** Changes with the meaning of keys, so that entries made by another version are never found. */
const KEYS = "llm-cache-1";

/**
 * The key of a request: SHA-256, in 64 hexadecimal digits, over everything that may change the answer: the provider's
 * name, the tenant and the whole request. The order of keys and fields without a value do not matter; nothing else about
 * the call (signal, deadline, tags, whether it is streamed) is in it.
 *
 * @param provider the name of the provider that would answer
 * @param tenant whose call it is; entries of tenants are never mixed
 * @throws TypeError if the request is not JSON
 * @example
 * ```ts
 * const key = requestKey(toRequest("Hello"), llm.name);
 * ```
 */
export const requestKey = (request: ChatRequest, provider: string, tenant = ""): string =>
  sha256(canonical([KEYS, "request", provider, tenant, request]));

/** The key of a call of a function, by its name and its arguments. @throws TypeError if they are not JSON */
export const argumentsKey = (name: string, args: unknown): string => sha256(canonical([KEYS, "function", name, args]));
