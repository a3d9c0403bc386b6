import { withPartial } from "../error.ts";
import { isRecord, type JsonObject } from "../json.ts";
import type { FinishReason, StreamPart, ToolCallDelta } from "../stream-part.ts";
import { bodyError, checkAnswer, checkError } from "../api-error.ts";
import { asJson, count, list, record, text } from "../fields.ts";
import type { Frame, Reader } from "../reader.ts";
import { askedAs } from "../vendor/same-model.ts";
import { openaiUsage } from "./usage.ts";

type Push = (part: StreamPart) => void;

/** Some fields of an item, those that have a value. */
function kept(item: unknown, keys: readonly string[]): JsonObject | undefined {
  const fields = keys.flatMap((key) => {
    const value = isRecord(item) ? item[key] : undefined;
    return value === undefined || value === null ? [] : [[key, value] as const];
  });
  return fields.length > 0 ? asJson(Object.fromEntries(fields)) : undefined;
}

/** Events that say nothing that others do not say too. */
const HOUSEKEEPING = new Set<unknown>([
  "response.in_progress",
  "response.queued",
  "response.content_part.added",
  "response.content_part.done",
  "response.output_text.done",
  "response.refusal.done",
  "response.function_call_arguments.done",
  "response.reasoning_summary_part.added",
  "response.reasoning_summary_part.done",
  "response.reasoning_summary_text.done",
  "response.reasoning_text.done",
  "keepalive",
]);

const INCOMPLETE: Readonly<Record<string, FinishReason>> = {
  max_output_tokens: "length",
  content_filter: "content-filter",
};
/** What makes a body an answer, also without an output. */
const ANSWERED = new Set<unknown>(["completed", "incomplete", "queued", "in_progress"]);

