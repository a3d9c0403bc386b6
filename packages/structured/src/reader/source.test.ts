import { describe, expect, it, vi } from "vitest";
import { newSource } from "./source.ts";

/** A source of a text that came in pieces of a length. */
function sourceOf(text: string, step: number): ReturnType<typeof newSource> {
  const source = newSource();
  for (let i = 0; i < text.length; i += step) source.append(text.slice(i, i + step));
  return source;
}

describe("a source", () => {
  const text = Array.from({ length: 20_000 }, (_, i) => String.fromCharCode(32 + ((i * 7 + (i >> 5)) % 90))).join("");

  it.each([1, 63, 64, 65, 1000, 4096, 4097])("gives back what came in pieces of %d", (step) => {
    const source = sourceOf(text, step);
    expect(source.length()).toBe(text.length);
    expect(source.slice()).toBe(text);
    for (let from = 0; from < text.length; from += 509)
      for (const length of [0, 1, 64, 4095, 4096, 9000])
        expect(source.slice(from, from + length)).toBe(text.slice(from, from + length));
  });

  it("may be asked between, again and again", () => {
    const source = newSource();
    for (let i = 0; i < 300; i++) {
      source.append(text.slice(i, i + 1));
      expect(source.slice()).toBe(text.slice(0, i + 1));
      expect(source.slice(i)).toBe(text.slice(i, i + 1));
      expect(source.slice(i + 1)).toBe("");
    }
  });

  /** How many pieces a slice is made of. */
  function pieces(source: ReturnType<typeof newSource>, from: number, to: number): number {
    const spy = vi.spyOn(String.prototype, "slice");
    source.slice(from, to);
    const { length } = spy.mock.calls;
    spy.mockRestore();
    return length;
  }

  it("keeps small pieces together, and looks only where a slice stands", () => {
    for (const step of [1, 100]) {
      const source = sourceOf(text, step);
      source.slice();
      const all = pieces(source, 0, text.length);
      expect(all).toBeGreaterThan(2);
      expect(all).toBeLessThan(7);
      for (const at of [0, 1, 4095, 4096, 4097, 6399, 6400, 8191, 8192, 12_799, 12_800, text.length - 1])
        expect(pieces(source, at, at + 1), String(at)).toBe(1);
      expect(pieces(source, 10, 7000)).toBe(2);
    }
  });

  it("is empty at first", () => {
    expect([newSource().length(), newSource().slice(), newSource().slice(1, 2)]).toStrictEqual([0, "", ""]);
  });
});
