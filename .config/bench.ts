import { spawnSync } from "node:child_process";

/** Runs `apps/bench`, which has a lockfile of its own so that the peers it measures never weigh on an ordinary install. */
const cwd = new URL("../apps/bench/", import.meta.url).pathname;
const step = (command: string, args: readonly string[]): void => {
  const { status } = spawnSync(command, args, { cwd, stdio: "inherit" });
  if (status !== 0) process.exit(status ?? 1);
};
step("pnpm", ["install", "--frozen-lockfile", "--silent"]);
step(process.execPath, ["--expose-gc", "src/main.ts", ...process.argv.slice(2)]);
