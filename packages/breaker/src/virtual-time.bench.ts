/*
 * Time for simulations: `Date.now` and the timers of the whole process, so that libraries which look at those can be
 * simulated too.
 */

interface Timer {
  readonly at: number;
  readonly order: number;
  readonly fn: () => void;
  readonly every: number | undefined;
  cancelled: boolean;
}

const before = (a: Timer, b: Timer): boolean => a.at < b.at || (a.at === b.at && a.order < b.order);

/** Timers by when they are due: a binary heap. */
class Queue {
  readonly #heap: Timer[] = [];

  add(timer: Timer): void {
    const heap = this.#heap;
    let i = heap.push(timer) - 1;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (before(heap[parent]!, timer)) break;
      heap[i] = heap[parent]!;
      i = parent;
    }
    heap[i] = timer;
  }

  next(): Timer | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (heap.length === 0 || !last) return first;
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && before(heap[child + 1]!, heap[child]!)) child++;
      if (before(last, heap[child]!)) break;
      heap[i] = heap[child]!;
      i = child;
    }
    heap[i] = last;
    return first;
  }
}

/** Virtual time, from 0. */
export interface VirtualTime {
  readonly now: () => number;
  readonly sleep: (ms: number) => Promise<void>;
}

/** Runs `work` under virtual time, which ends at `end` milliseconds. */
export async function underVirtualTime(end: number, work: (time: VirtualTime) => void): Promise<void> {
  const real = {
    now: Date.now,
    setTimeout: globalThis.setTimeout,
    clearTimeout: globalThis.clearTimeout,
    setInterval: globalThis.setInterval,
    clearInterval: globalThis.clearInterval,
  };
  const turn = globalThis.setImmediate;
  const queue = new Queue();
  let now = 0;
  let orders = 0;
  const add = (fn: () => void, ms: number, every?: number): Timer & { unref(): unknown } => {
    const timer = { at: now + Math.max(0, ms), order: ++orders, fn, every, cancelled: false, unref: () => timer };
    queue.add(timer);
    return timer;
  };
  const cancel = (timer: unknown): void => {
    if (typeof timer === "object" && timer !== null) Object.assign(timer, { cancelled: true });
  };
  Date.now = () => now;
  Object.assign(globalThis, {
    setTimeout: (fn: (...args: unknown[]) => void, ms = 0, ...args: unknown[]) => add(() => fn(...args), ms),
    setInterval: (fn: (...args: unknown[]) => void, ms = 0, ...args: unknown[]) => add(() => fn(...args), ms, ms),
    clearTimeout: cancel,
    clearInterval: cancel,
  });
  try {
    work({ now: () => now, sleep: (ms) => new Promise((resolve) => void add(resolve, ms)) });
    for (let timer = queue.next(); timer && timer.at <= end; timer = queue.next()) {
      if (timer.cancelled) continue;
      now = timer.at;
      timer.fn();
      if (timer.every !== undefined) queue.add(Object.assign(timer, { at: now + Math.max(1, timer.every) }));
      await new Promise((resolve) => turn(resolve)); // everything that this has set off
    }
  } finally {
    Date.now = real.now;
    Object.assign(globalThis, real);
  }
}
