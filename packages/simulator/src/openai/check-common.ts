import { invalid, type Failure } from "../failure.ts";
import { isObject, objectOf, plain, textOf, type Json } from "../json.ts";
import type { ModelProfile } from "../model.ts";
import { checkStrictSchema } from "./check-schema.ts";

/** Says that a parameter is missing. */
export function missing(param: string): Failure {
  return invalid(`Missing required parameter: '${param}'.`, { param, code: "missing_required_parameter" });
}

/** Says that a value has the wrong type. */
export function wrongType(param: string, wanted: string, value: unknown): Failure {
  const got =
    value === null ? "null" : Array.isArray(value) ? "an array" : isObject(value) ? "an object" : `a ${typeof value}`;
  return invalid(`Invalid type for '${param}': expected ${wanted}, but got ${got} instead.`, {
    param,
    code: "invalid_type",
  });
}

/** Says that a value is none of those that the API knows. */
export function notAmong(param: string, value: unknown, values: readonly string[]): Failure {
  const list = values.map((one) => `'${one}'`);
  const all = list.length > 1 ? `${list.slice(0, -1).join(", ")}, and ${list.at(-1)}` : list.join("");
  return invalid(`Invalid value: '${String(value)}'. Supported values are: ${all}.`, { param, code: "invalid_value" });
}

/** Says that the model does not take a parameter at all. */
export function unsupported(param: string, more = ""): Failure {
  return invalid(`Unsupported parameter: '${param}' is not supported with this model.${more}`, {
    param,
    code: "unsupported_parameter",
  });
}

/** Says that a number lies outside its bounds. */
export function outOfBounds(param: string, value: number, min: number, max: number): Failure {
  const low = value < min;
  const kind = Number.isInteger(value) && Number.isInteger(min) ? "integer" : "decimal";
  return invalid(
    `Invalid '${param}': ${kind} ${low ? "below minimum" : "above maximum"} value. Expected a value ${low ? ">=" : "<="} ${low ? min : max}, but got ${value} instead.`,
    { param, code: `${kind}_${low ? "below_min" : "above_max"}_value` },
  );
}

/** A number between bounds, if there is one. */
export function checkNumber(body: Json, param: string, min: number, max: number): Failure | undefined {
  const value = body[param];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== "number") return wrongType(param, "a number", value);
  return value < min || value > max ? outOfBounds(param, value, min, max) : undefined;
}

/** `temperature`, `top_p` and their like, which models that reason do not take. */
export function checkSampling(
  body: Json,
  model: ModelProfile,
  effort: string,
  others: readonly string[],
): Failure | undefined {
  const wrong = checkNumber(body, "temperature", 0, 2) ?? checkNumber(body, "top_p", 0, 1);
  if (wrong) return wrong;
  if (model.sampling === "always" || (model.sampling === "without-reasoning" && effort === "none")) return undefined;
  for (const param of ["temperature", "top_p", ...others]) {
    const value = body[param];
    if (
      value === undefined ||
      value === null ||
      (param !== "logprobs" && value === (param.endsWith("penalty") ? 0 : 1)) ||
      value === false
    )
      continue;
    if (param === "temperature")
      return invalid(
        `Unsupported value: 'temperature' does not support ${plain(value)} with this model. Only the default (1) value is supported.`,
        { param, code: "unsupported_value" },
      );
    return unsupported(param);
  }
  return undefined;
}

/** The effort that a request names. */
export function checkEffort(effort: unknown, param: string, model: ModelProfile): Failure | undefined {
  if (effort === undefined || effort === null) return undefined;
  if (model.efforts.length === 0) return unsupported(param);
  if (typeof effort !== "string") return wrongType(param, "a string", effort);
  if (model.efforts.includes(effort)) return undefined;
  const list = model.efforts.map((one) => `'${one}'`);
  return invalid(
    `Unsupported value: '${effort}' is not supported with the '${model.id}' model. Supported values are: ${list.slice(0, -1).join(", ")}, and ${list.at(-1)}.`,
    { param, code: "unsupported_value" },
  );
}

const NAME = /^[a-zA-Z0-9_-]{1,64}$/;

function badName(param: string): Failure {
  return invalid(
    `Invalid '${param}': string does not match pattern. Expected a string that matches the pattern '^[a-zA-Z0-9_-]+$' and has at most 64 characters.`,
    { param, code: "invalid_value" },
  );
}

