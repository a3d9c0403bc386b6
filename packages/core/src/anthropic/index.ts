/**
 * Anthropic's Messages API.
 *
 * @module
 */
import Anthropic, { type ClientOptions } from "@anthropic-ai/sdk";
import { newCall } from "../call.ts";
import { leaf } from "../leaf.ts";
import type { Capabilities, Model, Provider } from "../provider.ts";
import { until } from "../until.ts";
import { toLlmError } from "../vendor/api-error.ts";
import { capabilitiesOf } from "../vendor/family.ts";
import { providerName, sdkWire, type Dialect } from "../vendor/wire.ts";
import { newMessagesReader } from "./answer.ts";
import { anthropicFamilies } from "./families.ts";
import { toCount, toMessages, type MessagesBody } from "./request.ts";

/** The SDK's own client, or the options to make one with, and what the table of models may not know. */
export interface AnthropicOptions extends ClientOptions {
  /** A client of yours, with its base URL, its fetch and its keys. */
  readonly client?: Anthropic;
  /** The vendor's name for prices, health and events. Default `"anthropic"`. */
  readonly vendor?: string;
  /** What the model can do, over what the table says. */
  readonly can?: Partial<Capabilities>;
}

/**
 * A Claude model behind Anthropic's Messages API. Model ids are not checked against a list. Retries are yours to add, as
 * a layer: the SDK's are off. `maxTokens`, which this vendor requires, is 32,000 where the request has none.
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
  const { client: given, vendor = "anthropic", can, ...clientOptions } = options;
  // its log would hold prompts, its own spans would count everything twice
  const client = given ?? new Anthropic({ logLevel: "off", openTelemetry: false, ...clientOptions });
  const endpoint = client.baseURL;
  const to: Model = { vendor, model, endpoint, can: { ...capabilitiesOf(model, anthropicFamilies), ...can } };
  const origin = { vendor, model, secret: client.apiKey ?? client.authToken ?? undefined };
  const dialect: Dialect<MessagesBody> = {
    name: "anthropic",
    requestIdHeader: "request-id",
    prepare: (request) => toMessages(request, to),
    send: (body, settings, whole) =>
      whole ? client.messages.create(body, settings) : client.messages.create({ ...body, stream: true }, settings),
    reader: newMessagesReader,
  };

  return {
    name: providerName(vendor, model, endpoint, "https://api.anthropic.com"),
    models: [to],
    stream: (request, call) => leaf(to, request, call, sdkWire(to, origin, request, call.whole, dialect)),
    countTokens: async (request, call = newCall()) => {
      try {
        const settings = { maxRetries: 0, ...(call.signal && { signal: call.signal }) };
        const counted = await until(client.messages.countTokens(toCount(toMessages(request, to).body), settings), call);
        return counted.input_tokens;
      } catch (error) {
        throw toLlmError(error, origin);
      }
    },
  };
}
