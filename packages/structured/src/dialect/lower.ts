import type { Json, JsonObject } from "@llm/core";
import { isLlmError } from "@llm/core";
import { LIMITS } from "../bounds.ts";
import { nullable, put } from "../coerce/coerce.ts";
import type { Program, Shape } from "../shape.ts";
import { partsOf, sourcesOf } from "../shape.ts";
import { check, refusal } from "./limits.ts";
import type { Profile } from "./profile.ts";
import { JSON_TEXT, REST, mayBeText, restOf } from "./rest.ts";

/** A schema as a vendor's strict mode takes it. The way back is coercion with `encoded` set. */
export interface Lowered {
  readonly schema: JsonObject;
  /** The answer is within `{ value: … }`, because the root has to be an object. */
  readonly wrapped: boolean;
}

const BOUNDS: readonly string[] = [...Object.keys(LIMITS), "pattern"];

/** How many levels of a recursive schema are written out for a vendor that takes no recursion; what is deeper is JSON text. */
const UNROLLED = 2;

/** How many parts a lowered schema may have, wherever it goes. */
const MAX_PARTS = 20_000;

/**
 * Whether a pattern holds only what every engine knows: no lookaround, references, word boundaries, names of groups or
 * properties of Unicode, which vendors refuse.
 */
const portable = (pattern: string): boolean =>
  !/\\|\(\?(?!:)|\[\^?\]/.test(pattern.replace(/\\(?:[dDwWsSnrtfv]|x[\da-fA-F]{2}|u[\da-fA-F]{4}|[^\w\s])/g, "_"));

type Draft = Record<string, Json>;

const object = (properties: Draft, required: readonly string[] = Object.keys(properties)): Draft => ({
  type: "object",
  properties,
  required,
  additionalProperties: false,
});

/** Every part of a schema that takes null takes it once. */
const orNull = (schema: Draft): Draft => {
  const { anyOf, ...rest } = schema;
  const options = (anyOf ?? [schema]) as readonly Draft[];
  if (options.some((option) => option["type"] === "null")) return schema;
  return { ...(anyOf && rest), anyOf: [...options, { type: "null" }] };
};

/** The shapes that contain themselves. */
function recursive(root: Shape): Set<Shape> {
  const found = new Set<Shape>();
  const done = new Set<Shape>();
  const active = new Set<Shape>();
  const visit = (shape: Shape): void => {
    if (active.has(shape)) found.add(shape);
    if (done.has(shape) || active.has(shape)) return;
    active.add(shape);
    for (const part of partsOf(shape)) visit(part);
    active.delete(shape);
    done.add(shape);
  };
  visit(root);
  return found;
}

/**
 * Lowers a schema to a vendor's strict dialect: properties that may be missing not required where the vendor takes that, else
 * null; no open objects (pairs instead), tuples as objects, what JSON lacks as strings, and bounds that the vendor does not
 * take as words.
 *
 * @throws LlmError `unsupported` when the schema is larger or deeper than the vendor takes.
 */
export function lower(program: Program, profile: Profile): Lowered {
  try {
    return lowered(program, profile, false);
  } catch (error) {
    if (profile.maxOptional === 0 || !isLlmError(error, "unsupported")) throw error;
    return lowered(program, profile, true);
  }
}

/** Where `spare` is set, properties that may be null are left out for null as well, so that fewer are unions. */
function lowered(program: Program, profile: Profile, spare: boolean): Lowered {
  const loops = recursive(program.root);
  const definitions: Draft = {};
  const names = new Map<Shape, string>();
  const active = new Map<Shape, number>();

  /** A schema with what is said of it, before what stands there already. */
  const described = (schema: Draft, text: unknown, between = " "): Draft => {
    const texts = [text, schema["description"]].map((one) => (typeof one === "string" ? one.trim() : ""));
    const description = texts.filter((one) => one !== "").join(between);
    if (description === "") return schema;
    return schema["$ref"] === undefined ? { ...schema, description } : { anyOf: [schema], description }; // it takes no company
  };

  /** The bounds that the vendor takes, and in words those that it does not. */
  const bounded = (schema: Draft, shape: Shape): Draft => {
    const out = { ...schema };
    const dropped: string[] = [];
    const sources = [shape.schema, shape.schema["allOf"] ?? []].flat() as (JsonObject | null)[]; // what JSON Schema has there
    for (const key of BOUNDS) {
      for (const source of sources) {
        const bound = source?.[key];
        if (bound === undefined || typeof bound === "object") continue;
        const fits =
          key === "minItems" ? Number(bound) <= profile.minItems : key !== "pattern" || portable(String(bound));
        if (fits && profile.bounds.has(key) && out[key] === undefined) out[key] = bound;
        else dropped.push(`${key} ${String(bound)}`);
      }
    }
    const { format } = shape.schema;
    if (typeof format === "string" && out["type"] === "string") {
      if (profile.formats.has(format)) out["format"] = format;
      else dropped.push(format);
    }
    return dropped.length > 0 ? { ...out, description: `(${dropped.join(", ")})` } : out;
  };

  const refer = (shape: Shape): Draft => {
    if (!profile.recursion) {
      const text: Draft = { type: "string", description: "The JSON text of one more such value" };
      return mayBeText(shape) ? object({ [JSON_TEXT]: text }) : text;
    }
    const known = names.get(shape);
    if (known !== undefined) return { $ref: `#/$defs/${known}` };
    const name = `type_${names.size + 1}`;
    names.set(shape, name);
    definitions[name] = {}; // keeps its place
    definitions[name] = emit(shape, true);
    return { $ref: `#/$defs/${name}` };
  };

  let parts = 0;
  const emit = (shape: Shape, inside = false): Draft => {
    // shared parts are written out at each place: they may multiply
    if (++parts > MAX_PARTS) throw refusal(profile, `more than ${MAX_PARTS} parts`, "fewer");
    const depth = active.get(shape) ?? 0;
    if (loops.has(shape) && !inside && (profile.recursion || depth >= UNROLLED)) return refer(shape);
    active.set(shape, depth + 1);
    const out = described(build(shape), shape.schema["description"]);
    active.set(shape, depth);
    return out;
  };

  /** A part where it stands, with what is said of it there. */
  const place = (shape: Shape, source: unknown): Draft => described(emit(shape), program.said.get(source), "\n");

  const pairs = (key: Shape | undefined, value: Shape, source: unknown): Draft => ({
    type: "array",
    items: object({ key: key ? emit(key) : { type: "string" }, value: place(value, source) }),
  });

  /** What a schema takes besides null, where that is one thing. */
  const exceptNull = ({ anyOf = [], description }: Draft): Draft | undefined => {
    const [one, ...more] = (anyOf as readonly Draft[]).filter((option) => option["type"] !== "null");
    return one && more.length === 0 ? described(one, description, "\n") : undefined;
  };

  let room = profile.maxOptional;
  /** An object of parts, of which some may be missing: left out of `required` while there is room, else null instead. */
  const members = (
    parts: readonly (readonly [name: string, shape: Shape, required: boolean, source: unknown])[],
    more: Draft = {},
    bySpare = false,
  ): Draft => {
    const properties: Draft = {};
    const required: string[] = [];
    for (const [name, shape, needed, source] of parts) {
      const inner = place(shape, source);
      const given = needed || (shape.kind !== "any" && nullable(shape));
      const bare = given ? bySpare && exceptNull(inner) : inner["anyOf"] === undefined && inner; // a union takes null at no cost
      if (bare && room > 0) {
        room--;
        put(properties, name, bare);
      } else {
        required.push(name);
        put(properties, name, given ? inner : orNull(inner));
      }
    }
    return object({ ...properties, ...more }, [...required, ...Object.keys(more)]);
  };

  const build = (shape: Shape): Draft => {
    const { schema, kind } = shape;
    const sources = sourcesOf(shape);
    switch (kind) {
      case "any":
        return { type: "string", description: "(any value, as JSON text)" };
      case "never":
      case "null":
        return { type: "null" };
      case "bigint":
        return {
          type: "string",
          description: "(an integer)",
          ...(profile.bounds.has("pattern") && { pattern: "^-?[0-9]+$" }),
        };
      case "date":
        return { type: "string", format: "date-time" };
      case "string":
      case "number":
      case "integer":
      case "boolean":
        return bounded({ type: kind }, shape);
      case "enum":
        return labels(shape);
      case "array":
        return bounded({ type: "array", items: place(shape.items as Shape, sources.items) }, shape); // every array has items
      case "map": {
        const { keys, type } = shape;
        const value = shape.rest as Shape; // every map has one
        if (keys?.kind !== "enum" || type !== undefined) return pairs(keys, value, sources.rest);
        // one whose keys are known is an object of them
        const required = (schema["required"] as readonly string[] | undefined) ?? [];
        return members(
          keys.labels.map(({ texts: [name = ""] }) => [name, value, required.includes(name), sources.rest]),
        );
      }
      case "tuple": {
        const { minItems: least = Infinity } = schema;
        const rest = shape.items && { rest: { type: "array", items: place(shape.items, sources.items) } };
        return members(
          shape.prefix.map((part, i) => [String(i), part, i < Number(least), sources.prefix[i]]),
          rest,
        );
      }
      case "union": {
        const options = shape.options.flatMap((option, i) => {
          if (option.kind === "never") return [];
          const draft = place(option, sources.options[i]);
          const { anyOf = [draft], description } = draft;
          return description === undefined ? (anyOf as Draft[]) : [draft];
        });
        const unique = [...new Map(options.map((option) => [JSON.stringify(option), option] as const)).values()];
        const [only] = unique;
        return unique.length === 1 && only ? only : { anyOf: unique };
      }
      case "object": {
        const parts = shape.properties.filter((property) => property.required || property.shape.kind !== "never");
        const rest = shape.rest && { [restOf(shape)]: pairs(undefined, shape.rest, sources.rest) };
        return members(
          parts.map((part) => [part.alias, part.shape, part.required, part.source]),
          rest,
          spare,
        );
      }
    }
  };

  const root = described(emit(program.root, program.root.kind === "object"), program.said.get(program.schema), "\n");
  const wrapped = root["type"] !== "object" || program.root.kind !== "object";
  const whole = wrapped ? object({ value: root }) : root;
  const schema = Object.keys(definitions).length > 0 ? { ...whole, $defs: definitions } : whole;
  check(schema, profile);
  return { schema, wrapped };
}

/** An enumeration by the names that the model knows, with its type: the vendors want one type each. */
function labels(shape: Shape): Draft {
  const groups = new Map<string, Json[]>();
  for (const { value, texts } of shape.labels) {
    const type = value === null || value === undefined ? "null" : typeof value === "bigint" ? "string" : typeof value;
    const shown: Json = type === "string" ? (texts[0] ?? "") : type === "null" ? null : (value as number | boolean); // what is left
    groups.set(type, [...(groups.get(type) ?? []), shown]);
  }
  const options = [...groups].map(([type, values]): Draft => (type === "null" ? { type } : { type, enum: values }));
  return options.length === 1 && options[0] ? options[0] : { anyOf: options };
}

/** The program that reads an answer in a dialect: its root is within `{ value: … }` where the lowering put it there. */
export function encodedProgram(program: Program, wrapped: boolean): Program {
  const names = new Set([
    ...program.names,
    "value",
    "key",
    "rest",
    REST,
    JSON_TEXT,
    ...Array.from({ length: 20 }, (_, i) => String(i)),
  ]);
  if (!wrapped) return { ...program, names };
  const root: Shape = {
    ...program.root,
    kind: "union",
    options: [program.root],
    items: program.root,
    wrapped: true,
    checks: [],
    properties: [],
  };
  return { ...program, root, names };
}
