import { isObject, plain, type Json } from "../json.ts";

/** Keywords that strict structured outputs do not take. */
const UNSUPPORTED = (
  "allOf oneOf not if then else dependentRequired dependentSchemas dependencies patternProperties propertyNames unevaluatedProperties " +
  "unevaluatedItems prefixItems contains minContains maxContains uniqueItems minProperties maxProperties contentEncoding contentMediaType"
).split(" ");

/** Limits of a strict schema: levels of nesting, and properties in all. */
const DEEPEST = 10;
const MOST_PROPERTIES = 5_000;

/** What is summed up over a whole schema. */
interface Walk {
  properties: number;
}

function context(path: readonly string[]): string {
  return path.length === 0 ? "()" : `(${path.map((step) => `'${step}'`).join(", ")}${path.length === 1 ? "," : ""})`;
}

function checkObject(node: Json, path: readonly string[], walk: Walk): string | undefined {
  if (node["additionalProperties"] !== false)
    return `In context=${context(path)}, 'additionalProperties' is required to be supplied and to be false.`;
  const properties = isObject(node["properties"]) ? Object.keys(node["properties"]) : [];
  walk.properties += properties.length;
  if (walk.properties > MOST_PROPERTIES) return `Exceeded the limit of ${MOST_PROPERTIES} properties.`;
  const required: readonly unknown[] = Array.isArray(node["required"]) ? node["required"] : [];
  const missing = properties.find((key) => !required.includes(key));
  if (missing !== undefined)
    return `In context=${context(path)}, 'required' is required to be supplied and to be an array including every key in properties. Missing '${missing}'.`;
  const extra = required.find((key) => !properties.includes(String(key)));
  return extra === undefined
    ? undefined
    : `In context=${context(path)}, 'required' is required to be supplied and to be an array including every key in properties. Extra required key '${plain(extra)}' supplied.`;
}

function checkNode(node: unknown, path: readonly string[], level: number, walk: Walk): string | undefined {
  if (!isObject(node)) return `In context=${context(path)}, schema must be an object.`;
  if (level > DEEPEST) return `Exceeded the limit of ${DEEPEST} levels of nesting.`;
  for (const keyword of UNSUPPORTED)
    if (keyword in node) return `In context=${context(path)}, '${keyword}' is not permitted.`;
  if (typeof node["$ref"] === "string") return undefined;
  const { type, anyOf } = node;
  if (type === undefined && anyOf === undefined && node["enum"] === undefined && node["const"] === undefined)
    return `In context=${context(path)}, schema must have a 'type' key.`;
  const types: readonly unknown[] = Array.isArray(type) ? type : [type];
  if (types.includes("object")) {
    const wrong = checkObject(node, path, walk);
    if (wrong) return wrong;
  }
  if (types.includes("array") && node["items"] === undefined)
    return `In context=${context(path)}, array schema missing items.`;
  return checkChildren(node, path, level, walk);
}

function checkChildren(node: Json, path: readonly string[], level: number, walk: Walk): string | undefined {
  const children: (readonly [unknown, readonly string[], number])[] = [];
  for (const keyword of ["properties", "$defs", "definitions"])
    if (isObject(node[keyword]))
      for (const [key, child] of Object.entries(node[keyword]))
        children.push([child, [...path, keyword, key], level + 1]);
  if (node["items"] !== undefined) children.push([node["items"], [...path, "items"], level + 1]);
  if (Array.isArray(node["anyOf"]))
    for (const [index, child] of (node["anyOf"] as readonly unknown[]).entries())
      children.push([child, [...path, "anyOf", String(index)], level]);
  for (const [child, at, depth] of children) {
    const wrong = checkNode(child, at, depth, walk);
    if (wrong) return wrong;
  }
  return undefined;
}

/** What strict structured outputs do not take of a schema; undefined if they take it all. */
export function checkStrictSchema(schema: unknown): string | undefined {
  if (!isObject(schema)) return "schema must be an object.";
  if (schema["type"] !== "object" || schema["anyOf"] !== undefined)
    return `schema must be a JSON Schema of 'type: "object"', got 'type: "${plain(schema["type"] ?? "None")}"'.`;
  return checkNode(schema, [], 0, { properties: 0 });
}
