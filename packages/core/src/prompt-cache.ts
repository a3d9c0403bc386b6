import { layer } from "./compose.ts";
import { emit } from "./event.ts";
import type { JsonObject } from "./json.ts";
import type { CacheTtl, Message, Part } from "./message.ts";
import { mapStart } from "./map-start.ts";
import type { Middleware, Model, Provider } from "./provider.ts";
import type { ChatRequest } from "./request.ts";
import type { StreamPart } from "./stream-part.ts";
import { countMarks, fewerMarks } from "./vendor/cache-marks.ts";
import { collectWarnings, type Warnings } from "./vendor/warnings.ts";
import { watch } from "./watch.ts";

/** How to use the vendors' prompt caches. */
export interface PromptCacheOptions {
  /** How long prefixes are to be kept; adapters send the nearest time that the vendor has. Default: the vendor's shortest. */
  readonly ttl?: CacheTtl;
}

const isClaude = ({ model }: Model): boolean => /claude/i.test(model);
const isOpenAI = ({ models }: Provider): boolean =>
  models.some(({ vendor, model }) => (vendor === "openai" || vendor === "azure") && !/claude/i.test(model));

const canBeMarked = (part: Part): boolean =>
  part.type === "text" ? part.text !== "" : part.type !== "reasoning" && part.type !== "opaque";

/** A question in the form that it has when it is marked: where the mark goes on, the rest must stay the same bytes. */
const markable = (message: Message): Message =>
  message.role === "user" && typeof message.content === "string" && message.content !== ""
    ? { ...message, content: [{ type: "text", text: message.content }] }
    : message;

/** The same content with a mark on the last part that takes one. */
function mark<C extends string | readonly Part[]>(content: C, cache: CacheTtl): C {
  const parts: readonly Part[] = typeof content === "string" ? [{ type: "text", text: content }] : content;
  const at = parts.findLastIndex(canBeMarked);
  return at === -1 ? content : (parts.map((part, i) => (i === at ? { ...part, cache } : part)) as unknown as C); // a text, or the same parts
}

/**
 * The end of what all calls share (tools and system), and of the conversation as it was asked before and is asked now:
 * the next turn finds there what this one has written.
 */
function markPrefixes(request: ChatRequest, cache: CacheTtl, warnings: Warnings): ChatRequest {
  const { system, messages } = request;
  if (countMarks(request) > 0) return fewerMarks(request, warnings); // the caller knows better
  const asked = messages.flatMap(({ role }, i) => (role === "user" || role === "tool" ? [i] : []));
  const ends = messages.length > 1 ? asked.slice(-2) : []; // a question alone will not come again
  return {
    ...request,
    ...(system !== undefined && { system: mark(system, cache) }),
    messages: messages.map((message, i): Message =>
      ends.includes(i)
        ? ({ ...message, content: mark<string | readonly Part[]>(message.content, cache) } as Message) // the same parts
        : markable(message),
    ),
  };
}

/** 64 bits of a text, in hex: FNV-1a (Fowler, Noll, Vo) from two starts. Tells prefixes apart; no secret is kept by it. */
function fingerprint(text: string): string {
  let a = 0x811c9dc5;
  let b = 0x01000193;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    a = Math.imul(a ^ code, 0x01000193);
    b = Math.imul(b ^ code, 0x85ebca6b) ^ (b >>> 13);
  }
  return [a, b].map((half) => (half >>> 0).toString(16).padStart(8, "0")).join("");
}

/** Equal prefixes of one tenant go to the same machine, which is where the vendor keeps them. */
function withKey(request: ChatRequest, tenant: string, ttl: CacheTtl | undefined): ChatRequest {
  const { system, tools, options } = request;
  const texts = typeof system === "string" ? [system] : system?.map(({ text }) => text);
  // as they are sent, whatever the order of their fields
  const sent = tools?.map(({ name, description, input, strict }) => [name, input, description, strict]);
  const own: JsonObject = {
    prompt_cache_key: fingerprint(JSON.stringify([tenant, texts, sent])),
    ...((ttl === "30m" || ttl === "12h") && { prompt_cache_options: { ttl } }),
  };
  return { ...request, options: { ...options, openai: { ...own, ...options?.["openai"] } } };
}

const byName = ({ name: a }: { readonly name: string }, { name: b }: { readonly name: string }): number =>
  a < b ? -1 : a > b ? 1 : 0;

/**
 * Lets the vendors' prompt caches work for every call. For Claude it marks the ends of the stable prefix (tools and
 * system, and in a conversation what was asked before and what is asked now), unless the request has marks of its own (of
 * more than the four that Claude takes, the first and the last three stay, with a warning); for OpenAI it sets the cache
 * key, one for each tenant and prefix. Tools go in the order of their names, so that the same tools are the same bytes.
 * What was read and written is told as `prompt_cache.used`.
 *
 * Prefixes of less than about 1,000 tokens are not cached by the vendors. Writing costs more than reading at the full
 * price (Anthropic: a quarter more for 5 minutes, twice for an hour), so use it where prefixes come again.
 *
 * @throws LlmError `unsupported` under `request.strict`, for more marks than Claude takes
 * @example
 * ```ts
 * const llm = compose(provider, promptCache({ ttl: "1h" }));
 * ```
 */
export function promptCache({ ttl }: PromptCacheOptions = {}): Middleware {
  return layer((request, call, inner) => {
    const ask = (): AsyncIterable<StreamPart> => {
      let asked: ChatRequest = request.tools ? { ...request, tools: request.tools.toSorted(byName) } : request;
      const claude = inner.models.find(isClaude);
      const warnings = collectWarnings(request, claude?.vendor ?? "", claude?.model ?? "");
      if (claude) asked = markPrefixes(asked, ttl ?? "5m", warnings);
      if (isOpenAI(inner)) asked = withKey(asked, call.tenant, ttl);
      const parts = inner.stream(asked, call);
      if (warnings.all.length === 0) return parts;
      return mapStart(parts, (start) => ({ ...start, warnings: [...warnings.all, ...(start.warnings ?? [])] }));
    };
    let by = { vendor: "", model: "" };
    return watch(ask, () => ({
      part: (part) => {
        if (part.type === "start") by = { vendor: part.vendor, model: part.model };
        if (part.type !== "finish") return;
        const { input, cacheRead: read, cacheWrite: written } = part.usage;
        emit(call, "prompt_cache.used", { ...by, read, written, missed: input - read - written });
      },
    }));
  });
}
