import { isRecord, type JsonObject } from "../json.ts";
import { openaiUsage } from "../openai/usage.ts";
import type { FinishReason, StreamPart, ToolCallDelta } from "../stream-part.ts";
import { noUsage, type Usage } from "../usage.ts";
import { checkAnswer, checkError } from "../api-error.ts";
import { asJson, count, list, record, text } from "../fields.ts";
import type { Frame, Reader } from "../reader.ts";
import { askedAs } from "../vendor/same-model.ts";

type Push = (part: StreamPart) => void;

const FINISH: Readonly<Record<string, FinishReason>> = {
  stop: "stop",
  length: "length",
  tool_calls: "tool-calls",
  function_call: "tool-calls",
  content_filter: "content-filter",
};

/** The fields of a message that have a word. */
const KNOWN = new Set([
  "role",
  "content",
  "refusal",
  "tool_calls",
  "function_call",
  "reasoning_content",
  "reasoning",
  "annotations",
]);

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** A reader for one answer of Chat Completions, for both of its wires and for what compatible servers make of them. */
export function newChatReader(frame: Frame): Reader {
  const { vendor } = frame;
  const blocks = new Map<string, number>();
  const calls = new Map<number, { readonly tool: Pick<ToolCallDelta, "id" | "name" | "data">; args: string }>();
  const ids = new Map<string | undefined, number>(); // the index of each call
  let started = false;
  let asked: JsonObject = {};
  let refused = false;
  let reason: string | undefined;
  let usage: Usage = noUsage;
  let tier: string | undefined;
  let lastCall = 0;
  const moved = new Map<number | undefined, number>(); // from the index that the server gave to two calls

  const blockOf = (key: string): number => {
    const block = blocks.get(key) ?? blocks.size;
    blocks.set(key, block);
    return block;
  };
  const begin = (answer: unknown, push: Push): void => {
    if (started) return;
    started = true;
    const id = text(answer, "id");
    const model = text(answer, "model") ?? frame.model;
    asked = askedAs(frame.model, model);
    push({
      type: "start",
      vendor,
      model,
      ...(id !== undefined && { id }),
      ...frame.start,
    });
  };
  const meter = (answer: unknown): void => {
    tier = text(answer, "service_tier") ?? tier;
    const raw = record(answer, "usage");
    if (Object.keys(raw).length > 0) usage = openaiUsage(raw, tier);
  };

  /** A call begins with a new index; from servers that send none, or the same for all, with a new id. */
  const toolCall = (call: unknown, position: number, push: Push): void => {
    const given = count(call, "index");
    const id = text(call, "id");
    const known = ids.get(id);
    const shared = moved.get(given);
    let index =
      given !== undefined && shared === undefined
        ? given
        : (known ?? shared ?? (id ? calls.size : Math.max(lastCall, position)));
    const body = record(call, "function");
    const name = text(body, "name");
    const before = calls.get(index);
    if (id && name && before && before.tool.id !== id) {
      const twice = position > 0 && lastCall === index; // in one list
      // else a call whose id changes on the way
      if (twice || name !== before.tool.name || isJson(before.args)) moved.set(given, (index = -calls.size));
    }
    const more = record(call, "extra_content"); // Gemini's signatures
    const entry = calls.get(index) ?? {
      tool: {
        id: id || `call_${index}`,
        name: name ?? "",
        ...(Object.keys(more).length > 0 && { data: { [vendor]: asJson({ extra_content: more }) } }),
      },
      args: "",
    };
    const { tool } = entry;
    calls.set(index, entry);
    ids.set(tool.id, ids.get(tool.id) ?? index);
    lastCall = index;
    const block = blockOf(`call ${index}`);
    const delta = text(body, "arguments") ?? (isRecord(body["arguments"]) ? JSON.stringify(body["arguments"]) : "");
    entry.args += delta;
    if (tool.name === frame.outputTool) push({ type: "text", block, delta });
    else push({ type: "tool-call", block, ...tool, delta });
  };
  const think = (field: string, delta: string | undefined, push: Push): void => {
    if (!delta) return;
    const begun = blocks.has("reasoning");
    push({ type: "reasoning", block: blockOf("reasoning"), delta, ...(!begun && { data: { ...asked, field } }) });
  };
  const speak = (delta: string | undefined, push: Push): void => {
    if (delta) push({ type: "text", block: blockOf("text"), delta });
  };
  /** A delta, or a whole message: they have the same fields. */
  const say = (message: unknown, push: Push): void => {
    const field = text(message, "reasoning_content") === undefined ? "reasoning" : "reasoning_content";
    think(field, text(message, field), push);
    speak(text(message, "content"), push);
    for (const piece of list(message, "content")) {
      // Mistral's pieces
      const thoughts = list(piece, "thinking").map((thought) => text(thought, "text") ?? "");
      think("thinking", thoughts.join(""), push);
      speak(text(piece, "text"), push);
    }
    for (const [key, value] of Object.entries(isRecord(message) ? message : {}))
      if (!KNOWN.has(key) && value !== null)
        push({ type: "opaque", vendor, value: asJson({ type: key, [key]: value }) });
    const refusal = text(message, "refusal");
    refused ||= Boolean(refusal);
    speak(refusal, push);
    list(message, "tool_calls").forEach((call, position) => toolCall(call, position, push));
    const old = record(message, "function_call");
    if (Object.keys(old).length > 0) toolCall({ index: 0, function: old }, 0, push);
    for (const annotation of list(message, "annotations"))
      push({
        type: "opaque",
        vendor,
        block: blockOf(`note ${blocks.size}`),
        value: asJson({ type: "annotation", annotation }),
      });
  };
  const odds = (choice: unknown, push: Push): void => {
    const logprobs = record(choice, "logprobs");
    if (Object.keys(logprobs).length > 0)
      push({ type: "opaque", vendor, value: asJson({ type: "logprobs", logprobs }) });
  };
  const finish = (push: Push): void => {
    let mapped = FINISH[String(reason)] ?? "other";
    const others = [...calls.values()].some(({ tool }) => tool.name !== frame.outputTool);
    if (mapped === "stop" && others) mapped = "tool-calls"; // some servers say stop
    if (mapped === "tool-calls" && calls.size > 0 && !others) mapped = "stop";
    if (refused && mapped === "stop") mapped = "refusal";
    push({ type: "finish", reason: mapped, ...(reason !== undefined && { raw: reason }), usage });
  };

  return {
    event: (chunk, push) => {
      checkError(chunk, frame);
      begin(chunk, push);
      meter(chunk);
      // only the first choice: this interface asks for one
      for (const choice of list(chunk, "choices")) {
        if (count(choice, "index")) continue;
        say(record(choice, "delta"), push);
        odds(choice, push);
        reason = text(choice, "finish_reason") ?? reason;
      }
      if (usage !== noUsage && reason === undefined) push({ type: "usage", usage });
    },
    // the usage comes after the finish reason, so that the answer is complete when the events have ended
    end: (push) => {
      if (reason !== undefined) finish(push);
    },
    message: (answer) => {
      const parts: StreamPart[] = [];
      const push: Push = (part) => void parts.push(part);
      checkError(answer, frame);
      const choice = list(answer, "choices")[0];
      checkAnswer(choice, ["message", "finish_reason"], frame);
      begin(answer, push);
      meter(answer);
      say(record(choice, "message"), push);
      odds(choice, push);
      reason = text(choice, "finish_reason");
      finish(push);
      return parts;
    },
  };
}
