import { wrap } from "../compose.ts";
import type { Call } from "../call.ts";
import type { Provider } from "../provider.ts";
import type { ChatRequest } from "../request.ts";
import type { StreamPart } from "../stream-part.ts";
import { systemClock, type Clock } from "../time.ts";
import { onEnd } from "../until.ts";
import { mock } from "./mock.ts";

/** What a scripted stream does at one read: hands out a part, throws, ends, stays silent, or takes its time first. */
export type Step = StreamPart | Error | "end" | "stall" | { readonly wait: number };

/** One stream that was asked for. */
export interface Stream {
  readonly request: ChatRequest;
  readonly call: Call;
  /** How it ended; an entry for each time, so a lawful one has exactly one. */
  readonly ends: string[];
}

/** A provider that answers step by step, for tests of layers in this package. */
export interface Scripted extends Provider {
  readonly streams: readonly Stream[];
}

const DONE: IteratorResult<StreamPart> = { done: true, value: undefined };

/**
 * A provider whose streams go by scripts: the first script is for the first stream and so on; the last one stays. Unlike
 * the mock it can stay silent in the middle, and be deaf: one that does not listen to its call's signal.
 */
export function scripted(
  scripts: readonly (readonly Step[])[],
  { clock = systemClock, deaf = false }: { readonly clock?: Clock; readonly deaf?: boolean } = {},
): Scripted {
  const streams: Stream[] = [];

  const stream: Provider["stream"] = (request, call) => {
    let steps: readonly Step[] | undefined;
    let entry: Stream = { request, call, ends: [] };
    let at = 0;
    let over = false;
    let free: (() => void) | undefined; // lets the read that waits end

    const end = (how: string): void => {
      over = true;
      entry.ends.push(how);
    };
    const rest = (ms: number): Promise<void> =>
      new Promise((resolve, reject) => {
        const cancel = ms === Infinity ? () => {} : clock.setTimeout(() => settle(resolve), ms);
        let stop = (): void => {};
        const settle = (then: () => void): void => {
          cancel();
          stop();
          free = undefined;
          then();
        };
        free = () => settle(resolve);
        if (!deaf)
          stop = onEnd(
            call,
            (error) => {
              end(error.code);
              settle(() => reject(error));
            },
            clock,
          );
      });
    const read = async (): Promise<IteratorResult<StreamPart>> => {
      if (!steps) {
        steps = scripts[Math.min(streams.length, scripts.length - 1)] ?? [];
        streams.push(entry);
      }
      if (over) return DONE;
      if (call.signal?.aborted && !deaf) await rest(0);
      const step = steps[at++] ?? "end";
      if (step === "end") {
        end("end");
        return DONE;
      }
      if (step instanceof Error) {
        end("error");
        throw step;
      }
      if (step === "stall") {
        await rest(Infinity);
        return DONE;
      }
      if ("wait" in step) {
        await rest(step.wait);
        return read();
      }
      return { done: false, value: step };
    };
    const iterator: AsyncIterableIterator<StreamPart> = {
      [Symbol.asyncIterator]: () => iterator,
      next: read,
      return: () => {
        if (!over && steps) end("left");
        free?.();
        return Promise.resolve(DONE);
      },
    };
    return iterator;
  };
  return Object.assign(wrap(mock(), { stream }), { streams });
}
