import type { Call } from "./call.ts";
import type { LlmError } from "./error.ts";
import { addToHead } from "./head.ts";
import { DONE, done, type PartReader } from "./part-reader.ts";
import { newPause, type Pause } from "./pause.ts";
import type { FinishPart, StreamPart } from "./stream-part.ts";
import { systemClock, type Clock } from "./time.ts";

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
export const attempts = (
  call: Call,
  open: (n: number) => AsyncIterable<StreamPart>,
  again: (error: unknown, n: number) => number | undefined,
  { clock = systemClock, flaw }: AttemptsOptions = {},
): AsyncIterable<StreamPart> => new Attempts({ call, open, again, clock, flaw });

interface Plan {
  readonly call: Call;
  readonly open: (n: number) => AsyncIterable<StreamPart>;
  readonly again: (error: unknown, n: number) => number | undefined;
  readonly clock: Clock;
  readonly flaw: AttemptsOptions["flaw"];
}

/** A class for the same reason as that of `watch`. */
class Attempts implements PartReader, AsyncIterable<StreamPart> {
  readonly #plan: Plan;
  #inner: PartReader | undefined;
  #head: readonly StreamPart[] | undefined; // what the answer sent up to its commit point, once it is the answer
  #at = 0; // the first of the head that has not been read
  #over = false; // failed for good, or left
  #waiting: Pause | undefined;

  constructor(plan: Plan) {
    this.#plan = plan;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<StreamPart>> {
    if (this.#over) return done();
    const head = this.#head;
    if (!head) return this.#begin();
    return this.#at < head.length ? Promise.resolve(this.#take(head)) : (this.#inner?.next() ?? done());
  }

  ready(): StreamPart | undefined {
    const head = this.#head;
    if (this.#over || !head) return undefined;
    return this.#at < head.length ? head[this.#at++] : this.#inner?.ready?.();
  }

  return(): Promise<IteratorResult<StreamPart>> {
    this.#over = true;
    this.#waiting?.end();
    const inner = this.#inner;
    this.#inner = undefined;
    return inner?.return?.() ?? done();
  }

  async #begin(): Promise<IteratorResult<StreamPart>> {
    const { call, open, again, clock, flaw } = this.#plan;
    const wait = (error: unknown, n: number): number | undefined =>
      call.signal?.aborted || clock.now() >= call.deadline ? undefined : again(error, n);
    try {
      for (let n = 1; ; n++) {
        const head: StreamPart[] = [];
        let ms: number | undefined;
        try {
          const stream: PartReader = (this.#inner = open(n)[Symbol.asyncIterator]());
          while (!addToHead(head, await stream.next(), stream, call.whole));
        } catch (error) {
          this.#inner = undefined;
          if (!this.#over) ms = wait(error, n);
          if (!this.#over && ms === undefined) throw error;
        }
        if (this.#over) return DONE;
        if (this.#inner) {
          const last = head.at(-1);
          const error = last?.type === "finish" ? flaw?.(last, n) : undefined;
          ms = error && wait(error, n);
          if (ms === undefined) {
            this.#head = head;
            return this.#take(head);
          }
          await this.#inner.return?.();
        }
        if (ms) await (this.#waiting = newPause(ms, call, clock)).done;
        if (this.#over) return DONE;
      }
    } catch (error) {
      this.#over = true;
      throw error;
    }
  }

  #take(head: readonly StreamPart[]): IteratorResult<StreamPart> {
    const value = head[this.#at++];
    return value ? { done: false, value } : DONE;
  }
}
