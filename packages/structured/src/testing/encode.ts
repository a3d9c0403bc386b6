import type { Json, JsonObject } from "@llm/core";
import { isRecord } from "@llm/core";
import { JSON_TEXT, REST } from "../dialect/rest.ts";

/**
 * Writes a JSON value as a model does that is held to a lowered schema: what a strict mode would let it say. For tests of
 * the way back.
 *
 * @throws Error when the value cannot be said in the schema
 */
export function encode(value: Json | undefined, schema: JsonObject, root: JsonObject = schema): Json {
  if (typeof schema["$ref"] === "string") {
    const target = schema["$ref"]
      .split("/")
      .slice(1)
      .reduce<unknown>((at, key) => (isRecord(at) ? at[key] : undefined), root);
    return encode(value, target as JsonObject, root);
  }
  if (Array.isArray(schema["anyOf"])) {
    for (const option of schema["anyOf"] as readonly JsonObject[]) {
      try {
        return encode(value, option, root);
      } catch {
        // the next one
      }
    }
    throw new Error(`nothing takes ${JSON.stringify(value)}`);
  }
  const fail = (): never => {
    throw new Error(`${JSON.stringify(schema)} does not take ${JSON.stringify(value)}`);
  };
  if (Array.isArray(schema["enum"])) return value !== undefined && schema["enum"].includes(value) ? value : fail();
  switch (schema["type"]) {
    case "null":
      return value === null || value === undefined ? null : fail();
    case "string": {
      if (value === undefined) return fail();
      const described = typeof schema["description"] === "string" ? schema["description"] : "";
      if (described.includes("JSON text")) return JSON.stringify(value);
      if (typeof value === "string") return value;
      return described.includes("an integer") ? JSON.stringify(value) : fail();
    }
    case "integer":
      return Number.isInteger(value) ? (value as number) : fail();
    case "number":
      return typeof value === "number" ? value : fail();
    case "boolean":
      return typeof value === "boolean" ? value : fail();
    case "array": {
      const items = schema["items"] as JsonObject;
      if (Array.isArray(value)) return value.map((item) => encode(item as Json, items, root));
      const pair = Object.keys((items["properties"] as JsonObject | undefined) ?? {}).join() === "key,value";
      return pair && isRecord(value)
        ? Object.entries(value).map(([key, part]) => encode({ key, value: part }, items, root))
        : fail();
    }
    default: {
      const properties = schema["properties"] as Readonly<Record<string, JsonObject>>;
      const names = Object.keys(properties);
      const required = schema["required"] as readonly string[];
      const texts = names.join() === JSON_TEXT && JSON.stringify(properties[JSON_TEXT]).includes("JSON text");
      if (texts && value !== undefined) return { [JSON_TEXT]: JSON.stringify(value) };
      if (Array.isArray(value)) {
        if (names.length > 0 && !names.includes("0") && !names.includes("rest")) {
          return names.join() === "key,value"
            ? {
                key: encode(value[0] as Json, properties["key"] ?? {}, root),
                value: encode(value[1] as Json, properties["value"] ?? {}, root),
              }
            : fail();
        }
        const fixed = names.filter((name) => name !== "rest");
        if (value.length > fixed.length && !names.includes("rest")) return fail();
        return Object.fromEntries(
          names
            .filter((name) => name === "rest" || Number(name) < value.length || required.includes(name))
            .map((name) => [
              name,
              encode(
                (name === "rest" ? value.slice(fixed.length) : value[Number(name)]) as Json,
                properties[name] ?? {},
                root,
              ),
            ]),
        );
      }
      if (!isRecord(value)) return fail();
      let rest = REST;
      while (names.includes(`${rest}_`)) rest += "_"; // the longest of them is the vendor's
      const extra = Object.entries(value).filter(([key]) => !names.includes(key));
      if (extra.length > 0 && !names.includes(rest)) return fail();
      const given = names.filter((name) => value[name] !== undefined || required.includes(name));
      return Object.fromEntries(
        given.map((name) => [
          name,
          encode(name === rest ? Object.fromEntries(extra) : value[name], properties[name] ?? {}, root),
        ]),
      );
    }
  }
}
