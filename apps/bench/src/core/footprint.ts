import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { weighPackage, weighSource } from "../../../../.config/weigh.ts";
import { median } from "../measure.ts";
import { printed } from "../processes.ts";
import { goal, type Row } from "../row.ts";

const bench = new URL("../../", import.meta.url).pathname;
const core = new URL("../../../../packages/core/", import.meta.url).pathname;

/** The gzipped sizes: everything that an entry exports. */
export async function sizes(): Promise<Row[]> {
  const weights = await weighPackage("core");
  const ai = await weighSource('export { generateText, streamText } from "ai";', bench, { external: ["node:*"] });
  const row = (measure: string, key: string, bound: number, peers: Record<string, number>): Row =>
    goal({ measure: `gzipped: ${measure}`, unit: "bytes", ours: weights[key]?.own ?? Number.NaN, peers }, "≤", bound);
  return [
    row("core without adapters", "core .", 9_000, { "ai (generateText, streamText)": ai }),
    ...["anthropic", "openai", "openai-chat"].map((name) =>
      row(`the ${name} adapter without its SDK and core's base`, `core ./${name}`, 6_000, {
        "with the part of core that it uses": weights[`core ./${name}`]?.all ?? Number.NaN,
      }),
    ),
  ];
}

/** Core in a folder of `node_modules`, as npm would put it there. */
function installed(folder: string): void {
  const home = join(folder, "node_modules/@llm/core");
  mkdirSync(home, { recursive: true });
  const { status, stderr } = spawnSync(
    "pnpm",
    ["exec", "tsup", "--silent", "--config", "../../.config/tsup.ts", "--out-dir", join(home, "dist")],
    { cwd: core, encoding: "utf8" },
  );
  if (status !== 0) throw new Error(`core cannot be built: ${stderr}`);
  const manifest: unknown = JSON.parse(readFileSync(join(core, "package.json"), "utf8"));
  const { name, type, publishConfig } = manifest as { name: string; type: string; publishConfig: { exports: unknown } };
  writeFileSync(join(home, "package.json"), JSON.stringify({ name, type, exports: publishConfig.exports }));
}

/** The CPU time of a first `import()`, in milliseconds. */
const timed = (name: string): string =>
  `const before = process.cpuUsage(); await import(${JSON.stringify(name)});
const { user, system } = process.cpuUsage(before); console.log((user + system) / 1000);`;

/** What a first `import()` takes in fresh processes, of what is built. */
export async function imports(): Promise<Row[]> {
  const folder = mkdtempSync(join(tmpdir(), "bench-import-"));
  try {
    installed(folder);
    const figures = { ours: [] as number[], ai: [] as number[] };
    for (let round = 0; round < 7; round++) {
      figures.ours.push(Number(await printed(timed("@llm/core"), folder)));
      if (round % 2 === 0) figures.ai.push(Number(await printed(timed("ai"), bench)));
    }
    return [
      goal(
        { measure: "import() of core", unit: "ms CPU", ours: median(figures.ours), peers: { ai: median(figures.ai) } },
        "≤",
        10,
      ),
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
