import type { Clock } from "@llm/core";

/** A clock that stands still until it is moved; timers that fall due fire in their order. */
export function manualClock(
  start = 1_000_000,
): Clock & { readonly advance: (ms: number) => void; readonly timers: () => number } {
  let now = start;
  const timers = new Set<{ readonly at: number; readonly fn: () => void }>();
  return {
    now: () => now,
    setTimeout: (fn, ms) => {
      const timer = { at: now + ms, fn };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    advance: (ms) => {
      const end = now + ms;
      for (;;) {
        const due = [...timers].filter((timer) => timer.at <= end).sort((a, b) => a.at - b.at)[0];
        if (!due) break;
        timers.delete(due);
        now = Math.max(now, due.at);
        due.fn();
      }
      now = end;
    },
    timers: () => timers.size,
  };
}
