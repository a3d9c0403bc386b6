/** The whole text as it arrived, kept in pieces so that a slice of it never copies the rest. */
export interface Source {
  readonly length: () => number;
  readonly append: (text: string) => void;
  /** By default all of it. */
  readonly slice: (from?: number, to?: number) => string;
}

/** Deltas are joined to pieces of at least so many characters. */
const PIECE = 4096;

/** A source without text. */
export function newSource(): Source {
  const pieces: string[] = [];
  const starts: number[] = [];
  let tail = ""; // what is in no piece yet
  let length = 0;
  const cut = (): void => {
    starts.push(length - tail.length);
    pieces.push(tail);
    tail = "";
  };
  return {
    length: () => length,
    append: (text) => {
      tail += text;
      length += text.length;
      if (tail.length >= PIECE) cut();
    },
    slice: (from = 0, to = length) => {
      if (tail !== "") cut();
      let low = 0;
      let high = starts.length - 1;
      while (low < high) {
        const middle = (low + high + 1) >> 1;
        if ((starts[middle] ?? 0) <= from) low = middle;
        else high = middle - 1;
      }
      let out = "";
      for (let i = low; i < pieces.length && (starts[i] ?? 0) < to; i++) {
        const at = starts[i] ?? 0;
        out += pieces[i]?.slice(Math.max(0, from - at), to - at) ?? "";
      }
      return out;
    },
  };
}
