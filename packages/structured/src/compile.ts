import type { Json, JsonObject } from "@llm/core";
import { isRecord } from "@llm/core";
import { bounds } from "./bounds.ts";
import { fold } from "./coerce/match.ts";
import type { Program, Readiness, Shape, ShapeKind } from "./shape.ts";

const flags = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.filter((v) => typeof v === "string") : typeof value === "string" ? [value] : [];

const record = (value: unknown): JsonObject => (isRecord(value) ? (value as JsonObject) : {});

/** Reads `x-stream`: `done`, `not-null`, `with-state`, with or without the prefix `@stream.`; `@@` speaks of the type itself. */
function readiness(...sources: unknown[]): Readiness {
  let done = false;
  let needed = false;
  let state = false;
  for (const source of sources) {
    for (const flag of flags(source)) {
      const name = flag.replace(/@?@stream\./, "").replace("_", "-");
      if (name === "done") done = true;
      else if (name === "not-null") needed = true;
      else if (name === "with-state") state = true;
    }
  }
  return { done, needed, state };
}

/** A compiled form of a JSON Schema. A `plain` one has no validator of its own, which would see to patterns and defaults. */
export function compile(schema: JsonObject, plain: boolean): Program {
  const seen = new Map<unknown, Shape>();
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
    type: typeof s["x-type"] === "string" ? s["x-type"] : undefined,
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
    if (s["x-stream"] !== undefined || s["x-stream-root"] !== undefined) annotated = true;
    if (typeof s["$ref"] === "string") {
      const target = shape(resolve(root, s["$ref"]), root);
      if (s["x-stream"] === undefined) {
        seen.set(source, target);
        return target;
      }
      out.kind = "union";
      out.options = [target];
    } else build(out, s, root);
    return out;
  };

  const become = (out: Shape, other: Shape): void => {
    const { schema, readiness: own, checks } = out;
    Object.assign(out, other, { schema, readiness: own, checks: [...checks, ...other.checks] });
  };

  const build = (out: Shape, s: JsonObject, root: JsonObject): void => {
    const options = s["anyOf"] ?? s["oneOf"];
    if (Array.isArray(s["allOf"]))
      return merge(out, [{ ...s, allOf: undefined } as unknown as JsonObject, ...(s["allOf"] as JsonObject[])], root);
    if (Array.isArray(options)) {
      const rest = Object.fromEntries(
        Object.entries(s).filter(([k]) => ["type", "properties", "required"].includes(k)),
      );
      out.kind = "union";
      out.options = options.map((o) =>
        rest["properties"] && isRecord(o)
          ? shape(
              {
                ...rest,
                ...o,
                properties: { ...(rest["properties"] as object), ...(o["properties"] as object | undefined) },
                required: [...flags(s["required"]), ...flags(o["required"])],
              },
              root,
            )
          : shape(o, root),
      );
      return;
    }
    if ("const" in s) return label(out, [s["const"] ?? null], s);
    if (Array.isArray(s["enum"])) return label(out, s["enum"], s);
    if (Array.isArray(s["type"])) {
      out.kind = "union";
      out.options = s["type"].map((type) => shape({ ...s, type }, root));
      return;
    }
    switch (s["type"] ?? (s["properties"] ? "object" : s["items"] || s["prefixItems"] ? "array" : undefined)) {
      case "string":
        out.kind = out.type === "date" ? "date" : "string";
        return;
      case "integer":
        out.kind = out.type === "bigint" ? "bigint" : "integer";
        return;
      case "number":
      case "boolean":
      case "null":
        out.kind = s["type"] as ShapeKind;
        return;
      case "array":
        return array(out, s, root);
      case "object":
        return object(out, s, root);
      default:
        if (s["not"] !== undefined && Object.keys(s).filter((k) => k !== "$schema").length === 1) out.kind = "never";
        else {
          anyName = true;
          deep = true;
        }
    }
  };

  const merge = (out: Shape, parts: JsonObject[], root: JsonObject): void => {
    const all = parts.map((part) => shape(part, root));
    const shapes = all.filter((part) => part.kind !== "any");
    const objects = shapes.filter((part) => part.kind === "object" || part.kind === "map");
    const [first] = shapes;
    if (first) become(out, first);
    // what each of them demands
    out.checks.push(...all.flatMap((part) => (part === first ? [] : part.checks)));
    if (objects.length < 2) return;
    out.kind = "object";
    out.properties = [...new Map(objects.flatMap((o) => o.properties.map((p) => [p.name, p] as const))).values()].map(
      (p, i) => ({ ...p, index: i }),
    );
    out.rest = objects.map((o) => o.rest).find((rest) => rest !== undefined);
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
      const name = typeof value === "string" && typeof aliases[value] === "string" ? aliases[value] : undefined;
      const description = typeof value === "string" ? descriptions[value] : undefined;
      const text = name ?? (typeof value === "string" ? value : JSON.stringify(value));
      return {
        value: out.type === "bigint" ? BigInt(text) : value,
        texts: typeof description === "string" ? [text, description] : [text],
      };
    });
  };

  const array = (out: Shape, s: JsonObject, root: JsonObject): void => {
    const prefix = s["prefixItems"] ?? (Array.isArray(s["items"]) ? s["items"] : undefined);
    if (out.type === "map") {
      out.kind = "map";
      out.keys = shape(s["x-key"] ?? {}, root);
      out.rest = shape(s["x-value"] ?? {}, root);
      anyName = true;
    } else if (Array.isArray(prefix)) {
      out.kind = "tuple";
      out.prefix = prefix.map((item) => shape(item, root));
      if (isRecord(s["items"])) out.items = shape(s["items"], root);
    } else {
      out.kind = "array";
      out.items = shape(s["items"] ?? {}, root);
    }
  };

  const object = (out: Shape, s: JsonObject, root: JsonObject): void => {
    const rest = s["additionalProperties"];
    const patterns = Object.values(record(s["patternProperties"]));
    // which pattern a key has is not looked at: with several, anything goes
    const patterned = patterns.length > 1 || isRecord(rest) ? (patterns.length > 0 ? {} : undefined) : patterns[0];
    const properties = record(s["properties"]);
    if (isRecord(rest) || isRecord(patterned)) out.rest = shape(patterned ?? rest, root);
    else if (rest === true || (rest === undefined && Object.keys(properties).length === 0)) out.rest = shape({}, root);
    if (isRecord(s["propertyNames"])) out.keys = shape(s["propertyNames"], root);
    out.kind = Object.keys(properties).length === 0 && out.rest !== undefined ? "map" : "object";
    if (out.rest !== undefined) anyName = true;
    const required = new Set(flags(s["required"]));
    for (const [name, property] of Object.entries(properties)) {
      const p = record(property);
      if (!required.has(name)) optional = true;
      const alias = typeof p["x-alias"] === "string" ? p["x-alias"] : name;
      if (alias !== name) direct = false;
      const inner = shape(property, root);
      out.properties.push({
        index: out.properties.length,
        name,
        alias,
        shape: inner,
        required: required.has(name),
        // `@@stream.not_null` of a type speaks of every place that it stands in
        readiness: readiness(p["x-stream"], inner.schema["x-stream"]),
        fallback: plain ? p["default"] : undefined, // a validator fills in its own
      });
    }
    index(out);
  };

  const index = (out: Shape): void => {
    for (const property of out.properties) {
      out.exact.set(property.alias, property);
      names.add(property.alias);
      const key = fold(property.alias);
      // two names that fold to the same match only as they are
      out.folded.set(key, out.folded.has(key) ? undefined : property);
    }
  };

  const root = shape(schema, schema);
  const own = schema["x-stream-root"];
  return {
    schema,
    root: own === undefined ? root : { ...root, readiness: readiness(own) },
    names,
    open: anyName,
    direct,
    deep,
    optional,
    annotated,
  };
}
