import { LlmError } from "./error.ts";
import type { StreamPart } from "./stream-part.ts";

/** How a stream ended: complete, with an error, or because its reader left. */
export type Outcome =
  | { readonly type: "done" }
  | { readonly type: "failed"; readonly error: unknown }
  | { readonly type: "left" };

/** Somebody who looks at a stream. */
export interface Watcher {
  /** Each part, in order. What it throws ends the stream. */
  readonly part?: (part: StreamPart) => void;
  /** Exactly once, whatever happens. */
  readonly end?: (outcome: Outcome) => void;
}

const DONE: IteratorResult<StreamPart> = { done: true, value: undefined };

/** The error of a stream that ended without its `finish` part. */
export const truncated = (at?: { readonly vendor: string; readonly model: string }): LlmError =>
  new LlmError("truncated", "the stream ended before the answer did", { vendor: at?.vendor, model: at?.model });

/**
 * Looks at a stream without changing it. `enter` runs at the first `next()`, and may throw to reject the call or wait
 * for a permit; then `source` is asked for the stream. The watcher's `end` is called exactly once: also when the reader
 * leaves while `enter` is still waiting, as soon as it is granted. An `enter` that can stop waiting passes `onLeave`
 * what to do when the reader leaves.
 *
 * @example
 * ```ts
 * const counted = layer((request, call, inner) =>
 *   watch(() => inner.stream(request, call), () => ({ end: (outcome) => console.log(outcome.type) })),
 * );
 * ```
 */
export function watch(
  source: () => AsyncIterable<StreamPart>,
  enter: (onLeave: (leave: () => void) => void) => Watcher | Promise<Watcher>,
): AsyncIterable<StreamPart> {
  let inner: AsyncIterator<StreamPart> | undefined;
  let watcher: Watcher | undefined;
  let begun = false;
  let over = false;
  let left = false;
  let leave: (() => void) | undefined;

  const settle = (outcome: Outcome): void => {
    if (over) return;
    over = true;
    watcher?.end?.(outcome);
  };
  const fail = (error: unknown): never => {
    settle({ type: "failed", error });
    throw error;
  };
  const see = (result: IteratorResult<StreamPart>): IteratorResult<StreamPart> => {
    if (over) return result;
    if (result.done) return fail(truncated());
    try {
      watcher?.part?.(result.value);
    } catch (error) {
      inner?.return?.().catch(() => {}); // the watcher's error is the one to tell
      inner = undefined;
      return fail(error);
    }
    if (result.value.type === "finish") settle({ type: "done" });
    return result;
  };
  const begin = async (): Promise<IteratorResult<StreamPart>> => {
    begun = true;
    let entered: Watcher;
    try {
      entered = await enter((then) => (leave = then));
    } catch (error) {
      over = true;
      if (left) return DONE;
      throw error;
    }
    if (left) {
      entered.end?.({ type: "left" });
      return DONE;
    }
    watcher = entered;
    try {
      inner = source()[Symbol.asyncIterator]();
      return await inner.next().then(see);
    } catch (error) {
      return fail(error);
    }
  };

  const iterator: AsyncIterableIterator<StreamPart> = {
    [Symbol.asyncIterator]: () => iterator,
    next: () => {
      if (inner && !left) return inner.next().then(see, fail);
      return begun || left ? Promise.resolve(DONE) : begin();
    },
    return: async () => {
      left = true;
      leave?.();
      settle({ type: "left" });
      await inner?.return?.();
      return DONE;
    },
  };
  return iterator;
}
