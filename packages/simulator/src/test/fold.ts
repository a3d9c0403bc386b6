import { isObject, objectOf, objectsOf, textOf, type Json } from "../json.ts";

/** The message that the events of an Anthropic stream bring; several if several streams stand one behind the other. */
export function foldMessages(events: readonly Json[]): readonly Json[] {
  const messages: Json[] = [];
  let blocks: Json[] = [];
  let partial = "";
  for (const event of events) {
    const message = messages.at(-1);
    const block = blocks[Number(event["index"] ?? -1)];
    switch (event["type"]) {
      case "message_start":
        blocks = [];
        messages.push({ ...objectOf(event["message"]), content: blocks });
        break;
      case "content_block_start":
        partial = "";
        blocks[Number(event["index"])] = { ...objectOf(event["content_block"]) };
        break;
      case "content_block_delta":
        if (block) partial = applyDelta(block, objectOf(event["delta"]), partial);
        break;
      case "content_block_stop":
        if (block && partial !== "") block["input"] = JSON.parse(partial);
        break;
      case "message_delta":
        if (!message) break;
        Object.assign(message, objectOf(event["delta"]));
        message["usage"] = { ...objectOf(message["usage"]), ...objectOf(event["usage"]) };
        if ("context_management" in event) message["context_management"] = event["context_management"];
        break;
    }
  }
  return messages;
}

/** Adds a delta to its block; returns the JSON of the input so far. */
function applyDelta(block: Json, delta: Json, partial: string): string {
  if (delta["type"] === "input_json_delta") return partial + textOf(delta["partial_json"]);
  if (delta["type"] === "citations_delta") block["citations"] = [...objectsOf(block["citations"]), delta["citation"]];
  else if (delta["type"] === "compaction_delta") block["content"] = delta["content"];
  else
    for (const [key, value] of Object.entries(delta))
      if (key !== "type") block[key] = textOf(block[key]) + textOf(value);
  return partial;
}

/** The response that the events of a Responses stream bring. */
export function foldResponse(events: readonly Json[]): Json {
  const last = objectOf(events.findLast((event) => isObject(event["response"]))?.["response"]);
  const items = events.filter((event) => event["type"] === "response.output_item.done").map((event) => event["item"]);
  return { ...last, output: items };
}

/** The completion that the chunks of a Chat stream bring. */
export function foldChunks(chunks: readonly Json[]): Json {
  const choices: Json[] = [];
  let completion: Json = {};
  for (const chunk of chunks) {
    const { choices: part, usage, ...envelope } = chunk;
    completion = { ...completion, ...envelope, ...(isObject(usage) && { usage }) };
    for (const one of objectsOf(part)) {
      const { index, delta, finish_reason, ...rest } = one;
      const choice = (choices[Number(index)] ??= { index, message: { content: null }, finish_reason: null });
      Object.assign(choice, rest);
      choice["finish_reason"] = finish_reason ?? choice["finish_reason"];
      addDelta(objectOf(choice["message"]), objectOf(delta));
    }
  }
  return { ...completion, object: "chat.completion", choices };
}

function addDelta(message: Json, delta: Json): void {
  for (const [key, value] of Object.entries(delta)) {
    if (key === "tool_calls") {
      const calls = ((message["tool_calls"] as Json[] | undefined) ?? []).slice();
      for (const { index, ...call } of objectsOf(value)) {
        const known = calls[Number(index)];
        const fn = objectOf(call["function"]);
        if (!known) calls[Number(index)] = { ...call, function: { ...fn } };
        else {
          const own = objectOf(known["function"]);
          own["arguments"] = textOf(own["arguments"]) + textOf(fn["arguments"]);
        }
      }
      message["tool_calls"] = calls.filter(Boolean);
    } else if (typeof value === "string" && key !== "role") message[key] = textOf(message[key]) + value;
    else if (value !== null || !(key in message)) message[key] = value;
  }
}
