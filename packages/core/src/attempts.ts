import type { Call } from "./call.ts";
import { isContent, type StreamPart } from "./stream-part.ts";
import { systemClock, type Clock } from "./time.ts";
import { onEnd } from "./until.ts";
import { truncated } from "./watch.ts";

const DONE: IteratorResult<StreamPart> = { done: true, value: undefined };

/**
 * Tries streams one after the other until one reaches its first content or, when nobody watches the parts, its end. From
 * then on that stream is the answer, and its errors are passed on: what a reader has seen is never taken back. This is
 * the one commit point that retry and fallback share; what came before it from failed attempts is dropped.
 *
 * @param open the stream of attempt `n`, from 1
 * @param again what to do after attempt `n` failed: milliseconds to wait before the next, or undefined to give up with
 * this error
 * @example
 * ```ts
 * const twice = layer((request, call, inner) =>
 *   attempts(call, (n) => inner.stream(request, child(call, { attempt: n })), (_error, n) => (n < 2 ? 0 : undefined)),
 * );
 * ```
 */
export function attempts(
  call: Call,
  open: (n: number) => AsyncIterable<StreamPart>,
  again: (error: unknown, n: number) => number | undefined,
  clock: Clock = systemClock,
): AsyncIterable<StreamPart> {
  let inner: AsyncIterator<StreamPart> | undefined;
  let held: StreamPart[] = []; // what the current attempt sent before it committed
  let committed = false;
  let left = false;
  let wake: (() => void) | undefined;
  let n = 0;

  /** Waits, unless the reader leaves; rejects when the call ends. */
  const pause = (ms: number): Promise<void> =>
    new Promise((resolve, reject) => {
      const cancel = clock.setTimeout(() => wake?.(), ms);
      wake = () => {
        wake = undefined;
        cancel();
        stop();
        resolve();
      };
      const stop = onEnd(
        call,
        (error) => {
          wake = undefined;
          cancel();
          reject(error);
        },
        clock,
      );
    });

  /** Runs one attempt up to its commit point. */
  const attempt = async (): Promise<void> => {
    held = [];
    inner = open(++n)[Symbol.asyncIterator]();
    while (!left) {
      const result = await inner.next();
      if (left) return;
      if (result.done) throw truncated();
      held.push(result.value);
      if (result.value.type === "finish" || (!call.whole && isContent(result.value))) {
        held.reverse(); // so that parts can be popped
        committed = true;
        return;
      }
    }
  };

  const begin = async (): Promise<IteratorResult<StreamPart>> => {
    while (!left && !committed) {
      try {
        await attempt();
      } catch (error) {
        inner = undefined;
        if (left) break;
        const ms = call.signal?.aborted ? undefined : again(error, n);
        if (ms === undefined) {
          left = true;
          throw error;
        }
        if (ms > 0) await pause(ms);
      }
    }
    return take();
  };

  const take = (): IteratorResult<StreamPart> => {
    const value = left ? undefined : held.pop();
    return value ? { done: false, value } : DONE;
  };

  const iterator: AsyncIterableIterator<StreamPart> = {
    [Symbol.asyncIterator]: () => iterator,
    next: () => {
      if (committed && inner && held.length === 0) return inner.next();
      return left || committed ? Promise.resolve(take()) : begin();
    },
    return: async () => {
      left = true;
      held = [];
      wake?.();
      await inner?.return?.();
      inner = undefined;
      return DONE;
    },
  };
  return iterator;
}
