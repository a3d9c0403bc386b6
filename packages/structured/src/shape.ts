import type { Json, JsonObject } from "@llm/core";
import type { Label } from "./coerce/match.ts";

/** When a value may be shown while it grows. */
export interface Readiness {
  /** Only when it is complete. */
  readonly done: boolean;
  /** Its object shows only when it is there. */
  readonly needed: boolean;
  /** It shows as `{ value, state }`. */
  readonly state: boolean;
}

/** A property of an object. */
export interface Property {
  /** Its place among the properties. */
  readonly index: number;
  readonly name: string;
  /** What the model calls it. */
  readonly alias: string;
  /** Its schema, as it stands in the object's. */
  readonly source: Json;
  readonly shape: Shape;
  readonly required: boolean;
  readonly fallback: Json | undefined;
}

/** The kinds of {@link Shape}. */
export type ShapeKind =
  | "any"
  | "never"
  | "null"
  | "boolean"
  | "string"
  | "number"
  | "integer"
  | "bigint"
  | "date"
  | "enum"
  | "object"
  | "map"
  | "array"
  | "tuple"
  | "union";

/** A JSON Schema made ready for reading values: references resolved, names folded, bounds as functions. */
export interface Shape {
  kind: ShapeKind;
  /** The schema that it was made from. */
  readonly schema: JsonObject;
  readonly readiness: Readiness;
  /** Bounds that a value must keep: what is wrong, or undefined. */
  checks: ((value: unknown) => string | undefined)[];
  /** Object: properties by name, by the model's name, and by its folded form. */
  properties: Property[];
  readonly exact: Map<string, Property>;
  readonly folded: Map<string, Property | undefined>;
  /** Object, map: what other properties hold; undefined when there may be none. */
  rest: Shape | undefined;
  /** Object, map: what they hold by their names, the first that fits; without any, it is `rest`. */
  patterns: (readonly [RegExp | undefined, Shape])[];
  /** Object: other properties are forbidden, not just unknown. */
  readonly closed: boolean;
  /** Map: what keys look like. */
  keys: Shape | undefined;
  /** Array: items; tuple: items after the prefix. */
  items: Shape | undefined;
  prefix: Shape[];
  options: Shape[];
  labels: Label[];
  /** What a value becomes that JSON does not have: a Set, a Map, undefined, NaN. */
  type: string | undefined;
  /** A model's answer is this value within `{ value: … }`. */
  readonly wrapped: boolean;
}

/** Whether a value is a text: as the whole answer it is itself, whatever stands in it. */
export const isText = ({ kind, type }: Shape): boolean => kind === "string" && type === undefined;

/** Whether a value is a text or null: brackets in a sentence are none of either. */
export const isTextOrNull = ({ kind, options, wrapped }: Shape): boolean =>
  kind === "union" && !wrapped && options.every((option) => isText(option) || option.kind === "null");

/** The shapes that a shape is made of. */
export const partsOf = (shape: Shape): Shape[] =>
  [
    shape.items,
    shape.rest,
    shape.keys,
    ...shape.prefix,
    ...shape.options,
    ...shape.properties.map((p) => p.shape),
  ].filter((part) => part !== undefined);

/** The schemas of a shape's other parts, as they stand in its own. */
export const sourcesOf = ({
  schema: s,
}: Shape): { items: unknown; rest: unknown; prefix: unknown[]; options: unknown[] } => ({
  items: s["items"],
  rest: s["x-value"] ?? s["additionalProperties"],
  prefix: [s["prefixItems"] ?? s["items"]].flat(),
  options: [s["anyOf"] ?? s["oneOf"]].flat(),
});

/** A schema, compiled. */
export interface Program {
  /** The JSON Schema that it was made from. */
  readonly schema: JsonObject;
  readonly root: Shape;
  /** What is said beside a reference, by the schema that is one: of that place, not of all that it refers to. */
  readonly said: ReadonlyMap<unknown, string>;
  /** Names of all properties, as they are and folded. */
  readonly names: ReadonlySet<string>;
  /** Any other name may appear, too. */
  readonly open: boolean;
  /** What JSON.parse gives can be validated as it is: no aliases, and nothing that JSON does not have. */
  readonly direct: boolean;
  /** Values may nest without end: the schema refers to itself or takes anything. */
  readonly deep: boolean;
  /** Some property may be missing, or its object may be taken for a map. */
  readonly optional: boolean;
  /** Some value says when it may be shown. */
  readonly annotated: boolean;
}
