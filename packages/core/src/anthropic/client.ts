import Anthropic, { type ClientOptions } from "@anthropic-ai/sdk";
import type { Capabilities } from "../provider.ts";
import { boundedClient, boundedFetch, ownFetch } from "../bounded-fetch.ts";
import { platformOf } from "../vendor/platform.ts";

/** What of a client is used: the SDK's own, and those of its Bedrock, Vertex and Foundry packages, have it. */
export interface MessagesClient {
  readonly baseURL: string;
  readonly apiKey?: string | null;
  readonly authToken?: string | null;
  /** As the SDK has them; not by its types, which differ between two copies of it. */
  readonly messages: {
    readonly create: (...args: never[]) => unknown;
    readonly countTokens?: (...args: never[]) => unknown;
  };
}

/** The same, by the types of the SDK that is installed. */
interface Client extends MessagesClient {
  readonly messages: Pick<Anthropic["messages"], "create"> & Partial<Pick<Anthropic["messages"], "countTokens">>;
}

/** The SDK's own client, or the options to make one with, and what the table of models may not know. */
export interface AnthropicOptions extends ClientOptions {
  /** A client of yours, with its base URL, its fetch and its keys; a Bedrock, Vertex or Foundry one too. */
  readonly client?: MessagesClient;
  /** The vendor's name for prices, health and events. Default `"anthropic"`, or the cloud that serves the model. */
  readonly vendor?: string;
  /** What the model can do, over what the table says. */
  readonly can?: Partial<Capabilities>;
}

/** Whose models the client of these options reaches. */
export const vendorOf = ({ vendor, client, baseURL }: AnthropicOptions): string =>
  vendor ?? platformOf(client, client?.baseURL ?? baseURL ?? "") ?? "anthropic";

/** The client to use. The SDK's own spans would count everything twice, and its log would hold prompts. */
export function clientOf(vendor: string, model: string, options: AnthropicOptions): Client {
  const { client, vendor: _vendor, can: _can, ...own } = options;
  const at = { vendor, model };
  return client
    ? (boundedClient(client, at, { openTelemetry: false }) as Client) // as its own types say
    : new Anthropic({ logLevel: "off", openTelemetry: false, ...own, fetch: boundedFetch(own.fetch ?? ownFetch, at) });
}
