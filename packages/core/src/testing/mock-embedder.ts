import { newEmbedder, type Embedder, type EmbedLimits } from "../embed.ts";
import { isLlmError, LlmError } from "../error.ts";
import { estimateTokens } from "../estimate.ts";
import { noUsage } from "../usage.ts";

/** What a mock embedder is. */
export interface MockEmbedderOptions {
  /** Length of the vectors. Default 8. */
  readonly dimensions?: number;
  /** How much one of its requests holds. Default: everything. */
  readonly limits?: Partial<EmbedLimits>;
  /** Thrown by the first requests, in order; undefined lets one pass. */
  readonly errors?: readonly (Error | undefined)[];
}

/** A vector of length 1 that depends on the words of a text: texts that share words are near each other. */
export function wordVector(text: string, dimensions: number): number[] {
  const vector = Array.from({ length: dimensions }, () => 0);
  for (const word of text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [text]) {
    let hash = 2_166_136_261;
    for (let i = 0; i < word.length; i++) hash = Math.imul(hash ^ word.charCodeAt(i), 16_777_619);
    const at = (hash >>> 0) % dimensions;
    vector[at] = (vector[at] ?? 0) + 1;
  }
  const length = Math.hypot(...vector);
  return vector.map((value) => value / length);
}

/**
 * An embedder without a network: a text's vector depends on its words alone, so that texts that share words are near
 * each other. It behaves as a real one does: in batches, abortable, reporting its usage.
 *
 * @example
 * ```ts
 * const { vectors } = await mockEmbedder().embed({ texts: ["a red door", "a red car"] });
 * ```
 */
export function mockEmbedder(options: MockEmbedderOptions = {}): Embedder {
  const { dimensions: size = 8, limits, errors = [] } = options;
  let asked = 0;
  return newEmbedder(
    { vendor: "mock", model: "words" },
    { texts: Infinity, tokens: Infinity, ...limits },
    {
      send: async (texts, { dimensions = size }, signal) => {
        const error = errors[asked++];
        if (error) throw error;
        await Promise.resolve();
        signal.throwIfAborted();
        const input = texts.reduce((sum, text) => sum + estimateTokens(text), 0);
        return { vectors: texts.map((text) => wordVector(text, dimensions)), usage: { ...noUsage, input } };
      },
      toError: (error) => (isLlmError(error) ? error : new LlmError("server", String(error), { cause: error })),
    },
  );
}
