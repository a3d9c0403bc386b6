import { spawn } from "node:child_process";
import { once } from "node:events";
import { accessSync, constants, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { delimiter, join } from "node:path";
import { build } from "esbuild";
import {
  imported,
  importEach,
  importing,
  install,
  manifestOf,
  newProject,
  nodeOf,
  npm,
  OLDEST_NODE,
  report,
  run,
  tell,
  type Outcome,
  type Project,
} from "./pack.ts";
import { ADAPTERS, COMMONJS, PROGRAM, TYPED } from "./smoke-programs.ts";

/*
 * `pnpm smoke`: packs the packages, installs them as a stranger would, and uses them in every runtime that npm can
 * install (Node, Bun, Deno, workerd), in Chromium where one is found, from JavaScript and from TypeScript. One line for
 * each check. It needs the npm registry and nothing else.
 */

/** What needs Node's own modules: not for workerd and browsers. */
const NODE_ONLY = /^@llm\/(?:core\/node|cache\/(?:sqlite|file)|simulator|gateway\/node)/;

const outcomes: Outcome[] = [];
const add = (all: readonly Outcome[]): void => {
  for (const outcome of all) tell(outcome);
  outcomes.push(...all);
};
const check = async (name: string, act: () => Promise<unknown>): Promise<void> => {
  try {
    await act();
    add([{ name }]);
  } catch (error) {
    add([{ name, error: error instanceof Error ? error.message : String(error) }]);
  }
};
/** Several checks of one run, which may itself fail. */
const checks = async (name: string, act: () => Promise<readonly Outcome[]>): Promise<void> => {
  try {
    add(await act());
  } catch (error) {
    add([{ name, error: error instanceof Error ? error.message : String(error) }]);
  }
};

/** Tools in a project of their own. @returns the paths of their binaries */
async function tools(...packages: readonly string[]): Promise<{ folder: string; bin: (name: string) => string }> {
  const folder = newProject("tools");
  await npm(folder, "install", ...packages);
  return { folder, bin: (name) => join(folder, "node_modules", ".bin", name) };
}

const write = (project: Project, file: string, text: string): string => {
  const path = join(project.folder, file);
  writeFileSync(path, text);
  return path;
};

/** Imports every subpath, and runs the programs, with a runtime of the command line. */
async function runtime(name: string, project: Project, command: string, ...args: readonly string[]): Promise<void> {
  const start = (file: string) => run(command, [...args, file], project.folder);
  const imports = write(project, "imports.mjs", importing(project.specifiers));
  await checks(name, async () => imported(name, project.specifiers, (await start(imports)).stdout));
  await check(`${name}: the packages together`, () => start(write(project, "program.mjs", PROGRAM)));
  await check(`${name}: require`, () => start(write(project, "program.cjs", COMMONJS)));
}

/** One module without imports, as a bundler makes it for the web. */
async function bundle(project: Project, source: string): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents: source, resolveDir: project.folder },
    bundle: true,
    format: "esm",
    platform: "browser",
    target: "es2022",
    external: ["node:*"],
    write: false,
    logLevel: "silent",
  });
  return outputFiles[0]?.text ?? "";
}

const portable = (project: Project): string[] => project.specifiers.filter((specifier) => !NODE_ONLY.test(specifier));

/** Imports that a bundler sees, and the program, as a function that resolves to what went wrong. */
const web = (specifiers: readonly string[]): string => `
${PROGRAM.match(/^import .*$/gm)?.join("\n")}
export async function everything() {
  const wrong = {};
  const note = async (name, act) => { try { await act(); } catch (error) { wrong[name] = String(error?.stack ?? error); } };
  ${specifiers
    .map(
      (specifier) => `await note(${JSON.stringify(specifier)}, async () => {
    if (Object.keys(await import(${JSON.stringify(specifier)})).length === 0) throw new Error("exports nothing");
  });`,
    )
    .join("\n  ")}
  await note("program", async () => {${PROGRAM.replace(/^import .*$/gm, "")}});
  return wrong;
}
`;

