/** The whole text as it arrived, kept in pieces so that a slice of it never copies the rest. */
export interface Source {
  readonly length: () => number;
  /** Takes a text; its length, who knows it, for asking costs as much as the rest. */
  readonly append: (text: string, size?: number) => void;
  /** By default all of it. */
  readonly slice: (from?: number, to?: number) => string;
}

/** Deltas are joined to lines of at least so many characters, and so many lines to a piece. */
const LINE = 64;

/** A source without text. */
export function newSource(): Source {
  const pieces: string[] = [];
  const starts: number[] = [];
  let lines: string[] = []; // what is in no piece yet
  let line = "";
  let lineStart = 0;
  let start = 0;
  let length = 0;
  const cut = (): void => {
    starts.push(start);
    pieces.push(lines.join("") + line); // joined, they are one run of memory; a sum would keep each delta
    lines = [];
    line = "";
    lineStart = start = length;
  };
  return {
    length: () => length,
    append: (text, size = text.length) => {
      line += text;
      length += size;
      if (length - lineStart < LINE) return;
      lines.push(line);
      line = "";
      lineStart = length;
      if (lines.length >= LINE) cut();
    },
    slice: (from = 0, to = length) => {
      if (length > start) cut();
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
