import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { table, type Benchmark } from "./row.ts";

/** What there is to run; each is loaded only when it is asked for, so that peers do not weigh on each other. */
const benchmarks: Readonly<Record<string, () => Promise<{ readonly default: Benchmark }>>> = {
  core: () => import("./core/index.ts"),
  structured: () => import("./structured/index.ts"),
  breaker: () => import("./breaker/index.ts"),
  simulator: () => import("./simulator.ts"),
};

const names = Object.keys(benchmarks).join(", ");
const usage = `usage: pnpm bench [name …] [--check] [--data DIR]\nbenchmarks: ${names}`;

function fail(message: string): never {
  console.error(`${message}\n${usage}`);
  process.exit(2);
}

function read(): { values: { check: boolean; data?: string }; positionals: string[] } {
  try {
    return parseArgs({
      allowPositionals: true,
      options: { check: { type: "boolean", default: false }, data: { type: "string" } },
    });
  } catch (error) {
    return fail(error instanceof Error ? error.message : String(error));
  }
}

const { values, positionals } = read();
// where .config/data.ts looks, too
process.env["LLM_DATA_DIR"] =
  values.data === undefined
    ? (process.env["LLM_DATA_DIR"] ?? new URL("../../../../shared/data", import.meta.url).pathname)
    : resolve(process.env["INIT_CWD"] ?? ".", values.data); // pnpm's name for where the command was given
const data = process.env["LLM_DATA_DIR"];
const wanted = positionals.length > 0 ? positionals : Object.keys(benchmarks);
const results = new URL("../results/", import.meta.url);
const manifest: unknown = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
const { dependencies } = manifest as { dependencies: Readonly<Record<string, string>> };
const versions = Object.fromEntries(Object.entries(dependencies).filter(([, version]) => /^\d/.test(version)));
let missed = 0;

for (const name of wanted) {
  const load = benchmarks[name];
  if (!load) fail(`no benchmark is called ${name}`);
  const { default: run } = await load();
  const rows = await run({ data });
  missed += rows.filter((row) => row.met === false).length;
  console.log(`\n${name}\n\n${table(rows)}`);
  mkdirSync(results, { recursive: true });
  writeFileSync(
    new URL(`${name}.json`, results),
    `${JSON.stringify({ name, node: process.version, versions, rows }, null, 2)}\n`,
  );
}

if (missed > 0) console.log(`\n${missed} ${missed === 1 ? "goal" : "goals"} missed`);
if (values.check && missed > 0) process.exitCode = 1;
