import type { Call } from "./call.ts";
import { healthOf, wrap } from "./compose.ts";
import { LlmError } from "./error.ts";
import { emit } from "./event.ts";
import type { Middleware } from "./provider.ts";
import { systemClock, type Clock } from "./time.ts";
import { onEnd } from "./until.ts";
import { watch, type Watcher } from "./watch.ts";

/** How many calls at once. */
export interface ConcurrencyOptions {
  /** Calls that may run at once. */
  readonly max: number;
  /** Calls that may wait. Default 100. */
  readonly queue?: number;
  /** Who goes first: the larger number. Default: the call's tag `priority`, a number as text, else 0. */
  readonly priority?: (call: Call) => number;
  readonly clock?: Clock;
}

interface Waiter {
  readonly priority: number;
  readonly grant: () => void;
  readonly reject: (error: LlmError) => void;
}

const byTag = (call: Call): number => Number(call.tags["priority"] ?? 0);

/**
 * Lets so many calls through at once; the others wait in a bounded queue, the higher priority first and else in order,
 * until their turn or their deadline. When the queue is full, the last of the lowest priority is turned away, be it the
 * one that comes. A low priority waits for as long as there are higher ones. All providers that one `concurrency()` is
 * wrapped around share its places. While the queue is full the provider says that it is not ready.
 *
 * @throws TypeError for a bad option
 * @throws LlmError `queue-full`; `timeout` or `aborted` when the call ends in the queue
 * @example
 * ```ts
 * const calm = compose(provider, concurrency({ max: 8, queue: 200 }));
 * const { text } = await generate(calm, "Hello", { tags: { priority: "5" } });
 * ```
 */
export function concurrency(options: ConcurrencyOptions): Middleware {
  const { max, queue: most = 100, priority: priorityOf = byTag, clock = systemClock } = options;
  if (!Number.isInteger(max) || max < 1) throw new TypeError(`max must be a whole number of at least 1, not ${max}`);
  if (!Number.isInteger(most) || most < 0)
    throw new TypeError(`queue must be a whole number of at least 0, not ${most}`);

  const queue: Waiter[] = []; // the next one first
  let running = 0;

  const release = (): void => {
    running--;
    queue.shift()?.grant();
  };
  /** A place; given back when the stream ends, or with the call when its reader does not come back. */
  const permit = (call: Call): Watcher => {
    running++;
    let held = true;
    let stop = (): void => {};
    const end = (): void => {
      if (!held) return;
      held = false;
      stop();
      release();
    };
    stop = onEnd(call, end, clock);
    return { end };
  };
  const turnAway = (call: Call): LlmError => {
    emit(call, "concurrency.rejected", { running, queued: queue.length });
    return new LlmError("queue-full", `${running} calls are running and ${queue.length} are waiting`);
  };

  const enter = (call: Call, onLeave: (leave: () => void) => void): Watcher | Promise<Watcher> => {
    if (running < max) return permit(call);
    const given = priorityOf(call);
    const priority = Number.isNaN(given) ? 0 : given;
    const last = queue.at(-1);
    if (queue.length >= most) {
      if (!last || last.priority >= priority) throw turnAway(call);
      queue.pop();
      last.reject(turnAway(call));
    }
    return new Promise((resolve, reject) => {
      let stop = (): void => {};
      const waiter: Waiter = {
        priority,
        grant: () => {
          stop();
          resolve(permit(call));
        },
        reject: (error) => {
          stop();
          reject(error);
        },
      };
      const giveUp = (error: LlmError): void => {
        const at = queue.indexOf(waiter);
        if (at === -1) return;
        queue.splice(at, 1);
        waiter.reject(error);
      };
      const behind = queue.findIndex((other) => other.priority < priority);
      queue.splice(behind === -1 ? queue.length : behind, 0, waiter);
      emit(call, "concurrency.queued", { running, queued: queue.length });
      stop = onEnd(call, giveUp, clock);
      onLeave(() => giveUp(new LlmError("aborted", "the reader left")));
    });
  };

  return (inner) =>
    wrap(inner, {
      stream: (request, call) =>
        watch(
          () => inner.stream(request, call),
          (onLeave) => enter(call, onLeave),
        ),
      health: (call) =>
        running >= max && queue.length >= most ? { ready: false, reason: "the queue is full" } : healthOf(inner, call),
    });
}
