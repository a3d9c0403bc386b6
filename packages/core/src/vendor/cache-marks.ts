import type { CacheTtl, Message, Part, TextPart } from "../message.ts";
import type { Model } from "../provider.ts";
import type { ChatRequest } from "../request.ts";
import type { Warnings } from "./warnings.ts";

const LENGTHS: readonly CacheTtl[] = ["5m", "30m", "1h", "12h"];

/** The longer of the vendor's two times where it is no longer than what was asked, else the shorter. */
const suit = (asked: CacheTtl, [short, long]: readonly [CacheTtl, CacheTtl]): CacheTtl =>
  LENGTHS.indexOf(asked) < LENGTHS.indexOf(long) ? short : long;

/** The request with another mark of a cacheable prefix in place of each that it has, or with none there. */
export function withMarks(request: ChatRequest, change: (mark: CacheTtl) => CacheTtl | undefined): ChatRequest {
  const { system, messages } = request;
  const changed = <C extends string | readonly Part[]>(content: C): C => {
    if (typeof content === "string") return content;
    const parts = content.map((given) => {
      const part = given.type === "tool-result" ? { ...given, output: changed(given.output) } : given;
      const { cache, ...plain } = part as TextPart; // as any part that takes a mark
      const mark = cache && change(cache);
      return mark === cache ? part : mark ? { ...part, cache: mark } : plain;
    });
    return parts as readonly Part[] as C; // the same parts
  };
  return {
    ...request,
    ...(system && { system: changed(system) }),
    messages: messages.map(
      (message) => ({ ...message, content: changed<string | readonly Part[]>(message.content) }) as Message, // the same parts
    ),
  };
}

/** The request with the marks that a model takes: with the nearest of its vendor's times, or none, with a warning either way. */
export function suitMarks(
  request: ChatRequest,
  to: Model,
  times: readonly [short: CacheTtl, long: CacheTtl],
  warnings: Warnings,
): ChatRequest {
  let found = false;
  return withMarks(request, (asked) => {
    const ttl = to.can.cacheMarks && suit(asked, times);
    if (ttl !== asked && !found) {
      found = true;
      if (ttl) warnings.changed("cache", `${to.vendor} keeps prefixes for ${times.join(" or ")}; ${ttl} was sent`);
      else warnings.unsupported("cache", `${to.model} takes no marks of cacheable prefixes`);
    }
    return ttl;
  });
}

/** How many marks of cacheable prefixes a request has. */
export function countMarks(request: ChatRequest): number {
  let marks = 0;
  withMarks(request, (mark) => {
    marks++;
    return mark;
  });
  return marks;
}

/** More of them in a request are refused. */
const MOST_MARKS = 4;

/** The request with no more marks than Claude takes: the first, which is what calls share, and the last, with a warning. */
export function fewerMarks(request: ChatRequest, warnings: Warnings): ChatRequest {
  const marks = countMarks(request);
  if (marks <= MOST_MARKS) return request;
  warnings.unsupported("cache", `Claude takes ${MOST_MARKS} marks of cacheable prefixes, not ${marks}`);
  let nth = 0;
  return withMarks(request, (mark) => (++nth === 1 || nth > marks - MOST_MARKS + 1 ? mark : undefined));
}
