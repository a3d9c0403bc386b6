import type { CacheTtl, Message, Part, TextPart } from "../message.ts";
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
  const { system } = request;
  let found = false;
  const suited = <C extends string | readonly Part[]>(content: C): C => {
    if (typeof content === "string") return content;
    const parts = content.map((given) => {
      const part = given.type === "tool-result" ? { ...given, output: suited(given.output) } : given;
      const { cache, ...plain } = part as TextPart; // as any part that takes a mark
      const ttl = cache && to.can.cacheMarks && suit(cache, times);
      if (ttl === cache) return part;
      if (!found) {
        if (ttl) warnings.changed("cache", `${to.vendor} keeps prefixes for ${times.join(" or ")}; ${ttl} was sent`);
        else warnings.unsupported("cache", `${to.model} takes no marks of cacheable prefixes`);
      }
      found = true;
      return ttl ? { ...part, cache: ttl } : plain;
    });
    return parts as readonly Part[] as C; // the same parts
  };
  const fit = {
    ...request,
    ...(system && { system: suited(system) }),
    messages: request.messages.map(
      (message) => ({ ...message, content: suited<string | readonly Part[]>(message.content) }) as Message, // the same parts
    ),
  };
  return found ? fit : request;
}
