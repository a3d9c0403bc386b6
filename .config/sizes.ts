import { weighPackage } from "./weigh.ts";

/**
 * What each entry point weighs, in bytes, minified and gzipped. The first figure, which has the budget, is without what a
 * program has once for all of them; the second one is with the part of core that it uses.
 */
const budgets: Readonly<Record<string, number>> = {
  "core .": 9_000,
  "core ./anthropic": 6_000,
  "core ./openai": 6_000,
  "core ./openai-chat": 6_000,
  "cache .": 5_000,
  "breaker .": 5_500,
  "cost .": 4_000,
  "selector .": 4_000,
  "structured .": 20_000,
};

let failed = 0;
for (const name of ["core", "cache", "breaker", "cost", "selector", "structured"]) {
  for (const [key, { own, all }] of Object.entries(await weighPackage(name))) {
    const budget = budgets[key];
    const over = budget !== undefined && own > budget;
    if (over) failed++;
    const row = [
      key.padEnd(28),
      `${own} B`.padStart(9),
      `${all} B`.padStart(9),
      budget === undefined ? "" : `≤ ${budget} B`,
      over ? "TOO LARGE" : "",
    ];
    console.log(row.join("  ").trimEnd());
  }
}
if (failed > 0) {
  console.error(`${failed} over budget`);
  process.exitCode = 1;
}
