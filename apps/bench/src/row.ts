/** One line of a benchmark's table. */
export interface Row {
  readonly measure: string;
  readonly unit: string;
  readonly ours: number;
  readonly peers: Readonly<Record<string, number>>;
  /** What the goal is about, where it is not `ours` itself: ours against a peer or a base. */
  readonly ratio?: number;
  /** The goal in words, such as `"≤ 4"`. Absent: for information. */
  readonly goal?: string;
  readonly met?: boolean;
}

/** A row whose goal is that a figure be at most, or at least, so much. */
export function goal(row: Omit<Row, "goal" | "met">, relation: "≤" | "≥" | "=", bound: number): Row {
  const figure = row.ratio ?? row.ours;
  const met = relation === "≤" ? figure <= bound : relation === "≥" ? figure >= bound : figure === bound;
  return { ...row, goal: `${relation} ${bound}`, met };
}

/** A benchmark: what `bench <name>` runs. `data` is the folder with recordings, cases and traces. */
export type Benchmark = (options: { readonly data: string }) => Promise<readonly Row[]>;

const number = (value: number): string =>
  Math.abs(value) >= 100 ? value.toFixed(0) : Math.abs(value) >= 1 ? value.toFixed(2) : value.toPrecision(2);

/** The rows as a table for a terminal. */
export function table(rows: readonly Row[]): string {
  const head = ["measure", "unit", "ours", "peers", "ratio", "goal", "met"];
  const body = rows.map((row) => [
    row.measure,
    row.unit,
    number(row.ours),
    Object.entries(row.peers)
      .map(([name, value]) => `${name} ${number(value)}`)
      .join(", "),
    row.ratio === undefined ? "" : number(row.ratio),
    row.goal ?? "",
    row.met === undefined ? "" : row.met ? "yes" : "NO",
  ]);
  const widths = head.map((title, i) => Math.max(title.length, ...body.map((cells) => cells[i]?.length ?? 0)));
  return [head, widths.map((width) => "-".repeat(width)), ...body]
    .map((cells) =>
      cells
        .map((cell, i) => cell.padEnd(widths[i] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}
