import { sleep, type Clock } from "../clock.ts";
import type { Step } from "../fault/step.ts";
import { encodeFrame, type Frame } from "../frame.ts";
import type { Exchange } from "./exchange.ts";

/** How fast a body is sent. */
export interface Pace {
  readonly clock: Clock;
  /** Milliseconds before the headers. */
  readonly latency: number;
  /** Output tokens a second; `Infinity` for as fast as it goes. */
  readonly tokensPerSecond: number;
}

/** Events between two looks at the socket: enough to be fast, few enough that a caller who leaves is noticed. */
const BURST = 64;

function* plainSteps(frames: Iterable<Frame>): Generator<Step> {
  for (const frame of frames) yield { do: "write", bytes: encodeFrame(frame), tokens: frame.tokens, events: 1 };
}

/** Writes to a response and knows when everything that was written has left the process. */
interface Writer {
  /** False if the caller reads too slowly. */
  readonly write: (bytes: string | Uint8Array) => boolean;
  /** Resolves when nothing is left to send, or when nobody is there to send it to. */
  readonly written: () => Promise<void>;
}

function createWriter({ res, signal }: Exchange): Writer {
  let pending = 0;
  let wake = (): void => {};
  const done = (): void => {
    if (--pending === 0) wake();
  };
  return {
    write: (bytes) => {
      pending++;
      return res.write(bytes, done);
    },
    written: () =>
      new Promise((resolve) => {
        if (pending === 0 || signal.aborted) return resolve();
        const finish = (): void => {
          signal.removeEventListener("abort", finish);
          resolve();
        };
        wake = finish;
        signal.addEventListener("abort", finish, { once: true });
      }),
  };
}

/** Carries out the steps; true if the body came to its end, whether or not that was the whole of it. */
export async function runSteps(x: Exchange, steps: Iterable<Step>, pace: Pace): Promise<boolean> {
  const { res, note } = x;
  const { write, written } = createWriter(x);
  let due = pace.clock.now();
  let burst = 0;
  note.events ??= 0;
  note.bytes ??= 0;
  for (const step of steps) {
    if (x.signal.aborted) return false;
    if (step.do === "wait") {
      // What was written before must be seen before the silence.
      await written();
      await sleep(pace.clock, step.ms, x.signal);
      due = pace.clock.now();
      continue;
    }
    if (step.do === "destroy") {
      await written();
      res.destroy();
      return false;
    }
    if (step.tokens > 0 && pace.tokensPerSecond !== Infinity) {
      // Kept against a schedule, so that late timers do not add up.
      due += (step.tokens / pace.tokensPerSecond) * 1_000;
      await sleep(pace.clock, due - pace.clock.now(), x.signal);
      if (x.signal.aborted) return false;
    }
    note.events += step.events;
    note.bytes += typeof step.bytes === "string" ? Buffer.byteLength(step.bytes) : step.bytes.length;
    if (!write(step.bytes)) await written();
    else if (++burst % BURST === 0) await new Promise<void>((resolve) => setImmediate(resolve));
  }
  if (x.signal.aborted) return false;
  await new Promise<void>((resolve) => {
    res.once("close", resolve);
    res.end(() => resolve());
  });
  return true;
}

/** Sends frames as a stream of server-sent events. */
export function runFrames(x: Exchange, frames: Iterable<Frame>, pace: Pace): Promise<boolean> {
  return runSteps(x, plainSteps(frames), pace);
}
