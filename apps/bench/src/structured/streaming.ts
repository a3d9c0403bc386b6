import { isDeepStrictEqual } from "node:util";
import { parsePartialJson as langChain } from "@langchain/core/output_parsers";
import { createParser } from "@llm/structured";
import { parsePartialJson } from "ai";
import { jsonrepair } from "jsonrepair";
import { parse as jsonriver } from "jsonriver";
import { parse as partialJson } from "partial-json";
import { records } from "../../../../packages/structured/src/testing/documents.ts";
import { cpuOnce, cpuTimes, type Times, type Work } from "../measure.ts";
import { goal, type Row } from "../row.ts";
import { loadBaml } from "./baml.ts";
import { deltas, json, Records } from "./records.ts";

/** A live typed partial at each delta, and the valid value at the end. */
function live(pieces: readonly string[]): unknown {
  const parser = createParser(Records);
  for (const piece of pieces) {
    parser.write(piece);
    parser.live();
  }
  return parser.end().value;
}

/** An immutable partial every so many deltas; whoever shows it drops the one before. */
function snapshots(pieces: readonly string[], every: number): unknown {
  const parser = createParser(Records);
  let shown: unknown;
  for (const [i, piece] of pieces.entries()) {
    parser.write(piece);
    if (i % every === 0) shown = parser.partial();
  }
  const { value } = parser.end();
  if (shown === undefined) throw new Error("no snapshots");
  return value;
}

async function* arriving(pieces: readonly string[]): AsyncGenerator<string> {
  for (const piece of pieces) yield piece;
}

/** The only other one that takes time in proportion to the text; strict JSON only, and no schema. */
async function river(pieces: readonly string[]): Promise<unknown> {
  let value: unknown;
  for await (const next of jsonriver(arriving(pieces))) value = next;
  return value;
}

/** Parses all that has arrived, anew at each delta. */
const again =
  (read: (text: string) => unknown) =>
  async (pieces: readonly string[]): Promise<unknown> => {
    let text = "";
    let value: unknown;
    for (const piece of pieces) {
      text += piece;
      try {
        value = await read(text);
      } catch {
        // nothing to show yet
      }
    }
    return value;
  };

async function must(work: Work, text: string): Promise<Work> {
  if (!isDeepStrictEqual(await work(), JSON.parse(text))) throw new Error("the value is not the one that was sent");
  return work;
}

/** Peers whose time grows with the square of the text, or faster, once on a text that they can finish. */
async function quadratic(): Promise<Row[]> {
  const rows: Row[] = [];
  const text = json(10_000);
  const pieces = deltas(text);
  const readers = {
    "AI SDK parsePartialJson": async (part: string) => (await parsePartialJson(part)).value,
    "LangChain parsePartialJson": langChain,
    "partial-json": partialJson,
    jsonrepair: (part: string) => JSON.parse(jsonrepair(part)),
  };
  const peers: Record<string, number> = {};
  for (const [name, read] of Object.entries(readers)) {
    const work = await must(() => again(read)(pieces), text);
    peers[name] = (await cpuOnce(work)) / 1000;
  }
  const { us } = await cpuTimes({ ours: () => live(pieces) });
  const measure = "10 KB likewise; the peers are quadratic: one go each";
  rows.push({ measure, unit: "ms CPU", ours: us.ours / 1000, peers });

  const baml = await loadBaml();
  if (baml) {
    const { text: short, schema } = records(1_000);
    const parser = baml(schema);
    const few = deltas(short);
    const times = await cpuTimes({ ours: () => live(few) });
    const native = await cpuOnce(() => again((part) => parser(part, true))(few));
    const of = "1 KB likewise; BAML is worse than quadratic: one go";
    rows.push({ measure: of, unit: "ms CPU", ours: times.us.ours / 1000, peers: { BAML: native / 1000 } });
  }
  return rows;
}

/** A partial value while the text arrives, in deltas of four characters. */
export async function streaming(): Promise<Row[]> {
  const small = json(100_000);
  const large = json(1_000_000);
  const few = deltas(small);
  const many = deltas(large);
  const short = await cpuTimes(
    { ours: await must(() => live(few), small), jsonriver: await must(() => river(few), small) },
    { rounds: 11, roundMs: 30 },
  );
  const slowly = { rounds: 5, roundMs: 1, warmMs: 1 };
  const long = await cpuTimes(
    {
      ours: await must(() => live(many), large),
      jsonriver: await must(() => river(many), large),
      snapshots: await must(() => snapshots(many, 16), large),
    },
    slowly,
  );
  const row = (measure: string, times: Times<"ours" | "jsonriver">, bound: number): Row =>
    goal(
      {
        measure,
        unit: "ms CPU",
        ours: times.us.ours / 1000,
        peers: { jsonriver: times.us.jsonriver / 1000 },
        ratio: times.ratio("ours", "jsonriver"),
      },
      "≤",
      bound,
    );
  return [
    row("100 KB in 4-character deltas, a live typed partial at each, × jsonriver", short, 0.4),
    row("1 MB likewise, × jsonriver", long, 0.5),
    goal(
      {
        measure: "growth from 100 KB to 1 MB",
        unit: "×",
        ours: long.us.ours / short.us.ours,
        peers: { jsonriver: long.us.jsonriver / short.us.jsonriver },
      },
      "≤",
      16,
    ),
    goal(
      {
        measure: "1 MB with an immutable snapshot every 16 deltas",
        unit: "ms CPU",
        ours: long.us.snapshots / 1000,
        peers: {},
      },
      "≤",
      200,
    ),
    ...(await quadratic()),
  ];
}
