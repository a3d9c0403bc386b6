import { LlmError } from "./error.ts";
import { isRecord } from "./json.ts";
import type { ChatRequest, Effort } from "./request.ts";

/** What is wrong with a value: where within it, and why. Undefined: nothing. */
type Problem = string | undefined;
type Check = (value: unknown) => Problem;

/** How deep JSON may be nested: more than any schema or tool input has, less than what overflows a stack. */
const MAX_DEPTH = 128;

const must =
  (holds: (value: unknown) => boolean, otherwise: string): Check =>
  (value) =>
    holds(value) ? undefined : `: must be ${otherwise}`;

const text = must((value) => typeof value === "string", "text");
const name = must((value) => typeof value === "string" && value !== "", "text that is not empty");
const flag = must((value) => typeof value === "boolean", "true or false");
const record = must(isRecord, "an object");
const between = (low: number, high: number): Check =>
  must((value) => typeof value === "number" && value >= low && value <= high, `a number from ${low} to ${high}`);
const whole = (low: number): Check =>
  must(
    (value) => Number.isSafeInteger(value) && Number(value) >= low,
    low === 0 ? "a whole number, not negative" : "a whole number",
  );
const oneOf = (...values: readonly string[]): Check =>
  must((value) => typeof value === "string" && values.includes(value), `one of ${values.join(", ")}`);

/** JSON: what a request is made of. Fields that are undefined count as absent. */
function json(value: unknown, depth = 0): Problem {
  if (value === null || typeof value === "string" || typeof value === "boolean" || Number.isFinite(value))
    return undefined;
  if (depth > MAX_DEPTH) return `: is nested more than ${MAX_DEPTH} deep`;
  if (Array.isArray(value)) return list((item) => json(item, depth + 1))(value);
  if (!isRecord(value) || typeof value["toJSON"] === "function") return ": must be JSON";
  for (const key in value)
    if (value[key] !== undefined) {
      const problem = json(value[key], depth + 1);
      if (problem) return `.${key}${problem}`;
    }
  return undefined;
}
const jsonObject: Check = (value) => record(value) ?? json(value);

const list =
  (item: Check): Check =>
  (value) => {
    if (!Array.isArray(value)) return ": must be a list";
    for (let i = 0; i < value.length; i++) {
      const problem = item(value[i]);
      if (problem) return `[${i}]${problem}`;
    }
    return undefined;
  };

/** An object with these fields; those whose name ends in `?` may be absent. */
function fields(checks: Readonly<Record<string, Check>>): Check {
  const rows = Object.entries(checks).map(([key, check]) => [key.replace("?", ""), check, key.endsWith("?")] as const);
  return (value) => {
    if (!isRecord(value)) return record(value);
    for (const [key, check, optional] of rows) {
      if (optional && value[key] === undefined) continue;
      const problem = check(value[key]);
      if (problem) return `.${key}${problem}`;
    }
    return undefined;
  };
}

/** One of several kinds of object, told apart by their `type`. */
const kinds =
  (checks: Readonly<Record<string, Check>>): Check =>
  (value) => {
    const type = isRecord(value) ? value["type"] : undefined;
    const check = typeof type === "string" && Object.hasOwn(checks, type) ? checks[type] : undefined;
    return check ? check(value) : `.type: must be one of ${Object.keys(checks).join(", ")}`;
  };

const source: Check = (value) => {
  if (!isRecord(value)) return record(value);
  if ("url" in value) return name(value["url"]) && ".url: must be a URL";
  if ("fileId" in value) return name(value["fileId"]) && ".fileId: must be text that is not empty";
  return fields({ data: text, mediaType: name })(value);
};
const cache = { "cache?": oneOf("5m", "30m", "1h", "12h") };
const textPart = fields({ text, ...cache });
const seen = {
  text: textPart,
  image: fields({ source, "detail?": oneOf("low", "high", "auto"), ...cache }),
  file: fields({ source, "name?": text, ...cache }),
};
const said = {
  text: textPart,
  reasoning: fields({ text, vendor: text, model: text, "data?": jsonObject }),
  "tool-call": fields({ id: name, name, input: json, "malformed?": flag, "data?": jsonObject, ...cache }),
  opaque: fields({ vendor: text, value: json }),
};
const orText =
  (parts: Check): Check =>
  (value) =>
    typeof value === "string" ? undefined : parts(value);
const result = fields({ id: name, output: orText(list(kinds(seen))), "isError?": flag, ...cache });

const contents: Readonly<Record<string, Check>> = {
  system: orText(list(kinds({ text: textPart }))),
  user: orText(list(kinds(seen))),
  assistant: orText(list(kinds(said))),
  tool: list(kinds({ "tool-result": result })),
};

/** A list of messages; results of tools belong to calls before them. */
const messages: Check = (value) => {
  const calls = new Set<unknown>();
  return list((message) => {
    if (!isRecord(message)) return record(message);
    const { role, content } = message;
    const check = typeof role === "string" && Object.hasOwn(contents, role) ? contents[role] : undefined;
    if (!check) return `.role: must be one of ${Object.keys(contents).join(", ")}`;
    const problem = check(content);
    if (problem) return `.content${problem}`;
    if (typeof content === "string") return undefined;
    const parts = content as readonly { readonly type: string; readonly id: string }[]; // as checked
    for (let i = 0; i < parts.length; i++) {
      const part = parts[i];
      if (part?.type === "tool-call") calls.add(part.id);
      if (part?.type === "tool-result" && !calls.has(part.id))
        return `.content[${i}].id: no tool call before it has the id ${JSON.stringify(part.id)}`;
    }
    return undefined;
  })(value);
};

const efforts: readonly Effort[] = ["none", "minimal", "low", "medium", "high", "xhigh", "max"];

const request = fields({
  messages,
  "system?": orText(list(kinds({ text: textPart }))),
  "tools?": list(fields({ name, "description?": text, input: jsonObject, "strict?": flag })),
  "toolChoice?": (value) =>
    isRecord(value) ? fields({ tool: name })(value) : oneOf("auto", "none", "required")(value),
  "parallelTools?": flag,
  "maxTokens?": whole(0),
  "temperature?": between(0, 2),
  "topP?": between(0, 1),
  "seed?": whole(-Infinity),
  "stop?": list(name),
  "effort?": oneOf(...efforts),
  "output?": fields({
    schema: jsonObject,
    "name?": name,
    "instructions?": text,
    "mode?": oneOf("native", "tool", "instructions"),
  }),
  "user?": text,
  "tier?": text,
  "strict?": flag,
  "options?": jsonObject,
});

/**
 * Checks that a request is one: what the type says, and that each tool result answers a call before it. The adapters
 * do this before anything is sent. What a vendor or a model makes of it is theirs to say.
 *
 * @param at the model that it is for, for the error
 * @throws LlmError `invalid-request`, its message beginning with the path of the first field that is wrong
 * @example
 * ```ts
 * validate({ messages: [{ role: "user", content: "Hello" }], maxTokens: 100 }); // -1: "maxTokens: must be …"
 * ```
 */
export function validate(value: ChatRequest, at?: { readonly vendor: string; readonly model: string }): void {
  const problem = request(value);
  if (problem === undefined) return;
  const message = problem.startsWith(".") ? problem.slice(1) : `request${problem}`;
  throw new LlmError("invalid-request", message, { vendor: at?.vendor, model: at?.model });
}
