import type { Json, JsonObject } from "@llm/core";
import { isRecord } from "@llm/core";
import { bounds, regular } from "./bounds.ts";
import { fold } from "./coerce/match.ts";
import { kept } from "./kept.ts";
import { documentOf, flags, isType, itemsOf, record, resolve, typeOf } from "./keywords.ts";
import { NEVER, merge, says, without } from "./merge.ts";
import { same } from "./same.ts";
import type { Program, Readiness, Shape, ShapeKind } from "./shape.ts";

/** Reads `x-stream`: `done`, `not-null`, `with-state`, with or without the prefix `@stream.`; `@@` speaks of the type itself. */
function readiness(source: unknown): Readiness {
  const names = flags(source).join(" ");
  return { done: /\bdone/.test(names), needed: /\bnot.null/.test(names), state: /\bwith.state/.test(names) };
}

const SCALARS: ReadonlySet<unknown> = new Set(["string", "integer", "number", "boolean", "null"]);

/** How many schemas are made of several: of more, the first alone tells how to read a value. */
const MAX_MERGED = 1000;

/** Schemas, each with the document that its references go by. */
type Parts = Map<JsonObject, JsonObject>;

/** A compiled form of a JSON Schema. A `plain` one has no validator of its own, which would see to patterns and defaults. */
export function compile(schema: JsonObject, plain: boolean): Program {
  const seen = new Map<unknown, Shape>();
  const said = new Map<unknown, string>();
  const owns = new Map<JsonObject, JsonObject>();
  const numbers = new Map<JsonObject, number>();
  const merged = new Map<string, Shape>();
  const names = new Set<string>();
  let anyName = false;
  let direct = true;
  let deep = false;
  let annotated = false;
  let optional = false;

  const empty = (s: JsonObject, kind: ShapeKind): Shape => {
    const type = flags(s["x-type"])[0];
    if (type !== undefined) direct = false;
    if (s["x-stream"] !== undefined) annotated = true;
    return {
      kind,
      schema: s,
      readiness: readiness(s["x-stream"]),
      checks: bounds(s, plain),
      properties: [],
      exact: new Map(),
      folded: new Map(),
      rest: undefined,
      patterns: [],
      closed: s["additionalProperties"] === false,
      keys: undefined,
      items: undefined,
      prefix: [],
      options: [],
      labels: [],
      type,
      wrapped: s["x-wrapped"] === true,
    };
  };

  const shape = (source: unknown, parent: JsonObject): Shape => {
    const known = seen.get(source);
    if (known) {
      deep = true; // perhaps only shared, but perhaps recursive
      return known;
    }
    const s = record(source);
    const root = documentOf(s, parent);
    if (typeof s["$ref"] !== "string" && !Array.isArray(s["allOf"])) {
      const out = empty(s, source === false ? "never" : "any");
      if (isRecord(source)) seen.set(source, out);
      build(out, s, root, [s]);
      return out;
    }
    const target = all(split(s, root), root);
    const words = beside(s, root);
    if (words !== undefined) said.set(source, words);
    if (s["x-stream"] === undefined) {
      seen.set(source, target);
      return target;
    }
    const out = empty(s, "union");
    seen.set(source, out);
    out.options = [target];
    return out;
  };

  /** What is said beside a reference, or beside one that it leads to. */
  const beside = (s: JsonObject, root: JsonObject, passed: ReadonlySet<JsonObject> = new Set()): string | undefined => {
    const { $ref, description } = s;
    if (typeof $ref !== "string" || passed.has(s)) return undefined;
    if (typeof description === "string") return description;
    return beside(record(resolve(root, $ref)), root, new Set([...passed, s]));
  };

  /** What all holds where a schema does: what it refers to, what it lists in `allOf`, and what it says besides. */
  const split = (source: unknown, root: JsonObject, out: Parts = new Map()): Parts => {
    const s = source === false ? NEVER : record(source);
    const { $ref, allOf } = s;
    const parts: unknown[] = Array.isArray(allOf) ? allOf : [];
    const refers = typeof $ref === "string";
    // what a reference is for is said where it leads to
    const said = parts.length > 0 ? [] : ["description"];
    const own = refers || parts.length > 0 ? kept(owns, s, () => without(s, "$ref", "allOf", ...said)) : s;
    if (out.has(own)) return out;
    out.set(own, root);
    for (const part of refers ? [...parts, resolve(root, $ref)] : parts)
      split(part, documentOf(record(part), root), out);
    return out;
  };

  /** What is valid by all of several. It may take more than they do, whose rules have the last word. */
  const all = (parts: Parts, root: JsonObject): Shape => {
    const list = [...parts.keys()].filter(says);
    const [first = {}, ...more] = list;
    if (more.length === 0 || merged.size === MAX_MERGED) return shape(first, parts.get(first) ?? root);
    const key = list.map((part) => kept(numbers, part, () => numbers.size + 1)).join();
    const known = merged.get(key);
    if (known) {
      deep = true;
      return known;
    }
    const s = merge(list);
    const out = empty(s, "any");
    merged.set(key, out);
    build(out, s, root, list);
    out.checks = list.flatMap((part) => bounds(part, plain));
    return out;
  };

  /** Makes a shape of a schema, which is that of all its `parts`. */
  const build = (out: Shape, s: JsonObject, root: JsonObject, parts: readonly JsonObject[]): void => {
    const options = s["anyOf"] ?? s["oneOf"];
    const type = typeOf(s);
    const values = s["const"] === undefined ? s["enum"] : [s["const"]];
    if (s["not"] === true || (isRecord(s["not"]) && Object.keys(s["not"]).length === 0)) out.kind = "never";
    else if (Array.isArray(options)) {
      const bases = parts.map((part) => kept(owns, part, () => without(part, "anyOf", "oneOf", "description")));
      const base: Parts = new Map(bases.filter(says).map((part) => [part, root]));
      out.kind = "union";
      out.options = options.map((option) =>
        base.size > 0 ? all(split(option, root, new Map(base)), root) : shape(option, root),
      );
      if (out.options.some(({ kind }) => kind === "map")) optional = true; // what it takes may be an object misspelt
    } else if (Array.isArray(values)) label(out, values, s);
    else if (Array.isArray(type)) {
      const { description: _, ...own } = s; // said once
      out.kind = "union";
      out.options = type.map((one) => shape({ ...own, type: one }, root));
    } else if (type === "array") array(out, s, root);
    else if (type === "object") object(out, s, root);
    else if (SCALARS.has(type))
      out.kind = (out.type === "date" || out.type === "bigint" ? out.type : type) as ShapeKind;
    else anyName = deep = true;
    if ((out.kind === "union" || out.kind === "enum") && out.options.length + out.labels.length === 0)
      throw new TypeError("schema: an empty anyOf, enum or type");
  };

  const label = (out: Shape, listed: readonly Json[], s: JsonObject): void => {
    const types = flags(s["type"]);
    const values = listed.filter((value) => types.length === 0 || types.some((type) => isType(value, type)));
    if (values.some((value) => typeof value === "object" && value !== null)) {
      // lists and objects as labels: anything, compared when it is read
      out.checks.push((value) => (values.some((one) => same(one, value)) ? undefined : "one of the values given"));
      anyName = deep = true;
      return;
    }
    out.kind = listed.length > values.length && values.length === 0 ? "never" : "enum";
    const aliases = record(s["x-enumAliases"]);
    const descriptions = record(s["x-enumDescriptions"]);
    if (Object.keys(aliases).length > 0) direct = false;
    out.labels = values.map((value) => {
      const own = typeof value === "string" ? value : JSON.stringify(value);
      const [text = own] = typeof value === "string" ? flags(aliases[value]) : [];
      return {
        value: out.type === "bigint" ? BigInt(text) : value,
        texts: [text, ...(typeof value === "string" ? flags(descriptions[value]) : [])],
      };
    });
  };

  const array = (out: Shape, s: JsonObject, root: JsonObject): void => {
    const { prefix, rest } = itemsOf(s);
    out.kind = "array";
    if (out.type === "map") {
      out.kind = "map";
      out.keys = shape(s["x-key"], root);
      out.rest = shape(s["x-value"], root);
      anyName = true;
      return;
    }
    if (prefix) {
      out.kind = "tuple";
      out.prefix = prefix.map((item) => shape(item, root));
      if (rest === false) return;
    }
    out.items = shape(rest, root);
  };

  const object = (out: Shape, s: JsonObject, root: JsonObject): void => {
    const rest = s["additionalProperties"];
    const patterns = Object.entries(record(s["patternProperties"]));
    const properties = Object.entries(record(s["properties"]));
    const others = [...patterns.map(([, part]) => part), ...(isRecord(rest) ? [rest as Json] : [])];
    const any = others.length > 1 ? { anyOf: others } : (others[0] ?? rest ?? properties.length === 0);
    if (any !== false) out.rest = shape(any, root);
    // a validator's patterns may have been more than JSON Schema says: which one a key has is not looked at
    for (const [source, part] of plain ? patterns : []) {
      const pattern = regular(source);
      out.patterns.push([pattern, shape(pattern ? part : {}, root)]);
    }
    if (out.patterns.length > 0 && rest !== false) out.patterns.push([undefined, shape(rest, root)]);
    if (isRecord(s["propertyNames"])) out.keys = shape(s["propertyNames"], root);
    out.kind = properties.length === 0 && out.rest ? "map" : "object";
    if (out.rest) anyName = true;
    const needed = new Set(flags(s["required"]));
    out.properties = properties.map(([name, property], place) => {
      const p = record(property);
      const [alias = name] = flags(p["x-alias"]);
      const required = needed.has(name);
      if (!required) optional = true;
      if (alias !== name || (plain && p["default"] !== undefined)) direct = false;
      const inner = shape(property, root);
      return {
        index: place,
        name,
        alias,
        source: property,
        shape: inner,
        required,
        fallback: plain ? p["default"] : undefined, // a validator fills in its own
      };
    });
    for (const property of out.properties) {
      out.exact.set(property.alias, property);
      const key = fold(property.alias);
      names.add(property.alias).add(key);
      // two names that fold to the same match only as they are
      out.folded.set(key, out.folded.has(key) ? undefined : property);
    }
  };

  const root = shape(schema, schema);
  const own = schema["x-stream-root"];
  return {
    schema,
    said,
    root: own === undefined ? root : { ...root, readiness: readiness(own) },
    names,
    open: anyName,
    direct,
    deep,
    optional,
    annotated: annotated || own !== undefined,
  };
}
