import { isDeepStrictEqual } from "node:util";
import { parse } from "@llm/structured";
import { jsonrepair } from "jsonrepair";
import { malformed, records } from "../../../../packages/structured/src/testing/documents.ts";
import { cpuOnce, cpuTimes, type Work } from "../measure.ts";
import { goal, type Row } from "../row.ts";
import { loadBaml } from "./baml.ts";
import { Records } from "./records.ts";

/** Whole texts of 100 KB: valid ones, and ones as a careless model writes them. */
export async function whole(): Promise<Row[]> {
  const { text, schema } = records(100_000);
  const bad = malformed(text);
  const value: unknown = JSON.parse(text);
  const mend = (): unknown => parse(bad, Records, { coercion: "full" }).value;
  const read = (): unknown => parse(text, Records).value;
  if (!isDeepStrictEqual(mend(), value) || !isDeepStrictEqual(read(), value)) throw new Error("another value");

  const slice = bad.slice(bad.indexOf("["), bad.lastIndexOf("]") + 1);
  let repaired = true;
  try {
    JSON.parse(jsonrepair(slice));
  } catch {
    repaired = false;
  }
  const works: Record<string, Work> = { ours: mend };
  if (repaired) works["jsonrepair, sliced, no schema"] = () => JSON.parse(jsonrepair(slice)) as unknown;
  const { ours = Number.NaN, ...others } = (await cpuTimes(works)).us;
  const baml = (await loadBaml())?.(schema);
  const native = baml ? { "BAML, well-formed, one go": (await cpuOnce(() => baml(text))) / 1000 } : {};
  const times = await cpuTimes({ ours: read, parse: () => Records.parse(JSON.parse(text)) }, { rounds: 31 });
  return [
    goal(
      {
        measure: "100 KB of malformed text with coercion, once",
        unit: "ms CPU",
        ours: ours / 1000,
        peers: { ...Object.fromEntries(Object.entries(others).map(([name, us]) => [name, us / 1000])), ...native },
      },
      "≤",
      20,
    ),
    goal(
      {
        measure: "valid JSON of 100 KB, × JSON.parse plus the schema's own validation",
        unit: "ms CPU",
        ours: times.us.ours / 1000,
        peers: { "JSON.parse and zod": times.us.parse / 1000 },
        ratio: times.ratio("ours", "parse"),
      },
      "≤",
      1.2,
    ),
  ];
}
