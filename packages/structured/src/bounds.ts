import type { Json, JsonObject } from "@llm/core";
import { isRecord } from "@llm/core";

const number = (value: unknown): number | undefined => (typeof value === "number" ? value : undefined);

/** A schema's pattern; undefined when it is none that JavaScript knows. */
function regular(pattern: Json | undefined): RegExp | undefined {
  if (typeof pattern !== "string") return undefined;
  for (const flags of ["u", ""]) {
    try {
      return new RegExp(pattern, flags);
    } catch {
      // not with these flags
    }
  }
  return undefined;
}

/** The bounds of JSON Schema as checks. Patterns are the schema's own: whoever brings one answers for its cost. */
export function bounds(schema: JsonObject, patterns: boolean): ((value: unknown) => string | undefined)[] {
  const checks: ((value: unknown) => string | undefined)[] = [];
  const limit = (
    key: string,
    size: (value: unknown) => number | undefined,
    bad: (n: number, bound: number) => boolean,
  ): void => {
    const bound = number(schema[key]);
    if (bound === undefined) return;
    checks.push((value) => {
      const n = size(value);
      return n !== undefined && bad(n, bound) ? `${key} ${bound}` : undefined;
    });
  };
  const value = (v: unknown): number | undefined => (typeof v === "bigint" ? Number(v) : number(v));
  limit("minimum", value, (n, b) => n < b);
  limit("maximum", value, (n, b) => n > b);
  limit("exclusiveMinimum", value, (n, b) => n <= b);
  limit("exclusiveMaximum", value, (n, b) => n >= b);
  limit("multipleOf", value, (n, b) => Math.abs(n / b - Math.round(n / b)) > 1e-9);
  const length = (v: unknown): number | undefined => (typeof v === "string" ? v.length : undefined);
  limit("minLength", length, (n, b) => n < b);
  limit("maxLength", length, (n, b) => n > b);
  const count = (v: unknown): number | undefined => (Array.isArray(v) ? v.length : undefined);
  limit("minItems", count, (n, b) => n < b);
  limit("maxItems", count, (n, b) => n > b);
  const keys = (v: unknown): number | undefined => (isRecord(v) ? Object.keys(v).length : undefined);
  limit("minProperties", keys, (n, b) => n < b);
  limit("maxProperties", keys, (n, b) => n > b);
  const expression = patterns ? regular(schema["pattern"]) : undefined;
  if (expression) {
    checks.push((v) => (typeof v === "string" && !expression.test(v) ? `pattern ${expression.source}` : undefined));
  }
  return checks;
}
