import type { Call } from "./call.ts";
import type { Clock } from "./time.ts";
import { onEnd } from "./until.ts";

/** A wait that may be ended. */
export interface Pause {
  /** Resolves when the time is up or the wait was ended; rejects as soon as the call is over. */
  readonly done: Promise<void>;
  readonly end: () => void;
}

/** Waits, no longer than the call lives; leaves no timer and no listener behind. */
export function newPause(ms: number, call: Call, clock: Clock): Pause {
  let end = (): void => {};
  const done = new Promise<void>((resolve, reject) => {
    let stop = (): void => {};
    end = () => {
      cancel();
      stop();
      resolve();
    };
    const cancel = clock.setTimeout(() => end(), ms);
    stop = onEnd(
      call,
      (error) => {
        reject(error);
        end();
      },
      clock,
    );
  });
  return { done, end };
}
