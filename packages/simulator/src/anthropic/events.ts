import { countText } from "../accounting/tokens.ts";
import type { Frame } from "../frame.ts";
import { slices } from "../generate/characters.ts";
import { pieces } from "../generate/text.ts";
import { isObject, objectOf, objectsOf, textOf, type Json } from "../json.ts";
import type { Random } from "../random.ts";

function frame(data: Json, tokens = 0): Frame {
  return { name: textOf(data["type"]), data, tokens };
}

function* deltas(index: number, kind: string, key: string, text: string, random: Random): Generator<Frame> {
  for (const piece of pieces(text, random))
    yield frame({ type: "content_block_delta", index, delta: { type: kind, [key]: piece } }, countText(piece));
}

/** The JSON of a tool's input as it comes: an empty first delta, then a few characters at a time. */
function* inputDeltas(index: number, input: unknown, random: Random): Generator<Frame> {
  const delta = (partial_json: string): Frame =>
    frame(
      { type: "content_block_delta", index, delta: { type: "input_json_delta", partial_json } },
      countText(partial_json),
    );
  yield delta("");
  if (isObject(input) && Object.keys(input).length === 0) return;
  for (const piece of slices(JSON.stringify(input), 3, 16, random)) yield delta(piece);
}

/** Whether the input of a call comes in deltas: a call that a program made stands whole in its start. */
function streamsInput(block: Json): boolean {
  const caller = objectOf(block["caller"])["type"];
  return "input" in block && (caller === undefined || caller === "direct");
}

/** The block as `content_block_start` shows it: without what its deltas will bring. */
function opened(block: Json): Json {
  switch (block["type"]) {
    case "text":
      return { ...block, text: "", ...(block["citations"] !== undefined && { citations: [] }) };
    case "thinking":
      return { ...block, thinking: "", signature: "" };
    case "compaction":
      return { ...block, content: null };
    default:
      return streamsInput(block) ? { ...block, input: {} } : block;
  }
}

function* contents(index: number, block: Json, random: Random): Generator<Frame> {
  switch (block["type"]) {
    case "text":
      yield* deltas(index, "text_delta", "text", textOf(block["text"]), random);
      for (const citation of objectsOf(block["citations"]))
        yield frame({ type: "content_block_delta", index, delta: { type: "citations_delta", citation } });
      return;
    case "thinking":
      yield* deltas(index, "thinking_delta", "thinking", textOf(block["thinking"]), random);
      yield frame({
        type: "content_block_delta",
        index,
        delta: { type: "signature_delta", signature: block["signature"] ?? "" },
      });
      return;
    case "compaction":
      yield frame({
        type: "content_block_delta",
        index,
        delta: { type: "compaction_delta", content: block["content"] ?? null },
      });
      return;
    default:
      if (streamsInput(block)) yield* inputDeltas(index, block["input"], random);
  }
}

/** Fields of a usage that the closing `message_delta` does not repeat. */
const ONCE = new Set(["cache_creation", "service_tier", "inference_geo", "speed"]);

/**
 * The events that bring a message: whatever stands in it (also blocks that only a hosted tool makes) is sent as deltas
 * or whole, as the API does it; folded again they give the same message.
 */
export function* messageEvents(message: Json, random: Random): Generator<Frame> {
  const { stop_reason, stop_sequence, stop_details, container, context_management, ...rest } = message;
  const usage = objectOf(message["usage"]);
  const start: Json = { ...rest, content: [], stop_reason: null, stop_sequence: null };
  if (stop_details !== undefined) start["stop_details"] = null;
  if (container !== undefined) start["container"] = null;
  // The first usage is a placeholder: what was read stands already, what will be written does not.
  start["usage"] = { ...usage, output_tokens: Math.min(1, Number(usage["output_tokens"] ?? 1)) };
  const { iterations: _later, output_tokens_details, server_tool_use, ...first } = objectOf(start["usage"]);
  start["usage"] = {
    ...first,
    ...(output_tokens_details !== undefined && { output_tokens_details: null }),
    ...(server_tool_use !== undefined && { server_tool_use: null }),
  };
  yield frame({ type: "message_start", message: start });

  for (const [index, block] of objectsOf(message["content"]).entries()) {
    yield frame({ type: "content_block_start", index, content_block: opened(block) });
    if (index === 0) yield frame({ type: "ping" });
    yield* contents(index, block, random);
    yield frame({ type: "content_block_stop", index });
  }

  const closing = Object.fromEntries(Object.entries(usage).filter(([key]) => !ONCE.has(key)));
  yield frame({
    type: "message_delta",
    delta: {
      stop_reason,
      stop_sequence,
      ...(stop_details !== undefined && { stop_details }),
      ...(container !== undefined && { container }),
    },
    usage: closing,
    ...(context_management !== undefined && { context_management }),
  });
  yield { ...frame({ type: "message_stop" }), terminal: true };
}
