import type { Clock } from "../time.ts";

/** A clock that stands still until it is told to go on. */
export interface ManualClock extends Clock {
  /** Goes on by `ms` milliseconds: runs every timer that falls due, in order, and lets what it started settle. */
  readonly advance: (ms: number) => Promise<void>;
  /** How many timers wait. */
  readonly timers: () => number;
}

/** Lets everything run that waits for nothing but promises. A message takes its turn after them, sooner than a timer. */
const settled = (): Promise<void> =>
  new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.addEventListener("message", () => {
      port1.close();
      resolve();
    });
    port1.start();
    port2.postMessage(undefined);
  });

/**
 * A clock for tests, so that none sleeps. It begins in the year 2100: real timers of a deadline set by it stay out of
 * the way.
 *
 * @example
 * ```ts
 * const clock = manualClock();
 * const answer = generate(compose(provider, retry({ clock })), "Hello");
 * await clock.advance(500);
 * ```
 */
export function manualClock(start: number = Date.UTC(2100)): ManualClock {
  const timers = new Set<{ readonly at: number; readonly fn: () => void }>();
  let now = start;

  const next = (until: number): { readonly at: number; readonly fn: () => void } | undefined => {
    let first: { readonly at: number; readonly fn: () => void } | undefined;
    for (const timer of timers) if (timer.at <= until && (!first || timer.at < first.at)) first = timer;
    return first;
  };

  return {
    now: () => now,
    setTimeout: (fn, ms) => {
      const timer = { at: now + Math.max(0, ms), fn };
      timers.add(timer);
      return () => void timers.delete(timer);
    },
    timers: () => timers.size,
    advance: async (ms) => {
      const until = now + ms;
      await settled();
      for (let timer = next(until); timer; timer = next(until)) {
        timers.delete(timer);
        now = Math.max(now, timer.at);
        timer.fn();
        await settled();
      }
      now = until;
    },
  };
}
