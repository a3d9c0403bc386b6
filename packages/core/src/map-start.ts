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
  const inner = source[Symbol.asyncIterator]();
  let started = false;
  const iterator: AsyncIterableIterator<StreamPart> = {
    [Symbol.asyncIterator]: () => iterator,
    next: () => {
      if (started) return inner.next();
      return inner.next().then((result) => {
        if (result.done || result.value.type !== "start") return result;
        started = true;
        return { done: false, value: change(result.value) };
      });
    },
    return: async () => {
      await inner.return?.();
      return { done: true, value: undefined };
    },
  };
  return iterator;
}
