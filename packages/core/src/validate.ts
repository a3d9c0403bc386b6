import { EFFORTS } from "./efforts.ts";
import { LlmError } from "./error.ts";
import { isRecord, type JsonObject } from "./json.ts";
import type { Message, Part } from "./message.ts";
import type { ChatRequest } from "./request.ts";
import { outputName } from "./vendor/output.ts";

/** What is wrong with a value: where within it, and why. Undefined: nothing. */
type Problem = string | undefined;
type Check = (value: unknown) => Problem;

/** How deep JSON may be nested: more than any schema or tool input has, less than what overflows a stack. */
const MAX_DEPTH = 128;

const must =
  (holds: (value: unknown) => boolean, otherwise: string): Check =>
  (value) =>
    holds(value) ? undefined : `: must be ${otherwise}`;

/** The first problem among some items, with the place of the one that has it. */
function first<T>(items: readonly T[], place: (item: T, nth: number) => string, check: (item: T) => Problem): Problem {
  for (const [nth, item] of items.entries()) {
    const problem = check(item);
    if (problem) return place(item, nth) + problem;
  }
  return undefined;
}

const like = (pattern: RegExp, otherwise: string): Check =>
  must((value) => typeof value === "string" && pattern.test(value), otherwise);
const text = like(/^/, "text");
const name = like(/./s, "text that is not empty");
const flag = must((value) => typeof value === "boolean", "true or false");
const record = must(isRecord, "an object");
const between = (low: number, high: number): Check =>
  must((value) => typeof value === "number" && value >= low && value <= high, `a number from ${low} to ${high}`);
const oneOf = (...values: readonly unknown[]): Check =>
  must((value) => values.includes(value), `one of ${values.join(", ")}`);

const list =
  (item: Check): Check =>
  (value) =>
    Array.isArray(value) ? first<unknown>(value, (_, nth) => `[${nth}]`, item) : ": must be a list";

/** No Map, no Date, no bytes: what JSON would make nothing of. */
const isObject = (value: unknown): value is Record<string, unknown> => ({}).toString.call(value) === "[object Object]";

/** JSON: what a request is made of. Fields that are undefined count as absent. */
function json(value: unknown, depth = 0): Problem {
  if (value === null || typeof value === "string" || typeof value === "boolean" || Number.isFinite(value))
    return undefined;
  if (depth > MAX_DEPTH) return `: is nested more than ${MAX_DEPTH} deep`;
  const deeper: Check = (inner) => json(inner, depth + 1);
  if (Array.isArray(value)) return list(deeper)(value);
  if (!isObject(value) || typeof value["toJSON"] === "function") return ": must be JSON";
  return each(deeper)(value);
}
const jsonObject: Check = (value) => record(value) ?? json(value);
/** An object whose fields are all of one kind; those that are undefined count as absent. */
const each =
  (item: Check): Check =>
  (value) =>
    record(value) ??
    first(
      Object.entries(value as object), // as checked
      ([key]) => `.${key}`,
      ([, inner]) => (inner === undefined ? undefined : item(inner)),
    );

/** An object with these fields; those whose name ends in `?` may be absent. */
function fields(checks: Readonly<Record<string, Check>>): Check {
  const rows = Object.entries(checks).map(([key, check]) => [key.replace("?", ""), check, key.endsWith("?")] as const);
  return (value) =>
    isRecord(value)
      ? first(
          rows,
          ([key]) => `.${key}`,
          ([key, check, optional]) => (optional && value[key] === undefined ? undefined : check(value[key])),
        )
      : record(value);
}

/** One of several kinds of object, told apart by a field. */
const kinds = (checks: Readonly<Record<string, Check>>, key = "type"): Check => {
  const known = new Map<unknown, Check>(Object.entries(checks));
  return (value) => {
    const check = isRecord(value) && known.get(value[key]);
    return check ? check(value) : `.${key}${oneOf(...known.keys())(known)}`;
  };
};

