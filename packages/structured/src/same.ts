/** What a value holds, as a list or a record. */
const parts = (value: object): object =>
  value instanceof Date ? [value.getTime()] : value instanceof Set || value instanceof Map ? [...value] : value;

/** Whether two values hold the same, all the way down. A property that is undefined is as one that is missing. */
export function same(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== "object" || typeof b !== "object" || !a || !b) return false;
  const one = parts(a) as Record<string, unknown>;
  const other = parts(b) as Record<string, unknown>;
  return (
    Array.isArray(one) === Array.isArray(other) &&
    Object.keys({ ...one, ...other }).every((key) => same(one[key], other[key]))
  );
}
