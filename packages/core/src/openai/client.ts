import OpenAI, { type ClientOptions } from "openai";
import { LlmError } from "../error.ts";
import type { Capabilities } from "../provider.ts";
import { toLlmError } from "../vendor/api-error.ts";

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
  const { client: given, vendor: _vendor, can: _can, ...clientOptions } = options;
  try {
    const client = given ?? new OpenAI({ logLevel: "off", ...clientOptions }); // its log would hold prompts
    return { endpoint: client.baseURL, secret: client.apiKey ?? undefined, client: () => client };
  } catch (error) {
    const known = toLlmError(error, { vendor, model });
    return {
      endpoint: options.baseURL ?? OPENAI_URL,
      secret: undefined,
      client: () => {
        throw new LlmError(known.code, known.message, { vendor, model, cause: error });
      },
    };
  }
}

/** The vendor behind an endpoint: OpenAI at its own, else the host's name. */
export function vendorOf(options: OpenAIOptions): string {
  if (options.vendor !== undefined) return options.vendor;
  const url = options.client?.baseURL ?? options.baseURL ?? OPENAI_URL;
  if (options.client && "deploymentName" in options.client) return "azure";
  try {
    const { hostname } = new URL(url);
    return hostname.endsWith("openai.com") || /^(?:localhost|127\.|\[)/.test(hostname) ? "openai" : hostname;
  } catch {
    return "openai";
  }
}
