import { newCall, type CallOptions } from "../call.ts";
import { isLlmError } from "../error.ts";
import type { Provider } from "../provider.ts";
import type { StreamPart, Warning } from "../stream-part.ts";
import { truncated } from "../watch.ts";
import { OURS, withSide, type Side } from "./carried.ts";
import { toWhole } from "./content.ts";
import type { AiSdkCallOptions, AiSdkModel, AiSdkStreamPart } from "./language-model.ts";
import { toRequest } from "./to-request.ts";
import { newPartWriter } from "./write-parts.ts";

/** What holds for all calls of a bridged model. */
export type ToAiSdkOptions = Pick<CallOptions, "tenant" | "tags" | "onEvent">;

const unsaid = (option: string): Warning => ({
  code: "unsupported",
  field: option,
  message: `${option} is understood by models of the AI SDK only`,
});

/** What was thrown, in the form that the AI SDK knows an abort by. */
function thrown(error: unknown, signal: AbortSignal | undefined): unknown {
  if (!signal?.aborted || !isLlmError(error, "aborted", "timeout")) return error;
  const reason: unknown = signal.reason;
  return reason instanceof Error ? reason : new DOMException("The call was aborted.", "AbortError");
}

/** One call: its parts in the AI SDK's words. */
function ask(provider: Provider, options: AiSdkCallOptions, whole: boolean, base: ToAiSdkOptions) {
  const { request, theirs, tenant = base.tenant, tags } = toRequest(options);
  const side: Side = { headers: options.headers, includeRawChunks: options.includeRawChunks };
  const call = newCall({
    whole,
    tenant,
    tags: { ...base.tags, ...tags },
    signal: options.abortSignal,
    onEvent: base.onEvent,
  });
  const source = provider.stream(request, withSide(call, side))[Symbol.asyncIterator]();
  const write = newPartWriter(theirs.map(unsaid));
  let finished = false;
  return {
    side,
    /** Reads on by one part of ours; false at the end. */
    advance: async (push: (part: AiSdkStreamPart) => void): Promise<boolean> => {
      if (finished) return false;
      let next: IteratorResult<StreamPart>;
      try {
        next = await source.next();
      } catch (error) {
        throw thrown(error, options.abortSignal);
      }
      if (next.done) throw truncated();
      finished = next.value.type === "finish";
      write(next.value, push);
      return true;
    },
    leave: async (): Promise<void> => {
      await source.return?.();
    },
  };
}

/**
 * A provider as a model of the AI SDK, version 4: for `generateText`, `streamText`, agents and everything else that takes
 * one. Its `provider` is `"@llm/core"`, its `modelId` the provider's name. `providerOptions` are `request.options`;
 * those under `"@llm/core"` are `task`, `user`, `tier`, `strict`, `parallelTools`, `tenant` and `tags`. Under the same
 * key of the answer's `providerMetadata` stand our `start` and `finish` parts: who answered, whether `degraded`, the usage.
 *
 * The AI SDK does not retry its errors, which are {@link LlmError}s: retries, timeouts and fallbacks are layers of yours.
 *
 * @example
 * ```ts
 * const model = toAiSdk(compose(anthropic("claude-sonnet-5-5"), retry()));
 * const { text } = await generateText({ model, prompt: "What is a circuit breaker?" });
 * ```
 */
export function toAiSdk(provider: Provider, options: ToAiSdkOptions = {}): AiSdkModel {
  return {
    specificationVersion: "v4",
    provider: OURS,
    modelId: provider.name,
    supportedUrls: { "image/*": [/^https?:\/\//] }, // the AI SDK fetches all others itself
    doGenerate: async (asked) => {
      const { side, advance } = ask(provider, asked, true, options);
      const parts: AiSdkStreamPart[] = [];
      while (await advance((part) => parts.push(part)));
      const whole = toWhole(parts);
      const response = { ...side.info?.response, ...whole.response };
      return {
        ...whole,
        ...(side.info?.request && { request: side.info.request }),
        ...(Object.keys(response).length > 0 && { response }),
      };
    },
    doStream: async (asked) => {
      const { side, advance, leave } = ask(provider, asked, false, options);
      const ready: AiSdkStreamPart[] = [];
      const push = (part: AiSdkStreamPart): void => void ready.push(part);
      await advance(push); // what goes wrong before there is an answer rejects the call
      const stream = new ReadableStream<AiSdkStreamPart>(
        {
          pull: async (controller) => {
            try {
              while (ready.length === 0 && (await advance(push)));
            } catch (error) {
              ready.push({ type: "error", error });
              for (const part of ready.splice(0)) controller.enqueue(part);
              return controller.close();
            }
            if (ready.length === 0) return controller.close();
            for (const part of ready.splice(0)) controller.enqueue(part);
          },
          cancel: leave,
        },
        { highWaterMark: 0 }, // nothing is read before somebody wants it
      );
      const { headers } = side.info?.response ?? {};
      return {
        stream,
        ...(side.info?.request && { request: side.info.request }),
        ...(headers && { response: { headers } }),
      };
    },
  };
}
