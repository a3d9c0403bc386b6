/**
 * Chat Completions, OpenAI's and every compatible server's.
 *
 * @module
 */
import { leaf } from "../leaf.ts";
import { access, OPENAI_URL, vendorOf, type OpenAIOptions } from "../openai/client.ts";
import { openaiFamilies } from "../openai/families.ts";
import { anyModel } from "../vendor/any-model.ts";
import type { Model, Provider } from "../provider.ts";
import { capabilitiesOf } from "../vendor/family.ts";
import { providerName, sdkWire, type Dialect } from "../sdk-wire.ts";
import { newChatReader } from "./answer.ts";
import { toChat, type ChatBody } from "./request.ts";

export type { OpenAIOptions } from "../openai/client.ts";

/**
 * A model behind Chat Completions: OpenAI's older API, and what nearly every other server speaks (`baseURL`). Nothing is
 * assumed of a model that is not OpenAI's. Retries are yours to add, as a layer: the SDK's are off.
 *
 * @param options the SDK's client or its options; without either, the SDK's environment variables
 * @returns a provider; its stream throws {@link LlmError} with every code that the vendor's errors map to, `auth` when
 * there is no key
 * @example
 * ```ts
 * const llama = openaiChat("llama-4-scout", { baseURL: "http://127.0.0.1:8080/v1", apiKey: "none" });
 * const { text } = await generate(llama, "What is a circuit breaker?");
 * ```
 */
export function openaiChat(model: string, options: OpenAIOptions = {}): Provider {
  const vendor = vendorOf(options);
  const { client, endpoint, secret } = access(vendor, model, options);
  const table = capabilitiesOf(model, openaiFamilies);
  const to: Model = { vendor, model, endpoint, can: { ...(table.inferred ? anyModel : table), ...options.can } };
  const origin = { vendor, model, secret };
  const dialect: Dialect<ChatBody> = {
    name: "openai",
    requestIdHeader: "x-request-id",
    prepare: (request) => {
      client(); // or the error of one that cannot be made, for want of a key
      return toChat(request, to);
    },
    send: (body, settings, whole) =>
      whole
        ? client().chat.completions.create(body, settings)
        : client().chat.completions.create(
            { ...body, stream: true, stream_options: { include_usage: true } },
            settings,
          ),
    reader: newChatReader,
  };
  return {
    name: providerName(vendor, model, endpoint, OPENAI_URL),
    models: [to],
    stream: (request, call) => leaf(to, request, call, sdkWire(to, origin, request, call.whole, dialect)),
  };
}
