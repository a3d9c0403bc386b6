import { child } from "./call.ts";
import { wrap } from "./compose.ts";
import { emit } from "./event.ts";
import { addToHead } from "./head.ts";
import { DONE, done, type PartReader } from "./part-reader.ts";
import type { Middleware, Provider } from "./provider.ts";
import { newQuantiles } from "./quantiles.ts";
import { retryBudget } from "./retry-budget.ts";
import type { StreamPart } from "./stream-part.ts";
import { systemClock, type Clock } from "./time.ts";

/** When to ask a second time. */
export interface HedgeOptions {
  /** The quantile of the time to the first content after which a second attempt begins. Default 0.95. */
  readonly quantile?: number;
  /** How many times must have been seen before. Default 20; the last 200 count. */
  readonly minSamples?: number;
  /** At most this share of the calls is asked twice. Default 0.1. */
  readonly share?: number;
  readonly clock?: Clock;
}

/** How many of the last times are kept. */
const WINDOW = 200;

/**
 * Asks the same question a second time when the first content takes longer than it mostly does (Dean and Barroso, "The
 * Tail at Scale", 2013). Who is first to hand out content answers; the other is left at once, and billed for what it
 * has used. Where nobody watches the parts, the time to the whole answer counts. An error is only told when no attempt
 * is left. Each wrapped provider has times of its own.
 *
 * @throws TypeError for a bad option
 * @example
 * ```ts
 * const quick = compose(provider, retry(), hedge({ share: 0.05 }));
 * ```
 */
export function hedge(options: HedgeOptions = {}): Middleware {
  const { quantile = 0.95, minSamples = 20, share = 0.1, clock = systemClock } = options;
  if (!(quantile > 0 && quantile < 1))
    throw new TypeError(`quantile must be a number between 0 and 1, not ${quantile}`);
  if (!Number.isInteger(minSamples) || minSamples < 1 || minSamples > WINDOW)
    throw new TypeError(`minSamples must be a whole number from 1 to ${WINDOW}, not ${minSamples}`);
  if (!(share >= 0 && share <= 1)) throw new TypeError(`share must be a number from 0 to 1, not ${share}`);

  return (inner) => {
    const times = { whole: newQuantiles(WINDOW), parts: newQuantiles(WINDOW) };
    const allowed = retryBudget({ share, perMinute: 0, clock });

    const stream: Provider["stream"] = (request, call) => {
      const seen = call.whole ? times.whole : times.parts;
      const running = new Set<AsyncIterator<StreamPart>>();
      let answer: AsyncIterator<StreamPart> | undefined;
      let head: readonly StreamPart[] = [];
      let at = 0; // the first of the head that has not been read
      let over = false; // failed, or left
      let begun = false;
      let first = 0; // when the first attempt began
      let cancelTimer = (): void => {};
      let leave = (): void => {}; // lets the read that waits end

      const take = (): IteratorResult<StreamPart> => {
        const value = head[at++];
        return value ? { done: false, value } : DONE;
      };
      /** Runs one attempt; true once it is the answer. */
      const attempt = async (n: number): Promise<boolean> => {
        const sent = clock.now();
        const { stream } = inner;
        const its = n === 1 ? call : child(call, { attempt: call.attempt + 1 });
        const lane: PartReader = stream(request, its)[Symbol.asyncIterator]();
        running.add(lane);
        try {
          const parts: StreamPart[] = [];
          while (!addToHead(parts, await lane.next(), lane, call.whole));
          if (over || answer) return false;
          answer = lane;
          head = parts;
          // a slow first attempt that loses counts with the time that it has had, or slowness would be forgotten
          seen.add(clock.now() - (running.size > 1 ? first : sent));
          return true;
        } finally {
          running.delete(lane);
        }
      };
      const begin = (): Promise<IteratorResult<StreamPart>> =>
        new Promise((resolve, reject) => {
          let attempts = 1;
          const finish = (n: number, won: boolean): void => {
            if (!won) return;
            cancelTimer();
            if (attempts > 1) emit(call, "hedge.won", { attempt: n, ms: clock.now() - first });
            for (const lane of running) lane.return?.().catch(() => {}); // it has lost
            resolve(take());
          };
          const run = (n: number): void => {
            attempt(n).then(
              (won) => finish(n, won),
              (error: unknown) => {
                if (over || answer || running.size > 0) return;
                over = true;
                cancelTimer();
                reject(error);
              },
            );
          };
          leave = () => resolve(DONE);
          first = clock.now();
          allowed.earn();
          run(1);
          const ms = seen.count() >= minSamples ? seen.at(quantile) : Infinity;
          if (ms === Infinity) return;
          cancelTimer = clock.setTimeout(() => {
            if (!allowed.spend()) return;
            attempts = 2;
            emit(call, "hedge.started", { ms });
            run(2);
          }, ms);
        });

      const iterator: AsyncIterableIterator<StreamPart> = {
        [Symbol.asyncIterator]: () => iterator,
        next: () => {
          if (over) return done();
          if (!begun) {
            begun = true;
            return begin();
          }
          return at < head.length || !answer ? Promise.resolve(take()) : answer.next();
        },
        return: async () => {
          over = true;
          cancelTimer();
          leave();
          await Promise.all([answer, ...running].map(async (lane) => lane?.return?.()));
          return DONE;
        },
      };
      return iterator;
    };
    return wrap(inner, { stream });
  };
}
