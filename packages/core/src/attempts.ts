import type { Call } from "./call.ts";
import type { LlmError } from "./error.ts";
import { readHead } from "./head.ts";
import { newPause, type Pause } from "./pause.ts";
import type { FinishPart, StreamPart } from "./stream-part.ts";
import { systemClock, type Clock } from "./time.ts";

const DONE: IteratorResult<StreamPart> = { done: true, value: undefined };

/** What else {@link attempts} may be told. */
export interface AttemptsOptions {
  readonly clock?: Clock;
  /**
   * What is wrong with an answer that was complete before anything of it was handed out: a refusal, for example. The
   * error goes to `again`; if that gives up, the answer stands.
   */
  readonly flaw?: (finish: FinishPart, n: number) => LlmError | undefined;
}

/**
 * Tries streams one after the other until one reaches its first content or, when nobody watches the parts, its end. From
 * then on that stream is the answer, and its errors are passed on: what a reader has seen is never taken back. This is
 * the one commit point that retry and fallback share; what came before it from failed attempts is dropped. No attempt
 * begins once the call's signal is aborted or its deadline has passed.
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
  { clock = systemClock, flaw }: AttemptsOptions = {},
): AsyncIterable<StreamPart> {
  let inner: AsyncIterator<StreamPart> | undefined;
  let head: readonly StreamPart[] = []; // what the answer sent up to its commit point
  let at = 0; // the first of the head that has not been read
  let committed = false;
  let over = false; // failed for good, or left
  let waiting: Pause | undefined;
  let n = 0;

  const wait = (error: unknown): number | undefined =>
    call.signal?.aborted || clock.now() >= call.deadline ? undefined : again(error, n);

  /** Runs one attempt; undefined once it is the answer, else how long to wait before the next. */
  const attempt = async (): Promise<number | undefined> => {
    let parts: readonly StreamPart[];
    try {
      inner = open(++n)[Symbol.asyncIterator]();
      parts = await readHead(inner, call.whole);
    } catch (error) {
      inner = undefined;
      if (over) return undefined;
      const ms = wait(error);
      if (ms === undefined) throw error;
      return ms;
    }
    const last = parts.at(-1);
    const error = last?.type === "finish" && !over ? flaw?.(last, n) : undefined;
    const ms = error && wait(error);
    if (ms === undefined) {
      head = parts;
      committed = true;
    } else await inner.return?.();
    return ms;
  };

  const begin = async (): Promise<IteratorResult<StreamPart>> => {
    try {
      for (;;) {
        const ms = await attempt();
        if (over) return DONE;
        if (ms === undefined) return take();
        if (ms > 0) await (waiting = newPause(ms, call, clock)).done;
        if (over) return DONE;
      }
    } catch (error) {
      over = true;
      throw error;
    }
  };

  const take = (): IteratorResult<StreamPart> => {
    const value = head[at++];
    return value ? { done: false, value } : DONE;
  };

  const iterator: AsyncIterableIterator<StreamPart> = {
    [Symbol.asyncIterator]: () => iterator,
    next: () => {
      if (over) return Promise.resolve(DONE);
      if (!committed) return begin();
      return at < head.length || !inner ? Promise.resolve(take()) : inner.next();
    },
    return: async () => {
      over = true;
      waiting?.end();
      const open = inner;
      inner = undefined;
      await open?.return?.();
      return DONE;
    },
  };
  return iterator;
}
