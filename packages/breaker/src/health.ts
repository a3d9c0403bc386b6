import type { Health } from "@llm/core";

/**
 * Two healths of one thing, such as a breaker's and its inner provider's: ready if both are; otherwise until the later
 * of the times and for the first's reason. What the first does not measure is taken from the second.
 */
export function mergeHealth(first: Health, second: Health | undefined): Health {
  if (!second) return first;
  const { until: _first, ...rest } = first;
  const { until: _second, ...other } = second;
  if (first.ready && second.ready) return { ...other, ...rest };
  const waits = [first, second].filter((health) => !health.ready);
  // one that does not know when it will be back makes the whole not know it
  const known = waits.flatMap((health) => health.until ?? []);
  return {
    ...other,
    ...rest,
    ready: false,
    ...(known.length === waits.length && { until: Math.max(...known) }),
    ...(first.ready && second.reason !== undefined && { reason: second.reason }),
  };
}
