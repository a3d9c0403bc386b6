import type { AssistantPart } from "./message.ts";
import type { ChatResult } from "./result.ts";
import type { StreamPart } from "./stream-part.ts";

const toPart = (part: AssistantPart, block: number): StreamPart => {
  switch (part.type) {
    case "text":
      return { type: "text", block, delta: part.text };
    case "reasoning":
      return { type: "reasoning", block, delta: part.text, ...(part.data && { data: part.data }) };
    case "tool-call": {
      const delta = part.malformed && typeof part.input === "string" ? part.input : JSON.stringify(part.input);
      return { type: "tool-call", block, id: part.id, name: part.name, delta, ...(part.data && { data: part.data }) };
    }
    case "opaque":
      return { type: "opaque", block, vendor: part.vendor, value: part.value };
  }
};

/** The parts of a whole answer, each block in one piece. */
export function toParts(result: ChatResult): StreamPart[] {
  return [
    {
      type: "start",
      vendor: result.vendor,
      model: result.model,
      ...(result.id !== undefined && { id: result.id }),
      ...(result.requestId !== undefined && { requestId: result.requestId }),
      ...(result.degraded && { degraded: true }),
      ...(result.output && { output: result.output }),
      ...(result.warnings.length > 0 && { warnings: result.warnings }),
      ...(result.rateLimits && { rateLimits: result.rateLimits }),
    },
    ...result.content.map(toPart),
    {
      type: "finish",
      reason: result.finish,
      ...(result.rawFinish !== undefined && { raw: result.rawFinish }),
      ...(result.finishDetails && { details: result.finishDetails }),
      usage: result.usage,
    },
  ];
}

/**
 * A stream of parts that are there already. One-shot, like every stream.
 *
 * @example
 * ```ts
 * for await (const part of fromParts(parts)) console.log(part.type);
 * ```
 */
export function fromParts(parts: readonly StreamPart[]): AsyncIterable<StreamPart> {
  let at = 0;
  const iterator: AsyncIterableIterator<StreamPart> = {
    [Symbol.asyncIterator]: () => iterator,
    next: () => {
      const value = parts[at++];
      return Promise.resolve(value ? { done: false, value } : { done: true, value: undefined });
    },
    return: () => {
      at = parts.length;
      return Promise.resolve({ done: true, value: undefined });
    },
  };
  return iterator;
}

/**
 * A stream of a whole answer. `collect(replay(result))` equals `result`.
 *
 * @example
 * ```ts
 * const parts = replay(await generate(provider, "Hello"));
 * ```
 */
export const replay = (result: ChatResult): AsyncIterable<StreamPart> => fromParts(toParts(result));
