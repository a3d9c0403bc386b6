import type { Json, JsonObject } from "@llm/core";
import type { Random } from "./random.ts";

/** A schema and a value that it accepts. */
export interface Document {
  readonly schema: JsonObject;
  readonly value: Json;
}

const NAMES = [
  "id",
  "name",
  "title",
  "summary",
  "price",
  "tags",
  "created_at",
  "isActive",
  "owner",
  "items",
  "status",
  "notes",
  "address",
  "count",
  "ratio",
  "first-name",
  "kind",
  "email",
  "url",
  "parent",
  "größe",
  "rating",
];
const WORDS = [
  "alpha",
  "the quick brown fox",
  "Zürich",
  "São Paulo",
  "a, b and c",
  "it's fine",
  "50% off",
  "v1.2.3",
  "https://example.org/a?b=c",
  "ann@example.org",
  "日本語",
  "😀 smile",
  "C:\\temp",
  "line one",
  "(see note)",
  "key: value",
  "x = y",
  "-",
  "[draft]",
  "{name}",
  "// not a comment",
  "# heading",
  "tab\there",
  "two\nlines",
  "True story",
  "null and void",
  "007",
  "3.14",
  "yes",
  "",
  " padded ",
  'she said "yes", and left',
  'if (a["b"]) { return; }',
  "<b>bold</b> & more",
  "/* a */ b",
  "ends with \\",
  'it\'s "so"',
];

const text = (random: Random): string => {
  const count = random.chance(0.7) ? 1 : 1 + random.int(4);
  return Array.from({ length: count }, () => random.pick(WORDS)).join(" ");
};

/** A schema and a value of it, at most so deep. */
export function randomDocument(random: Random, depth = 3): Document {
  const kind = depth <= 0 ? random.int(6) : random.int(10);
  switch (kind) {
    case 0:
    case 1:
      return { schema: { type: "string" }, value: text(random) };
    case 2:
      return { schema: { type: "integer" }, value: random.int(100_000) - 20_000 };
    case 3:
      return { schema: { type: "number" }, value: Math.round(random.next() * 1e6) / 1000 };
    case 4:
      return random.chance(0.6)
        ? { schema: { type: "boolean" }, value: random.chance(0.5) }
        : { schema: { type: ["string", "null"] }, value: random.chance(0.4) ? null : text(random) };
    case 5: {
      const values = ["open", "in_progress", "closed", "on-hold"];
      return { schema: { type: "string", enum: values }, value: random.pick(values) };
    }
    case 6:
    case 7: {
      const item = randomDocument(random, depth - 1);
      const values = [item.value];
      // more values of the same schema
      for (let i = random.int(4); i > 0; i--) values.push(again(random, item.schema, item.value));
      return { schema: { type: "array", items: item.schema }, value: random.chance(0.08) ? [] : values };
    }
    default:
      return randomObject(random, depth);
  }
}

/** Another value of a schema that {@link randomDocument} made. */
function again(random: Random, schema: JsonObject, value: Json): Json {
  if (schema["enum"]) return random.pick(schema["enum"] as readonly Json[]);
  if (schema["type"] === "string") return text(random);
  if (schema["type"] === "integer") return random.int(1000);
  if (schema["type"] === "number") return random.int(1000) / 8;
  if (schema["type"] === "boolean") return random.chance(0.5);
  if (schema["type"] !== "object") return value;
  const properties = schema["properties"] as Record<string, JsonObject>;
  return Object.fromEntries(
    Object.entries(value as JsonObject).map(([key, part]) => [key, again(random, properties[key] ?? {}, part)]),
  );
}

/** An object with some properties, all of them required but for a few. */
export function randomObject(random: Random, depth = 3): Document {
  const names = [...NAMES].sort(() => random.next() - 0.5).slice(0, 1 + random.int(6));
  const properties: Record<string, JsonObject> = {};
  const value: Record<string, Json> = {};
  const required: string[] = [];
  for (const name of names) {
    const part = randomDocument(random, depth - 1);
    properties[name] = part.schema;
    const optional = random.chance(0.15);
    if (!optional) required.push(name);
    if (!optional || random.chance(0.5)) value[name] = part.value;
  }
  return { schema: { type: "object", properties, required, additionalProperties: false }, value };
}

/** A list of records of about so many characters of JSON: what a model streams when it answers with a table. */
export function records(length: number): { readonly schema: JsonObject; readonly text: string } {
  const parts: string[] = [];
  let size = 2;
  for (let i = 0; size < length; i++) {
    const part = JSON.stringify({
      id: i,
      name: `Record number ${i}`,
      email: `user${i}@example.org`,
      score: i / 7,
      active: i % 3 === 0,
      status: ["open", "closed", "pending"][i % 3],
      tags: ["alpha", "beta", `tag-${i}`],
      note: i % 5 === 0 ? null : 'A short note, with "quotes" and a line\nbreak.',
    });
    parts.push(part);
    size += part.length + 1;
  }
  return {
    text: `[${parts.join(",")}]`,
    schema: {
      type: "array",
      items: {
        type: "object",
        properties: {
          id: { type: "integer" },
          name: { type: "string" },
          email: { type: "string" },
          score: { type: "number" },
          active: { type: "boolean" },
          status: { enum: ["open", "closed", "pending"] },
          tags: { type: "array", items: { type: "string" } },
          note: { type: ["string", "null"] },
        },
        required: ["id", "name", "email", "score", "active", "status", "tags", "note"],
        additionalProperties: false,
      },
    },
  };
}

/** Those records as a careless model writes them: single quotes, unquoted keys, Python's words, comments, trailing commas. */
export const malformed = (json: string): string =>
  `Here is the list you asked for:\n\n${json
    .replaceAll(/"([a-z]+)":/g, "$1: ")
    .replaceAll("true", "True")
    .replaceAll("false", "False")
    .replaceAll("null", "None")
    .replaceAll("},{", ",}, // next\n {")}`;
