import { isRecord, type JsonObject } from "../json.ts";
import { askedAs } from "../vendor/same-model.ts";
import type { FinishReason, StreamPart, ToolCallDelta } from "../stream-part.ts";
import { noUsage, type Usage } from "../usage.ts";
import { bodyError, checkAnswer } from "../api-error.ts";
import { asJson, list, record, text } from "../fields.ts";
import type { Frame, Reader } from "../reader.ts";
import { usageReports } from "./usage.ts";

const FINISH: Readonly<Record<string, FinishReason>> = {
  end_turn: "stop",
  stop_sequence: "stop",
  max_tokens: "length",
  tool_use: "tool-calls",
  refusal: "refusal",
  pause_turn: "pause",
  model_context_window_exceeded: "context-length",
};

const parsed = (json: string): unknown => {
  try {
    return JSON.parse(json);
  } catch {
    return json;
  }
};

type Push = (part: StreamPart) => void;

/** What a message has for which there is a word, or which says nothing. */
const KNOWN = new Set([
  "id",
  "type",
  "role",
  "model",
  "content",
  "usage",
  "stop_reason",
  "stop_sequence",
  "stop_details",
]);

/** Where the blocks of citations begin: behind all that the vendor numbers. */
const CITATIONS = 1_000_000;

/** A reader for one answer of Anthropic Messages, for both of its wires. */
export function newMessagesReader(frame: Frame): Reader {
  const { vendor } = frame;
  const usage = usageReports();
  const tools = new Map<number, Pick<ToolCallDelta, "id" | "name" | "data">>();
  const held = new Map<number, { readonly content: Record<string, unknown>; json: string }>(); // opaque blocks still growing
  let base = 0; // a proxy that begins anew numbers its blocks anew
  let used = 0;
  let final: Usage = noUsage;
  let reason: string | undefined;
  let details: Record<string, unknown> | undefined;
  let cited = CITATIONS;
  let asked: JsonObject = {};

  const begin = (message: unknown, push: Push): void => {
    const id = text(message, "id");
    const model = text(message, "model") ?? frame.model;
    asked = askedAs(frame.model, model);
    push({
      type: "start",
      vendor,
      model,
      ...(id !== undefined && { id }),
      ...frame.start,
    });
    final = usage.add(record(message, "usage"));
    rest(message, push);
  };
  /** The vendor may send citations before the text that they are about; the text stands first all the same. */
  const cite = (at: number, citation: unknown, push: Push): void => {
    push({ type: "text", block: at, delta: "" });
    push({ type: "opaque", vendor, block: cited++, value: asJson({ type: "citation", block: at, citation }) });
  };
  /** The fields of a message for which there is no word: its container, its diagnostics. */
  const rest = (of: unknown, push: Push): void => {
    const fields = Object.entries(isRecord(of) ? of : {}).filter(
      ([key, value]) => !KNOWN.has(key) && value !== null && value !== undefined,
    );
    if (fields.length > 0)
      push({ type: "opaque", vendor, value: asJson({ type: "message", ...Object.fromEntries(fields) }) });
  };
  const end = (of: unknown): void => {
    reason = text(of, "stop_reason") ?? reason;
    const sequence = text(of, "stop_sequence");
    const more = { ...record(of, "stop_details"), ...(sequence !== undefined && { stop_sequence: sequence }) };
    if (Object.keys(more).length > 0) details = more;
  };
  const finish = (push: Push): void => {
    let mapped = FINISH[reason ?? ""] ?? "other";
    if (
      mapped === "tool-calls" &&
      tools.size > 0 &&
      [...tools.values()].every((tool) => tool.name === frame.outputTool)
    )
      mapped = "stop";
    push({
      type: "finish",
      reason: mapped,
      ...(reason !== undefined && { raw: reason }),
      ...(details && { details: asJson(details) }),
      usage: final,
    });
  };

  /** The beginning of a block; `whole`: and its end. */
  const block = (index: number, content: unknown, whole: boolean, push: Push): void => {
    const at = base + index;
    used = Math.max(used, at + 1);
    switch (text(content, "type")) {
      case "text": {
        const delta = text(content, "text") ?? "";
        if (delta !== "") push({ type: "text", block: at, delta });
        for (const citation of list(content, "citations")) cite(at, citation, push);
        break;
      }
      case "thinking": {
        const signature = text(content, "signature");
        push({
          type: "reasoning",
          block: at,
          delta: text(content, "thinking") ?? "",
          ...(signature && { data: { ...asked, signature } }),
        });
        break;
      }
      case "redacted_thinking":
        push({ type: "reasoning", block: at, delta: "", data: { ...asked, redacted: text(content, "data") ?? "" } });
        break;
      case "tool_use": {
        const caller = record(content, "caller");
        const byProgram = Object.keys(caller).length > 0 && caller["type"] !== "direct";
        tools.set(at, {
          id: text(content, "id") ?? "",
          name: text(content, "name") ?? "",
          ...(byProgram && { data: { [vendor]: asJson({ caller }) } }),
        });
        const input = isRecord(content) ? content["input"] : undefined;
        const comes = !whole && isRecord(input) && Object.keys(input).length === 0; // in deltas
        call(at, comes || input === undefined ? "" : JSON.stringify(input), push);
        break;
      }
      default:
        if (whole || !isRecord(content)) push({ type: "opaque", vendor, block: at, value: asJson(content) });
        else held.set(at, { content: { ...content }, json: "" });
    }
  };
  /** A block that we have no word for grows by whatever texts its deltas hold. */
  const grow = (at: number, delta: unknown): boolean => {
    const opaque = held.get(at);
    if (!opaque || !isRecord(delta)) return false;
    for (const [key, value] of Object.entries(delta)) {
      if (key === "type" || typeof value !== "string") continue;
      const before = opaque.content[key];
      if (key === "partial_json") opaque.json += value;
      else opaque.content[key] = typeof before === "string" ? before + value : value;
    }
    return true;
  };
  const close = (at: number, push: Push): void => {
    const opaque = held.get(at);
    if (!opaque) return;
    held.delete(at);
    const { content, json } = opaque;
    push({
      type: "opaque",
      vendor,
      block: at,
      value: asJson(json === "" ? content : { ...content, input: parsed(json) }),
    });
  };
  const call = (at: number, delta: string, push: Push): void => {
    const tool = tools.get(at);
    if (!tool) push({ type: "opaque", vendor, value: { type: "input_json_delta", block: at, partial_json: delta } });
    else if (tool.name === frame.outputTool) push({ type: "text", block: at, delta });
    else push({ type: "tool-call", block: at, ...tool, delta });
  };
  const change = (index: number, delta: unknown, event: unknown, push: Push): void => {
    const at = base + index;
    if (grow(at, delta)) return;
    switch (text(delta, "type")) {
      case "text_delta":
        return push({ type: "text", block: at, delta: text(delta, "text") ?? "" });
      case "thinking_delta":
        return push({ type: "reasoning", block: at, delta: text(delta, "thinking") ?? "" });
      case "signature_delta":
        return push({
          type: "reasoning",
          block: at,
          delta: "",
          data: { ...asked, signature: text(delta, "signature") ?? "" },
        });
      case "input_json_delta":
        return call(at, text(delta, "partial_json") ?? "", push);
      case "citations_delta":
        return cite(at, record(delta, "citation"), push);
      default:
        return push({ type: "opaque", vendor, value: asJson(event) });
    }
  };

  return {
    event: (event, push) => {
      const index = isRecord(event) && typeof event["index"] === "number" ? event["index"] : 0;
      switch (text(event, "type")) {
        case "message_start":
          base = used;
          begin(record(event, "message"), push);
          push({ type: "usage", usage: final });
          break;
        case "content_block_start":
          block(index, record(event, "content_block"), false, push);
          break;
        case "content_block_delta":
          change(index, record(event, "delta"), event, push);
          break;
        case "message_delta":
          end(record(event, "delta"));
          rest(record(event, "delta"), push);
          final = usage.add(record(event, "usage"));
          push({ type: "usage", usage: final });
          break;
        case "message_stop":
          finish(push);
          break;
        case "content_block_stop":
          close(base + index, push);
          break;
        case "ping":
          break;
        case "error":
          throw bodyError(record(event, "error"), frame);
        default:
          push({ type: "opaque", vendor, value: asJson(event) });
      }
    },
    message: (message) => {
      const parts: StreamPart[] = [];
      const push: Push = (part) => void parts.push(part);
      checkAnswer(message, ["content", "stop_reason"], frame);
      begin(message, push);
      list(message, "content").forEach((content, index) => block(index, content, true, push));
      end(message);
      finish(push);
      return parts;
    },
  };
}
