import { invalid, type Failure } from "../failure.ts";
import { isObject, objectsOf, textOf, type Json } from "../json.ts";
import type { ModelProfile } from "../model.ts";
import { isSealed } from "../seal.ts";

const USER_BLOCKS: ReadonlySet<string> = new Set([
  "text",
  "image",
  "document",
  "search_result",
  "tool_result",
  "container_upload",
]);

const RESULT = /_tool_result$/;

/** Blocks that an answer can hold, and that so come back in the conversation. */
function isAssistantBlock(type: string, current: boolean): boolean {
  return (
    [
      "text",
      "thinking",
      "redacted_thinking",
      "tool_use",
      "server_tool_use",
      "container_upload",
      "compaction",
      "fallback",
      "mcp_tool_use",
      "mcp_tool_listing",
    ].includes(type) ||
    RESULT.test(type) ||
    (type === "document" && !current)
  );
}

function checkBlock(
  block: unknown,
  role: string,
  at: string,
  model: ModelProfile,
  current: boolean,
): Failure | undefined {
  if (!isObject(block)) return invalid(`${at}: Input should be a valid dictionary`);
  const type = textOf(block["type"]);
  if (type === "") return invalid(`${at}.type: Field required`);
  const allowed = role === "assistant" ? isAssistantBlock(type, current) : USER_BLOCKS.has(type);
  if (!allowed) return invalid(`${at}: '${type}' blocks are not permitted in ${role} messages`);
  if (type === "text") {
    if (typeof block["text"] !== "string") return invalid(`${at}.text.text: Field required`);
    if (block["text"] === "") return invalid("messages: text content blocks must be non-empty");
    if (current && role === "user" && objectsOf(block["citations"]).length > 0)
      return invalid(`${at}.text.citations: Extra inputs are not permitted`);
  }
  if (type === "image" || type === "document")
    if (!isObject(block["source"])) return invalid(`${at}.${type}.source: Field required`);
  if (type === "tool_result" && typeof block["tool_use_id"] !== "string")
    return invalid(`${at}.tool_result.tool_use_id: Field required`);
  if (type === "tool_use") {
    for (const field of ["id", "name", "input"])
      if (block[field] === undefined) return invalid(`${at}.tool_use.${field}: Field required`);
    if (!isObject(block["input"])) return invalid(`${at}.tool_use.input: Input should be a valid dictionary`);
    if (!/^[a-zA-Z0-9_-]+$/.test(textOf(block["id"])))
      return invalid(`${at}.tool_use.id: String should match pattern '^[a-zA-Z0-9_-]+$'`);
  }
  if (type === "thinking") {
    if (typeof block["signature"] !== "string") return invalid(`${at}.thinking.signature: Field required`);
    // On the current line, thoughts belong to the model that had them.
    if (!model.thinking.includes("disabled") && !isSealed(block["signature"], model.id))
      return invalid(`${at}: Invalid \`signature\` in \`thinking\` block`);
  }
  return undefined;
}

function blocksOf(message: Json | undefined, type: string): readonly Json[] {
  return objectsOf(message?.["content"]).filter((block) => block["type"] === type);
}

/** Every tool call is answered in the next message, and every answer has its call in the message before. */
function checkPairs(messages: readonly Json[]): Failure | undefined {
  for (const [index, message] of messages.entries()) {
    const before = new Set(blocksOf(messages[index - 1], "tool_use").map((block) => block["id"]));
    for (const [n, block] of objectsOf(message["content"]).entries())
      if (block["type"] === "tool_result" && !before.has(block["tool_use_id"]))
        return invalid(
          `messages.${index}.content.${n}: unexpected \`tool_use_id\` found in \`tool_result\` blocks: ${textOf(block["tool_use_id"])}. Each \`tool_result\` block must have a corresponding \`tool_use\` block in the previous message.`,
        );
    const answered = blocksOf(message, "tool_result").map((block) => block["tool_use_id"]);
    if (new Set(answered).size < answered.length)
      return invalid(
        `messages.${index}: each tool_use must have a single result. Found multiple \`tool_result\` blocks with the same id.`,
      );
    const missing = [...before].filter((id) => !answered.includes(id));
    if (missing.length > 0)
      return invalid(
        `messages.${index - 1}: \`tool_use\` ids were found without \`tool_result\` blocks immediately after: ${missing.join(", ")}. Each \`tool_use\` block must have a corresponding \`tool_result\` block in the next message.`,
      );
    const types = objectsOf(message["content"]).map((block) => block["type"]);
    const last = types.lastIndexOf("tool_result");
    if (last > 0 && types.slice(0, last).some((type) => type !== "tool_result"))
      return invalid(`messages.${index}.content: \`tool_result\` blocks must come before all other content`);
  }
  return undefined;
}

function checkEnd(last: Json, model: ModelProfile): Failure | undefined {
  if (last["role"] !== "assistant") return undefined;
  const content = last["content"];
  const open = blocksOf(last, "tool_use").map((block) => textOf(block["id"]));
  if (open.length > 0)
    return invalid(
      `messages: \`tool_use\` ids were found without \`tool_result\` blocks immediately after: ${open.join(", ")}. Each \`tool_use\` block must have a corresponding \`tool_result\` block in the next message.`,
    );
  // A turn that a hosted tool paused goes on where it was; it is no prefill.
  if (objectsOf(content).some((block) => block["type"] === "server_tool_use")) return undefined;
  if (!model.prefill)
    return invalid(
      "This model does not support assistant message prefill. The conversation must end with a user message.",
    );
  const text = typeof content === "string" ? content : textOf(objectsOf(content).at(-1)?.["text"]);
  return text === text.trimEnd()
    ? undefined
    : invalid("messages: final assistant content cannot end with trailing whitespace");
}

/** What is wrong with the messages of a request. */
export function checkConversation(value: unknown, model: ModelProfile, current: boolean): Failure | undefined {
  if (value === undefined) return invalid("messages: Field required");
  if (!Array.isArray(value)) return invalid("messages: Input should be a valid list");
  if (value.length === 0) return invalid("messages: at least one message is required");
  for (const [index, message] of (value as readonly unknown[]).entries()) {
    const at = `messages.${index}`;
    if (!isObject(message)) return invalid(`${at}: Input should be a valid dictionary`);
    const { role, content } = message;
    if (role === "system" && !current)
      return invalid(
        'messages: Unexpected role "system". The Messages API accepts a top-level `system` parameter, not "system" as an input message role.',
      );
    if (role !== "user" && role !== "assistant" && role !== "system")
      return role === undefined
        ? invalid(`${at}.role: Field required`)
        : invalid(`messages: Unexpected role "${textOf(role)}". Allowed roles are "user", "assistant" or "system"`);
    if (content === undefined) return invalid(`${at}.content: Field required`);
    if (typeof content !== "string" && !Array.isArray(content))
      return invalid(`${at}.content: Input should be a valid list`);
    const final = index === value.length - 1;
    if (content.length === 0 && !(final && role === "assistant"))
      return invalid(`${at}: ${role} messages must have non-empty content`);
    for (const [n, block] of (typeof content === "string" ? [] : content).entries()) {
      const wrong = checkBlock(block, role, `${at}.content.${n}`, model, current);
      if (wrong) return wrong;
    }
  }
  const messages = objectsOf(value);
  const last = messages.at(-1);
  return checkPairs(messages) ?? (last && checkEnd(last, model));
}
