import type { Json, JsonObject } from "@llm/core";
import { isRecord } from "@llm/core";
import { bounds } from "./bounds.ts";
import { fold } from "./coerce/match.ts";
import type { Program, Readiness, Shape, ShapeKind } from "./shape.ts";

const flags = (value: unknown): string[] => [value].flat().filter((flag) => typeof flag === "string");

const record = (value: unknown): JsonObject => (isRecord(value) ? (value as JsonObject) : {});

/** Reads `x-stream`: `done`, `not-null`, `with-state`, with or without the prefix `@stream.`; `@@` speaks of the type itself. */
function readiness(source: unknown): Readiness {
  const names = flags(source).join(" ");
  return { done: /\bdone/.test(names), needed: /\bnot.null/.test(names), state: /\bwith.state/.test(names) };
}

const SCALARS: ReadonlySet<unknown> = new Set(["string", "integer", "number", "boolean", "null"]);

/** A compiled form of a JSON Schema. A `plain` one has no validator of its own, which would see to patterns and defaults. */
export function compile(schema: JsonObject, plain: boolean): Program {
  const seen = new Map<unknown, Shape>();
  const said = new Map<unknown, string>();
  const names = new Set<string>();
  let anyName = false;
  let direct = true;
  let deep = false;
  let annotated = false;
  let optional = false;

  const resolve = (root: JsonObject, ref: string): unknown => {
    if (ref === "#") return root;
    if (!ref.startsWith("#")) return {}; // in another document: anything
    let at: unknown = ref.startsWith("#/") ? root : undefined;
    for (const part of ref.split("/").slice(1)) {
      const key = decodeURIComponent(part).replaceAll("~1", "/").replaceAll("~0", "~");
      at = isRecord(at) || Array.isArray(at) ? (at as Record<string, unknown>)[key] : undefined;
    }
    if (at === undefined) throw new TypeError(`schema: nothing at ${ref}`);
    return at;
  };

  const empty = (s: JsonObject, kind: ShapeKind): Shape => ({
    kind,
    schema: s,
    readiness: readiness(s["x-stream"]),
    checks: bounds(s, plain),
    properties: [],
    exact: new Map(),
    folded: new Map(),
    rest: undefined,
    closed: s["additionalProperties"] === false,
    keys: undefined,
    items: undefined,
    prefix: [],
    options: [],
    labels: [],
    type: flags(s["x-type"])[0],
    wrapped: s["x-wrapped"] === true,
  });

  const shape = (source: unknown, parent: JsonObject): Shape => {
    const known = seen.get(source);
    if (known) {
      deep = true; // perhaps only shared, but perhaps recursive
      return known;
    }
    const s = record(source);
    const root = s["$schema"] === undefined ? parent : s;
    const out = empty(s, source === false ? "never" : "any");
    if (isRecord(source)) seen.set(source, out);
    if (out.type !== undefined) direct = false;
    const marked = s["x-stream"] !== undefined;
    if (marked || s["x-stream-root"] !== undefined) annotated = true;
    if (typeof s["$ref"] === "string") {
      const next = resolve(root, s["$ref"]);
      const target = shape(next, root);
      if (!marked) {
        const { description = said.get(next) } = s;
        if (typeof description === "string") said.set(source, description);
        seen.set(source, target);
        return target;
      }
      out.kind = "union";
      out.options = [target];
    } else build(out, s, root);
    return out;
  };

  const build = (out: Shape, s: JsonObject, root: JsonObject): void => {
    const options = s["anyOf"] ?? s["oneOf"];
    const { type = s["properties"] ? "object" : s["items"] || s["prefixItems"] ? "array" : undefined } = s;
    if (Array.isArray(s["allOf"])) {
      const { allOf, ...own } = s;
      merge(out, [own, ...allOf] as JsonObject[], root);
    } else if (Array.isArray(options)) {
      const { properties, required } = s;
      out.kind = "union";
      out.options = options.map((option) => {
        if (!properties || !isRecord(option)) return shape(option, root);
        const both = { ...record(properties), ...record(option["properties"]) };
        const all = [...flags(required), ...flags(option["required"])];
        return shape({ ...option, properties: both, required: all }, root);
      });
    } else if (s["const"] !== undefined) label(out, [s["const"]], s);
    else if (Array.isArray(s["enum"])) label(out, s["enum"], s);
    else if (Array.isArray(type)) {
      const { description: _, ...own } = s; // said once
      out.kind = "union";
      out.options = type.map((one) => shape({ ...own, type: one }, root));
    } else if (type === "array") array(out, s, root);
    else if (type === "object") object(out, s, root);
    else if (SCALARS.has(type))
      out.kind = (out.type === "date" || out.type === "bigint" ? out.type : type) as ShapeKind;
    else if (s["not"] === true || (isRecord(s["not"]) && Object.keys(s["not"]).length === 0)) out.kind = "never";
    else anyName = deep = true;
    if ((out.kind === "union" || out.kind === "enum") && out.options.length + out.labels.length === 0)
      throw new TypeError("schema: an empty anyOf, enum or type");
  };

  const merge = (out: Shape, parts: JsonObject[], root: JsonObject): void => {
    const shapes = parts.map((part) => shape(part, root));
    const known = shapes.filter((part) => part.kind !== "any");
    const objects = known.filter((part) => part.kind === "object" || part.kind === "map");
    const { schema, readiness } = out;
    Object.assign(out, known[0], { schema, readiness, checks: shapes.flatMap((part) => part.checks) });
    if (objects.length < 2) return;
    out.kind = "object";
    out.properties = [...new Map(objects.flatMap((o) => o.properties.map((p) => [p.name, p] as const))).values()].map(
      (p, i) => ({ ...p, index: i }),
    );
    out.rest = objects.find((part) => part.rest !== undefined)?.rest;
    index(out);
  };

  const label = (out: Shape, values: readonly Json[], s: JsonObject): void => {
    if (values.some((value) => typeof value === "object" && value !== null)) {
      // lists and objects as labels: anything, compared when it is read
      const texts = new Set(values.map((value) => JSON.stringify(value)));
      out.checks.push((value) => (texts.has(JSON.stringify(value)) ? undefined : "one of the values given"));
      anyName = deep = true;
      return;
    }
    out.kind = "enum";
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
    const { items } = s;
    const prefix = s["prefixItems"] ?? items;
    out.kind = "array";
    if (out.type === "map") {
      out.kind = "map";
      out.keys = shape(s["x-key"], root);
      out.rest = shape(s["x-value"], root);
      anyName = true;
    } else if (Array.isArray(prefix)) {
      out.kind = "tuple";
      out.prefix = prefix.map((item) => shape(item, root));
      if (isRecord(items)) out.items = shape(items, root);
    } else out.items = shape(items, root);
  };

  const object = (out: Shape, s: JsonObject, root: JsonObject): void => {
    const rest = s["additionalProperties"];
    const patterns = Object.values(record(s["patternProperties"]));
    // which pattern a key has is not looked at: with several, anything goes
    const patterned = patterns.length > 1 || (patterns.length > 0 && isRecord(rest)) ? {} : (patterns[0] ?? rest);
    const properties = Object.entries(record(s["properties"]));
    if (isRecord(patterned) || (patterned ?? properties.length === 0)) out.rest = shape(patterned, root);
    if (isRecord(s["propertyNames"])) out.keys = shape(s["propertyNames"], root);
    out.kind = properties.length === 0 && out.rest ? "map" : "object";
    if (out.rest) anyName = true;
    const needed = new Set(flags(s["required"]));
    out.properties = properties.map(([name, property], place) => {
      const p = record(property);
      const [alias = name] = flags(p["x-alias"]);
      const required = needed.has(name);
      if (!required) optional = true;
      if (alias !== name) direct = false;
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
    index(out);
  };

  const index = (out: Shape): void => {
    out.exact = new Map();
    out.folded = new Map();
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
    annotated,
  };
}
