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

function flushed(x: Exchange): Promise<void> {
  return new Promise((resolve) => {
    if (x.res.writableLength === 0 || x.signal.aborted) return resolve();
    const done = (): void => {
      x.res.off("drain", done);
      x.signal.removeEventListener("abort", done);
      resolve();
    };
    x.res.on("drain", done);
    x.signal.addEventListener("abort", done, { once: true });
  });
}

/** Writes and waits until the bytes have left the process, so that what follows cannot overtake them. */
function writeThrough(x: Exchange, bytes: string | Buffer): Promise<void> {
  return new Promise((resolve) => {
    x.res.write(bytes, () => resolve());
  });
}

/** Carries out the steps; true if the body came to its end, whether or not that was the whole of it. */
export async function runSteps(x: Exchange, steps: Iterable<Step>, pace: Pace): Promise<boolean> {
  const { res, note } = x;
  let due = pace.clock.now();
  let burst = 0;
  note.events ??= 0;
  note.bytes ??= 0;
  for (const step of steps) {
    if (x.signal.aborted) return false;
    if (step.do === "wait") {
      // What was written before must be seen before the silence.
      await writeThrough(x, "");
      await sleep(pace.clock, step.ms, x.signal);
      due = pace.clock.now();
      continue;
    }
    if (step.do === "destroy") {
      await new Promise<void>((resolve) => setImmediate(resolve));
      await flushed(x);
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
    const room = res.write(step.bytes);
    if (!room) await flushed(x);
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
