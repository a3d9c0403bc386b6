import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/**
 * Mutation tests: `pnpm mutate <package> [file …]` runs Stryker over whole files of a package, in a copy of the
 * repository, so that neither Stryker nor what it writes weighs on an ordinary install. Fails below the package's goal.
 */
const goals: Readonly<Record<string, { readonly score: number; readonly files: readonly string[] }>> = {
  core: {
    score: 85,
    files: ["error", "retry", "fallback", "collect", "fold", "anthropic/*", "openai/*", "openai-chat/*", "vendor/*"],
  },
  breaker: { score: 90, files: ["*"] },
  structured: { score: 80, files: ["reader/*", "coerce/*"] },
};
const STRYKER = "10.1.1";

const [name = "", ...given] = process.argv.slice(2);
const goal = goals[name];
if (!goal) {
  console.error(
    `usage: pnpm mutate <${Object.keys(goals).join("|")}> [file …]   (files under the package's src, without .ts)`,
  );
  process.exit(2);
}

const root = new URL("..", import.meta.url).pathname;
const copy = mkdtempSync(join(tmpdir(), "mutate-"));
process.on("exit", () => rmSync(copy, { recursive: true, force: true }));

const tracked = execFileSync("git", ["ls-files", "-co", "--exclude-standard", "-z"], { cwd: root, encoding: "utf8" });
for (const file of tracked.split("\0").filter(Boolean)) {
  mkdirSync(dirname(join(copy, file)), { recursive: true });
  cpSync(join(root, file), join(copy, file), { force: true });
}

const run = (cwd: string, command: string, args: readonly string[]): void => {
  const { status } = spawnSync(command, args, { cwd, stdio: "inherit", env: { ...process.env, LLM_DATA_DIR: data } });
  if (status !== 0) process.exit(status ?? 1);
};
const data = process.env["LLM_DATA_DIR"] ?? join(root, "../shared/data");
const cwd = join(copy, "packages", name);
const files = given.length > 0 ? given : goal.files;
writeFileSync(
  join(cwd, "stryker.config.json"),
  JSON.stringify({
    testRunner: "vitest",
    plugins: ["@stryker-mutator/vitest-runner"],
    mutate: [
      ...files.map((file) => `src/${file}.ts`),
      "!src/**/*.test.ts",
      "!src/**/*.test-d.ts",
      "!src/**/*.bench.ts",
    ],
    inPlace: true, // it is a copy already
    tempDirName: "../../.stryker-tmp", // outside of the package, or Vitest would find the backups' tests
    reporters: ["clear-text", "progress-append-only"],
    clearTextReporter: { logTests: false, allowColor: false },
    thresholds: { high: 100, low: goal.score, break: goal.score },
    concurrency: 2,
  }),
);
// mutants run beside each other: what is in time alone may be late
writeFileSync(join(cwd, "vitest.config.ts"), "export default { test: { testTimeout: 60_000 } };\n");
const packages = ["core", "vitest-runner"].map((part) => `@stryker-mutator/${part}@${STRYKER}`);
run(copy, "pnpm", ["add", "--silent", "--save-dev", "--workspace-root", ...packages]);
run(cwd, join(copy, "node_modules/.bin/stryker"), ["run"]);
