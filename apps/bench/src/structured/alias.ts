type Node = Readonly<Record<string, unknown>>;
const isNode = (value: unknown): value is Node => typeof value === "object" && value !== null && !Array.isArray(value);

/**
 * Renames what a model wrote by its aliases to the schema's names: a favour to the peers, which know of no schema. Where
 * several options are possible all of their aliases count.
 */
export function withoutAliases(value: unknown, schema: Node, root: Node = schema, depth = 0): unknown {
  if (depth > 40) return value;
  const go = (part: unknown, inner: unknown): unknown =>
    isNode(inner) ? withoutAliases(part, inner, root, depth + 1) : part;
  if (typeof schema["$ref"] === "string") {
    const target = schema["$ref"]
      .split("/")
      .slice(1)
      .reduce<unknown>((at, key) => (isNode(at) ? at[key] : undefined), root);
    return go(value, target);
  }
  const options = schema["anyOf"] ?? schema["oneOf"];
  if (Array.isArray(options)) return options.reduce<unknown>((current, option) => go(current, option), value);
  if (typeof value === "string" && isNode(schema["x-enumAliases"]))
    return Object.entries(schema["x-enumAliases"]).find(([, alias]) => alias === value)?.[0] ?? value;
  if (Array.isArray(value)) return value.map((item) => go(item, schema["items"]));
  if (!isNode(value)) return value;
  const properties = isNode(schema["properties"]) ? schema["properties"] : {};
  const byAlias = new Map(
    Object.entries(properties).flatMap(([name, part]) =>
      isNode(part) && typeof part["x-alias"] === "string" ? [[part["x-alias"], name] as const] : [],
    ),
  );
  return Object.fromEntries(
    Object.entries(value).map(([key, part]) => {
      const name = byAlias.get(key) ?? key;
      return [name, go(part, properties[name] ?? schema["additionalProperties"])];
    }),
  );
}