/** One function tool; `at` is where its fields stand. */
export function checkFunction(fn: Json, at: string): Failure | undefined {
  if (fn["name"] === undefined) return missing(`${at}.name`);
  if (!NAME.test(textOf(fn["name"]))) return badName(`${at}.name`);
  const { parameters } = fn;
  if (parameters !== undefined && parameters !== null && !isObject(parameters))
    return wrongType(`${at}.parameters`, "an object", parameters);
  const wrong =
    fn["strict"] === true
      ? checkStrictSchema(parameters ?? {})
      : isObject(parameters) && parameters["type"] !== undefined && parameters["type"] !== "object"
        ? `schema must be a JSON Schema of 'type: "object"', got 'type: "${plain(parameters["type"])}"'.`
        : undefined;
  return wrong === undefined
    ? undefined
    : invalid(`Invalid schema for function '${textOf(fn["name"])}': ${wrong}`, {
        param: `${at}.parameters`,
        code: "invalid_function_parameters",
      });
}

/** The format of the output; `holder` is where name, schema and strictness stand (`json_schema`, or the format itself). */
export function checkFormat(format: unknown, param: string, holder: string, prompt: string): Failure | undefined {
  if (format === undefined || format === null) return undefined;
  if (!isObject(format)) return wrongType(param, "an object", format);
  const type = textOf(format["type"]);
  if (!["text", "json_object", "json_schema"].includes(type))
    return notAmong(`${param}.type`, format["type"], ["json_object", "json_schema", "text"]);
  if (type === "json_object" && !/json/i.test(prompt))
    return invalid(`'messages' must contain the word 'json' in some form, to use '${param}' of type 'json_object'.`, {
      param,
    });
  if (type !== "json_schema") return undefined;
  const spec = holder === "" ? format : objectOf(format[holder]);
  const at = holder === "" ? param : `${param}.${holder}`;
  if (spec["name"] === undefined) return missing(`${at}.name`);
  if (!NAME.test(textOf(spec["name"]))) return badName(`${at}.name`);
  if (spec["schema"] === undefined) return missing(`${at}.schema`);
  if (!isObject(spec["schema"])) return wrongType(`${at}.schema`, "an object", spec["schema"]);
  // A format is strict unless it says otherwise on Responses; on Chat only if it says so.
  const strict = holder === "" ? spec["strict"] !== false : spec["strict"] === true;
  const wrong = strict ? checkStrictSchema(spec["schema"]) : undefined;
  return wrong === undefined
    ? undefined
    : invalid(`Invalid schema for response_format '${textOf(spec["name"])}': ${wrong}`, {
        param: holder === "" ? `${param}.schema` : param,
        code: "invalid_json_schema",
      });
}

/** At most 16 pairs of texts. */
export function checkMetadata(metadata: unknown): Failure | undefined {
  if (metadata === undefined || metadata === null) return undefined;
  if (!isObject(metadata)) return wrongType("metadata", "an object", metadata);
  if (Object.keys(metadata).length > 16)
    return invalid(
      `Invalid 'metadata': too many properties. Expected an object with at most 16 properties, but got an object with ${Object.keys(metadata).length} properties instead.`,
      { param: "metadata", code: "object_above_max_properties" },
    );
  for (const [key, value] of Object.entries(metadata))
    if (typeof value !== "string") return wrongType(`metadata.${key}`, "a string", value);
  return undefined;
}

/** The service tier that a request asks for. */
export function checkTier(tier: unknown, more: readonly string[] = []): Failure | undefined {
  const tiers = ["auto", "default", "flex", "scale", "priority", "fast", ...more];
  return tier === undefined || tier === null || tiers.includes(textOf(tier))
    ? undefined
    : notAmong("service_tier", tier, tiers);
}

const NAMED = { boolean: "a boolean", string: "a string", object: "an object", array: "an array" } as const;

/** Fields that must have a type if they are there at all. */
export function checkTypes(body: Json, types: Readonly<Record<string, keyof typeof NAMED>>): Failure | undefined {
  for (const [param, type] of Object.entries(types)) {
    const value = body[param];
    if (value === undefined || value === null) continue;
    const is = type === "array" ? Array.isArray(value) : type === "object" ? isObject(value) : typeof value === type;
    if (!is) return wrongType(param, NAMED[type], value);
  }
  return undefined;
}
