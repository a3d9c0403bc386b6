/**
 * Anthropic's Messages API.
 *
 * @module
 */
import { newCall } from "../call.ts";
import { LlmError } from "../error.ts";
import { leaf } from "../leaf.ts";
import type { Model, Provider } from "../provider.ts";
import { capabilitiesOf } from "../vendor/family.ts";
import { check, countedBy, endpointOf, providerName, sdkWire, type Dialect } from "../sdk-wire.ts";
import { newMessagesReader } from "./answer.ts";
import { clientOf, vendorOf, type AnthropicOptions } from "./client.ts";
import { anthropicFamilies } from "./families.ts";
import { toCount, toMessages, type MessagesBody } from "./request.ts";

export type { AnthropicOptions, MessagesClient } from "./client.ts";

/**
 * A Claude model behind Anthropic's Messages API. Model ids are not checked against a list. Retries are yours to add, as
 * a layer: the SDK's are off. `maxTokens`, which this vendor requires, is 32,000 where the request has none. Of more marks
 * of cacheable prefixes than the four that it takes, the first and the last three are sent, with a warning.
 *
 * @param options the SDK's client or its options; without either, the SDK's environment variables
 * @returns a provider; its stream throws {@link LlmError} with every code that the vendor's errors map to, `auth` when
 * there is no key
 * @example
 * ```ts
 * const claude = anthropic("claude-sonnet-5-5", { apiKey: "…" });
 * const { text } = await generate(claude, "What is a circuit breaker?");
 * ```
 */
export function anthropic(model: string, options: AnthropicOptions = {}): Provider {
  const vendor = vendorOf(options);
  const client = clientOf(vendor, model, options);
  const endpoint = endpointOf(client.baseURL);
  const to: Model = { vendor, model, endpoint, can: { ...capabilitiesOf(model, anthropicFamilies), ...options.can } };
  const origin = { vendor, model, secret: client.apiKey ?? client.authToken ?? undefined };
  const dialect: Dialect<MessagesBody> = {
    name: "anthropic",
    requestIdHeader: "request-id",
    prepare: (request) => {
      if (client.apiKey === "" && !client.authToken) throw new LlmError("auth", "apiKey: is empty", { vendor, model });
      return toMessages(request, to);
    },
    send: (body, settings, whole) =>
      whole ? client.messages.create(body, settings) : client.messages.create({ ...body, stream: true }, settings),
    reader: newMessagesReader,
  };

  const countTokens: Provider["countTokens"] = async (request, call = newCall()) => {
    check(to, request);
    const body = toCount(toMessages(request, to).body);
    return countedBy(origin, call, async (settings) => client.messages.countTokens?.(body, settings));
  };

  return {
    name: providerName(vendor, model, endpoint, "https://api.anthropic.com"),
    models: [to],
    stream: (request, call) => leaf(to, request, call, sdkWire(to, origin, request, call.whole, dialect)),
    ...(client.messages.countTokens && { countTokens }),
  };
}
