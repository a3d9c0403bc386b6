import type { JsonObject } from "@llm/core";
import { isRecord } from "@llm/core";
import { bounds, regular } from "./bounds.ts";
import { kept } from "./kept.ts";
import { documentOf, flags, isType, itemsOf, leastOf, record, resolve, typeOf } from "./keywords.ts";
import { same } from "./same.ts";
import type { StandardResult } from "./standard-schema.ts";

/** Something that is wrong with a value, and where. */
interface Flaw {
  readonly message: string;
  readonly path: readonly (string | number)[];
}

/** How many flaws of a value are told of. */
const MAX_FLAWS = 20;

const prepared = new WeakMap<JsonObject, ReturnType<typeof prepare>>();

/** Keywords by which other schemas speak of the same value. */
const OTHERS = ["$ref", "allOf", "anyOf", "oneOf", "not", "if"];

/** What of a schema is made once. */
const prepare = (s: JsonObject, root: JsonObject) => ({
  said: flags(s["type"]),
  meant: flags(typeOf(s)),
  required: flags(s["required"]),
  checks: bounds(s, true),
  others: OTHERS.some((keyword) => s[keyword] !== undefined),
  target: typeof s["$ref"] === "string" ? resolve(root, s["$ref"]) : true,
  patterns: Object.entries(record(s["patternProperties"])).map(([source, part]) => [regular(source), part] as const),
});

/** A number for a value, the same for those that hold the same. */
function numberOf(numbers: Map<unknown, number>, value: unknown): number {
  const next = (): number => numbers.size + 1;
  if (typeof value === "string") return kept(numbers, `"${value}`, next);
  if (typeof value !== "object" || value === null) return kept(numbers, value, next);
  return kept(numbers, value, () => {
    const parts = Object.entries(value).map(([key, part]) => `${numberOf(numbers, key)}:${numberOf(numbers, part)}`);
    return kept(numbers, `${Array.isArray(value)}${parts.sort().join()}`, next);
  });
}

/**
 * Whether a value is valid by a JSON Schema, as a Standard Schema says it of its own: every keyword holds by itself. What a
 * schema has an `x-type` for is what coercion made of it. Each pair of a schema and a value is looked at once.
 */
