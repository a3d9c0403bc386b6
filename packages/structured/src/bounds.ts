import type { Json, JsonObject } from "@llm/core";
import { isRecord } from "@llm/core";

type Size = (value: unknown) => number | undefined;
type Breach = (size: number, bound: number) => boolean;

const number: Size = (v) => (typeof v === "number" ? v : undefined);
const amount: Size = (v) => (typeof v === "bigint" ? Number(v) : number(v));
const length: Size = (v) => (typeof v === "string" ? v.length : undefined);
/** JSON Schema counts characters, validators UTF-16 units: where it may be either, the larger count for a minimum. */
const characters: Size = (v) => (typeof v === "string" ? Array.from(v).length : undefined);
const count: Size = (v) => (Array.isArray(v) ? v.length : undefined);
const keys: Size = (v) => (isRecord(v) ? Object.keys(v).length : undefined);

const below: Breach = (n, b) => n < b;
const above: Breach = (n, b) => n > b;

/** JSON Schema's numeric bounds: what they measure of a value, and when it breaks one. */
export const LIMITS: Readonly<Record<string, readonly [Size, Breach]>> = {
  minimum: [amount, below],
  maximum: [amount, above],
  exclusiveMinimum: [amount, (n, b) => n <= b],
  exclusiveMaximum: [amount, (n, b) => n >= b],
  multipleOf: [amount, (n, b) => Math.abs(n / b - Math.round(n / b)) > 1e-9],
  minLength: [length, below],
  maxLength: [characters, above],
  minItems: [count, below],
  maxItems: [count, above],
  minProperties: [keys, below],
  maxProperties: [keys, above],
};

/** A schema's pattern; undefined when it is none that JavaScript knows. */
export function regular(pattern: Json | undefined): RegExp | undefined {
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

/**
 * The bounds of JSON Schema as checks. A `plain` one's patterns are the schema's own: whoever brings one answers for its
 * cost. Those of a validator may have been more than JSON Schema says, and are for it to see to.
 */
export function bounds(schema: JsonObject, plain: boolean): ((value: unknown) => string | undefined)[] {
  const checks: ((value: unknown) => string | undefined)[] = [];
  for (const [key, [usual, broken]] of Object.entries(LIMITS)) {
    const size = plain && key === "minLength" ? characters : usual;
    const bound = number(schema[key]);
    if (bound === undefined) continue;
    checks.push((value) => {
      const n = size(value);
      return n !== undefined && broken(n, bound) ? `${key} ${bound}` : undefined;
    });
  }
  const expression = plain ? regular(schema["pattern"]) : undefined;
  if (expression) {
    checks.push((v) => (typeof v === "string" && !expression.test(v) ? `pattern ${expression.source}` : undefined));
  }
  return checks;
}
