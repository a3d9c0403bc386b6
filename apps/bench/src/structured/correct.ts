import type { JsonObject } from "@llm/core";
import { parse, parsePartial } from "@llm/structured";
import * as z from "zod";
import { goal, type Row } from "../row.ts";
import { withoutAliases } from "./alias.ts";
import { loadBaml, type Parse } from "./baml.ts";
import { loadCases, score, type Case, type Score } from "./cases.ts";
import { aiSdk, readers } from "./peers.ts";

const full = { coercion: "full" } as const;

/** The schema's own validation, after the aliases; a schema that zod cannot read validates nothing. */
function validator(schema: JsonObject): (value: unknown) => unknown {
  let own: z.ZodType | undefined;
  try {
    own = z.fromJSONSchema(schema as Parameters<typeof z.fromJSONSchema>[0]); // plain JSON Schema with keywords beside
  } catch {
    own = undefined;
  }
  return (value) => {
    const renamed = withoutAliases(value, schema);
    return own ? own.parse(renamed) : renamed;
  };
}

type Read = (one: Case) => unknown;

/** Everyone who reads a case, by name: whole texts are validated, partial ones are not. */
async function everyone(): Promise<{ readonly whole: Record<string, Read>; readonly partial: Record<string, Read> }> {
  const baml = await loadBaml();
  const known = new Map<Case, Parse>();
  const bamlFor = (one: Case): Parse => {
    const parser = known.get(one) ?? baml?.(one.schema);
    if (!parser) throw new Error("no BAML");
    known.set(one, parser);
    return parser;
  };
  const all = { ...readers, "AI SDK parsePartialJson": aiSdk };
  const whole: Record<string, Read> = {};
  const partial: Record<string, Read> = {};
  if (baml) {
    whole["BAML"] = (one) => bamlFor(one)(one.input);
    partial["BAML"] = (one) => bamlFor(one)(one.input, true);
  }
  for (const [name, read] of Object.entries(all)) {
    whole[name] = async (one) => validator(one.schema)(await read(one.input));
    if (name !== "JSON.parse") partial[name] = async (one) => withoutAliases(await read(one.input), one.schema);
  }
  return { whole, partial };
}

const scores = async (readers: Record<string, Read>, cases: readonly Case[]): Promise<Record<string, Score>> => {
  const out: Record<string, Score> = {};
  for (const [name, read] of Object.entries(readers)) out[name] = await score(cases, read);
  return out;
};

const each = (of: Record<string, Score>, figure: (one: Score) => number): Record<string, number> =>
  Object.fromEntries(Object.entries(of).map(([name, one]) => [name, figure(one)]));

/** The cases of a data folder: how many are read right, in silence wrong, and rejected as they should be. */
export async function correctness(place: string): Promise<Row[]> {
  const cases = loadCases(place);
  if (cases.length === 0) {
    console.warn(`skipped: no cases in ${place}; set LLM_DATA_DIR or give --data`);
    return [];
  }
  const { whole, partial } = await everyone();
  const of = (kind: Case["kind"], fails: boolean): Case[] =>
    cases.filter((one) => one.kind === kind && one.should_fail === fails);
  const rows: Row[] = [];

  const complete = of("complete", false);
  if (complete.length > 0) {
    const ours = await score(complete, (one) => parse(one.input, one.schema, full).value);
    const peers = await scores(whole, complete);
    const share = (one: Score): number => (100 * one.right) / complete.length;
    rows.push(
      goal(
        {
          measure: `${complete.length} complete cases, right`,
          unit: "%",
          ours: share(ours),
          peers: each(peers, share),
        },
        "≥",
        99,
      ),
      goal(
        { measure: "of them, silently wrong", unit: "cases", ours: ours.wrong, peers: each(peers, (one) => one.wrong) },
        "≤",
        2,
      ),
    );
  }

  const bad = of("complete", true);
  if (bad.length > 0) {
    const ours = await score(bad, (one) => parse(one.input, one.schema, full).value);
    const peers = each(await scores(whole, bad), (one) => one.failed);
    const row = { measure: `${bad.length} cases that must be rejected`, unit: "rejected", ours: ours.failed, peers };
    rows.push(goal(row, "=", bad.length));
  }

  const parts = of("partial", false);
  if (parts.length > 0) {
    const ours = await score(parts, (one) => parsePartial(one.input, one.schema, full));
    const peers = each(await scores(partial, parts), (one) => one.right);
    const row = { measure: `${parts.length} partial cases, right`, unit: "cases", ours: ours.right, peers };
    rows.push(goal(row, "≥", Math.ceil((parts.length * 36) / 37)));
  }

  const badParts = of("partial", true);
  if (badParts.length > 0) {
    // nothing to show yet is a rejection
    const refused = (one: Score): number => one.failed + one.right;
    const ours = await score(badParts, (one) => parsePartial(one.input, one.schema, full));
    rows.push({
      measure: `${badParts.length} partial cases that must show nothing`,
      unit: "cases",
      ours: refused(ours),
      peers: each(await scores(partial, badParts), refused),
    });
  }
  return rows;
}
