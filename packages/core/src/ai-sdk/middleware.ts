import type { Middleware } from "../provider.ts";
import { fromAiSdk } from "./from-ai-sdk.ts";
import type { AiSdkCallOptions, AiSdkGenerateResult, AiSdkModel, AiSdkStreamResult } from "./language-model.ts";
import { toAiSdk, type ToAiSdkOptions } from "./to-ai-sdk.ts";

/** A middleware of the AI SDK's interface of version 4, by its shape. */
export interface AiSdkMiddleware {
  readonly specificationVersion: "v4";
  readonly wrapGenerate: (options: { params: AiSdkCallOptions; model: AiSdkModel }) => PromiseLike<AiSdkGenerateResult>;
  readonly wrapStream: (options: { params: AiSdkCallOptions; model: AiSdkModel }) => PromiseLike<AiSdkStreamResult>;
}

/**
 * A layer of ours for `wrapLanguageModel`: a cache, a breaker, a budget around a model of the AI SDK, without changing
 * anything else. The layer is made once for each model that it is put around, so that its state lives as long as that
 * model does. To use several, compose them first: `toAiSdkMiddleware((inner) => compose(inner, cache(), breaker()))`.
 *
 * @example
 * ```ts
 * const model = wrapLanguageModel({ model: createOpenAI({ apiKey: "…" })("gpt-6.1-sol"), middleware: toAiSdkMiddleware(retry()) });
 * const { text } = await generateText({ model, prompt: "What is a circuit breaker?", maxRetries: 0 });
 * ```
 */
export function toAiSdkMiddleware(middleware: Middleware, options: ToAiSdkOptions = {}): AiSdkMiddleware {
  const layered = new WeakMap<AiSdkModel, AiSdkModel>();
  const around = (model: AiSdkModel): AiSdkModel => {
    const known = layered.get(model) ?? toAiSdk(middleware(fromAiSdk(model)), options);
    layered.set(model, known);
    return known;
  };
  return {
    specificationVersion: "v4",
    wrapGenerate: ({ model, params }) => around(model).doGenerate(params),
    wrapStream: ({ model, params }) => around(model).doStream(params),
  };
}
