import type { JsonObject } from "@llm/core";
import { validate } from "./rules.ts";
import { INTERNALS, isStandard, toJsonSchema } from "./standard-schema.ts";
import type { Schema, StandardResult, StandardSchema } from "./standard-schema.ts";

const items = new WeakMap<object, Schema>();

type Issues = Extract<StandardResult<unknown>, { readonly issues: readonly unknown[] }>["issues"];

/** A schema of a list of values of another schema. */
export function listSchema<Item>(item: Schema<Item>): Schema<Item[]> {
  if (!isStandard(item)) {
    // its references are its own
    const own: JsonObject = { $schema: "https://json-schema.org/draft/2020-12/schema", ...toJsonSchema(item) };
    const schema = { type: "array", items: own };
    const json = (): JsonObject => own;
    const check = (value: unknown): StandardResult<unknown> => validate(own, value);
    items.set(schema, {
      "~standard": { version: 1, vendor: "json", validate: check, jsonSchema: { input: json, output: json } },
    });
    return schema;
  }
  const json = (): JsonObject => ({ type: "array", items: toJsonSchema(item) });
  const check = async (value: unknown): Promise<StandardResult<Item[]>> => {
    if (!Array.isArray(value)) return { issues: [{ message: "expected a list" }] };
    const results = await Promise.all(value.map(async (one) => item["~standard"].validate(one)));
    const issues = results.flatMap((result, i): Issues =>
      (result.issues ?? []).map((issue) => ({ ...issue, path: [i, ...(issue.path ?? [])] })),
    );
    if (issues.length > 0) return { issues };
    return { value: results.map((result) => (result as { readonly value: Item }).value) }; // none has issues
  };
  const schema: StandardSchema<Item[]> = {
    "~standard": {
      version: 1,
      vendor: item["~standard"].vendor,
      validate: check,
      jsonSchema: { input: json, output: json },
    },
  };
  items.set(schema, item);
  return schema;
}

/** What zod says of a schema. */
interface Definition {
  readonly type?: unknown;
  readonly element?: unknown;
  readonly innerType?: unknown;
  readonly in?: unknown;
  readonly out?: unknown;
}

/** Whether a schema of zod's makes something else of what it reads. */
export const remakes = (schema: unknown): boolean => {
  const def = (schema as { readonly [INTERNALS]?: { readonly def: Definition } } | undefined)?.[INTERNALS]?.def;
  return def !== undefined && (def.type === "pipe" || remakes(def.innerType));
};

/**
 * The schemas that a list's items pass, one after the other, where they can be known: of our own lists, zod's and valibot's.
 * What else a list passes, as a transform of the whole, is for the end to see.
 */
export function itemSchemas(schema: unknown): StandardSchema<unknown>[] {
  if ((typeof schema !== "object" && typeof schema !== "function") || schema === null) return [];
  const { [INTERNALS]: internals, item = items.get(schema) } = schema as {
    readonly [INTERNALS]?: { readonly def: Definition };
    readonly item?: unknown;
  };
  const { element = item, innerType, in: first, out: then }: Definition = internals?.def ?? {};
  if (element === undefined) return [innerType, first, then].flatMap(itemSchemas);
  return isStandard(element as Schema) ? [element as StandardSchema<unknown>] : []; // what a list of zod or valibot holds
}
