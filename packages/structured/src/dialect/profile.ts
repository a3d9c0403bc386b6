/** What a vendor's strict mode accepts, as of a date. All of it is data: a new rule is a new row. */
export interface Profile {
  readonly name: string;
  /** When the rules were looked up, and where. */
  readonly asOf: string;
  readonly source: string;
  /** Formats of strings that it takes; all others are left to local validation. */
  readonly formats: ReadonlySet<string>;
  /** Bounds that it takes. */
  readonly bounds: ReadonlySet<string>;
  /** The largest `minItems` that it takes. */
  readonly minItems: number;
  /** A schema may refer to itself. */
  readonly recursion: boolean;
  /** How many properties may be left out of `required`, in all strict schemas of a request. */
  readonly maxOptional: number;
  /** How many unions they may have, those with null too; counted wherever they stand. */
  readonly maxUnions?: number;
  /** Limits on the whole schema; absent: none is published. */
  readonly maxProperties?: number;
  readonly maxDepth?: number;
  readonly maxEnumValues?: number;
  /** Characters of all names and values together. */
  readonly maxCharacters?: number;
}

const openai: Profile = {
  name: "openai",
  asOf: "2026-11-22",
  source: "https://platform.openai.com/docs/guides/structured-outputs#supported-schemas",
  formats: new Set(["date-time", "time", "date", "duration", "email", "hostname", "ipv4", "ipv6", "uuid"]),
  bounds: new Set([
    "pattern",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
    "minItems",
    "maxItems",
  ]),
  minItems: Infinity,
  recursion: true,
  maxOptional: 0,
  maxProperties: 5000,
  maxDepth: 10,
  maxEnumValues: 1000,
  maxCharacters: 120_000,
};

const anthropic: Profile = {
  name: "anthropic",
  asOf: "2026-11-25",
  source: "https://platform.claude.com/docs/en/build-with-claude/structured-outputs#json-schema-limitations",
  formats: new Set(["date-time", "time", "date", "duration", "email", "hostname", "uri", "ipv4", "ipv6", "uuid"]),
  bounds: new Set(["minItems"]),
  minItems: 1,
  recursion: false,
  maxOptional: 24,
  maxUnions: 16,
};

/** The profiles by the key under which an adapter looks for its lowering. */
export const profiles: Readonly<Record<"openai" | "anthropic", Profile>> = { openai, anthropic };
