import type { PartReader } from "./part-reader.ts";
import { isContent, type StreamPart } from "./stream-part.ts";
import { truncated } from "./watch.ts";

/**
 * Adds what one read of a stream has brought to its head, which ends at the commit point: the first content or, when
 * nobody watches the parts, the end. Until then another stream may take its place; from then on it is the answer.
 *
 * @returns whether the head is complete: its last part is the one that commits
 * @throws LlmError `truncated` if the stream ends before that point
 */
export function addToHead(
  head: StreamPart[],
  read: IteratorResult<StreamPart>,
  stream: PartReader,
  whole: boolean,
): boolean {
  if (read.done) throw truncated();
  let part: StreamPart | undefined = read.value;
  while (part) {
    head.push(part);
    if (part.type === "finish" || (!whole && isContent(part))) return true;
    part = stream.ready?.();
  }
  return false;
}
