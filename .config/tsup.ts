import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import type { Options } from "tsup";

/** One build for all packages: what a manifest exports is what is built. Declarations come from tsc. */
const manifest: unknown = JSON.parse(readFileSync("package.json", "utf8"));
const {
  name,
  exports = {},
  bin = {},
} = manifest as { name: string; exports?: Record<string, string>; bin?: Record<string, string> };
const main = resolve("src/index.ts");
const entry = [...new Set([...Object.values(exports), ...Object.values(bin)])].filter((path) => path.endsWith(".ts"));

/**
 * Puts all that the main entry point holds into one file, by letting each other entry point load it. What two entry
 * points share is else cut into a file for each set of them that shares it, and core, with its dozen, took 18 files to
 * import, at a millisecond each. What an application does not use is dropped by its own bundler all the same.
 */
const together: NonNullable<Options["esbuildPlugins"]>[number] = {
  name: "together",
  setup(build) {
    const others = new Set(entry.map((path) => resolve(path)).filter((path) => path !== main));
    // as if each module had side effects, or esbuild would drop what an entry point does not name
    build.onResolve({ filter: /^\.{1,2}\// }, ({ path, resolveDir }) => ({
      path: join(resolveDir, path),
      sideEffects: true,
    }));
    build.onLoad({ filter: /\.ts$/ }, ({ path }) =>
      others.has(path)
        ? { contents: `${readFileSync(path, "utf8")}import "${main}";`, loader: "ts", resolveDir: dirname(path) }
        : undefined,
    );
  },
};

/**
 * Gives the main entry point the code itself, in place of a file that only passes on what another one holds, which is
 * half of the time that it takes to import. It then also exports the handful of names that only the package's other entry
 * points need; its declarations have none of them.
 */
const atOnce: NonNullable<Options["plugins"]>[number] = {
  name: "at-once",
  buildEnd({ writtenFiles }) {
    const { outDir } = this.options;
    const index = join(outDir, "index.js");
    const held = /^import \{[^}]+\} from "\.\/(chunk-\w+\.js)";\s+export \{[^}]+\};\s*$/.exec(
      readFileSync(index, "utf8"),
    )?.[1];
    if (held === undefined) throw new Error(`${index}: expected one chunk that holds all of it`);
    renameSync(join(outDir, held), index);
    for (const { name: file } of writtenFiles) {
      if (file.endsWith(held)) continue;
      writeFileSync(file, readFileSync(file, "utf8").replaceAll(`/${held}"`, '/index.js"'));
    }
  },
};

const options: Options = {
  entry,
  esbuildPlugins: name === "@llm/core" ? [together] : [],
  plugins: name === "@llm/core" ? [atOnce] : [],
  format: "esm",
  target: "es2022",
  clean: true,
  removeNodeProtocol: false, // workerd, browsers' bundlers and Deno know Node's modules by it
};
export default options;
