import type { Json, JsonObject } from "@llm/core";
import { flags, record } from "./keywords.ts";
import { same } from "./same.ts";

/** Keywords that say what a value is, or is for: a schema without any adds nothing to another. */
const SAYS =
  /^(type|enum|const|not|pattern|required|propert|additional|items|prefix|anyOf|oneOf|min|max|exclusive|multiple|description|x-(type|enum|key|value))/;

/** Whether a schema says what a value is, or is for. */
export const says = (schema: JsonObject): boolean => Object.keys(schema).some((keyword) => SAYS.test(keyword));

/** A schema without some of its keywords: itself where it has none of them. */
export const without = (schema: JsonObject, ...keywords: readonly string[]): JsonObject =>
  keywords.every((keyword) => schema[keyword] === undefined)
    ? schema
    : Object.fromEntries(Object.entries(schema).filter(([keyword]) => !keywords.includes(keyword)));

/** What takes no value. */
export const NEVER: JsonObject = { not: {} };

/** The schema of what two schemas both take. */
function both(a: Json | undefined, b: Json): Json {
  if (a === undefined || a === true || a === b) return b;
  if (a === false || b === true) return a;
  if (b === false) return b;
  const { default: value, "x-alias": alias } = { ...record(b), ...record(a) }; // are looked for beside the schema itself
  return { allOf: [a, b], ...(value !== undefined && { default: value }), ...(alias && { "x-alias": alias }) };
}

/** Whether a type is one of several, or within one. */
const isOf = (type: string, types: readonly string[]): boolean =>
  types.includes(type) || (type === "integer" && types.includes("number"));

/** A keyword of two schemas that both hold. Where that cannot be said, that of the first. */
function together(keyword: string, a: Json, b: Json): Json {
  switch (keyword) {
    case "type": {
      const [one, other] = [flags(a), flags(b)] as const;
      return [...new Set([...one, ...other])].filter((type) => isOf(type, one) && isOf(type, other));
    }
    case "enum":
      return [a].flat().filter((value) => [b].flat().some((other) => same(value, other)));
    case "required":
      return [...flags(a), ...flags(b)];
    case "properties":
    case "patternProperties": {
      const parts = new Map(Object.entries(record(a)));
      for (const [name, part] of Object.entries(record(b))) parts.set(name, both(parts.get(name), part));
      return Object.fromEntries(parts);
    }
    case "items":
    case "additionalProperties":
    case "propertyNames":
      return both(a, b);
  }
  if (typeof a !== "number" || typeof b !== "number") return a;
  return /min/i.test(keyword) ? Math.max(a, b) : /max/i.test(keyword) ? Math.min(a, b) : a;
}

/** One schema for what is valid by several. What it takes may be more than they do. */
export function merge(schemas: readonly JsonObject[]): JsonObject {
  const out = new Map<string, Json>();
  const patterns: JsonObject[] = []; // more than one keyword holds
  for (const { const: value, ...more } of schemas) {
    for (const [keyword, own] of Object.entries(value === undefined ? more : { ...more, enum: [value] })) {
      const before = out.get(keyword);
      if (keyword === "pattern" && before !== undefined && before !== own) patterns.push({ pattern: own });
      out.set(keyword, before === undefined ? own : together(keyword, before, own));
    }
  }
  if (patterns.length > 0) out.set("allOf", patterns);
  const one = flags(out.get("type"));
  if (one.length === 1) out.set("type", one[0] as string); // within bounds
  const none = [out.get("type"), out.get("enum")].some((list) => Array.isArray(list) && list.length === 0);
  return none ? NEVER : Object.fromEntries(out);
}
