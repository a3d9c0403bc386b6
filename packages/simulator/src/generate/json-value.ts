import { isObject, numberOf, type Json } from "../json.ts";
import type { Random } from "../random.ts";
import { characters } from "./characters.ts";
import { matching } from "./pattern.ts";
import { prose } from "./text.ts";

/** Levels after which only what must be there is made, so that recursive schemas end. */
const DEEP = 4;
/** Levels after which nothing more is followed. */
const DEEPEST = 40;

/** What values are made from. */
export interface JsonSource {
  readonly random: Random;
  /** Words of the question: names and places in it turn up in the values. */
  readonly words: readonly string[];
}

/**
 * A value that obeys a JSON schema: types, enums, constants, references, unions, required and optional properties,
 * bounds of numbers, lengths and counts, formats and patterns.
 */
export function jsonValue(schema: unknown, source: JsonSource): unknown {
  return value(schema, schema, "", source, 0);
}

function resolve(ref: string, root: unknown): unknown {
  let at: unknown = root;
  for (const step of ref.replace(/^#\/?/, "").split("/").filter(Boolean)) {
    const key = decodeURIComponent(step).replaceAll("~1", "/").replaceAll("~0", "~");
    at = isObject(at) ? at[key] : undefined;
  }
  return at;
}

/** How deep a schema must go at the least: unions choose the shallowest branch when they are deep already. */
function depth(schema: unknown, root: unknown, level = 0): number {
  if (!isObject(schema) || level > 12) return level > 12 ? 99 : 0;
  if (typeof schema["$ref"] === "string") return depth(resolve(schema["$ref"], root), root, level + 1);
  const branches = schema["anyOf"] ?? schema["oneOf"];
  if (Array.isArray(branches)) return Math.min(...branches.map((branch) => depth(branch, root, level + 1)));
  if ("const" in schema || "enum" in schema) return 0;
  const types = typesOf(schema);
  if (types.some((type) => type !== "object" && type !== "array")) return 0;
  if (types.includes("array"))
    return (numberOf(schema["minItems"]) ?? 0) > 0 ? 1 + depth(schema["items"], root, level + 1) : 0;
  const properties = isObject(schema["properties"]) ? schema["properties"] : {};
  return 1 + Math.max(0, ...requiredOf(schema).map((key) => depth(properties[key], root, level + 1)));
}

function requiredOf(schema: Json): readonly string[] {
  return Array.isArray(schema["required"]) ? schema["required"].filter((key) => typeof key === "string") : [];
}

function typesOf(schema: Json): readonly string[] {
  const { type } = schema;
  if (typeof type === "string") return [type];
  if (Array.isArray(type)) return type.filter((one) => typeof one === "string");
  if (isObject(schema["properties"])) return ["object"];
  if ("items" in schema || "prefixItems" in schema) return ["array"];
  if ("minimum" in schema || "maximum" in schema || "multipleOf" in schema) return ["number"];
  return ["string"];
}

/** One schema out of several that hold together. */
function merge(schemas: readonly unknown[], root: unknown): Json {
  const out: Json = {};
  for (const part of schemas) {
    let schema = part;
    for (let i = 0; i < DEEPEST && isObject(schema) && typeof schema["$ref"] === "string"; i++)
      schema = { ...(resolve(schema["$ref"], root) as Json | undefined), ...schema, $ref: undefined };
    if (!isObject(schema)) continue;
    const properties = { ...(out["properties"] as Json | undefined), ...(schema["properties"] as Json | undefined) };
    const required = [...requiredOf(out), ...requiredOf(schema)];
    Object.assign(out, schema);
    if (Object.keys(properties).length) out["properties"] = properties;
    if (required.length) out["required"] = [...new Set(required)];
  }
  return out;
}

function value(schema: unknown, root: unknown, name: string, source: JsonSource, level: number): unknown {
  const { random } = source;
  if (level > DEEPEST) return null;
  if (!isObject(schema)) return schema === false ? null : (source.words[0] ?? "value");
  if (typeof schema["$ref"] === "string") {
    const { $ref, ...rest } = schema;
    return value(merge([resolve($ref, root), rest], root), root, name, source, level + 1);
  }
  if ("const" in schema) return schema["const"];
  if (Array.isArray(schema["enum"]) && schema["enum"].length > 0) return random.pick(schema["enum"]);
  if (Array.isArray(schema["allOf"])) {
    const { allOf, ...rest } = schema;
    return value(merge([rest, ...(allOf as unknown[])], root), root, name, source, level + 1);
  }
  const union = schema["anyOf"] ?? schema["oneOf"];
  if (Array.isArray(union) && union.length > 0) {
    const { anyOf: _any, oneOf: _one, ...rest } = schema;
    const sorted = [...union].sort((a, b) => depth(a, root) - depth(b, root));
    const branch: unknown = level >= DEEP ? sorted[0] : random.pick(union);
    return value(Object.keys(rest).length ? merge([rest, branch], root) : branch, root, name, source, level + 1);
  }
  const types = typesOf(schema);
  const type = level >= DEEP && types.includes("null") ? "null" : random.pick(types);
  if (type === "null") return null;
  if (type === "boolean") return random.chance(0.5);
  if (type === "integer" || type === "number") return numeric(schema, type === "integer", random);
  if (type === "array") return array(schema, root, name, source, level);
  if (type === "object") return object(schema, root, source, level);
  return string(schema, name, source);
}

function object(schema: Json, root: unknown, source: JsonSource, level: number): Json {
  const properties = isObject(schema["properties"]) ? schema["properties"] : {};
  const required = new Set(requiredOf(schema));
  const out: Json = {};
  for (const [key, property] of Object.entries(properties))
    if (required.has(key) || (level < DEEP && source.random.chance(0.7)))
      out[key] = value(property, root, key, source, level + 1);
  for (const key of required)
    if (!(key in out)) out[key] = value(schema["additionalProperties"] ?? {}, root, key, source, level + 1);
  const least = numberOf(schema["minProperties"]) ?? (isObject(schema["additionalProperties"]) && level < DEEP ? 2 : 0);
  for (let n = 1; Object.keys(out).length < least && schema["additionalProperties"] !== false; n++)
    out[`${source.words[n - 1] ?? "key"}${n}`] = value(
      schema["additionalProperties"] ?? {},
      root,
      "",
      source,
      level + 1,
    );
  return out;
}

function array(schema: Json, root: unknown, name: string, source: JsonSource, level: number): unknown[] {
  const prefix = Array.isArray(schema["prefixItems"]) ? schema["prefixItems"] : [];
  const out: unknown[] = prefix.map((item) => value(item, root, name, source, level + 1));
  const least = Math.max(numberOf(schema["minItems"]) ?? 0, out.length);
  const most = numberOf(schema["maxItems"]) ?? Math.max(least, 3);
  const wanted = level >= DEEP ? least : Math.max(least, Math.min(most, source.random.integer(1, 3)));
  const seen = new Set(out.map((item) => JSON.stringify(item)));
  for (let tries = 0; out.length < wanted && tries < wanted * 20; tries++) {
    if (schema["items"] === false) break;
    const item = value(schema["items"] ?? {}, root, name, source, level + 1);
    if (schema["uniqueItems"] === true && seen.has(JSON.stringify(item))) continue;
    seen.add(JSON.stringify(item));
    out.push(item);
  }
  return out;
}

function numeric(schema: Json, whole: boolean, random: Random): number {
  const step = numberOf(schema["multipleOf"]) ?? (whole ? 1 : 0);
  const grain = step || 0.01;
  const above = numberOf(schema["exclusiveMinimum"]);
  const below = numberOf(schema["exclusiveMaximum"]);
  let min = Math.max(numberOf(schema["minimum"]) ?? -Infinity, above === undefined ? -Infinity : above);
  let max = Math.min(numberOf(schema["maximum"]) ?? Infinity, below === undefined ? Infinity : below);
  if (min === -Infinity) min = max === Infinity ? 1 : max - 100 * grain;
  if (max === Infinity) max = min + 100 * Math.max(grain, 1);
  // Whole multiples of the step that lie inside the bounds.
  let low = Math.ceil(min / grain);
  let high = Math.floor(max / grain);
  if (above !== undefined && low * grain <= above) low++;
  if (below !== undefined && high * grain >= below) high--;
  if (low > high) return (min + max) / 2;
  const n = random.integer(low, high);
  return step ? n * step : Number((n * grain).toFixed(2));
}

const FORMATS: Readonly<Record<string, (random: Random) => string>> = {
  "date-time": (random) => `${date(random)}T${two(random, 23)}:${two(random, 59)}:${two(random, 59)}Z`,
  date: (random) => date(random),
  time: (random) => `${two(random, 23)}:${two(random, 59)}:${two(random, 59)}Z`,
  duration: (random) => `PT${random.integer(1, 59)}M`,
  email: (random) => `${random.pick(["ada", "alan", "grace", "edsger"])}@example.com`,
  hostname: (random) => `${random.pick(["www", "api", "mail"])}.example.com`,
  uri: (random) => `https://example.com/${random.integer(1, 999)}`,
  ipv4: (random) => `192.0.2.${random.integer(1, 254)}`,
  ipv6: (random) => `2001:db8::${random.integer(1, 9999)}`,
  uuid: (random) => {
    const hex = random.token(30, "0123456789abcdef");
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(12, 15)}-a${hex.slice(15, 18)}-${hex.slice(18, 30)}`;
  },
};

function two(random: Random, max: number): string {
  return String(random.integer(0, max)).padStart(2, "0");
}

function date(random: Random): string {
  return `2026-${String(random.integer(1, 12)).padStart(2, "0")}-${String(random.integer(1, 28)).padStart(2, "0")}`;
}

/** Names that people give to fields whose value is a sentence. */
const LONG_FIELDS = /summary|description|text|content|reason|explanation|answer|message|body|comment/i;

function string(schema: Json, name: string, { random, words }: JsonSource): string {
  const format = typeof schema["format"] === "string" ? FORMATS[schema["format"]] : undefined;
  if (format) return format(random);
  if (typeof schema["pattern"] === "string") return matching(schema["pattern"], random);
  // Proper names of the question come first: "the weather in Paris" should give { city: "Paris" }.
  const names = words.filter((word) => /^\p{Lu}/u.test(word));
  const plain = names.length > 1 ? names.slice(1) : names.length ? names : words;
  let text = LONG_FIELDS.test(name)
    ? prose(words, 12, "en", random)
    : plain.length
      ? random.pick(plain)
      : random.pick(["alpha", "beta", "gamma", "delta"]);
  const least = numberOf(schema["minLength"]) ?? 0;
  const most = numberOf(schema["maxLength"]) ?? Infinity;
  while (characters(text).length < least) text += ` ${prose(words, 4, "en", random)}`;
  return characters(text).length > most ? characters(text).slice(0, most).join("") : text;
}
