import { LlmError, truncated, type StreamPart } from "@llm/core";

/** A stream that several readers share, each from its first part. */
export interface Tape {
  /** What has come so far. */
  readonly parts: readonly StreamPart[];
  /** Asks the source for one part more, once for all who wait. Rejects with the error of the source. */
  readonly pull: () => Promise<void>;
  /**
   * Leaves the source, unless it has ended: its reader has left or, with a reason, its call is over. Then the source's
   * own error, which knows what has been used, may follow from the promise.
   */
  readonly stop: (reason: LlmError | undefined) => Promise<unknown> | undefined;
}

/** What a tape is made of. */
export interface TapeOptions {
  /** The stream. */
  readonly open: () => AsyncIterable<StreamPart>;
  /** Tells the upstream, in whatever phase it is, that nobody waits for it any more. */
  readonly abort: (reason: LlmError) => void;
  /** Called exactly once: with all parts before the last is handed out, or with undefined if the stream broke. */
  readonly end: (parts: readonly StreamPart[] | undefined) => void;
}

/**
 * Records a stream as its readers pull it: nobody pumps, so it goes as fast as its fastest reader, and not at all while
 * none reads.
 */
export function newTape({ open, abort, end }: TapeOptions): Tape {
  const parts: StreamPart[] = [];
  let source: AsyncIterator<StreamPart> | undefined;
  let asked: Promise<IteratorResult<StreamPart>> | undefined; // what the source has been asked for,
  let pulling: Promise<void> | undefined; // and what becomes of it
  let failure: { readonly error: unknown } | undefined;
  let over = false;

  const release = (): void => {
    source?.return?.().catch(() => {}); // what it says to that no longer matters
  };
  const fail = (error: unknown): void => {
    asked = pulling = undefined;
    if (over) return; // stopped: nobody waits for it
    over = true;
    failure = { error };
    end(undefined);
    throw error;
  };
  const see = (next: IteratorResult<StreamPart>): void => {
    asked = pulling = undefined;
    if (over) return;
    if (next.done) return fail(truncated());
    parts.push(next.value);
    if (next.value.type !== "finish") return;
    over = true;
    end(parts);
    release();
  };
  const start = async (): Promise<IteratorResult<StreamPart>> => {
    source = open()[Symbol.asyncIterator]();
    return source.next();
  };

  return {
    parts,
    pull: () => {
      if (failure) return Promise.reject(failure.error);
      if (over) return Promise.resolve();
      asked ??= source ? source.next() : start();
      pulling ??= asked.then(see, fail);
      return pulling;
    },
    stop: (reason) => {
      if (over) return undefined;
      over = true;
      const error = reason ?? new LlmError("aborted", "the reader left");
      failure = { error };
      end(undefined);
      // one that is told by its signal that the reader left could not tell that from a call that was aborted
      if (!reason) release();
      abort(error);
      if (!reason) return undefined;
      const last = asked ?? source?.next();
      release();
      return last;
    },
  };
}
