import { LlmError } from "./error.ts";
import { DONE, done, type PartReader } from "./part-reader.ts";
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

type Read = IteratorResult<StreamPart>;

/** The error of a stream that ended without its `finish` part. */
export const truncated = (at?: { readonly vendor: string; readonly model: string }): LlmError =>
  new LlmError("truncated", "the stream ended before the answer did", at);

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
export const watch = (source: () => AsyncIterable<StreamPart>, enter: Enter): AsyncIterable<StreamPart> =>
  new Watched(source, enter);

type Enter = (onLeave: (leave: () => void) => void) => Watcher | Promise<Watcher>;

/** A class because a stream has several of them, and an object costs a third of the closures that it stands for. */
class Watched implements PartReader, AsyncIterable<StreamPart> {
  readonly #source: () => AsyncIterable<StreamPart>;
  readonly #enter: Enter;
  #inner: PartReader | undefined;
  #watcher: Watcher | undefined;
  #state: "new" | "begun" | "left" = "new";
  #settled = false;
  #leave: (() => void) | undefined;
  #see = (read: Read): Read => {
    if (!read.done) this.#look(read.value);
    else if (!this.#settled) this.#fail(truncated());
    return read;
  };
  #fail = (error: unknown): never => {
    this.#settle({ type: "failed", error });
    throw error;
  };

  constructor(source: () => AsyncIterable<StreamPart>, enter: Enter) {
    this.#source = source;
    this.#enter = enter;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<Read> {
    if (this.#inner && this.#state !== "left") return this.#inner.next().then(this.#see, this.#fail);
    return this.#state === "new" ? this.#begin() : done();
  }

  ready(): StreamPart | undefined {
    let part: StreamPart | undefined;
    try {
      part = this.#state === "left" ? undefined : this.#inner?.ready?.();
    } catch (error) {
      return this.#fail(error);
    }
    return part && this.#look(part);
  }

  return(): Promise<Read> {
    this.#state = "left";
    this.#leave?.();
    this.#settle({ type: "left" });
    return this.#inner?.return?.() ?? done();
  }

  /** The first read; an `enter` that need not wait costs no turn of its own. */
  #begin(): Promise<Read> {
    this.#state = "begun";
    try {
      const entered = this.#enter((leave) => (this.#leave = leave));
      if (!("then" in entered)) return Promise.resolve(this.#open(entered));
      return entered.then(
        (watcher) => this.#open(watcher),
        (error: unknown) => (this.#state === "left" ? DONE : this.#fail(error)),
      );
    } catch (error) {
      this.#settled = true;
      return Promise.reject(error);
    }
  }

  #open(watcher: Watcher): Promise<Read> | Read {
    if (this.#state === "left") {
      watcher.end?.({ type: "left" });
      return DONE;
    }
    this.#watcher = watcher;
    try {
      this.#inner = this.#source()[Symbol.asyncIterator]();
      return this.#inner.next().then(this.#see, this.#fail);
    } catch (error) {
      return this.#fail(error);
    }
  }

  #look(part: StreamPart): StreamPart {
    if (this.#settled) return part;
    try {
      this.#watcher?.part?.(part);
    } catch (error) {
      this.#inner?.return?.().catch(() => {}); // the watcher's error is the one to tell
      this.#inner = undefined;
      return this.#fail(error);
    }
    if (part.type === "finish") this.#settle({ type: "done" });
    return part;
  }

  #settle(outcome: Outcome): void {
    if (this.#settled) return;
    this.#settled = true;
    this.#watcher?.end?.(outcome);
  }
}
