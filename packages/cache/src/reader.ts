import { isLlmError, onEnd, systemClock, type Call, type Clock, type LlmError, type StreamPart } from "@llm/core";

/** Where a reader reads from: what is there already, and how to wait for more. */
export interface Source {
  /** The next part, if it is there. */
  readonly take: () => StreamPart | undefined;
  /** Resolves when there may be more. */
  readonly more: () => Promise<void>;
}

/** What a reader does at both ends. */
export interface ReaderOptions {
  readonly clock: Clock;
  /** At the first read. Undefined if the reader has left meanwhile. */
  readonly open: () => Promise<Source | undefined>;
  /**
   * Exactly once if `open` was called: after the last part or an error, when the reader leaves, or with a reason when the
   * call is over. What the promise rejects with, if it does at once, is thrown in place of the reason.
   */
  readonly close: (reason?: LlmError) => Promise<unknown> | undefined;
}

const DONE: IteratorResult<StreamPart> = { done: true, value: undefined };

/** Rejects with what the upstream says at its end, which knows what has been used, or with the reason if it says nothing at once. */
const lastWord = (last: Promise<unknown>, reason: LlmError): Promise<never> =>
  new Promise((_resolve, reject) => {
    const cancel = systemClock.setTimeout(() => reject(reason), 0);
    last
      .then(
        () => reject(reason),
        (error: unknown) => reject(isLlmError(error) ? error : reason),
      )
      .finally(cancel);
  });

/** The stream of one caller, who may leave at any time without disturbing others at the same source. */
export function newReader(call: Call, { clock, open, close }: ReaderOptions): AsyncIterable<StreamPart> {
  let source: Source | undefined;
  let state: "new" | "open" | "over" = "new";
  let unhook = (): void => {};
  let waiting:
    | { readonly resolve: (next: IteratorResult<StreamPart>) => void; readonly reject: (error: unknown) => void }
    | undefined;
  let failure: Promise<never> | undefined; // for the next read, when none waits

  const over = (reason?: LlmError): Promise<unknown> | undefined => {
    const opened = state === "open";
    state = "over";
    unhook();
    return opened ? close(reason) : undefined;
  };
  const fail = (error: unknown): void => {
    if (state === "over") return;
    void over();
    waiting?.reject(error);
    waiting = undefined;
  };
  /** The call is over before its answer is. */
  const end = (reason: LlmError): void => {
    if (state === "over") return;
    const last = over(reason);
    const error = last ? lastWord(last, reason) : Promise.reject(reason);
    if (waiting) error.catch(waiting.reject);
    else {
      failure = error;
      failure.catch(() => {}); // nobody may ask for it
    }
    waiting = undefined;
  };
  const hand = (part: StreamPart): IteratorResult<StreamPart> => {
    if (part.type === "finish") void over();
    return { done: false, value: part };
  };
  const wait = async (): Promise<void> => {
    try {
      source ??= await open();
      // the call may be over by now, or its reader have left: its read has been settled then
      while (waiting && source) {
        const part = source.take();
        if (part) {
          const { resolve } = waiting;
          waiting = undefined;
          resolve(hand(part));
        } else await source.more();
      }
    } catch (error) {
      fail(error);
    }
  };

  const iterator: AsyncIterableIterator<StreamPart> = {
    [Symbol.asyncIterator]: () => iterator,
    next: () => {
      if (failure) {
        const error = failure;
        failure = undefined;
        return error;
      }
      if (state === "over") return Promise.resolve(DONE);
      const part = source?.take();
      if (part) return Promise.resolve(hand(part));
      return new Promise((resolve, reject) => {
        waiting = { resolve, reject };
        if (state === "new") {
          unhook = onEnd(call, end, clock);
          if (!waiting) return; // over before it began
          state = "open";
        }
        void wait();
      });
    },
    return: () => {
      failure = undefined;
      if (state !== "over") void over();
      waiting?.resolve(DONE);
      waiting = undefined;
      return Promise.resolve(DONE);
    },
  };
  return iterator;
}
