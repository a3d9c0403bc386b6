/** One law, by name. */
export interface Check {
  readonly name: string;
  /** Rejects, saying what is wrong, where the law does not hold. */
  readonly run: () => Promise<void>;
}

/** Says what is wrong unless a condition holds. */
export function must(condition: boolean, otherwise: string): asserts condition {
  if (!condition) throw new Error(otherwise);
}

const show = (value: unknown): string => (JSON.stringify(value) ?? String(value)).slice(0, 2_000);

/** Fails unless two JSON values are equal, whatever the order of their keys. */
export function mustEqual(actual: unknown, expected: unknown, what: string): void {
  must(equal(actual, expected), `${what}: ${show(actual)} is not ${show(expected)}`);
}

function equal(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  const left = Object.entries(a).filter(([, value]) => value !== undefined);
  const right = new Map(Object.entries(b).filter(([, value]) => value !== undefined));
  return left.length === right.size && left.every(([key, value]) => right.has(key) && equal(value, right.get(key)));
}
