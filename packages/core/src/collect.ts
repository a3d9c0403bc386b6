import { isLlmError, withPartial } from "./error.ts";
import { newFold } from "./fold.ts";
import type { ChatResult } from "./result.ts";
import type { StreamPart } from "./stream-part.ts";

/**
 * The whole answer of a stream.
 *
 * @throws LlmError as the stream throws it, with what had arrived until then as `partial`; `truncated` if the stream
 * ends without `finish`
 * @example
 * ```ts
 * const result = await collect(provider.stream(toRequest("Hello"), newCall({ whole: true })));
 * ```
 */
export async function collect(parts: AsyncIterable<StreamPart>): Promise<ChatResult> {
  const fold = newFold();
  try {
    for await (const part of parts) {
      fold.add(part);
      if (part.type === "finish") break;
    }
    return fold.result();
  } catch (error) {
    throw isLlmError(error) ? withPartial(error, fold.partial()) : error;
  }
}
