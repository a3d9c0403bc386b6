import { readFileSync } from "node:fs";
import { defineConfig } from "tsup";

/** One build for all packages: what a manifest exports is what is built. Declarations come from tsc. */
const manifest: unknown = JSON.parse(readFileSync("package.json", "utf8"));
const { exports = {}, bin = {} } = manifest as { exports?: Record<string, string>; bin?: Record<string, string> };

export default defineConfig({
  entry: [...new Set([...Object.values(exports), ...Object.values(bin)])].filter((path) => path.endsWith(".ts")),
  format: "esm",
  target: "es2022",
  clean: true,
  removeNodeProtocol: false, // workerd, browsers' bundlers and Deno know Node's modules by it
});
