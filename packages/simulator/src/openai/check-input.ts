import { invalid, type Failure } from "../failure.ts";
import { isObject, objectsOf, textOf, type Json } from "../json.ts";
import type { ModelProfile } from "../model.ts";
import { isSealed } from "../seal.ts";
import { missing, notAmong, wrongType } from "./check-common.ts";

const ROLES = ["assistant", "system", "developer", "user"];

const ITEMS = (
  "message function_call function_call_output custom_tool_call custom_tool_call_output reasoning item_reference compaction compaction_trigger " +
  "file_search_call computer_call computer_call_output web_search_call image_generation_call code_interpreter_call local_shell_call " +
  "local_shell_call_output shell_call shell_call_output apply_patch_call apply_patch_call_output mcp_list_tools mcp_approval_request " +
  "mcp_approval_response mcp_call tool_search_call tool_search_output additional_tools configuration_update program program_output"
).split(" ");

const PARTS: Readonly<Record<string, readonly string[]>> = {
  assistant: ["output_text", "refusal"],
  other: ["input_text", "input_image", "input_file", "input_audio"],
};

function checkMessage(item: Json, at: string): Failure | undefined {
  const { role, content } = item;
  if (role === undefined) return missing(`${at}.role`);
  if (!ROLES.includes(textOf(role))) return notAmong(`${at}.role`, role, ROLES);
  if (content === undefined) return missing(`${at}.content`);
  if (typeof content === "string") return undefined;
  if (!Array.isArray(content)) return wrongType(`${at}.content`, "one of an array of objects or string", content);
  const known = PARTS[role === "assistant" ? "assistant" : "other"] ?? [];
  for (const [n, part] of (content as readonly unknown[]).entries()) {
    const type = isObject(part) ? part["type"] : undefined;
    if (!known.includes(textOf(type))) return notAmong(`${at}.content[${n}]`, type, known);
  }
  return undefined;
}

function checkItem(item: unknown, at: string, model: ModelProfile): Failure | undefined {
  if (!isObject(item)) return wrongType(at, "an object", item);
  const type = textOf(item["type"] ?? (item["role"] === undefined ? "" : "message"));
  if (type === "") return missing(`${at}.type`);
  if (!ITEMS.includes(type)) return notAmong(`${at}.type`, type, ITEMS);
  if (type === "message") return checkMessage(item, at);
  if (type === "function_call")
    for (const field of ["call_id", "name", "arguments"])
      if (item[field] === undefined) return missing(`${at}.${field}`);
  if (type === "function_call_output")
    for (const field of ["call_id", "output"]) if (item[field] === undefined) return missing(`${at}.${field}`);
  if (type === "item_reference")
    return invalid(
      `Item with id '${textOf(item["id"])}' not found. Items are not persisted when \`store\` is set to false. Try again with \`store\` set to true, or remove this item from your input.`,
      { param: "input" },
    );
  if (type !== "reasoning") return undefined;
  const sealed = item["encrypted_content"];
  if (typeof sealed === "string" && !isSealed(sealed, model.id))
    return invalid(
      `The encrypted content for item ${textOf(item["id"])} could not be verified. Reason: Encrypted content could not be decrypted or parsed.`,
      {
        code: "invalid_encrypted_content",
      },
    );
  return undefined;
}

/** Every call has its output, every output its call; a thought is followed by what it led to. */
function checkPairs(items: readonly Json[]): Failure | undefined {
  const of = (type: string): readonly string[] =>
    items.filter((item) => item["type"] === type).map((item) => textOf(item["call_id"]));
  const calls = of("function_call");
  const outputs = of("function_call_output");
  const orphan = outputs.find((id) => !calls.includes(id));
  if (orphan !== undefined)
    return invalid(`No tool call found for function call output with call_id ${orphan}.`, { param: "input" });
  const open = calls.find((id) => !outputs.includes(id));
  if (open !== undefined) return invalid(`No tool output found for function call ${open}.`, { param: "input" });
  for (const [index, item] of items.entries()) {
    if (item["type"] !== "reasoning") continue;
    const next = items.slice(index + 1).find((one) => one["type"] !== "reasoning");
    const led = next !== undefined && (next["role"] === "assistant" || /_call$|^program$/.test(textOf(next["type"])));
    if (!led)
      return invalid(
        `Item '${textOf(item["id"])}' of type 'reasoning' was provided without its required following item.`,
        {
          param: "input",
        },
      );
  }
  return undefined;
}

/** What is wrong with the input of a Responses request; `history` is what it builds on. */
export function checkInput(input: unknown, model: ModelProfile, history: readonly Json[]): Failure | undefined {
  if (input === undefined || typeof input === "string") return checkPairs(history);
  if (!Array.isArray(input)) return wrongType("input", "one of an array of objects or string", input);
  for (const [index, item] of (input as readonly unknown[]).entries()) {
    const wrong = checkItem(item, `input[${index}]`, model);
    if (wrong) return wrong;
  }
  return checkPairs([...history, ...objectsOf(input)]);
}
