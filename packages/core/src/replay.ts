import { defined, some } from "./defined.ts";
import type { AssistantPart } from "./message.ts";
import { done } from "./part-reader.ts";
import type { ChatResult } from "./result.ts";
import type { StreamPart } from "./stream-part.ts";

const toPart = (part: AssistantPart, block: number): StreamPart => {
  switch (part.type) {
    case "text":
      return { type: "text", block, delta: part.text };
    case "reasoning":
      return defined({ type: "reasoning", block, delta: part.text, data: part.data });
    case "tool-call": {
      const delta = part.malformed && typeof part.input === "string" ? part.input : JSON.stringify(part.input);
      return defined({ type: "tool-call", block, id: part.id, name: part.name, delta, data: part.data });
    }
    case "opaque":
      return { type: "opaque", block, vendor: part.vendor, value: part.value };
  }
};

/** The parts of a whole answer, each block in one piece. */
export function toParts(result: ChatResult): StreamPart[] {
  return [
    defined({
      type: "start",
      vendor: result.vendor,
      model: result.model,
      id: result.id,
      requestId: result.requestId,
      degraded: result.degraded,
      output: result.output,
      warnings: some(result.warnings),
      rateLimits: result.rateLimits,
    }),
    ...result.content.map(toPart),
    defined({
      type: "finish",
      reason: result.finish,
      raw: result.rawFinish,
      details: result.finishDetails,
      usage: result.usage,
    }),
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
      return value ? Promise.resolve({ done: false, value }) : done();
    },
    return: () => {
      at = parts.length;
      return done();
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
