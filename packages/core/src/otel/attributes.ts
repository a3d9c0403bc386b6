import type { Attributes } from "@opentelemetry/api";
import { isLlmError } from "../error.ts";
import type { Event } from "../event.ts";
import type { ChatRequest } from "../request.ts";
import type { Usage } from "../usage.ts";

/** What the conventions call the vendors that they know under another name than ours. */
const PROVIDERS: Readonly<Record<string, string>> = {
  azure: "azure.ai.openai",
  bedrock: "aws.bedrock",
  "amazon-bedrock": "aws.bedrock",
  vertex: "gcp.vertex_ai",
  google: "gcp.gemini",
  mistral: "mistral_ai",
  xai: "x_ai",
};

type Value = string | number | boolean | string[];

/** Attributes without those that are undefined. */
export const defined = (attributes: { readonly [name: string]: Value | undefined }): Attributes =>
  Object.fromEntries(Object.entries(attributes).filter(([, value]) => value !== undefined));

/** What every span and every measurement of an inference has. */
export const inference = (vendor: string, model: string): Attributes => ({
  "gen_ai.operation.name": "chat",
  "gen_ai.provider.name": PROVIDERS[vendor] ?? vendor,
  "gen_ai.request.model": model,
});

/** What was asked, without a word of it. */
export const asked = (request: ChatRequest, whole: boolean): Attributes =>
  defined({
    "gen_ai.request.max_tokens": request.maxTokens,
    "gen_ai.request.temperature": request.temperature,
    "gen_ai.request.top_p": request.topP,
    "gen_ai.request.seed": request.seed,
    "gen_ai.request.stop_sequences": request.stop && [...request.stop],
    "gen_ai.request.stream": whole ? undefined : true,
    "gen_ai.output.type": request.output ? "json" : "text",
  });

/** What it took. */
export const used = (usage: Usage): Attributes =>
  defined({
    "gen_ai.usage.input_tokens": usage.input,
    "gen_ai.usage.output_tokens": usage.output,
    "gen_ai.usage.cache_read.input_tokens": usage.cacheRead,
    "gen_ai.usage.cache_creation.input_tokens": usage.cacheWrite,
    "gen_ai.usage.reasoning.output_tokens": usage.reasoning,
    "llm.usage.estimated": usage.estimated,
  });

/** Where the request went. */
export function server(endpoint: string | undefined): Attributes {
  if (endpoint === undefined || !URL.canParse(endpoint)) return {};
  const { hostname, port, protocol } = new URL(endpoint);
  return {
    "server.address": hostname.replace(/^\[|\]$/g, ""),
    "server.port": port === "" ? (protocol === "http:" ? 80 : 443) : Number(port),
  };
}

/** The plain fields of an event; of errors their code, and nothing of what is nested. */
export function fields(event: Event): Attributes {
  const { type: _type, call: _call, parent: _parent, at: _at, ...data } = event;
  const attributes: Attributes = {};
  for (const [key, value] of Object.entries(data))
    if (typeof value === "string" || typeof value === "number" || typeof value === "boolean")
      attributes[`llm.${key}`] = value;
    else if (isLlmError(value)) attributes[`llm.${key}`] = value.code;
  return attributes;
}

/** The conventions' `error.type`: our code, or the name of a foreign error. */
export const errorType = (error: unknown): string =>
  isLlmError(error) ? error.code : error instanceof Error ? error.name : "_OTHER";
