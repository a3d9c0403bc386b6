import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { hostileTexts } from "../../../../packages/structured/src/testing/hostile.ts";
import { goal, type Row } from "../row.ts";

const LENGTH = 50_000;
const PATIENCE_MS = 3_000;
const script = new URL("hostile-reader.ts", import.meta.url).pathname;

interface End {
  readonly name: string;
  readonly end: string;
  readonly ms: number;
}

/** Reads from the text of an index on, until the process ends, crashes, or takes too long for one text. */
function readFrom(who: string, from: number): Promise<{ readonly ends: End[]; readonly late: boolean }> {
  const child = spawn(process.execPath, [script, who, String(from), String(LENGTH)], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  const ends: End[] = [];
  let late = false;
  const stop = (): void => {
    late = true;
    child.kill("SIGKILL");
  };
  let timer = setTimeout(stop, 10_000); // it loads first
  createInterface({ input: child.stdout }).on("line", (line) => {
    ends.push(JSON.parse(line) as End); // as the script prints it
    clearTimeout(timer);
    timer = setTimeout(stop, PATIENCE_MS);
  });
  return new Promise((resolve) =>
    child.once("close", () => {
      clearTimeout(timer);
      resolve({ ends, late });
    }),
  );
}

/** What came of every text: a process that crashes or hangs is followed by another one for the rest. */
async function ends(who: string): Promise<End[]> {
  const names = Object.keys(hostileTexts(10));
  const all: End[] = [];
  while (all.length < names.length) {
    const { ends: some, late } = await readFrom(who, all.length);
    all.push(...some);
    const name = names[all.length];
    if (name !== undefined) all.push({ name, end: late ? "late" : "crash", ms: late ? PATIENCE_MS : 0 });
  }
  return all;
}

const isBad = ({ end }: End): boolean => end !== "read" && end !== "rejected";

/** Texts made to hurt, of 50 KB: everyone reads them in processes of their own, since some crash. */
export async function hostile(): Promise<Row[]> {
  const ours = await ends("ours");
  const streamed = await ends("streamed");
  const peers: Record<string, End[]> = {};
  for (const who of ["BAML", "jsonrepair", "partial-json", "AI SDK parsePartialJson", "LangChain parseJsonMarkdown"])
    peers[who] = await ends(who);
  const slowest = (all: readonly End[]): End => all.reduce((a, b) => (b.ms > a.ms ? b : a));
  const times = Object.fromEntries(Object.entries(peers).map(([who, all]) => [who, slowest(all).ms]));
  const bad = (all: readonly End[]): number => all.filter(isBad).length;
  const faults = [...ours, ...streamed].filter(isBad);
  if (faults.length > 0) console.warn(faults.map(({ name, end }) => `${name}: ${end}`).join("\n"));
  const { name, ms } = slowest(ours);
  return [
    goal(
      {
        measure: `${ours.length} hostile inputs of 50 KB, three schemas, the slowest: ${name}`,
        unit: "ms CPU",
        ours: ms,
        peers: times,
      },
      "≤",
      100,
    ),
    goal(
      {
        measure: `likewise in 4-character deltas, the slowest: ${slowest(streamed).name}`,
        unit: "ms CPU",
        ours: slowest(streamed).ms,
        peers: {},
      },
      "≤",
      100,
    ),
    goal(
      {
        measure: `of them, crashes, overflows and more than ${PATIENCE_MS / 1000} s`,
        unit: "inputs",
        ours: bad(ours) + bad(streamed),
        peers: Object.fromEntries(Object.entries(peers).map(([who, all]) => [who, bad(all)])),
      },
      "=",
      0,
    ),
  ];
}
