import { isLlmError, withPartial } from "./error.ts";
import { newFold } from "./fold.ts";
import type { PartReader } from "./part-reader.ts";
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
  const reader: PartReader = parts[Symbol.asyncIterator]();
  try {
    while (!fold.complete()) {
      const next = await reader.next();
      if (next.done) return fold.result();
      let part: StreamPart | undefined = next.value;
      while (part) {
        fold.add(part);
        part = fold.complete() ? undefined : reader.ready?.();
      }
    }
    await reader.return?.();
    return fold.result();
  } catch (error) {
    throw isLlmError(error) ? withPartial(error, fold.partial()) : error;
  }
}
