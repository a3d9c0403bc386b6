import { parse } from "@llm/structured";
import { corruptionCorpus } from "../../../../packages/structured/src/testing/damage.ts";
import { goal, type Row } from "../row.ts";
import { loadBaml, type Parse } from "./baml.ts";
import { score, type Score } from "./cases.ts";
import { aiSdk, readers } from "./peers.ts";

const SEEDS = [20_261_123, 77, 4_096] as const;
const DOCUMENTS = 40;

const add = (a: Score, b: Score): Score => ({
  right: a.right + b.right,
  wrong: a.wrong + b.wrong,
  failed: a.failed + b.failed,
});
const none: Score = { right: 0, wrong: 0, failed: 0 };

/** Texts damaged as models damage them, of other seeds than the tests': the value that they were made of, exactly. */
export async function corruption(): Promise<Row[]> {
  const cases = SEEDS.flatMap((seed) => corruptionCorpus(seed, DOCUMENTS));
  const kinds = new Map<string, Score>();
  for (const one of cases) {
    const judged = await score([one], () => parse(one.text, one.schema, { coercion: "safe" }).value);
    kinds.set(one.kind, add(kinds.get(one.kind) ?? none, judged));
  }
  const ours = [...kinds.values()].reduce(add, none);
  const full = await score(cases, (one) => parse(one.text, one.schema, { coercion: "full" }).value);
  const share = (figure: number): number => (100 * figure) / cases.length;
  const peers: Record<string, Score> = {};
  const baml = await loadBaml();
  const known = new Map<unknown, Parse>();
  if (baml)
    peers["BAML"] = await score(cases, (one) => {
      const parser = known.get(one.schema) ?? baml(one.schema);
      known.set(one.schema, parser);
      return parser(one.text);
    });
  for (const [name, read] of Object.entries({ ...readers, "AI SDK parsePartialJson": aiSdk }))
    peers[name] = await score(cases, (one) => read(one.text));
  const each = (figure: (one: Score) => number): Record<string, number> =>
    Object.fromEntries(Object.entries(peers).map(([name, one]) => [name, share(figure(one))]));

  const byKind = [...kinds].map(([kind, one]) => ({
    kind,
    percent: (100 * one.right) / (one.right + one.wrong + one.failed),
  }));
  const worst = byKind.reduce((a, b) => (b.percent < a.percent ? b : a));
  return [
    goal(
      {
        measure: `corruption corpus, ${cases.length} texts, exact value, safe`,
        unit: "%",
        ours: share(ours.right),
        peers: each((one) => one.right),
      },
      "≥",
      97,
    ),
    goal({ measure: "likewise, full", unit: "%", ours: share(full.right), peers: {} }, "≥", 97),
    goal({ measure: "kinds of damage", unit: "kinds", ours: kinds.size, peers: {} }, "≥", 18),
    goal({ measure: `the worst kind: ${worst.kind}`, unit: "%", ours: worst.percent, peers: {} }, "≥", 85),
    goal(
      { measure: "of the corpus, silently wrong", unit: "%", ours: share(ours.wrong), peers: each((one) => one.wrong) },
      "≤",
      1,
    ),
  ];
}
