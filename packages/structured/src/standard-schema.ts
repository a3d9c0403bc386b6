import type { JsonObject } from "@llm/core";
import { isRecord } from "@llm/core";

/** What a Standard Schema says about a value. */
export type StandardResult<Out> =
  | { readonly value: Out; readonly issues?: undefined }
  | {
      readonly issues: readonly {
        readonly message: string;
        readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
      }[];
    };

/** How a Standard Schema is asked for its JSON Schema. */
interface JsonSchemaOptions {
  readonly target: string;
  readonly libraryOptions?: Record<string, unknown>;
}

/**
 * A Standard Schema that gives JSON Schema: zod from 4.2, zod/mini through `z.toJSONSchema`, valibot through
 * `toStandardJsonSchema`, arktype. The shape is the public interface of https://standardschema.dev; no library is imported.
 */
export interface StandardSchema<Out> {
  readonly "~standard": {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (value: unknown) => StandardResult<Out> | Promise<StandardResult<Out>>;
    readonly types?: { readonly input: unknown; readonly output: Out } | undefined;
    readonly jsonSchema: {
      readonly input: (options: JsonSchemaOptions) => Record<string, unknown>;
      readonly output: (options: JsonSchemaOptions) => Record<string, unknown>;
    };
  };
}

/** What plain JSON Schema has not; the values that it is of. */
interface Plain<Out> {
  readonly "~standard"?: undefined;
  readonly length?: undefined;
  readonly __out?: Out;
}

/**
 * A schema for typed output: a Standard Schema with JSON Schema, or plain JSON Schema, be it a literal, a record or of an
 * interface (its values are `unknown` unless `Out` says what they are).
 */
export type Schema<Out = unknown> =
  | StandardSchema<Out>
  | (Plain<Out> & Readonly<Record<string, unknown>>)
  | (Plain<Out> & object);

/** The type of the values that a schema accepts. */
export type Infer<S> =
  S extends StandardSchema<infer Out> ? Out : S extends { readonly __out?: infer Out } ? Out : unknown;

/** Whether a schema brings its own validation. */
export const isStandard = <Out>(schema: Schema<Out> | null | undefined): schema is StandardSchema<Out> =>
  schema?.["~standard"] !== undefined;

const MAX_SAFE = Number.MAX_SAFE_INTEGER;

/** zod's public name for what a schema is made of. */
export const INTERNALS = "_zod";

/**
 * What zod's own conversion cannot say: dates, bigints, sets and maps become schemas of our own dialect, where `x-type`
 * names the type. `def` is zod's public description of a schema.
 */
const unrepresentable =
  (active: readonly unknown[]) =>
  (context: {
    zodSchema: { readonly [INTERNALS]: { readonly def: Record<string, unknown> } };
  }): Record<string, unknown> => {
    const { def } = context.zodSchema[INTERNALS];
    const values = def["values"] as readonly unknown[]; // of a literal
    const inner = (value: unknown): unknown => {
      const part = value as StandardSchema<unknown>; // a schema of zod's
      // one of zod/mini cannot say what it is
      return active.includes(value) || !("jsonSchema" in part["~standard"]) ? {} : convert(part, [...active, value]);
    };
    switch (def["type"]) {
      case "date":
        return { type: "string", format: "date-time", "x-type": "date" };
      case "bigint":
        return { type: "integer", "x-type": "bigint" };
      case "set":
        return { type: "array", "x-type": "set", items: inner(def["valueType"]) };
      case "map":
        return { type: "array", "x-type": "map", "x-key": inner(def["keyType"]), "x-value": inner(def["valueType"]) };
      case "undefined":
      case "void":
        return { type: "null", "x-type": "undefined" };
      case "nan":
        return { type: "null", "x-type": "nan" };
      case "literal":
        return {
          enum: values.map((v) => (typeof v === "bigint" ? String(v) : (v ?? null))),
          "x-type": values.some((v) => typeof v === "bigint") ? "bigint" : "undefined",
        };
      default:
        return {};
    }
  };

/** What zod says of a schema, or of one of its checks. */
interface ZodPart {
  readonly [INTERNALS]: { readonly def: { readonly pattern?: RegExp; readonly checks?: readonly ZodPart[] } };
}

/** Beside these formats of zod's only the pattern says what is meant. */
const VAGUE: ReadonlySet<unknown> = new Set(["starts_with", "ends_with", "includes"]);

/**
 * Takes away what zod adds: bounds of every integer that say nothing, long patterns beside a format, and defaults, which may
 * be no JSON and which it fills in itself. Puts back what it leaves out: the flags of a pattern, within it.
 */
const tidy = (context: { readonly zodSchema: ZodPart; readonly jsonSchema: Record<string, unknown> }): void => {
  const { jsonSchema: schema, zodSchema } = context;
  delete schema["default"];
  if (schema["minimum"] === -MAX_SAFE) delete schema["minimum"];
  if (schema["maximum"] === MAX_SAFE) delete schema["maximum"];
  if (VAGUE.has(schema["format"])) delete schema["format"];
  if (schema["format"] !== undefined) delete schema["pattern"];
  const parts = [schema, schema["allOf"] ?? []].flat() as Record<string, unknown>[]; // of several patterns each is one
  for (const check of zodSchema[INTERNALS].def.checks ?? []) {
    const { source, flags = "" } = check[INTERNALS].def.pattern ?? {};
    const more = flags.replace(/[dguy]/g, "");
    for (const part of parts) if (more !== "" && part["pattern"] === source) part["pattern"] = `(?${more}:${source})`;
  }
};

const convert = (schema: StandardSchema<unknown>, active: readonly unknown[]): Record<string, unknown> =>
  schema["~standard"].jsonSchema.input({
    target: "draft-2020-12",
    ...(schema["~standard"].vendor === "zod" && {
      libraryOptions: { unrepresentable: unrepresentable(active), override: tidy },
    }),
  });

/**
 * The JSON Schema of what goes into a schema, that is of what a model has to write. Beyond JSON Schema it may hold `x-type`
 * for dates, bigints, sets and maps.
 *
 * @throws TypeError when the schema gives no JSON Schema.
 */
export function toJsonSchema(schema: Schema): JsonObject {
  if (!isStandard(schema)) {
    if (!isRecord(schema)) throw new TypeError("schema: expected a Standard Schema or a JSON Schema object");
    return schema as JsonObject; // what JSON Schema is made of
  }
  const standard: Partial<StandardSchema<unknown>["~standard"]> = schema["~standard"];
  if (!standard.jsonSchema) {
    const { vendor = "" } = standard;
    const zod = 'z.toJSONSchema(schema, { unrepresentable: "any" }) (zod itself does from 4.2, zod/mini not)';
    const way = vendor === "zod" ? zod : vendor === "valibot" ? "toStandardJsonSchema(schema)" : "its JSON Schema";
    throw new TypeError(`schema: this ${vendor} schema gives no JSON Schema by itself; pass ${way}`);
  }
  return convert(schema, [schema]) as JsonObject; // as well
}
