import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { gzipSync } from "node:zlib";
import { build, type Plugin } from "esbuild";

/** What something weighs, minified and gzipped, in bytes: everything that it exports, dynamic imports included. */
export interface Weight {
  /** Without what a program has once for all packages: all of `@llm/core`'s own entry point, and the SDKs. */
  readonly own: number;
  /** With the part of core that it uses. */
  readonly all: number;
}

const root = new URL("../packages/", import.meta.url).pathname;
const base = `${root}core/src`;

/** Left out of every figure: what users bring along. */
const PEERS = ["node:*", "@anthropic-ai/*", "openai", "zod", "@opentelemetry/*", "undici", "redis", "pg"];

/** Data that an entry imports and that is not code: prices. */
const data: Readonly<Record<string, readonly string[]>> = { "cost .": ["*/prices.ts", "*/prices/index.ts"] };

/** The files that come with `@llm/core` itself: what its entry point imports, however far away. */
const { metafile } = await build({
  entryPoints: [`${base}/index.ts`],
  bundle: true,
  format: "esm",
  write: false,
  metafile: true,
  logLevel: "error",
});
const baseFiles = new Set(Object.keys(metafile.inputs).map((path) => resolve(path)));

/** Leaves out core's base, by the package's name and by file. */
const withoutBase: Plugin = {
  name: "without-base",
  setup: (bundle) => {
    bundle.onResolve({ filter: /^@llm\/core$/ }, ({ path }) => ({ path, external: true }));
    bundle.onResolve({ filter: /^\.\.?\// }, ({ path, resolveDir, kind }) =>
      kind !== "entry-point" && baseFiles.has(resolve(resolveDir, path)) ? { path, external: true } : undefined,
    );
  },
};

/** What a module's source weighs; its imports are resolved from `folder`. */
export async function weighSource(
  source: string,
  folder: string,
  { external = PEERS, plugins = [] }: { external?: readonly string[]; plugins?: Plugin[] } = {},
): Promise<number> {
  const { outputFiles } = await build({
    stdin: { contents: source, resolveDir: folder, loader: "ts" },
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2022",
    splitting: true,
    outdir: "out",
    write: false,
    logLevel: "error",
    plugins,
    external: [...external],
  });
  return outputFiles.reduce((sum, file) => sum + gzipSync(file.contents, { level: 9 }).length, 0);
}

/** What some exports of a package's file weigh: by default all of them. */
export async function weighFile(file: string, key = "", exports = "*"): Promise<Weight> {
  const source = `export ${exports} from ${JSON.stringify(file)};`;
  const external = [...PEERS, ...(data[key] ?? [])];
  const all = await weighSource(source, dirname(file), { external });
  if (key === "core .") return { own: all, all };
  return { own: await weighSource(source, dirname(file), { external, plugins: [withoutBase] }), all };
}

/** What the entry points of a package weigh, by package and subpath: `"core ./anthropic"`. */
export async function weighPackage(name: string): Promise<Record<string, Weight>> {
  const manifest: unknown = JSON.parse(readFileSync(`${root}${name}/package.json`, "utf8"));
  const { exports } = manifest as { exports: Record<string, string> };
  const weights: Record<string, Weight> = {};
  for (const [subpath, file] of Object.entries(exports)) {
    const key = `${name} ${subpath}`;
    if (file.endsWith(".ts")) weights[key] = await weighFile(resolve(root, name, file), key);
  }
  return weights;
}
