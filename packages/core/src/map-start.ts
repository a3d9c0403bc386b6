import { done, type PartReader } from "./part-reader.ts";
import type { StartPart, StreamPart } from "./stream-part.ts";

/**
 * The same stream with another first part.
 *
 * @example
 * ```ts
 * mapStart(parts, (start) => ({ ...start, degraded: true }));
 * ```
 */
export function mapStart(
  source: AsyncIterable<StreamPart>,
  change: (start: StartPart) => StartPart,
): AsyncIterable<StreamPart> {
  const inner: PartReader = source[Symbol.asyncIterator]();
  let started = false;
  const iterator: PartReader & AsyncIterable<StreamPart> = {
    [Symbol.asyncIterator]: () => iterator,
    next: () => {
      if (started) return inner.next();
      return inner.next().then((result) => {
        if (result.done || result.value.type !== "start") return result;
        started = true;
        return { done: false, value: change(result.value) };
      });
    },
    ready: () => (started ? inner.ready?.() : undefined),
    return: () => inner.return?.() ?? done(),
  };
  return iterator;
}
