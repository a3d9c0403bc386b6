import type { Wire } from "../answer.ts";
import { encodeFrame, type Frame } from "../frame.ts";
import { isObject, type Json } from "../json.ts";
import type { FaultRule } from "./rule.ts";

/** One thing that is done to send a body. */
export type Step =
  | { readonly do: "write"; readonly bytes: string | Uint8Array; readonly tokens: number; readonly events: number }
  | { readonly do: "wait"; readonly ms: number }
  | { readonly do: "destroy" };

/** The error event of a wire, as it comes after the headers have said 200. */
export function errorEvent(wire: Wire, message: string | undefined, code: string | undefined, sequence: number): Frame {
  if (wire === "anthropic") {
    const error = { type: code ?? "overloaded_error", message: message ?? "Overloaded" };
    return { name: "error", data: { type: "error", error }, tokens: 0 };
  }
  const error: Json = {
    type: "server_error",
    code: code ?? "server_error",
    message: message ?? "The server had an error while processing your request. Sorry about that!",
    param: null,
  };
  if (wire === "openai-chat") return { data: { error }, tokens: 0 };
  return { name: "error", data: { type: "error", sequence_number: sequence, error }, tokens: 0 };
}

/** An event that no client has heard of yet. */
function unknownEvent(wire: Wire, first: Frame | undefined, sequence: number): Frame {
  const envelope = isObject(first?.data) ? first.data : {};
  if (wire === "anthropic")
    return { name: "message_note", data: { type: "message_note", note: { weight: 1 } }, tokens: 0 };
  if (wire === "openai-chat")
    return { data: { ...envelope, object: "chat.completion.note", choices: [], note: { weight: 1 } }, tokens: 0 };
  const type = "response.note.added";
  return { name: type, data: { type, sequence_number: sequence, note: { weight: 1 } }, tokens: 0 };
}

const write = (bytes: string | Uint8Array, tokens = 0, events = 0): Step => ({ do: "write", bytes, tokens, events });
const send = (frame: Frame): Step => write(encodeFrame(frame), frame.tokens, 1);

/** Two bytes that are no UTF-8 anywhere. */
const NO_UTF8 = Buffer.from([0xff, 0xfe]);

/** A frame with bad bytes inside its last text, where JSON itself stays sound. */
function spoiled(frame: Frame): Buffer {
  const text = encodeFrame(frame);
  const at = text.lastIndexOf('":"') + 3;
  return Buffer.concat([Buffer.from(text.slice(0, at)), NO_UTF8, Buffer.from(text.slice(at))]);
}

/** A frame whose line is as long as that, by blanks that JSON does not mind. */
function giant(frame: Frame, size: number): string {
  const text = encodeFrame(frame);
  const at = text.lastIndexOf("}");
  return at < 0 ? text : text.slice(0, at) + " ".repeat(Math.max(0, size - text.length)) + text.slice(at);
}

/** The end of a body that a fault breaks off. */
function breakOff(fault: FaultRule): readonly Step[] {
  if (fault.fault === "cut") return [{ do: "destroy" }];
  return fault.fault === "stall" ? [{ do: "wait", ms: fault.for ?? Infinity }] : [];
}

/** Breaks bytes off (`cut`, `end`), holds them up (`stall`) or spoils them (`invalid-utf8`) at one byte. */
function atByte(steps: readonly Step[], fault: FaultRule, position: number): Step[] {
  const out: Step[] = [];
  let left = position;
  for (const [index, step] of steps.entries()) {
    if (step.do !== "write") {
      out.push(step);
      continue;
    }
    const bytes = Buffer.from(step.bytes);
    if (bytes.length <= left) {
      out.push(step);
      left -= bytes.length;
      continue;
    }
    if (left > 0) out.push(write(bytes.subarray(0, left), step.tokens));
    const rest = [write(bytes.subarray(left), 0, step.events), ...steps.slice(index + 1)];
    if (fault.fault === "invalid-utf8") out.push(write(NO_UTF8), ...rest);
    else if (fault.fault === "stall") out.push(...breakOff(fault), ...rest);
    else out.push(...breakOff(fault));
    return out;
  }
  return out;
}

/** What is done to send a stream that a fault hits. */
export function streamSteps(frames: readonly Frame[], fault: FaultRule, wire: Wire): readonly Step[] {
  const plain = frames.map(send);
  if (fault.atByte !== undefined) return atByte(plain, fault, fault.atByte);
  const terminal = frames.findIndex((frame) => frame.terminal);
  const last = terminal < 0 ? frames.length : terminal;
  const usual = fault.fault === "duplicate-start" ? 1 : Math.max(1, Math.floor(last / 2));
  const at = Math.min(fault.at ?? usual, last);
  const before = plain.slice(0, at);
  const rest = plain.slice(at);
  const [hit] = frames.slice(at);
  const start = frames[0];
  switch (fault.fault) {
    case "cut":
    case "end":
      return [...before, ...breakOff(fault)];
    case "stall":
      return [...before, ...breakOff(fault), ...rest];
    case "error-event":
      return [...before, send(errorEvent(wire, fault.message, fault.code, at))];
    case "duplicate-start":
      return start ? [...before, send(start), ...rest] : plain;
    case "unknown-event":
      return [...before, send(unknownEvent(wire, start, at)), ...rest];
    case "malformed-event": {
      const text = hit ? encodeFrame(hit).trimEnd() : "data: {";
      return [...before, write(`${text.slice(0, Math.floor(text.length * 0.8))}\n\n`, 0, 1), ...rest.slice(1)];
    }
    case "invalid-utf8":
      return hit ? [...before, write(spoiled(hit), hit.tokens, 1), ...rest.slice(1)] : plain;
    case "giant-line":
      return hit ? [...before, write(giant(hit, fault.size ?? 1_048_576), hit.tokens, 1), ...rest.slice(1)] : plain;
    default:
      return plain;
  }
}

/** What is done to send a whole body that a fault hits. */
export function wholeSteps(body: string, fault: FaultRule): readonly Step[] {
  const bytes = Buffer.from(body);
  const half = fault.atByte ?? Math.floor(bytes.length / 2);
  switch (fault.fault) {
    case "malformed-event":
      return [write(body.slice(0, Math.floor(body.length * 0.8)))];
    case "giant-line":
      return [
        write(
          `${body.slice(0, -1)}${" ".repeat(Math.max(0, (fault.size ?? 1_048_576) - bytes.length))}${body.slice(-1)}`,
        ),
      ];
    case "invalid-utf8": {
      const at = fault.atByte ?? Buffer.from(body.slice(0, body.lastIndexOf('":"') + 3)).length;
      return [write(bytes.subarray(0, at)), write(NO_UTF8), write(bytes.subarray(at))];
    }
    default:
      return atByte([write(bytes)], fault, half);
  }
}
