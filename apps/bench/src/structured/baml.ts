import type { BamlRuntime as Runtime } from "@boundaryml/baml";

/*
 * BAML's native engine as a peer. It has a language of its own for types: a JSON Schema is written in it, and what it
 * returns is renamed back where a name cannot be said in it.
 */

type Node = Readonly<Record<string, unknown>>;
/** Reads a text as a schema: the value, or an exception. */
export type Parse = (text: string, partial?: boolean) => unknown;

const isNode = (value: unknown): value is Node => typeof value === "object" && value !== null && !Array.isArray(value);
const raw = (text: unknown): string => `##"${String(text)}"##`;
const IDENTIFIER = /^[A-Za-z][A-Za-z0-9_]*$/;

/** Bounds as BAML says them: in a template over the value. */
const BOUNDS: Readonly<Record<string, string>> = {
  minimum: "this >=",
  exclusiveMinimum: "this >",
  maximum: "this <=",
  exclusiveMaximum: "this <",
  minLength: "this|length >=",
  maxLength: "this|length <=",
  minItems: "this|length >=",
  maxItems: "this|length <=",
};

/** A schema in BAML's language, and the names that had to be changed: by class, ours by theirs. */
function write(root: Node): { readonly source: string; readonly names: ReadonlyMap<string, string> } {
  const definitions = isNode(root["$defs"]) ? root["$defs"] : {};
  const blocks: string[] = [];
  const names = new Map<string, string>();
  const written = new Set<string>();
  let count = 0;

  const attributes = (schema: Node, level: "@" | "@@"): string =>
    [
      ...(schema["x-alias"] !== undefined && level === "@" ? [`@alias(${raw(schema["x-alias"])})`] : []),
      ...(typeof schema["description"] === "string" && level === "@"
        ? [`@description(${raw(schema["description"])})`]
        : []),
      ...Object.entries(BOUNDS).flatMap(([keyword, test]) =>
        typeof schema[keyword] === "number" && level === "@"
          ? [`@assert(${keyword}, {{ ${test} ${schema[keyword]} }})`]
          : [],
      ),
      ...(Array.isArray(schema["x-stream"]) ? schema["x-stream"].map(String) : []).filter((one) =>
        level === "@@" ? one.startsWith("@@") : !one.startsWith("@@"),
      ),
    ].join(" ");

  const writeClass = (name: string, schema: Node): string => {
    const required = Array.isArray(schema["required"]) ? schema["required"] : [];
    const fields = Object.entries(isNode(schema["properties"]) ? schema["properties"] : {}).map(([key, part]) => {
      const field = IDENTIFIER.test(key) ? key : `renamed${++count}`;
      if (field !== key) names.set(field, key);
      const property = isNode(part) ? part : {};
      const alias = field !== key && property["x-alias"] === undefined ? `@alias(${raw(key)})` : "";
      const type = typeOf(property);
      const optional = required.includes(key) || type === "null" ? type : `(${type} | null)`;
      return `  ${field} ${optional} ${attributes(property, "@")} ${alias}`;
    });
    blocks.push(`class ${name} {\n${fields.join("\n")}\n  ${attributes(schema, "@@")}\n}`);
    return name;
  };

  const writeEnum = (name: string, schema: Node, values: readonly unknown[]): string => {
    const aliases = isNode(schema["x-enumAliases"]) ? schema["x-enumAliases"] : {};
    const descriptions = isNode(schema["x-enumDescriptions"]) ? schema["x-enumDescriptions"] : {};
    const lines = values.map((value) => {
      const key = String(value);
      const alias = aliases[key] === undefined ? "" : ` @alias(${raw(aliases[key])})`;
      return `  ${key}${alias}${descriptions[key] === undefined ? "" : ` @description(${raw(descriptions[key])})`}`;
    });
    blocks.push(`enum ${name} {\n${lines.join("\n")}\n}`);
    return name;
  };

  const typeOf = (schema: Node, name?: string): string => {
    if (typeof schema["$ref"] === "string") {
      const target = schema["$ref"].split("/").at(-1) ?? "";
      const definition = definitions[target];
      if (!written.has(target) && isNode(definition)) {
        written.add(target);
        const isBlock = definition["type"] === "object" && isNode(definition["properties"]);
        const type = typeOf(definition, target);
        if (!isBlock && type !== target) blocks.push(`type ${target} = ${type}`);
      }
      return target;
    }
    const own = (): string => name ?? `Made${++count}`;
    if ("const" in schema) return JSON.stringify(schema["const"]);
    if (Array.isArray(schema["enum"])) {
      const values: readonly unknown[] = schema["enum"];
      const named = values.every((value) => typeof value === "string" && /^[A-Z][A-Za-z0-9_]*$/.test(value));
      return named ? writeEnum(own(), schema, values) : `(${values.map((value) => JSON.stringify(value)).join(" | ")})`;
    }
    const options = schema["anyOf"] ?? schema["oneOf"];
    if (Array.isArray(options)) return `(${options.map((one: unknown) => typeOf(isNode(one) ? one : {})).join(" | ")})`;
    const { type } = schema;
    if (Array.isArray(type)) return `(${type.map((one: unknown) => typeOf({ ...schema, type: one })).join(" | ")})`;
    if (type === "array") return `(${typeOf(isNode(schema["items"]) ? schema["items"] : {})})[]`;
    if (type === "object" && isNode(schema["properties"])) return writeClass(own(), schema);
    if (type === "object") {
      const keys = isNode(schema["propertyNames"]) ? typeOf(schema["propertyNames"]) : "string";
      return `map<${keys}, ${typeOf(isNode(schema["additionalProperties"]) ? schema["additionalProperties"] : {})}>`;
    }
    const simple: Record<string, string> = { integer: "int", number: "float", boolean: "bool", null: "null" };
    return simple[String(type)] ?? "string";
  };

  const type = typeOf(root);
  const source = `${blocks.join("\n\n")}
client<llm> Nobody {
  provider openai
  options {
    model "none"
    api_key "none"
  }
}

function Read() -> ${type} {
  client Nobody
  prompt #"none"#
}
`;
  return { source, names };
}

function rename(value: unknown, names: ReadonlyMap<string, string>): unknown {
  if (Array.isArray(value)) return value.map((item) => rename(item, names));
  if (!isNode(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [names.get(key) ?? key, rename(part, names)]));
}

/** BAML's parser for a schema; undefined where its native engine is not there for this platform. */
export async function loadBaml(): Promise<((schema: Node) => Parse) | undefined> {
  process.env["BAML_LOG"] = process.env["RUST_LOG"] = "off"; // it prints what it cannot read
  let BamlRuntime: typeof Runtime;
  try {
    ({ BamlRuntime } = await import("@boundaryml/baml"));
  } catch {
    console.warn("skipped: BAML has no native engine for this platform");
    return undefined;
  }
  return (schema) => {
    const { source, names } = write(schema);
    const runtime = BamlRuntime.fromFiles(".", { "main.baml": source }, {});
    const context = runtime.createContextManager();
    return (text, partial = false) => {
      const value: unknown = runtime.parseLlmResponse("Read", text, partial, context, undefined, undefined, {});
      return names.size === 0 ? value : rename(value, names);
    };
  };
}
