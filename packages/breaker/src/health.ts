import type { Health } from "@llm/core";

/**
 * Two healths of one thing, such as a breaker's and its inner provider's: ready if both are; otherwise until the later
 * of the times and for the first's reason. What the first does not measure is taken from the second.
 */
export function mergeHealth(first: Health, second: Health | undefined): Health {
  if (!second) return first;
  const blocked = [first, second].filter((health) => !health.ready);
  const { until: _, reason: __, ...merged } = { ...second, ...first };
  // one that does not know when it will be back makes the whole not know it
  const until = Math.max(...blocked.map((health) => health.until ?? Infinity));
  const reason = blocked[0]?.reason;
  return {
    ...merged,
    ready: blocked.length === 0,
    ...(Number.isFinite(until) && { until }),
    ...(reason !== undefined && { reason }),
  };
}
