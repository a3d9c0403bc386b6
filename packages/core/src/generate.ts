import { newCall, type CallOptions } from "./call.ts";
import { collect } from "./collect.ts";
import type { Provider } from "./provider.ts";
import { toRequest, type Prompt } from "./request.ts";
import type { ChatResult } from "./result.ts";

/**
 * Asks, and waits for the whole answer.
 *
 * @throws LlmError when no complete answer came; `partial` holds what had arrived
 * @example
 * ```ts
 * const { text, usage } = await generate(provider, "What is a circuit breaker?");
 * ```
 */
export const generate = (provider: Provider, prompt: Prompt, options: CallOptions = {}): Promise<ChatResult> =>
  collect(provider.stream(toRequest(prompt), newCall({ ...options, whole: options.whole ?? true })));
