import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { gzipSync } from "node:zlib";
import { build, type Plugin } from "esbuild";

/**
 * What each entry point weighs: everything it exports, dynamic imports included, minified and gzipped, in bytes. The
 * first figure, which has the budget, is without what a program has once for all of them: core's base and the SDKs. The
 * second one is with the part of core that it uses.
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

/** Data that an entry imports and that is not code: prices. */
const data: Readonly<Record<string, readonly string[]>> = { "cost .": ["*/prices.ts", "*/prices/index.ts"] };

const root = new URL("../packages/", import.meta.url).pathname;
const packages = ["core", "cache", "breaker", "cost", "selector", "structured"];

const base = `${root}core/src`;

/** Leaves out core's base: the package by its name, and the files at the top of its folder. */
const withoutBase: Plugin = {
  name: "without-base",
  setup: (bundle) => {
    bundle.onResolve({ filter: /^@llm\/core$/ }, ({ path }) => ({ path, external: true }));
    bundle.onResolve({ filter: /^\.\.?\// }, ({ path, resolveDir }) =>
      dirname(resolve(resolveDir, path)) === base ? { path, external: true } : undefined,
    );
  },
};

async function weigh(entry: string, external: readonly string[], plugins: Plugin[]): Promise<number> {
  const { outputFiles } = await build({
    entryPoints: [entry],
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2022",
    splitting: true,
    outdir: "out",
    write: false,
    logLevel: "error",
    plugins,
    external: ["node:*", "@anthropic-ai/*", "openai", "zod", "@opentelemetry/*", "undici", "redis", "pg", ...external],
  });
  return outputFiles.reduce((sum, file) => sum + gzipSync(file.contents, { level: 9 }).length, 0);
}

let failed = 0;
for (const name of packages) {
  const manifest: unknown = JSON.parse(readFileSync(`${root}${name}/package.json`, "utf8"));
  const { exports } = manifest as { exports: Record<string, string> };
  for (const [subpath, file] of Object.entries(exports)) {
    if (!file.endsWith(".ts")) continue;
    const key = `${name} ${subpath}`;
    const entry = `${root}${name}/${file}`;
    const all = await weigh(entry, data[key] ?? [], []);
    const own = key === "core ." ? all : await weigh(entry, data[key] ?? [], [withoutBase]);
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
