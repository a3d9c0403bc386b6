import OpenAI, { type ClientOptions } from "openai";
import type { Capabilities } from "../provider.ts";
import { toLlmError } from "../api-error.ts";
import { boundedClient, boundedFetch, ownFetch } from "../bounded-fetch.ts";
import { endpointOf } from "../sdk-wire.ts";
import { hostOf, platformOf } from "../vendor/platform.ts";

/** The SDK's own client, or the options to make one with, and what the table of models may not know. */
export interface OpenAIOptions extends ClientOptions {
  /** A client of yours, with its base URL, its fetch and its keys. */
  readonly client?: OpenAI;
  /** The vendor's name for prices, health and events. Default: from the endpoint. */
  readonly vendor?: string;
  /** What the model can do, over what the table says. */
  readonly can?: Partial<Capabilities>;
}

/** OpenAI's own endpoint. */
export const OPENAI_URL = "https://api.openai.com/v1";

/** A client to use, or the error to throw at the first call: the SDK throws without a key, which may be another's turn. */
export interface Access {
  readonly endpoint: string;
  readonly secret: string | undefined;
  readonly client: () => OpenAI;
}

/** The client of the options. */
export function access(vendor: string, model: string, options: OpenAIOptions): Access {
  const { client: given, vendor: _vendor, can: _can, ...own } = options;
  try {
    const client = given ? boundedClient(given, { vendor, model }) : make(own, { vendor, model });
    return { endpoint: endpointOf(client.baseURL), secret: client.apiKey ?? undefined, client: () => client };
  } catch (error) {
    return {
      endpoint: endpointOf(options.baseURL ?? OPENAI_URL),
      secret: undefined,
      client: () => {
        throw toLlmError(error, { vendor, model });
      },
    };
  }
}

/** Its log would hold prompts. A client with a transport of its own takes no other fetch. */
function make(options: ClientOptions, at: { readonly vendor: string; readonly model: string }): OpenAI {
  const quiet: ClientOptions = { logLevel: "off", ...options };
  try {
    return new OpenAI({ ...quiet, fetch: boundedFetch(options.fetch ?? ownFetch, at) });
  } catch {
    return new OpenAI(quiet);
  }
}

/** The vendor behind an endpoint: OpenAI at its own, a cloud, else the host's name. */
export function vendorOf(options: OpenAIOptions): string {
  if (options.vendor !== undefined) return options.vendor;
  const url = options.client?.baseURL ?? options.baseURL ?? OPENAI_URL;
  const host = hostOf(url);
  const own = host === "" || host.endsWith("openai.com") || /^(?:localhost$|127\.|\[)/.test(host);
  return platformOf(options.client, url) ?? (own ? "openai" : host);
}
