import { execFile } from "node:child_process";
import { promisify } from "node:util";

const execute = promisify(execFile);

/** What a process of its own prints: a script of this folder, with garbage collection exposed, killed after `ms`. */
export async function processOf(script: URL, args: readonly string[], ms = 60_000): Promise<string> {
  const { stdout } = await execute(process.execPath, ["--expose-gc", script.pathname, ...args], {
    timeout: ms,
    killSignal: "SIGKILL",
    maxBuffer: 2 ** 24,
  });
  return stdout.trim();
}

/** What a few lines of JavaScript print in a fresh process; imports are found from `folder`. */
export async function printed(source: string, folder: string): Promise<string> {
  const { stdout } = await execute(process.execPath, ["--input-type=module", "--eval", source], { cwd: folder });
  return stdout.trim();
}
