import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import type { JsonObject } from "@llm/core";

/** A text of a model and what it is to become. */
export interface Case {
  readonly id: string;
  readonly kind: "complete" | "partial";
  readonly input: string;
  readonly schema: JsonObject;
  readonly should_fail: boolean;
  readonly expected?: unknown;
}

const isCase = (value: unknown): value is Case =>
  typeof value === "object" && value !== null && "input" in value && "schema" in value && "kind" in value;

function casesOf(file: string): Case[] {
  const bytes = readFileSync(file);
  const text = (file.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString("utf8").trim();
  const rows: unknown = text.startsWith("[")
    ? JSON.parse(text)
    : text
        .split("\n")
        .filter(Boolean)
        .map((line): unknown => JSON.parse(line));
  return Array.isArray(rows) ? rows.filter(isCase) : [];
}

/**
 * The cases of a data folder: every file of cases (JSON or JSON lines) in its folder `structured`, else in itself. A
 * single file will do as well.
 */
export function loadCases(place: string): Case[] {
  if (!existsSync(place)) return [];
  if (statSync(place).isFile()) return casesOf(place);
  const inner = join(place, "structured");
  const folder = existsSync(inner) ? inner : place;
  return readdirSync(folder)
    .filter((name) => /\.jsonl?(?:\.gz)?$/.test(name))
    .sort()
    .flatMap((name) => casesOf(join(folder, name)));
}

/** A value in which null and missing are the same, as the cases compare. */
function normal(value: unknown): unknown {
  if (value === undefined) return null;
  if (Array.isArray(value)) return value.map(normal);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, part]) => part !== null && part !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, part]) => [key, normal(part)]),
  );
}

/** Whether two values are equal, apart from null and missing and the order of names. */
export const same = (a: unknown, b: unknown): boolean => JSON.stringify(normal(a)) === JSON.stringify(normal(b));

/** How a parser did on some cases. */
export interface Score {
  right: number;
  /** It gave another value and no error. */
  wrong: number;
  failed: number;
}

/** Lets a parser read cases; an exception counts as a rejection. */
export async function score<T extends { readonly expected?: unknown }>(
  cases: readonly T[],
  read: (one: T) => unknown,
): Promise<Score> {
  const total: Score = { right: 0, wrong: 0, failed: 0 };
  for (const one of cases) {
    try {
      if (same(await read(one), one.expected)) total.right++;
      else total.wrong++;
    } catch {
      total.failed++;
    }
  }
  return total;
}
