import type { Part } from "./message.ts";
import type { ChatRequest } from "./request.ts";

/**
 * About how many tokens a text is, from its characters alone: four ASCII letters, two other letters, or one ideograph to
 * a token. On ordinary prose it lies within about a third of the vendors' counts; it is for bounds and for what a
 * vendor never reported, not for bills.
 *
 * @example
 * ```ts
 * estimateTokens("What is a circuit breaker?"); // 7
 * ```
 */
export const estimateTokens = (text: string): number => Math.ceil(quarterTokens(text) / 4);

/** The same in quarters of a token, so that the pieces of a text add up. */
export function quarterTokens(text: string): number {
  let quarters = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    quarters += code < 0x80 ? 1 : code < 0x2e80 ? 2 : 4;
  }
  return quarters;
}

/** Tokens of an image or a document whose size is not known: a rough middle of what the vendors charge. */
const MEDIA_TOKENS = 1_500;
/** What a message costs besides its text. */
const MESSAGE_TOKENS = 4;

const partTokens = (part: Part): number => {
  switch (part.type) {
    case "text":
    case "reasoning":
      return estimateTokens(part.text);
    case "tool-call":
      return estimateTokens(part.name + JSON.stringify(part.input));
    case "tool-result":
      return contentTokens(part.output);
    case "opaque":
      return estimateTokens(JSON.stringify(part.value));
    case "image":
    case "file":
      return MEDIA_TOKENS;
  }
};

const contentTokens = (content: string | readonly Part[]): number =>
  typeof content === "string" ? estimateTokens(content) : content.reduce((sum, part) => sum + partTokens(part), 0);

/** About how many tokens a model would read for a request; see {@link estimateTokens}. */
export function estimateRequestTokens(request: ChatRequest): number {
  let tokens = request.system === undefined ? 0 : contentTokens(request.system);
  for (const message of request.messages) tokens += MESSAGE_TOKENS + contentTokens(message.content);
  if (request.tools) tokens += estimateTokens(JSON.stringify(request.tools));
  if (request.output) tokens += estimateTokens(JSON.stringify(request.output.schema));
  return tokens;
}
