/** The most characters of JSON that a map holds. */
const MOST_CHARACTERS = 64 * 1024 * 1024;

/** A map that forgets its oldest entries when there are too many, or when they are too large together. */
export interface BoundedMap<T> {
  readonly get: (key: string) => T | undefined;
  readonly set: (key: string, value: T) => void;
  readonly delete: (key: string) => boolean;
  readonly values: () => Iterable<T>;
}

/** A map of at most `size` entries, and of 64 Mi characters of JSON. */
export function createBoundedMap<T>(size: number): BoundedMap<T> {
  const entries = new Map<string, { readonly value: T; readonly characters: number }>();
  let total = 0;
  const remove = (key: string): boolean => {
    total -= entries.get(key)?.characters ?? 0;
    return entries.delete(key);
  };
  return {
    get: (key) => entries.get(key)?.value,
    delete: remove,
    values: () => [...entries.values()].map(({ value }) => value),
    set: (key, value) => {
      remove(key);
      const characters = JSON.stringify(value).length;
      entries.set(key, { value, characters });
      total += characters;
      for (const oldest of entries.keys()) {
        if (entries.size <= size && total <= MOST_CHARACTERS) break;
        remove(oldest);
      }
    },
  };
}
