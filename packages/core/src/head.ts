import { isContent, type StreamPart } from "./stream-part.ts";
import { truncated } from "./watch.ts";

/**
 * Reads a stream up to its commit point: its first content or, when nobody watches the parts, its end. Until then
 * another stream may take its place; from then on it is the answer.
 *
 * @returns the parts read, the last one being the one that commits
 * @throws what the stream throws before that point; LlmError `truncated` if it ends there
 */
export async function readHead(stream: AsyncIterator<StreamPart>, whole: boolean): Promise<StreamPart[]> {
  const parts: StreamPart[] = [];
  for (;;) {
    const result = await stream.next();
    if (result.done) throw truncated();
    parts.push(result.value);
    if (result.value.type === "finish" || (!whole && isContent(result.value))) return parts;
  }
}
