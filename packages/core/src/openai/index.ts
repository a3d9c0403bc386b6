/**
 * OpenAI's Responses API.
 *
 * @module
 */
import { newCall } from "../call.ts";
import { leaf } from "../leaf.ts";
import type { Model, Provider } from "../provider.ts";
import { capabilitiesOf } from "../vendor/family.ts";
import { check, countedBy, providerName, sdkWire, type Dialect } from "../sdk-wire.ts";
import { newResponsesReader } from "./answer.ts";
import { access, OPENAI_URL, vendorOf, type OpenAIOptions } from "./client.ts";
import { openaiFamilies } from "./families.ts";
import { toResponses, type ResponsesBody } from "./request.ts";

export type { OpenAIOptions } from "./client.ts";

/**
 * A model behind OpenAI's Responses API, which is where its current models can do everything. Nothing is stored at the
 * vendor (`store: false`). Model ids are not checked against a list. Retries are yours to add, as a layer: the SDK's are
 * off. For servers that only speak Chat Completions use `@llm/core/openai-chat`.
 *
 * @param options the SDK's client or its options; without either, the SDK's environment variables
 * @returns a provider; its stream throws {@link LlmError} with every code that the vendor's errors map to, `auth` when
 * there is no key
 * @example
 * ```ts
 * const gpt = openai("gpt-6.1-sol", { apiKey: "…" });
 * const { text } = await generate(gpt, "What is a circuit breaker?");
 * ```
 */
export function openai(model: string, options: OpenAIOptions = {}): Provider {
  const vendor = vendorOf(options);
  const { client, endpoint, secret } = access(vendor, model, options);
  const to: Model = { vendor, model, endpoint, can: { ...capabilitiesOf(model, openaiFamilies), ...options.can } };
  const origin = { vendor, model, secret };
  const dialect: Dialect<ResponsesBody> = {
    name: "openai",
    requestIdHeader: "x-request-id",
    prepare: (request) => {
      client(); // or the error of one that cannot be made, for want of a key
      return toResponses(request, to);
    },
    send: (body, settings, whole) =>
      whole
        ? client().responses.create(body, settings)
        : client().responses.create({ ...body, stream: true }, settings),
    reader: newResponsesReader,
  };

  return {
    name: providerName(vendor, model, endpoint, OPENAI_URL),
    models: [to],
    stream: (request, call) => leaf(to, request, call, sdkWire(to, origin, request, call.whole, dialect)),
    countTokens: async (request, call = newCall()) => {
      check(to, request);
      const { model: id, input, instructions, tools, text, reasoning } = toResponses(request, to).body;
      const body = { model: id, input, instructions, tools, text, reasoning } as Parameters<
        ReturnType<typeof client>["responses"]["inputTokens"]["count"]
      >[0]; // the same fields, all optional there
      return countedBy(origin, call, (settings) => client().responses.inputTokens.count(body, settings));
    },
  };
}
