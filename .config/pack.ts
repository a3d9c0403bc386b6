import { execFile } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

/** The packages as a stranger gets them: packed, and installed by npm into a project of their own. */
export interface Project {
  /** The stranger's folder. */
  readonly folder: string;
  readonly tarballs: readonly string[];
  /** Every import that the packages offer: `@llm/core`, `@llm/core/testing`, … */
  readonly specifiers: readonly string[];
}

/** What a command printed. */
export interface Ran {
  readonly stdout: string;
  readonly stderr: string;
}

const root = new URL("..", import.meta.url).pathname;
const MINUTE = 60_000;

/**
 * Runs a command, for five minutes at most.
 *
 * @throws Error with what it printed
 */
export async function run(
  command: string,
  args: readonly string[],
  cwd: string,
  env: NodeJS.ProcessEnv = {},
): Promise<Ran> {
  try {
    const options = { cwd, env: { ...process.env, ...env }, timeout: 5 * MINUTE, maxBuffer: 64 * 1_048_576 };
    return await promisify(execFile)(command, [...args], options);
  } catch (error) {
    const { message, stdout = "", stderr = "" } = error as Error & Partial<Ran>; // what execFile rejects with
    throw new Error(`${message.split("\n")[0]}\n${stdout}\n${stderr}`.trim(), { cause: error });
  }
}

/** A folder that is gone when the process ends. */
export function scratch(name: string): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), `llm-${name}-`)));
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** What is read of a package's manifest. */
export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly exports?: Readonly<Record<string, unknown>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

/** The manifest of an installed package. */
export const manifestOf = (folder: string, name: string): Manifest =>
  JSON.parse(readFileSync(join(folder, "node_modules", name, "package.json"), "utf8")) as Manifest; // npm checked it

/** The commands of the README's chapter on installing. */
function commands(): string[] {
  const readme = readFileSync(join(root, "README.md"), "utf8");
  const block = /## Install\n[\s\S]*?```sh\n([\s\S]*?)```/.exec(readme)?.[1];
  if (block === undefined) throw new Error("the README has no commands under Install");
  return block.trim().split("\n");
}

/** A new project of npm's. */
export function newProject(name: string): string {
  const folder = scratch(name);
  writeFileSync(join(folder, "package.json"), JSON.stringify({ name: "stranger", private: true, type: "module" }));
  return folder;
}

/** npm, quiet and without questions. */
export const npm = (folder: string, ...args: readonly string[]): Promise<Ran> =>
  run("npm", [...args, "--no-audit", "--no-fund", "--loglevel=error"], folder);

/**
 * Packs and installs by the README's words, then adds the optional peers that it leaves to the reader, so that every
 * subpath can be imported.
 */
export async function install(): Promise<Project> {
  const folder = newProject("project");
  const packed = scratch("packed");
  let cwd = root;
  for (const command of commands()) {
    if (command.startsWith("cd ")) cwd = folder;
    else await run("bash", ["-c", command.replaceAll("/tmp/llm", packed)], cwd, { CI: "true" });
  }
  const tarballs = readdirSync(packed)
    .filter((file) => file.endsWith(".tgz"))
    .map((file) => join(packed, file));
  const names = readdirSync(join(folder, "node_modules", "@llm")).map((name) => `@llm/${name}`);
  const manifests = names.map((name) => manifestOf(folder, name));
  const peers = new Map(manifests.flatMap(({ peerDependencies = {} }) => Object.entries(peerDependencies)));
  const missing = [...peers].filter(([name]) => !installed(folder, name)).map(([name, range]) => `${name}@${range}`);
  if (missing.length > 0) await npm(folder, "install", ...missing);
  const specifiers = manifests.flatMap(({ name, exports = {} }) =>
    Object.keys(exports)
      .filter((subpath) => subpath !== "./package.json")
      .map((subpath) => name + subpath.slice(1)),
  );
  return { folder, tarballs, specifiers };
}

function installed(folder: string, name: string): boolean {
  try {
    return manifestOf(folder, name).version !== "";
  } catch {
    return false;
  }
}

/** One thing that must hold. */
export interface Outcome {
  readonly name: string;
  /** Why not. */
  readonly error?: string;
}

/** A program that imports each of some modules and prints what went wrong, by their names. */
export const importing = (specifiers: readonly string[]): string => `
const wrong = {};
for (const specifier of ${JSON.stringify(specifiers)})
  try {
    const names = Object.keys(await import(specifier));
    if (names.length === 0) wrong[specifier] = "exports nothing";
  } catch (error) {
    wrong[specifier] = String(error?.stack ?? error);
  }
console.log(JSON.stringify(wrong));
`;

/** Reads what {@link importing} printed. */
export function imported(runtime: string, specifiers: readonly string[], output: string): Outcome[] {
  const last = output.trim().split("\n").at(-1) ?? "";
  const wrong = JSON.parse(last) as Record<string, string>; // importing() printed it
  return specifiers.map((specifier) => ({
    name: `${runtime}: import ${specifier}`,
    ...(wrong[specifier] !== undefined && { error: wrong[specifier] }),
  }));
}

/** Imports every subpath with a Node. */
export async function importEach(node: string, label: string, project: Project): Promise<Outcome[]> {
  const file = join(project.folder, "imports.mjs");
  writeFileSync(file, importing(project.specifiers));
  const { stdout } = await run(node, [file], project.folder);
  return imported(label, project.specifiers, stdout);
}

/** The oldest Node that is promised, from npm. */
export const OLDEST_NODE = "22.15.0";

/** Installs a Node from npm. @returns the path of its binary */
export async function nodeOf(version: string): Promise<string> {
  const folder = newProject("node");
  await npm(folder, "install", `node@${version}`);
  return join(folder, "node_modules", "node", "bin", "node");
}

/** Prints one line for each outcome, then the sum; a failure makes the process fail. */
export function report(outcomes: readonly Outcome[]): void {
  const failed = outcomes.filter(({ error }) => error !== undefined).length;
  console.log(`${outcomes.length - failed} passed, ${failed} failed`);
  if (failed > 0) process.exitCode = 1;
}

/** Prints an outcome. */
export const tell = ({ name, error }: Outcome): void =>
  console.log(error === undefined ? `ok    ${name}` : `FAIL  ${name}\n      ${error.replaceAll("\n", "\n      ")}`);

if (import.meta.main) {
  const project = await install();
  const outcomes = [
    ...(await importEach(await nodeOf(OLDEST_NODE), `Node ${OLDEST_NODE}`, project)),
    ...(await importEach(process.execPath, `Node ${process.version.slice(1)}`, project)),
  ];
  outcomes.forEach(tell);
  report(outcomes);
}
