import type { Message, Part } from "../message.ts";
import type { Model } from "../provider.ts";
import type { ChatRequest } from "../request.ts";
import type { Warnings } from "./warnings.ts";

const marked = (content: string | readonly Part[]): boolean =>
  typeof content !== "string" && content.some((part) => "cache" in part && part.cache !== undefined);

/** Adapters read a mark that is undefined as none. */
const unmark = <P extends Part>(parts: readonly P[]): P[] =>
  parts.map((part) => ("cache" in part ? { ...part, cache: undefined } : part));

/** The request without marks of cacheable prefixes, with a warning, for a model that takes none. */
export function withoutMarks(request: ChatRequest, to: Model, warnings: Warnings): ChatRequest {
  const { system, messages } = request;
  if (to.can.cacheMarks) return request;
  if (!(system !== undefined && marked(system)) && !messages.some((message) => marked(message.content))) return request;
  warnings.unsupported("cache", `${to.model} takes no marks of cacheable prefixes`);
  return {
    ...request,
    ...(system !== undefined && { system: typeof system === "string" ? system : unmark(system) }),
    messages: messages.map(
      (message): Message =>
        typeof message.content === "string"
          ? message
          : ({ ...message, content: unmark<Part>(message.content) } as Message), // the same parts
    ),
  };
}
