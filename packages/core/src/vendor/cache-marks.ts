import type { CacheTtl, Message, Part } from "../message.ts";
import type { Model } from "../provider.ts";
import type { ChatRequest } from "../request.ts";
import type { Warnings } from "./warnings.ts";

const LENGTHS: readonly CacheTtl[] = ["5m", "30m", "1h", "12h"];

/** The longer of the vendor's two times where it is no longer than what was asked, else the shorter. */
const suit = (asked: CacheTtl, [short, long]: readonly [CacheTtl, CacheTtl]): CacheTtl =>
  LENGTHS.indexOf(asked) < LENGTHS.indexOf(long) ? short : long;

/**
 * The request with the marks of cacheable prefixes that a model takes: with the nearest of its vendor's times, or without
 * marks, with a warning either way.
 */
export function suitMarks(
  request: ChatRequest,
  to: Model,
  times: readonly [short: CacheTtl, long: CacheTtl],
  warnings: Warnings,
): ChatRequest {
  let found = false;
  const suited = <P extends Part>(parts: readonly P[]): readonly P[] =>
    parts.map((part) => {
      if (!("cache" in part) || part.cache === undefined) return part;
      const { cache, ...plain } = part;
      const ttl = to.can.cacheMarks && suit(cache, times);
      if (ttl === cache) return part;
      if (!found) {
        if (ttl) warnings.changed("cache", `${to.vendor} keeps prefixes for ${times.join(" or ")}; ${ttl} was sent`);
        else warnings.unsupported("cache", `${to.model} takes no marks of cacheable prefixes`);
      }
      found = true;
      return (ttl ? { ...part, cache: ttl } : plain) as P; // the same part
    });
  const { system } = request;
  const messages = request.messages.map(
    (message): Message =>
      typeof message.content === "string"
        ? message
        : ({ ...message, content: suited<Part>(message.content) } as Message), // the same parts
  );
  const head = typeof system === "object" ? suited(system) : system;
  return found ? { ...request, messages, ...(head !== undefined && { system: head }) } : request;
}
