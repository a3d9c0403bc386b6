import { invalid, type Failure } from "../failure.ts";
import { isObject, objectOf, objectsOf, plain, textOf, type Json } from "../json.ts";
import type { ModelProfile } from "../model.ts";
import { checkSchema } from "./check-schema.ts";

const NAME = /^[a-zA-Z0-9_-]{1,128}$/;

function checkTool(tool: Json, at: string): Failure | undefined {
  const type = tool["type"];
  // Hosted tools carry a dated type and bring their own schema.
  if (type !== undefined && type !== "custom")
    return typeof type === "string" && /_\d{8}$|^mcp_toolset$/.test(type)
      ? undefined
      : invalid(`${at}.type: Input tag '${plain(type)}' is not valid`);
  if (typeof tool["name"] !== "string") return invalid(`${at}.custom.name: Field required`);
  if (!NAME.test(tool["name"]))
    return invalid(`${at}.custom.name: String should match pattern '^[a-zA-Z0-9_-]{1,128}$'`);
  const schema = tool["input_schema"];
  if (schema === undefined) return invalid(`${at}.custom.input_schema: Field required`);
  if (!isObject(schema)) return invalid(`${at}.custom.input_schema: Input should be a valid dictionary`);
  if (schema["type"] === undefined) return invalid(`${at}.custom.input_schema.type: Field required`);
  if (schema["type"] !== "object") return invalid(`${at}.custom.input_schema.type: Input should be 'object'`);
  const wrong = tool["strict"] === true ? checkSchema(schema) : undefined;
  return wrong === undefined ? undefined : invalid(`${at}.custom: ${wrong}`);
}

function checkChoice(
  choice: unknown,
  names: ReadonlySet<string>,
  model: ModelProfile,
  thinking: string,
): Failure | undefined {
  if (choice === undefined) return undefined;
  if (!isObject(choice)) return invalid("tool_choice: Input should be a valid dictionary");
  const type = textOf(choice["type"]);
  if (!["auto", "any", "tool", "none"].includes(type))
    return invalid(
      `tool_choice: Input tag '${type}' found using 'type' does not match any of the expected tags: 'auto', 'any', 'tool', 'none'`,
    );
  if (names.size === 0 && type !== "none") return invalid("tool_choice may only be specified while providing tools.");
  const forced = type === "any" || type === "tool";
  if (forced && !model.forcedTools)
    return invalid(`tool_choice: '${type}' is not supported for ${model.id}. Supported values are 'auto' and 'none'.`);
  if (forced && (thinking === "enabled" || thinking === "adaptive"))
    return invalid("Thinking may not be enabled when tool_choice forces tool use.");
  if (type !== "tool") return undefined;
  if (typeof choice["name"] !== "string") return invalid("tool_choice.tool.name: Field required");
  return names.has(choice["name"]) ? undefined : invalid(`Tool '${choice["name"]}' not found in provided tools`);
}

/** What is wrong with the tools of a request and with how they are chosen. */
export function checkTools(body: Json, model: ModelProfile): Failure | undefined {
  const { tools } = body;
  if (tools !== undefined && !Array.isArray(tools)) return invalid("tools: Input should be a valid list");
  for (const [index, tool] of (tools ?? []).entries()) {
    if (!isObject(tool)) return invalid(`tools.${index}: Input should be a valid dictionary`);
    const wrong = checkTool(tool, `tools.${index}`);
    if (wrong) return wrong;
  }
  const names = objectsOf(tools).map((tool) => textOf(tool["name"] ?? tool["type"]));
  if (new Set(names).size < names.length) return invalid("tools: Tool names must be unique.");
  return checkChoice(body["tool_choice"], new Set(names), model, textOf(objectOf(body["thinking"])["type"]));
}
