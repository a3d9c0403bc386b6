import { globSync, readFileSync } from "node:fs";
import { stripTypeScriptTypes } from "node:module";
import { basename, join } from "node:path";
import { describe, test } from "vitest";

/** Where examples run: what they may import, and the names that they use without introducing them. */
export interface Stage {
  /** Folders and files to read, from the package's root. Default: its README and all of its sources. */
  readonly files?: readonly string[];
  /** The package's own `import`, which finds what the package finds. */
  readonly load: (specifier: string) => Promise<unknown>;
  /** Modules in place of others: an adapter bound to a local server, for example. */
  readonly modules?: Readonly<Record<string, unknown>>;
  /** A new set of names for each example: a provider, a request. */
  readonly scope?: () => Readonly<Record<string, unknown>>;
}

interface Example {
  readonly name: string;
  readonly code: string;
}

/** The examples of a text: fenced blocks of TypeScript; in a source, those that stand in doc comments. */
function examplesOf(path: string): Example[] {
  const text = readFileSync(path, "utf8");
  const isSource = path.endsWith(".ts");
  const body = isSource ? [...text.matchAll(/^ *\/\*\*[\s\S]*?\*\//gm)].map(([comment]) => comment).join("\n") : text;
  const plain = isSource ? body.replace(/^ *\* ?/gm, "") : body;
  return [...plain.matchAll(/^```ts\n([\s\S]*?)^```/gm)].map(([, code = ""], i) => ({
    name: `${basename(path)} ${i + 1}: ${code.trim().split("\n").at(-1)}`,
    code,
  }));
}

const IMPORT =
  /^import (?:type )?(?:(\w+)(?:, )?)?(?:\{([^}]*)\} )?(?:\* as (\w+) )?(?:from )?"([^"]+)";(?: *\/\/.*)?$/gm;

/** Imports as an awaited load, since the code runs in a function. */
const withLoads = (code: string): string =>
  code.replace(IMPORT, (_line, whole?: string, named?: string, star?: string, from = "") => {
    const names = (named ?? "")
      .split(",")
      .map((name) => name.trim())
      .filter((name) => name !== "" && !name.startsWith("type "))
      .map((name) => name.replace(/ as /, ": "));
    const all = [...(whole ? [`default: ${whole}`] : []), ...names].join(", ");
    return star ? `const ${star} = await load("${from}");` : `const { ${all} } = await load("${from}");`;
  });

type Run = (...values: readonly unknown[]) => Promise<void>;
// there is no global name for the constructor of async functions
const AsyncFunction = (async () => {}).constructor as new (...namesAndBody: readonly string[]) => Run;

const silent = { write: () => true };
const quiet = {
  process: { ...process, stdout: silent, stderr: silent, env: {} },
  console: { log: () => {}, warn: () => {}, error: () => {} },
};

/**
 * Runs every example of a package's README and doc comments as a test. An example may use what it imports, what its own
 * file exports, the names of `modules` without importing them, and those of `scope`.
 */
export function testExamples(root: string, { files, load, modules = {}, scope = () => ({}) }: Stage): void {
  const paths = (files ?? ["README.md", "src/**/*.ts"])
    .flatMap((pattern) => globSync(pattern, { cwd: root }))
    .filter((path) => !/\.(?:test|test-d|bench)\.ts$/.test(path))
    .sort();
  for (const path of paths) {
    const examples = examplesOf(join(root, path));
    if (examples.length === 0) continue;
    describe(path, () => {
      for (const { name, code } of examples)
        test(name, async () => {
          const names: Record<string, unknown> = {
            ...quiet,
            ...(path.endsWith(".ts") ? ((await load(join(root, path))) as object) : {}), // a module
            ...Object.assign({}, ...Object.values(modules)),
            ...scope(),
            load: async (specifier: string) => modules[specifier] ?? (await load(specifier)),
          };
          const javascript = stripTypeScriptTypes(withLoads(code), { mode: "transform" }).replace(/^export /gm, "");
          await new AsyncFunction(...Object.keys(names), `"use strict"; {\n${javascript}\n}`)(...Object.values(names));
        });
    });
  }
}
