import type { Random } from "../random.ts";

/** The characters of a text (code points), so that no surrogate pair is torn. */
export function characters(text: string): readonly string[] {
  return Array.from(text);
}

/** Cuts a text into pieces of `min` to `max` characters, as deltas bring JSON and code. */
export function* slices(text: string, min: number, max: number, random: Random): Generator<string> {
  const all = characters(text);
  for (let at = 0; at < all.length;) {
    const size = random.integer(min, max);
    yield all.slice(at, at + size).join("");
    at += size;
  }
}
