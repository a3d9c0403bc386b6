import { isLlmError } from "../error.ts";
import { leaf, type Wire } from "../leaf.ts";
import type { Capabilities, Provider } from "../provider.ts";
import type { StreamPart } from "../stream-part.ts";
import { rateLimits } from "../headers.ts";
import { validate } from "../validate.ts";
import { collectWarnings, type Warnings } from "../vendor/warnings.ts";
import { OURS, sideOf } from "./carried.ts";
import { toStreamParts } from "./content.ts";
import { fromAiSdkError } from "./error.ts";
import type { AiSdkStreamPart, AnyAiSdkModel } from "./language-model.ts";
import { newPartReader } from "./read-parts.ts";
import { toOptions, type Options } from "./to-options.ts";
import type { Target } from "./to-prompt.ts";
import { anyModel } from "../vendor/any-model.ts";
import { dialectOf } from "./versions.ts";

/** What a model of the AI SDK does not say of itself. */
export interface FromAiSdkOptions {
  /** The vendor's name for prices, health and events. Default: the provider's up to its first dot: `"openai"` for `"openai.responses"`. */
  readonly vendor?: string;
  /** What the model can do. Default: everything, for its provider warns about what it cannot. */
  readonly can?: Partial<Capabilities>;
}

/** The parts of a stream of theirs; leaving it cancels it. */
function read(stream: ReadableStream<AiSdkStreamPart>): AsyncIterator<AiSdkStreamPart> {
  const reader = stream.getReader();
  return {
    next: async () => {
      const { done, value } = await reader.read();
      return done ? { done: true, value: undefined } : { done: false, value };
    },
    return: async () => {
      await reader.cancel();
      return { done: true, value: undefined };
    },
  };
}

/**
 * A model of the AI SDK as a provider: any of its providers, of version 2, 3 or 4. What their interface can say and ours
 * cannot travels as opaque parts, so that {@link toAiSdk} gives it back unchanged; `request.options` are their
 * `providerOptions`. A stream that was cut is `truncated`, also where the provider reports it as a finish. Wrap the bare
 * model: retries and fallbacks belong in layers.
 *
 * @returns a provider; its stream throws {@link LlmError}, with the prompt that their errors repeat left out
 * @throws TypeError if the model is of no known version
 * @example
 * ```ts
 * const gpt = fromAiSdk(createOpenAI({ apiKey: "…" })("gpt-6.1-sol"));
 * const { text } = await generate(compose(gpt, retry()), "What is a circuit breaker?");
 * ```
 */
export function fromAiSdk(model: AnyAiSdkModel, options: FromAiSdkOptions = {}): Provider {
  const { provider, modelId } = model;
  const dialect = dialectOf(model);
  const vendor = options.vendor ?? (provider === OURS ? provider : (provider.split(".")[0] ?? provider));
  const to: Target = { vendor, model: modelId, provider, can: { ...anyModel, ...options.can } };

  return {
    name: `ai-sdk(${provider}/${modelId})`,
    models: [{ vendor, model: modelId, can: to.can }],
    stream: (request, call) => {
      const side = sideOf(call);
      let readPart: ReturnType<typeof newPartReader> | undefined; // once the head is there
      let prepared: { readonly asked: Options; readonly warnings: Warnings } | undefined;
      const prepare = () => {
        if (!side) validate(request, to); // what the AI SDK asks, it has checked by its own rules
        const warnings = collectWarnings(request, vendor, modelId);
        const asked = toOptions(request, to, warnings);
        dialect.check(asked.options, warnings);
        return (prepared = { asked, warnings });
      };
      const wire: Wire<AiSdkStreamPart> = {
        prepare,
        open: async (signal) => {
          const { asked, warnings } = prepared ?? prepare();
          const sent = {
            ...asked.options,
            abortSignal: signal,
            ...(side?.headers && { headers: side.headers }),
            ...(side?.includeRawChunks !== undefined && { includeRawChunks: side.includeRawChunks }),
          };
          const answer = call.whole ? await dialect.generate(sent) : await dialect.stream(sent);
          const { request: told, response } = answer;
          if (side) side.info = { ...(told && { request: told }), ...(response && { response }) };
          const headers = new Headers(response?.headers);
          const limits = rateLimits(headers);
          const requestId = headers.get("request-id") ?? headers.get("x-request-id");
          readPart = newPartReader({
            vendor,
            model: modelId,
            provider,
            outputTool: asked.outputTool,
            strict: request.strict === true,
            whole: !("stream" in answer),
            warnings: warnings.all,
            start: {
              ...(requestId !== null && { requestId }),
              ...(asked.output && { output: asked.output }),
              ...(limits.length > 0 && { rateLimits: limits }),
            },
          });
          if ("stream" in answer) return read(answer.stream);
          const parts: StreamPart[] = [];
          for (const part of toStreamParts(answer)) readPart(part, (each) => parts.push(each));
          return parts;
        },
        read: (part, push) => readPart?.(dialect.up(part), push),
        toError: (error) => (isLlmError(error) ? error : fromAiSdkError(error, { vendor, model: modelId })),
      };
      return leaf(to, request, call, wire);
    },
  };
}
