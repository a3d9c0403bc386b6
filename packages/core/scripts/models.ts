/**
 * Names the models of the installed SDKs that no row of the capability tables knows: those are taken for the newest
 * family's. Run it after an SDK's update: `pnpm --filter @llm/core models`. Exits with 1 when there are any.
 */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname } from "node:path";
import { anthropicFamilies } from "../src/anthropic/families.ts";
import { openaiFamilies } from "../src/openai/families.ts";
import { capabilitiesOf, type Family } from "../src/vendor/family.ts";

const require = createRequire(import.meta.url);

/** The texts of the unions of these names in a declaration file of a package. */
function modelsOf(entry: string, file: string, unions: readonly string[]): string[] {
  const text = readFileSync(`${dirname(require.resolve(entry))}/${file}`, "utf8");
  return unions.flatMap((union) => {
    const declared = new RegExp(`export type ${union} =([^;]*);`).exec(text)?.[1];
    if (declared === undefined) throw new Error(`${file} of ${entry} declares no ${union}`);
    return [...declared.matchAll(/'([^']+)'/g)].map((match) => match[1] ?? "");
  });
}

const tables: readonly (readonly [string, readonly [Family, ...Family[]], readonly string[]])[] = [
  ["anthropic", anthropicFamilies, modelsOf("@anthropic-ai/sdk", "resources/messages/messages.d.ts", ["Model"])],
  ["openai", openaiFamilies, modelsOf("openai", "resources/shared.d.ts", ["ChatModel", "ResponsesModel"])],
];

for (const [vendor, families, models] of tables) {
  const missing = [...new Set(models)].filter((model) => capabilitiesOf(model, families).inferred);
  console.log(`${vendor}: ${models.length - missing.length} of ${models.length} known`);
  for (const model of missing) console.log(`  missing: ${model}`);
  if (missing.length > 0) process.exitCode = 1;
}