const webOutcomes = (name: string, specifiers: readonly string[], wrong: Record<string, string>): Outcome[] =>
  [...specifiers.map((specifier) => [specifier, `import ${specifier}`]), ["program", "the packages together"]].map(
    ([key = "", what]) => ({ name: `${name}: ${what}`, ...(wrong[key] !== undefined && { error: wrong[key] }) }),
  );

async function workerd(project: Project, folder: string): Promise<void> {
  const version = manifestOf(folder, "workerd").version;
  await checks("workerd", async () => {
    const specifiers = portable(project);
    const worker = `${web(specifiers)}\nexport default { fetch: async () => Response.json(await everything()) };`;
    const script = join(folder, "worker.mjs");
    writeFileSync(script, await bundle(project, worker));
    const host = join(folder, "host.mjs");
    writeFileSync(
      host,
      `import { Miniflare } from "miniflare";
import { readFileSync } from "node:fs";
// the list of modules is given, or Miniflare would look for Node's, which are imported only when somebody names a file
const modules = [{ type: "ESModule", path: "worker.mjs", contents: readFileSync(${JSON.stringify(script)}, "utf8") }];
const miniflare = new Miniflare({ modules, compatibilityDate: "2026-07-01" });
const response = await miniflare.dispatchFetch("http://localhost/");
console.log(await response.text());
await miniflare.dispose();`,
    );
    const { stdout } = await run(process.execPath, [host], folder);
    const wrong = JSON.parse(stdout.trim().split("\n").at(-1) ?? "") as Record<string, string>; // what everything() found
    return webOutcomes(`workerd ${version}`, specifiers, wrong);
  });
}

/** A Chromium: the one that CHROMIUM names, or one on the path. */
function chromiumPath(): string | undefined {
  const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"];
  const paths = (process.env["PATH"] ?? "")
    .split(delimiter)
    .flatMap((folder) => names.map((name) => join(folder, name)));
  return [process.env["CHROMIUM"] ?? "", ...paths].find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return path !== "";
    } catch {
      return false;
    }
  });
}

