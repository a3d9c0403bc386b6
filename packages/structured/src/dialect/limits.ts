import type { Json, JsonObject, Tool } from "@llm/core";
import { LlmError } from "@llm/core";
import type { Profile } from "./profile.ts";

/** The error that a schema has more of something than a vendor takes. */
export const refusal = ({ name, asOf }: Profile, found: string, most: number | string): LlmError =>
  new LlmError("unsupported", `the schema has ${found}; ${name} takes ${most} (as of ${asOf})`);

/** How much of what vendors limit a schema has. */
interface Size {
  properties: number;
  /** Properties that may be missing. */
  optional: number;
  unions: number;
  /** Values of enumerations. */
  values: number;
  /** Characters of names and values. */
  characters: number;
  /** Levels of objects. */
  depth: number;
}

function sizeOf(schema: JsonObject): Size {
  const size: Size = { properties: 0, optional: 0, unions: 0, values: 0, characters: 0, depth: 0 };
  const visit = (part: unknown, depth: number): void => {
    if (typeof part !== "object" || part === null) return;
    const s = part as JsonObject; // schemas hold schemas
    if (s["properties"] !== undefined) {
      const required = new Set(s["required"] as readonly string[] | undefined);
      size.depth = Math.max(size.depth, depth + 1);
      for (const [name, inner] of Object.entries(s["properties"] as JsonObject)) {
        size.properties++;
        if (!required.has(name)) size.optional++;
        size.characters += name.length;
        visit(inner, depth + 1);
      }
    }
    if (Array.isArray(s["enum"])) {
      size.values += s["enum"].length;
      for (const value of s["enum"]) size.characters += String(value).length;
    }
    visit(s["items"], depth);
    const options = s["anyOf"] ?? s["oneOf"];
    if (options !== undefined || Array.isArray(s["type"])) size.unions++;
    for (const option of (options as readonly Json[] | undefined) ?? []) visit(option, depth);
    for (const [name, inner] of Object.entries((s["$defs"] as JsonObject | undefined) ?? {})) {
      size.characters += name.length;
      visit(inner, 0);
    }
  };
  visit(schema, 0);
  return size;
}

/** What is left of a vendor's limits beside the strict tools of a request: some are for all of its schemas together. */
export function left(profile: Profile, tools: readonly Tool[]): Profile {
  let { maxOptional, maxUnions = Infinity } = profile;
  for (const { input } of tools) {
    const { optional, unions } = sizeOf(input);
    maxOptional = Math.max(0, maxOptional - optional);
    maxUnions = Math.max(0, maxUnions - unions);
  }
  return { ...profile, maxOptional, maxUnions };
}

/** Measures a lowered schema against a vendor's limits. Throws the error that says what is past them. */
export function check(schema: JsonObject, profile: Profile): void {
  const { properties, unions, values, characters, depth } = sizeOf(schema);
  const limit = (what: string, found: number, most = Infinity): void => {
    if (found > most) throw refusal(profile, `${found} ${what}`, most);
  };
  // what is past `maxOptional` has become a union with null
  const all = `unions, with what may be null and optional properties past the first ${profile.maxOptional}`;
  limit(all, unions, profile.maxUnions);
  limit("properties", properties, profile.maxProperties);
  limit("levels of nesting", depth, profile.maxDepth);
  limit("enumeration values", values, profile.maxEnumValues);
  limit("characters of names and values", characters, profile.maxCharacters);
}
