import type { Json, JsonObject } from "@llm/core";
import { isRecord } from "@llm/core";

/** The texts of a keyword that holds one or several. */
export const flags = (value: unknown): string[] => [value].flat().filter((flag) => typeof flag === "string");

/** The record of a keyword that holds one. */
export const record = (value: unknown): JsonObject => (isRecord(value) ? (value as JsonObject) : {});

/** The document that the references within a schema go by. */
export const documentOf = (schema: JsonObject, parent: JsonObject): JsonObject =>
  schema["$schema"] === undefined ? parent : schema;

/** What a reference leads to. */
export function resolve(root: JsonObject, ref: string): unknown {
  if (ref === "#") return root;
  if (!ref.startsWith("#")) return {}; // in another document: anything
  let at: unknown = ref.startsWith("#/") ? root : undefined;
  for (const part of ref.split("/").slice(1)) {
    const key = decodeURIComponent(part).replaceAll("~1", "/").replaceAll("~0", "~");
    at = isRecord(at) || Array.isArray(at) ? (at as Record<string, unknown>)[key] : undefined;
  }
  if (at === undefined) throw new TypeError(`schema: nothing at ${ref}`);
  return at;
}

/** The type of a schema's values, or that of what its keywords speak of. */
export const typeOf = ({ type, properties, items, prefixItems }: JsonObject): Json | undefined =>
  type ?? (properties ? "object" : (items ?? prefixItems) ? "array" : undefined);

/** A list's items: those that come first, each of its own schema, and all others. `false`: there are no others. */
export function itemsOf(schema: JsonObject): { readonly prefix?: readonly unknown[]; readonly rest: unknown } {
  const { prefixItems, items, additionalItems } = schema;
  if (Array.isArray(prefixItems)) return { prefix: prefixItems, rest: items ?? false };
  return Array.isArray(items) ? { prefix: items, rest: additionalItems ?? false } : { rest: items };
}

/** How many items a tuple has at least: all that come first, unless the schema says otherwise. */
export const leastOf = ({ minItems }: JsonObject, prefix: number): number =>
  typeof minItems === "number" ? Math.min(minItems, prefix) : prefix;

const TYPES: Readonly<Record<string, (value: unknown) => boolean>> = {
  string: (value) => typeof value === "string",
  number: Number.isFinite,
  integer: Number.isInteger,
  boolean: (value) => typeof value === "boolean",
  null: (value) => value === null,
  array: Array.isArray,
  object: isRecord,
};

/** Whether a value is of a type; of one that JSON Schema does not have, anything is. */
export const isType = (value: unknown, type: string): boolean => TYPES[type]?.(value) ?? true;