async function chromium(project: Project, folder: string): Promise<void> {
  const path = chromiumPath();
  if (path === undefined) {
    console.log("skip  Chromium: none on the path; install it (apt-get install chromium) or name one in CHROMIUM");
    return;
  }
  await checks("Chromium", async () => {
    const specifiers = portable(project);
    const script = await bundle(project, `${web(specifiers)}\nglobalThis.outcome = everything();`);
    const server = createServer((request, response) => {
      const isScript = request.url === "/page.js";
      response.writeHead(200, { "content-type": isScript ? "text/javascript" : "text/html" });
      response.end(isScript ? script : `<!doctype html><body><script type="module" src="/page.js"></script></body>`);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    try {
      const { port } = server.address() as AddressInfo; // it listens on a port
      const host = join(folder, "browser.mjs");
      writeFileSync(
        host,
        `import puppeteer from "puppeteer-core";
const options = { executablePath: ${JSON.stringify(path)}, headless: "shell", args: ["--no-sandbox"], timeout: 60_000 };
const browser = await puppeteer.launch(options);
try {
  const page = await browser.newPage();
  await page.goto("http://127.0.0.1:${port}/", { waitUntil: "load", timeout: 60_000 });
  console.log(await page.evaluate(async () => JSON.stringify(await globalThis.outcome)));
  console.error(await browser.version());
} finally {
  await browser.close();
}`,
      );
      const { stdout, stderr } = await run(process.execPath, [host], folder);
      const version = /Chrome\/([\d.]+)/.exec(stderr)?.[1] ?? "";
      const wrong = JSON.parse(stdout.trim()) as Record<string, string>; // what everything() found
      return webOutcomes(`Chromium ${version}`, specifiers, wrong);
    } finally {
      server.close();
    }
  });
}

/** Compiles what a user writes, with every declaration that it reaches checked too. */
async function typescript(project: Project, folder: string): Promise<void> {
  write(project, "typed.ts", TYPED);
  const all = project.specifiers.map((specifier, at) => `export * as all${at} from ${JSON.stringify(specifier)};`);
  write(project, "all.ts", all.join("\n"));
  for (const alias of ["typescript-5.5", "typescript-6", "typescript-7"])
    for (const resolution of ["nodenext", "bundler"]) {
      const { version } = manifestOf(folder, alias);
      const module = resolution === "bundler" ? "esnext" : "nodenext";
      const config = {
        compilerOptions: {
          target: "es2022",
          lib: ["es2023", "esnext.disposable", "dom", "dom.iterable", "dom.asynciterable"],
          module,
          moduleResolution: resolution,
          strict: true,
          exactOptionalPropertyTypes: true,
          skipLibCheck: false,
          noEmit: true,
          types: ["node"],
        },
        files: ["typed.ts", "all.ts"],
      };
      const name = `tsconfig.${alias}.${resolution}.json`;
      write(project, name, JSON.stringify(config));
      const label = `TypeScript ${version}, ${resolution}, skipLibCheck false: types and added events`;
      const tsc = join(folder, "node_modules", alias, "bin", "tsc");
      const printed = await run(process.execPath, [tsc, "-p", name, "--pretty", "false"], project.folder).then(
        () => "",
        (error: Error) => error.message,
      );
      const errors = printed.split("\n").filter((line) => /error TS\d+/.test(line));
      const theirs = errors.filter((line) => /^node_modules\/(?!@llm\/)/.test(line)); // declarations that are not ours
      const error = printed === "" || (errors.length > 0 && errors.length === theirs.length) ? {} : { error: printed };
      add([
        {
          name: theirs.length > 0 ? `${label} (not counted: ${theirs.length} errors in others' own)` : label,
          ...error,
        },
      ]);
    }
}

/** Compiles and runs the examples of a guide against the simulator that was packed with the others. */
async function guide(project: Project, folder: string, file: string): Promise<void> {
  const text = readFileSync(new URL(`../${file}`, import.meta.url), "utf8");
  const blocks = [...text.matchAll(/^```ts\n([\s\S]*?)^```/gm)].map(
    ([, code = ""], at) => [`guide-${at + 1}.ts`, code] as const,
  );
  for (const [name, code] of blocks) write(project, name, code);
  const config = {
    compilerOptions: {
      target: "es2022",
      module: "nodenext",
      strict: true,
      noEmit: true,
      types: ["node"],
      skipLibCheck: true,
    },
    files: blocks.map(([name]) => name),
  };
  write(project, "tsconfig.guide.json", JSON.stringify(config));
  const tsc = join(folder, "node_modules", "typescript-7", "bin", "tsc");
  await check(`${file}: compiles`, () => run(process.execPath, [tsc, "-p", "tsconfig.guide.json"], project.folder));

  const simulator = write(
    project,
    "simulator.mjs",
    `import { createSimulator } from "@llm/simulator";\nconsole.log((await createSimulator({ seed: 1 }).listen()).url);`,
  );
  const server = spawn(process.execPath, [simulator], { stdio: ["ignore", "pipe", "inherit"] });
  try {
    const [line] = (await once(server.stdout, "data")) as [Buffer]; // what it prints first
    const url = line.toString().trim();
    const keys = { ANTHROPIC_API_KEY: "any", OPENAI_API_KEY: "any" };
    const env = { ...keys, ANTHROPIC_BASE_URL: url, OPENAI_BASE_URL: `${url}/v1` };
    for (const [name, code] of blocks)
      await check(`${file}: runs: ${code.trim().split("\n").at(-1)}`, () =>
        run(process.execPath, [name], project.folder, env),
      );
  } finally {
    server.kill();
  }
}

/** The lowest version of a range: `^7.0.0 || ^8.0.0` begins at 7.0.0. */
const lowest = (range: string): string => /\d+\.\d+\.\d+/.exec(range)?.[0] ?? range;

/** Core with its peers at the lowest versions that it allows, and at the newest. */
async function peers(project: Project): Promise<void> {
  const { peerDependencies = {} } = manifestOf(project.folder, "@llm/core");
  const ours = project.tarballs.filter((path) => /llm-(?:core|simulator)-[\d.]+\.tgz$/.test(path));
  for (const [which, version] of [
    ["lowest", lowest],
    ["newest", (range: string) => range],
  ] as const) {
    const folder = newProject(which);
    const ranges = Object.entries(peerDependencies).map(([name, range]) => `${name}@${version(range)}`);
    const names = Object.keys(peerDependencies);
    await check(`the adapters with the ${which} of their peers`, async () => {
      await npm(folder, "install", ...ours, ...ranges);
      await run(process.execPath, [write({ folder, tarballs: [], specifiers: [] }, "adapters.mjs", ADAPTERS)], folder);
      console.log(`      ${names.map((name) => `${name} ${manifestOf(folder, name).version}`).join(", ")}`);
    });
  }
}

/** Without any optional peer: core alone, as its README installs it. */
async function alone(project: Project): Promise<void> {
  const folder = newProject("alone");
  const tarball = project.tarballs.find((path) => /llm-core-[\d.]+\.tgz$/.test(path)) ?? "";
  await npm(folder, "install", tarball, "typescript@7");
  const peerless = project.specifiers.filter((specifier) =>
    /^@llm\/core(?:\/(?!anthropic|openai|otel)|$)/.test(specifier),
  );
  const bare: Project = { folder, tarballs: [], specifiers: peerless };
  await check("core alone brings no other package along", async () => {
    const listed = (await npm(folder, "ls", "--all", "--parseable", "--omit=dev")).stdout.trim().split("\n");
    const others = listed.filter(
      (path) => /node_modules\//.test(path) && !/node_modules\/(?:@llm\/core$|typescript|@typescript\/)/.test(path),
    );
    if (others.length > 0) throw new Error(others.join("\n"));
  });
  await checks("without peers", () => importEach(process.execPath, "without peers", bare));
  write(
    bare,
    "all.ts",
    bare.specifiers.map((specifier, at) => `export * as all${at} from ${JSON.stringify(specifier)};`).join("\n"),
  );
  await check("without peers: declarations, skipLibCheck false", () => {
    const tsc = join(folder, "node_modules", "typescript", "bin", "tsc");
    const options =
      "--target es2022 --module nodenext --strict --noEmit --skipLibCheck false --lib es2023,esnext.disposable,dom,dom.iterable,dom.asynciterable";
    return run(process.execPath, [tsc, ...options.split(" "), "all.ts"], folder);
  });
}

const project = await install();
const toolbox = await tools(
  "typescript-5.5@npm:typescript@5.5",
  "typescript-6@npm:typescript@6",
  "typescript-7@npm:typescript@7",
  "publint",
  "@arethetypeswrong/cli",
  "bun",
  "deno",
  "miniflare",
  "puppeteer-core",
);

await check("one copy of @llm/core", () =>
  Promise.all(
    project.specifiers.map((specifier) => {
      const second = join(project.folder, "node_modules", specifier, "node_modules", "@llm");
      return existsSync(second) ? Promise.reject(new Error(second)) : Promise.resolve();
    }),
  ),
);
for (const tarball of project.tarballs) {
  const name = tarball.replace(/^.*\//, "");
  await check(`publint ${name}`, () => run(toolbox.bin("publint"), [tarball, "--strict"], toolbox.folder));
  await check(`attw ${name}`, () => run(toolbox.bin("attw"), [tarball, "--profile", "esm-only"], toolbox.folder));
}
mkdirSync(join(toolbox.folder, "deno"), { recursive: true });
process.env["DENO_DIR"] = join(toolbox.folder, "deno");
await runtime(`Node ${OLDEST_NODE}`, project, await nodeOf(OLDEST_NODE));
await runtime(`Node ${process.version.slice(1)}`, project, process.execPath);
await runtime(`Bun ${manifestOf(toolbox.folder, "bun").version}`, project, toolbox.bin("bun"));
await runtime(`Deno ${manifestOf(toolbox.folder, "deno").version}`, project, toolbox.bin("deno"), "run", "-A");
await workerd(project, toolbox.folder);
await chromium(project, toolbox.folder);
await npm(project.folder, "install", "@types/node@24", "ai@7", "@ai-sdk/openai@4");
await typescript(project, toolbox.folder);
await guide(project, toolbox.folder, "packages/core/MIGRATING.md");
await peers(project);
await alone(project);
report(outcomes);