/** A reader for one answer of OpenAI's Responses, for both of its wires. */
export function newResponsesReader(frame: Frame): Reader {
  const { vendor } = frame;
  const blocks = new Map<string, number>(); // item ids may change on the way; places do not
  const filled = new Set<number>();
  const calls = new Map<number, Pick<ToolCallDelta, "id" | "name" | "data">>();
  const section = new Map<number, string>(); // which part of its reasoning an item is at
  let asked: JsonObject = {};
  let refused = false;
  let called = false;

  const blockOf = (...place: readonly unknown[]): number => {
    const key = place.join("/");
    const known = blocks.get(key) ?? blocks.size;
    blocks.set(key, known);
    return known;
  };
  const say = (block: number, delta: string, push: Push): void => {
    if (delta === "") return;
    filled.add(block);
    push({ type: "text", block, delta });
  };
  const reason = (block: number, part: string, delta: string, push: Push): void => {
    const before = section.get(block);
    section.set(block, part);
    push({ type: "reasoning", block, delta: before === undefined || before === part ? delta : `\n\n${delta}` });
  };
  const begin = (response: unknown, push: Push): void => {
    const id = text(response, "id");
    const model = text(response, "model") ?? frame.model;
    asked = askedAs(frame.model, model);
    push({
      type: "start",
      vendor,
      model,
      ...(id !== undefined && { id }),
      ...frame.start,
    });
  };
  const call = (place: number, item: unknown): void => {
    const name = text(item, "name") ?? "";
    if (name !== frame.outputTool) called = true;
    const data = kept(item, ["namespace", "caller"]);
    calls.set(place, {
      id: text(item, "call_id") ?? text(item, "id") ?? "",
      name,
      ...(data && { data: { [vendor]: data } }),
    });
  };
  const pass = (place: number, delta: string, push: Push): void => {
    const known = calls.get(place);
    if (!known)
      return push({ type: "opaque", vendor, value: { type: "function_call_arguments", output_index: place, delta } });
    const block = blockOf(place);
    if (delta !== "") filled.add(block);
    if (known.name === frame.outputTool) push({ type: "text", block, delta });
    else push({ type: "tool-call", block, ...known, delta });
  };

  /** Something that is told by an event of its own, and again by its whole item. */
  const once = (value: JsonObject, push: Push, ...place: readonly unknown[]): void => {
    const known = blocks.size;
    const block = blockOf(...place);
    if (block === known) push({ type: "opaque", vendor, block, value });
  };
  /** Commentary or final answer: the vendor wants to be told again. It stands before the text. */
  const speak = (place: number, item: unknown, push: Push): void => {
    const phase = text(item, "phase");
    if (phase !== undefined) once({ type: "phase", phase }, push, "phase", place);
  };
  /** Annotations stand behind the text that they are about. */
  const annotate = (place: number, index: number, nth: number, annotation: unknown, push: Push): void =>
    once(asJson({ type: "annotation", annotation }), push, "note", place, index, nth);

  /** A whole item; of what came in deltas already, only what they did not hold. */
  const item = (place: number, value: unknown, push: Push): void => {
    switch (text(value, "type")) {
      case "message":
        speak(place, value, push);
        list(value, "content").forEach((content, index) => {
          const block = blockOf(place, index);
          const refusal = text(content, "refusal");
          if (refusal !== undefined) refused = true;
          if (!filled.has(block)) say(block, refusal ?? text(content, "text") ?? "", push);
          list(content, "annotations").forEach((note, nth) => annotate(place, index, nth, note, push));
        });
        break;
      case "function_call":
        call(place, value);
        if (!filled.has(blockOf(place))) pass(place, text(value, "arguments") ?? "", push);
        break;
      case "reasoning": {
        const block = blockOf(place);
        const texts = [...list(value, "summary"), ...list(value, "content")].map((part) => text(part, "text") ?? "");
        const data = kept(value, ["id", "summary", "content", "encrypted_content"]);
        push({
          type: "reasoning",
          block,
          delta: section.has(block) ? "" : texts.join("\n\n"),
          ...(data && { data: { ...asked, ...data } }),
        });
        break;
      }
      default:
        push({ type: "opaque", vendor, block: blockOf(place), value: asJson(value) });
    }
  };
  /** The end of an answer, or all of it, where nothing came before. */
  const finish = (response: unknown, push: Push): void => {
    if (blocks.size === 0) {
      begin(response, push);
      list(response, "output").forEach((value, place) => item(place, value, push));
    }
    const usage = openaiUsage(
      record(response, "usage"),
      text(response, "service_tier"),
      record(response, "tool_usage"),
    );
    const status = text(response, "status");
    if (status === "failed" || status === "cancelled") {
      push({ type: "usage", usage });
      throw withPartial(bodyError(record(response, "error"), frame), { usage });
    }
    const why = text(record(response, "incomplete_details"), "reason");
    const incomplete = status === "incomplete" ? (INCOMPLETE[String(why)] ?? "other") : undefined;
    const later = status === "queued" || status === "in_progress"; // a background answer, to be asked for by its id
    const whole = later ? "pause" : refused ? "refusal" : called ? "tool-calls" : "stop";
    const raw = why ?? status;
    push({ type: "finish", reason: incomplete ?? whole, ...(raw !== undefined && { raw }), usage });
  };

  const event = (value: unknown, push: Push): void => {
    const type = text(value, "type");
    const place = count(value, "output_index") ?? 0;
    const index = count(value, "content_index") ?? 0;
    const delta = text(value, "delta") ?? "";
    switch (type) {
      case "response.created":
        return begin(record(value, "response"), push);
      case "response.output_text.delta":
        return say(blockOf(place, index), delta, push);
      case "response.refusal.delta":
        refused = true;
        return say(blockOf(place, index), delta, push);
      case "response.reasoning_summary_text.delta":
        return reason(blockOf(place), `summary ${count(value, "summary_index")}`, delta, push);
      case "response.reasoning_text.delta":
        return reason(blockOf(place), `text ${index}`, delta, push);
      case "response.function_call_arguments.delta":
        return pass(place, delta, push);
      case "response.output_text.annotation.added":
        return annotate(place, index, count(value, "annotation_index") ?? 0, record(value, "annotation"), push);
      case "response.output_item.added": {
        const added = record(value, "item");
        speak(place, added, push);
        if (added["type"] !== "function_call") return;
        call(place, added);
        return pass(place, "", push);
      }
      case "response.output_item.done":
        return item(place, record(value, "item"), push);
      case "response.completed":
      case "response.incomplete":
      case "response.failed":
      case "response.cancelled":
        return finish(record(value, "response"), push);
      case "error":
        checkError(value, frame);
        throw bodyError(value, frame);
      default:
        if (!HOUSEKEEPING.has(type)) push({ type: "opaque", vendor, value: asJson(value) });
    }
  };

  return {
    event,
    message: (response) => {
      const parts: StreamPart[] = [];
      const push: Push = (part) => void parts.push(part);
      const status = text(response, "status");
      if (ANSWERED.has(status)) checkError(response, frame);
      else if (status !== "failed" && status !== "cancelled") checkAnswer(response, ["output"], frame);
      finish(response, push);
      return parts;
    },
  };
}
