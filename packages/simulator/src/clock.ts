/** Time as the simulator sees it. Everything that waits or looks at the time uses one, so that tests need not sleep. */
export interface Clock {
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Calls `fn` once after `ms` milliseconds; the function that it returns cancels that. */
  readonly setTimeout: (fn: () => void, ms: number) => () => void;
}

/** The longest delay that timers take; a longer one would fire at once. */
const LONGEST = 2_147_483_647;

/** The clock of the machine. */
export const systemClock: Clock = {
  now: () => Date.now(),
  setTimeout: (fn, ms) => {
    const timer = setTimeout(fn, Math.min(ms, LONGEST));
    return () => clearTimeout(timer);
  },
};

/** Resolves after `ms`, or as soon as the signal aborts. Never rejects: the caller looks at the signal. */
export function sleep(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  if (ms <= 0 || signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const done = (): void => {
      cancel();
      signal.removeEventListener("abort", done);
      resolve();
    };
    // A clock may call back at once, so the handle has to exist before.
    let cancel = (): void => {};
    signal.addEventListener("abort", done, { once: true });
    if (ms !== Infinity) cancel = clock.setTimeout(done, ms);
  });
}
