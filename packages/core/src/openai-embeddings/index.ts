/**
 * OpenAI's embeddings, and those of servers that speak the same.
 *
 * @module
 */
import type OpenAI from "openai";
import { defined } from "../defined.ts";
import { newEmbedder, type Embedder, type EmbedLimits } from "../embed.ts";
import { access, OPENAI_URL, vendorOf, type OpenAIOptions } from "../openai/client.ts";
import { isRecord } from "../json.ts";
import { openaiUsage } from "../openai/usage.ts";
import { toLlmError } from "../api-error.ts";
import { list, record, splitOptions, text } from "../fields.ts";
import { checkEndpoint, providerName } from "../sdk-wire.ts";

/**
 * The SDK's own client or the options to make one with, and how much one request may hold. Default limits, as of
 * 2026-11-22 (developers.openai.com/api/docs, "Create embeddings": 2,048 inputs and 300,000 tokens a request): 2,048
 * texts and 200,000 estimated tokens, which leaves room for the estimate's error.
 */
export interface OpenAIEmbeddingOptions extends Omit<OpenAIOptions, "can"> {
  readonly limits?: Partial<EmbedLimits>;
}

const LIMITS: EmbedLimits = { texts: 2_048, tokens: 200_000 };

/** A vector: numbers, or the bytes of 32-bit floats in base64 (little-endian), which are a quarter of the size. */
function vectorOf(embedding: unknown): readonly number[] | undefined {
  if (typeof embedding !== "string") return Array.isArray(embedding) ? embedding : undefined; // whoever asked looks at what is in it
  try {
    return [...new Float32Array(Uint8Array.from(atob(embedding), (character) => character.charCodeAt(0)).buffer)];
  } catch {
    return undefined; // no base64, or not of floats
  }
}

/** The vectors in the order of their index, whatever the order in which they stand. */
function vectorsOf(data: unknown, count: number): (readonly number[])[] {
  const vectors = Array.from({ length: count }, (): readonly number[] | undefined => undefined);
  list(data, "data").forEach((row, nth) => {
    const { index = nth, embedding } = isRecord(row) ? row : {};
    if (typeof index === "number" && index in vectors) vectors[index] = vectorOf(embedding);
  });
  return vectors.filter((vector) => vector !== undefined);
}

/**
 * An embedding model behind OpenAI's API or a compatible one.
 *
 * @param options the SDK's client or its options; without either, the SDK's environment variables
 * @returns an embedder; it rejects with {@link LlmError} with every code that the vendor's errors map to
 * @example
 * ```ts
 * const embedder = openaiEmbedder("text-embedding-3-small", { apiKey: "…" });
 * const { vectors, usage } = await embedder.embed({ texts: ["What is a circuit breaker?", "And a cache?"] });
 * ```
 */
export function openaiEmbedder(model: string, options: OpenAIEmbeddingOptions = {}): Embedder {
  const { limits, ...rest } = options;
  const vendor = vendorOf(rest);
  const { client, endpoint, secret } = access(vendor, model, rest);
  const origin = { vendor, model, secret };
  return newEmbedder(
    { vendor, model, endpoint, name: providerName(vendor, model, endpoint, OPENAI_URL) },
    { ...LIMITS, ...limits },
    {
      prepare: () => {
        checkEndpoint({ vendor, model, endpoint });
        client(); // or the error of one that cannot be made, for want of a key
      },
      send: async (texts, request, signal) => {
        const { body: extra, headers } = splitOptions(request, "openai", vendor);
        const body: OpenAI.EmbeddingCreateParams = {
          model,
          input: [...texts],
          encoding_format: "base64",
          ...defined({ dimensions: request.dimensions, user: request.user }),
          ...extra,
        };
        const settings = { signal, maxRetries: 0, timeout: 3_600_000, ...defined({ headers }) };
        const response = await client().embeddings.create(body, settings).asResponse();
        const data: unknown = await response.json();
        const vectors = vectorsOf(data, texts.length);
        const requestId = response.headers.get("x-request-id") ?? undefined;
        return {
          vectors,
          usage: openaiUsage(record(data, "usage")),
          ...defined({ model: text(data, "model"), requestId }),
        };
      },
      toError: (error) => toLlmError(error, origin),
    },
  );
}