export function validate(schema: JsonObject, whole: unknown): StandardResult<unknown> {
  const numbers = new Map<unknown, number>();
  const found = new Map<JsonObject, Map<unknown, readonly Flaw[]>>();
  const typedFound: typeof found = new Map();

  /** What is wrong with a value. Its type may be said elsewhere; else it is that of what the schema's keywords speak of. */
  const look = (source: unknown, value: unknown, parent: JsonObject, typed = false): readonly Flaw[] => {
    if (!isRecord(source)) return source === false ? [{ message: "expected nothing", path: [] }] : [];
    const s = source as JsonObject; // a part of one
    const root = documentOf(s, parent);
    const ready = kept(prepared, s, () => prepare(s, root));
    if (!ready.others && (typeof value !== "object" || value === null)) return judge(s, value, root, typed, ready);
    const memo = kept(typed ? typedFound : found, s, () => new Map<unknown, readonly Flaw[]>());
    let flaws = memo.get(value);
    if (flaws) return flaws;
    memo.set(value, [{ message: "expected another value", path: [] }]); // what has to hold for itself to hold does not
    flaws = judge(s, value, root, typed, ready);
    memo.set(value, flaws);
    return flaws;
  };

  const judge = (
    s: JsonObject,
    value: unknown,
    root: JsonObject,
    typed: boolean,
    { said, meant, required, checks, others, target, patterns }: ReturnType<typeof prepare>,
  ): readonly Flaw[] => {
    const out: Flaw[] = [];
    if (s["x-type"] !== undefined) return out;
    const wrong = (message: string, ...path: Flaw["path"]): void => void out.push({ message, path });
    const add = (flaws: readonly Flaw[], ...at: Flaw["path"]): void => {
      for (const { message, path } of flaws) if (out.length < MAX_FLAWS) wrong(message, ...at, ...path);
    };
    const fits = (part: unknown, one: unknown): boolean => look(part, one, root, true).length === 0;
    const types = typed ? said : meant;
    if (types.length > 0 && !types.some((type) => isType(value, type))) wrong(`expected ${types.join(" or ")}`);
    const values = s["const"] === undefined ? s["enum"] : [s["const"]];
    if (Array.isArray(values) && !values.some((one) => same(one, value))) wrong("expected one of the values given");
    for (const check of checks) {
      const breach = check(value);
      if (breach !== undefined) wrong(`expected ${breach}`);
    }

    if (others) {
      const { allOf, anyOf, oneOf, then, else: otherwise } = s;
      const parts = Array.isArray(allOf) ? allOf : [];
      const known = typed || [s, ...parts].some((part) => record(part)["type"] !== undefined);
      for (const part of [target, ...parts]) add(look(part, value, root, known));
      for (const options of [anyOf, oneOf]) {
        if (!Array.isArray(options)) continue;
        let least: readonly Flaw[] | undefined;
        for (const option of options) {
          const flaws = look(option, value, root, known);
          if (!least || flaws.length < least.length) least = flaws;
          if (flaws.length === 0) break;
        }
        add(least ?? []);
      }
      if (s["not"] !== undefined && fits(s["not"], value)) wrong("expected another value");
      if (s["if"] !== undefined) add(look(fits(s["if"], value) ? then : otherwise, value, root, true));
    }
    if (Array.isArray(value)) {
      const { prefix = [], rest } = itemsOf(s);
      if (value.length < leastOf(s, prefix.length)) wrong("an item is missing", value.length);
      for (const [i, item] of value.entries()) {
        if (item === undefined) continue; // one in the middle that a vendor's dialect left out
        const part = i < prefix.length ? prefix[i] : rest;
        if (part === false) wrong("no more items", i);
        else add(look(part, item, root), i);
      }
      const { contains, minContains = 1, maxContains = Infinity } = s;
      if (contains !== undefined) {
        const count = value.filter((item) => fits(contains, item)).length;
        if (count < Number(minContains)) wrong("too few of the items that it has to contain");
        if (count > Number(maxContains)) wrong("too many of the items that it has to contain");
      }
      if (s["uniqueItems"] === true) {
        const seen = new Set<number>();
        const again = value.findIndex((item) => seen.size === seen.add(numberOf(numbers, item)).size);
        if (again >= 0) wrong("the same item again", again);
      }
    } else if (isRecord(value)) {
      const properties = record(s["properties"]);
      for (const [name, part] of Object.entries(value)) {
        const own = Object.hasOwn(properties, name);
        let open = !own;
        // a default need not fit
        if (own && !same(part, record(properties[name])["default"])) add(look(properties[name], part, root), name);
        for (const [pattern, inner] of patterns) {
          if (pattern && !pattern.test(name)) continue;
          open = false;
          if (pattern) add(look(inner, part, root), name); // one that JavaScript does not know may take any name
        }
        if (open && s["additionalProperties"] === false) wrong("no such property", name);
        else if (open) add(look(s["additionalProperties"], part, root), name);
        add(look(s["propertyNames"], name, root), name);
      }
      const missing = (names: readonly string[]): void => {
        for (const name of names) if (!Object.hasOwn(value, name)) wrong(`${name} is missing`, name);
      };
      missing(required);
      for (const [name, names] of Object.entries(record(s["dependentRequired"])))
        if (Object.hasOwn(value, name)) missing(flags(names));
      for (const [name, part] of Object.entries(record(s["dependentSchemas"])))
        if (Object.hasOwn(value, name)) add(look(part, value, root, true));
    }
    return out;
  };

  const issues = look(schema, whole, schema);
  return issues.length > 0 ? { issues } : { value: whole };
}
