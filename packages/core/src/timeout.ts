import { DONE, done } from "./part-reader.ts";
import { amend } from "./call.ts";
import { layer } from "./compose.ts";
import { isLlmError, LlmError } from "./error.ts";
import { emit } from "./event.ts";
import type { Middleware } from "./provider.ts";
import { isContent, type StreamPart } from "./stream-part.ts";
import { systemClock, toMs, type Clock, type Duration } from "./time.ts";
import { onEnd } from "./until.ts";

/** How long each phase of a call may take. `Infinity` switches one off. */
export interface TimeoutOptions {
  /** From the first read to `start`: the upstream has accepted the request. Default `"30s"`. */
  readonly connect?: Duration;
  /** From the first read to the first content. Default `"2m"`. */
  readonly firstPart?: Duration;
  /** Between two parts, while the reader waits. Default `"60s"`. */
  readonly idle?: Duration;
  /** The whole call. Default `"10m"`. */
  readonly total?: Duration;
  readonly clock?: Clock;
}

type Phase = "connect" | "firstPart" | "idle" | "total";

type Resolve = (result: IteratorResult<StreamPart>) => void;
type Reject = (error: unknown) => void;

/**
 * Ends a call with `timeout` when a phase takes too long, and tells the upstream. Only the time that a reader waits
 * counts, so a slow reader is no timeout, but in `total`. A call whose parts nobody watches comes in one piece: only
 * `total` counts there.
 *
 * @throws TypeError for a bad option
 * @example
 * ```ts
 * const patient = compose(provider, timeout({ total: "2m", idle: "20s" }));
 * ```
 */
export function timeout(options: TimeoutOptions | Duration = {}): Middleware {
  const given: TimeoutOptions = typeof options === "object" ? options : { total: options };
  const limits: Readonly<Record<Phase, number>> = {
    connect: toMs(given.connect ?? "30s", "connect"),
    firstPart: toMs(given.firstPart ?? "2m", "firstPart"),
    idle: toMs(given.idle ?? "60s", "idle"),
    total: toMs(given.total ?? "10m", "total"),
  };
  const clock = given.clock ?? systemClock;

  return layer((request, call, inner) => {
    const stop = new AbortController(); // reaches the upstream, also when only a phase has timed out
    let source: AsyncIterator<StreamPart> | undefined;
    let phase: Phase = "connect";
    let last = Infinity; // when the call times out
    let due = Infinity; // when the phase times out; Infinity while nobody waits
    let timerAt = Infinity;
    let readAt = 0;
    let waited = 0; // for the first content, in all reads until now
    let cancelTimer = (): void => {};
    let unhook = (): void => {};
    let resolve: Resolve | undefined; // of the read that waits
    let reject: Reject | undefined;
    let ended: LlmError | undefined; // by us, and not told yet
    let told = false; // that it failed, or left
    let over = false;

    const settle = (): void => {
      over = true;
      cancelTimer();
      unhook();
    };
    const end = (error: LlmError): void => {
      if (over) return;
      settle();
      ended = error;
      stop.abort(error);
      if (reject) giveUp();
    };
    /** The upstream's own error, which knows what has been used, comes first where it comes at once. */
    const giveUp = (): void => {
      clock.setTimeout(() => {
        if (!ended || !reject) return;
        reject(take(ended));
        source?.return?.().catch(() => {}); // it did not listen
      }, 0);
    };
    const take = <E>(error: E): E => {
      told = true;
      ended = undefined;
      reject = undefined;
      return error;
    };
    const tell = (late: Phase): void => emit(call, "timeout.fired", { phase: late, ms: limits[late] });
    const fire = (late: Phase): void => {
      tell(late);
      end(new LlmError("timeout", `${late} took longer than ${limits[late]} ms`));
    };
    /** One timer for the whole call: most parts only move `due`, and a timer that fires too early is set again. */
    const check = (): void => {
      const now = clock.now();
      if (last <= now) return fire("total");
      if (due <= now) return fire(phase);
      cancelTimer();
      timerAt = Math.min(due, last);
      if (timerAt !== Infinity) cancelTimer = clock.setTimeout(check, timerAt - now);
    };
    const see = (result: IteratorResult<StreamPart>): IteratorResult<StreamPart> => {
      reject = undefined;
      due = Infinity;
      if (result.done || result.value.type === "finish") settle();
      else if (phase !== "idle") {
        waited += clock.now() - readAt;
        phase = isContent(result.value) ? "idle" : "firstPart";
      }
      return result;
    };
    const fail = (error: unknown): unknown => {
      // a layer below keeps the same deadline, and may have been first
      if (!over && isLlmError(error, "timeout") && clock.now() >= last) tell("total");
      settle();
      return take(error);
    };
    const open = (): AsyncIterator<StreamPart> => {
      last = clock.now() + limits.total;
      unhook = onEnd(call, end, clock);
      const deadline = Math.min(call.deadline, last);
      return inner.stream(request, amend(call, { signal: stop.signal, deadline }))[Symbol.asyncIterator]();
    };
    const hold = (resolveRead: Resolve, rejectRead: Reject): void => {
      resolve = resolveRead;
      reject = rejectRead;
    };
    const onPart = (result: IteratorResult<StreamPart>): void => {
      if (!ended) resolve?.(see(result));
      else if (result.done) reject?.(take(ended));
      else source?.next().then(onPart, onError); // parts that were on their way; its error comes after them
    };
    const onError = (error: unknown): void => reject?.(fail(error));
    const read = (from: AsyncIterator<StreamPart>): Promise<IteratorResult<StreamPart>> => {
      const waiting = new Promise(hold);
      readAt = clock.now();
      if (ended) giveUp();
      else if (!call.whole) due = readAt + limits[phase] - (phase === "idle" ? 0 : waited);
      if (!over && Math.min(due, last) < timerAt) check();
      from.next().then(onPart, onError);
      return waiting;
    };

    const iterator: AsyncIterableIterator<StreamPart> = {
      [Symbol.asyncIterator]: () => iterator,
      next: () => {
        if (told) return done();
        source ??= open();
        return over && !ended ? source.next() : read(source);
      },
      return: async () => {
        settle();
        // a read that waits for the error of a call that is over gets it all the same
        if (!ended || !reject) {
          told = true;
          ended = undefined;
          resolve?.(DONE);
        }
        await source?.return?.();
        return DONE;
      },
    };
    return iterator;
  });
}
