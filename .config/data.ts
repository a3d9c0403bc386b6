import { existsSync, readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";

const root = process.env["LLM_DATA_DIR"] ?? new URL("../../shared/data", import.meta.url).pathname;

/**
 * A file of real traffic, cases or traces for tests and benchmarks, as text, from the folder that LLM_DATA_DIR names
 * (default: `../shared/data` beside the checkout). Undefined, with one line that says so, where it is absent: a test
 * then skips.
 */
export function data(file: string): string | undefined {
  const path = `${root}/${file}`;
  if (!existsSync(path)) {
    console.warn(`skipped: no ${file}; set LLM_DATA_DIR to the folder that has it`);
    return undefined;
  }
  const bytes = readFileSync(path);
  return (file.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString("utf8");
}

/** The rows of a file of JSON lines. */
export const dataLines = (file: string): readonly unknown[] | undefined =>
  data(file)
    ?.split("\n")
    .filter((line) => line !== "")
    .map((line): unknown => JSON.parse(line));
