/**
 * OpenAI's embeddings, and those of servers that speak the same.
 *
 * @module
 */
import type OpenAI from "openai";
import { newEmbedder, type Embedder, type EmbedLimits } from "../embed.ts";
import { LlmError } from "../error.ts";
import { access, OPENAI_URL, vendorOf, type OpenAIOptions } from "../openai/client.ts";
import { openaiUsage } from "../openai/usage.ts";
import { toLlmError } from "../vendor/api-error.ts";
import { list, record, splitOptions, text } from "../vendor/fields.ts";
import { checkEndpoint, providerName } from "../vendor/wire.ts";

/**
 * The SDK's own client or the options to make one with, and how much one request may hold. Default limits, as of
 * 2026-11-22 (developers.openai.com/api/docs, "Create embeddings": 2,048 inputs and 300,000 tokens a request): 2,048
 * texts and 200,000 estimated tokens, which leaves room for the estimate's error.
 */
export interface OpenAIEmbeddingOptions extends Omit<OpenAIOptions, "can"> {
  readonly limits?: Partial<EmbedLimits>;
}

const LIMITS: EmbedLimits = { texts: 2_048, tokens: 200_000 };

/** Vectors come in the order of their index, whatever the order in which they stand. */
function vectorsOf(data: unknown): (readonly number[])[] {
  const vectors: (readonly number[])[] = [];
  list(data, "data").forEach((row, nth) => {
    const { index, embedding } = row as Record<string, unknown>;
    if (Array.isArray(embedding)) vectors[typeof index === "number" ? index : nth] = embedding as number[];
  });
  return vectors;
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
          ...(request.dimensions !== undefined && { dimensions: request.dimensions }),
          ...(request.user !== undefined && { user: request.user }),
          ...extra,
        };
        const settings = { signal, maxRetries: 0, timeout: 3_600_000, ...(headers && { headers }) };
        const { data, response } = await client().embeddings.create(body, settings).withResponse();
        const vectors = vectorsOf(data);
        if (vectors.length === 0 || vectors.includes(undefined as never))
          throw new LlmError("malformed", "the vendor's answer lacks vectors", { vendor, model });
        const answered = text(data, "model");
        const requestId = response.headers.get("x-request-id");
        return {
          vectors,
          usage: openaiUsage(record(data, "usage")),
          ...(answered !== undefined && { model: answered }),
          ...(requestId !== null && { requestId }),
        };
      },
      toError: (error) => {
        const known = toLlmError(error, origin);
        const odd = known.code === "network" && error instanceof TypeError && !("cause" in error); // the SDK's, on an odd answer
        return odd
          ? new LlmError("malformed", `unreadable answer: ${error.message}`, { vendor, model, cause: error })
          : known;
      },
    },
  );
}
