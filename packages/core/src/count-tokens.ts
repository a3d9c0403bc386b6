import { newCall, type Call } from "./call.ts";
import { wrap } from "./compose.ts";
import { estimateRequestTokens } from "./estimate.ts";
import type { Middleware, Provider } from "./provider.ts";
import { toRequest, type Prompt } from "./request.ts";

/**
 * How many tokens a model would read for a request: by the vendor's own endpoint where it has one (Anthropic, OpenAI's
 * Responses), which costs a round trip but nothing else; elsewhere by {@link estimateRequestTokens}.
 *
 * @throws LlmError as the vendor's endpoint fails
 * @example
 * ```ts
 * const tokens = await countTokens(provider, "What is a circuit breaker?");
 * ```
 */
export const countTokens = async (provider: Provider, prompt: Prompt, call: Call = newCall()): Promise<number> => {
  const request = toRequest(prompt);
  return provider.countTokens ? provider.countTokens(request, call) : estimateRequestTokens(request);
};

/** What tokenizers have in common: those of `gpt-tokenizer`, `js-tiktoken` and `tiktoken` are such. */
export interface Tokenizer {
  readonly encode: (text: string) => { readonly length: number };
}

/**
 * Counts a provider's tokens here, with a tokenizer, without asking the vendor. Bring the one of your model: none is
 * installed with this package. What is not text (pictures, documents, what wraps a message) is estimated.
 *
 * @example
 * ```ts
 * const words = { encode: (text: string) => text.split(" ") }; // or: import words from "gpt-tokenizer/encoding/o200k_base"
 * await countTokens(compose(provider, tokenizer(words)), "one two three"); // 7: three, and four for the message
 * ```
 */
export const tokenizer =
  ({ encode }: Tokenizer): Middleware =>
  (inner) =>
    wrap(inner, {
      countTokens: (request) => Promise.resolve(estimateRequestTokens(request, (text) => encode(text).length)),
    });
