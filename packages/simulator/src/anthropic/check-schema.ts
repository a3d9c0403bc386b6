import { isObject, plain, type Json } from "../json.ts";

/** Keywords that structured outputs do not take, by the type that they belong to. */
const UNSUPPORTED: Readonly<Record<string, readonly string[]>> = {
  integer: ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"],
  number: ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"],
  string: ["minLength", "maxLength"],
  array: ["maxItems", "uniqueItems", "contains", "prefixItems"],
  object: ["patternProperties", "minProperties", "maxProperties", "propertyNames"],
};

const FORMATS: ReadonlySet<unknown> = new Set([
  "date-time",
  "time",
  "date",
  "duration",
  "email",
  "hostname",
  "uri",
  "ipv4",
  "ipv6",
  "uuid",
]);

/** Keywords that no node may have. */
const NOWHERE = ["oneOf", "not", "if", "then", "else", "dependentRequired", "dependentSchemas"];

function checkNode(node: unknown, root: Json, chain: readonly string[]): string | undefined {
  if (!isObject(node)) return undefined;
  if (typeof node["$ref"] === "string") {
    const ref = node["$ref"];
    if (!ref.startsWith("#")) return `External \`$ref\` is not supported: ${ref}`;
    if (chain.includes(ref)) return "Recursive schemas are not supported";
    let at: unknown = root;
    for (const step of ref.replace(/^#\/?/, "").split("/").filter(Boolean)) at = isObject(at) ? at[step] : undefined;
    return at === undefined ? `Unresolvable \`$ref\`: ${ref}` : checkNode(at, root, [...chain, ref]);
  }
  for (const keyword of NOWHERE) if (keyword in node) return `Schema keyword '${keyword}' is not supported`;
  const types = Array.isArray(node["type"]) ? node["type"] : [node["type"]];
  for (const type of types)
    for (const keyword of UNSUPPORTED[String(type)] ?? [])
      if (keyword in node) return `For '${String(type)}' type, property '${keyword}' is not supported`;
  if (types.includes("array") && node["minItems"] !== undefined && node["minItems"] !== 0 && node["minItems"] !== 1)
    return "For 'array' type, 'minItems' values other than 0 or 1 are not supported";
  if (types.includes("string") && node["format"] !== undefined && !FORMATS.has(node["format"]))
    return `For 'string' type, format '${plain(node["format"])}' is not supported`;
  if (types.includes("object") && node["additionalProperties"] !== false)
    return "For 'object' type, 'additionalProperties' must be explicitly set to false";
  return checkChildren(node, root, chain);
}

function checkChildren(node: Json, root: Json, chain: readonly string[]): string | undefined {
  const children: unknown[] = [node["items"]];
  for (const keyword of ["properties", "$defs", "definitions"])
    if (isObject(node[keyword])) children.push(...Object.values(node[keyword]));
  for (const keyword of ["anyOf", "allOf"])
    if (Array.isArray(node[keyword])) children.push(...(node[keyword] as unknown[]));
  for (const child of children) {
    const wrong = checkNode(child, root, chain);
    if (wrong) return wrong;
  }
  return undefined;
}

/** What structured outputs do not take of a schema; undefined if they take it all. */
export function checkSchema(schema: Json): string | undefined {
  return checkNode(schema, schema, []);
}
