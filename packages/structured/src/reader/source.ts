/** The whole text as it arrived, kept in pieces so that a slice of it never copies the rest. */
export interface Source {
  readonly length: () => number;
  readonly append: (text: string) => void;
  readonly slice: (from: number, to: number) => string;
}

/** Pieces are joined up to this many characters. */
const PIECE = 2048;

/** A source without text. */
export function newSource(): Source {
  const pieces: string[] = [];
  const starts: number[] = [];
  let last = "";
  let lastStart = 0;
  return {
    length: () => lastStart + last.length,
    append: (text) => {
      if (last.length > PIECE) {
        last.charCodeAt(0); // makes one flat string of the deltas that it was joined from
        pieces.push(last);
        starts.push(lastStart);
        lastStart += last.length;
        last = text;
      } else last = last === "" ? text : last + text;
    },
    slice: (from, to) => {
      if (from >= lastStart) return last.slice(from - lastStart, to - lastStart);
      let low = 0;
      let high = starts.length - 1;
      while (low < high) {
        const middle = (low + high + 1) >> 1;
        if ((starts[middle] ?? 0) <= from) low = middle;
        else high = middle - 1;
      }
      let out = "";
      for (let i = low; i < pieces.length && (starts[i] ?? 0) < to; i++) {
        const start = starts[i] ?? 0;
        out += pieces[i]?.slice(Math.max(0, from - start), to - start) ?? "";
      }
      return to > lastStart ? out + last.slice(0, to - lastStart) : out;
    },
  };
}