const base64 = like(/^[a-z\d+/=\s]+$/i, "base64");
const source: Check = (value) => {
  if (!isRecord(value)) return record(value);
  if ("url" in value) return fields({ url: like(/:/, "a URL") })(value);
  return fields("fileId" in value ? { fileId: name } : { data: base64, mediaType: name })(value);
};
const cache = { "cache?": oneOf("5m", "30m", "1h", "12h") };
const textPart = { text: fields({ text, ...cache }) };
const seen = kinds({
  ...textPart,
  image: fields({ source, "detail?": oneOf("low", "high", "auto"), ...cache }),
  file: fields({ source, "name?": text, ...cache }),
});
const said = kinds({
  ...textPart,
  reasoning: fields({ text, vendor: text, model: text, "data?": jsonObject }),
  "tool-call": fields({ id: name, name, input: json, "malformed?": flag, "data?": jsonObject, ...cache }),
  opaque: fields({ vendor: text, value: json }),
});
const textOr =
  (part: Check): Check =>
  (value) =>
    typeof value === "string" ? undefined : list(part)(value);
const results = list(kinds({ "tool-result": fields({ id: name, output: textOr(seen), "isError?": flag, ...cache }) }));
const system = textOr(kinds(textPart));

const message = kinds(
  {
    system: fields({ content: system }),
    user: fields({ content: textOr(seen) }),
    assistant: fields({ content: textOr(said) }),
    tool: fields({ content: results }),
  },
  "role",
);

/** A list of messages; results of tools belong to calls before them. */
const messages: Check = (value) => {
  const calls = new Set<unknown>();
  return list((item) => {
    const problem = record(item) ?? message(item);
    if (problem) return problem;
    const { content } = item as Message; // as checked
    return first<Part>(
      typeof content === "string" ? [] : content,
      (_, nth) => `.content[${nth}]`,
      (part) => {
        if (part.type === "tool-call") calls.add(part.id);
        return part.type === "tool-result" && !calls.has(part.id)
          ? ".id: must be that of a tool call before it"
          : undefined;
      },
    );
  })(value);
};

const request = fields({
  messages,
  "system?": system,
  "tools?": list(fields({ name, "description?": text, input: jsonObject, "strict?": flag })),
  "toolChoice?": (value) => (isRecord(value) ? fields({ tool: name }) : oneOf("auto", "none", "required"))(value),
  "parallelTools?": flag,
  // a number, as checked
  "maxTokens?": must((value) => Number.isSafeInteger(value) && (value as number) >= 0, "a whole number, not negative"),
  "temperature?": between(0, 2),
  "topP?": between(0, 1),
  "seed?": must(Number.isSafeInteger, "a whole number"),
  "stop?": list(name),
  "effort?": oneOf(...EFFORTS),
  "output?": fields({
    schema: jsonObject,
    "name?": name,
    "instructions?": text,
    "dialects?": each(jsonObject),
    "mode?": oneOf("native", "tool", "instructions"),
  }),
  "user?": text,
  "tier?": text,
  "strict?": flag,
  "task?": text,
  "options?": each(jsonObject),
});

/**
 * Tools have names of their own, and a choice needs one of them or the one that takes the answer. Which tools a vendor
 * runs for options of its own is not known.
 */
function named(request: ChatRequest): Problem {
  const { tools = [], toolChoice, options = {}, output } = request;
  const names = new Set<unknown>(tools.map((tool) => tool.name));
  if (names.size < tools.length) return ".tools: names must differ";
  if (output) names.add(outputName(request));
  const known = isRecord(toolChoice) ? names.has(toolChoice.tool) : toolChoice !== "required" || names.size > 0;
  const hosted = Object.values<JsonObject | undefined>(options).some((own) => own?.["tools"]);
  return known || hosted ? undefined : ".toolChoice: there is no such tool";
}

/**
 * Checks that a request is one: what the type says, that each tool result answers a call before it, that tools differ by
 * name, and that a choice can be met. The adapters do this before anything is sent. What a vendor or a model makes
 * of it is theirs to say.
 *
 * @param at the model that it is for, for the error
 * @throws LlmError `invalid-request`, its message beginning with the path of the first field that is wrong
 * @example
 * ```ts
 * validate({ messages: [{ role: "user", content: "Hello" }], maxTokens: 100 }); // -1: "maxTokens: must be …"
 * ```
 */
export function validate(value: ChatRequest, at?: { readonly vendor: string; readonly model: string }): void {
  const problem = request(value) ?? named(value);
  if (problem === undefined) return;
  throw new LlmError("invalid-request", `request${problem}`.replace("request.", ""), at);
}
