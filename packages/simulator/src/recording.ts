import type { Frame } from "./frame.ts";
import { isObject, type Json } from "./json.ts";

/** An answer that was once recorded. */
export interface Recording {
  /** HTTP status; 200 unless told otherwise. */
  readonly status?: number;
  /** Whether the body is a stream of server-sent events. Found by its beginning unless told. */
  readonly stream?: boolean;
  /** Headers beside the content type and the request id. */
  readonly headers?: Readonly<Record<string, string>>;
  /** The body, sent byte for byte. */
  readonly body: string | Uint8Array;
  /** Bytes a write; the whole body in one unless told. The cuts fall anywhere, also inside a character. */
  readonly split?: number;
  /** The request that it answered: an equal one is answered with it again (option `recordings`). */
  readonly request?: Json | null;
}

/** @throws TypeError that names what is wrong with a recording */
export function checkRecording(recording: unknown, option: string): asserts recording is Recording {
  if (!isObject(recording)) throw new TypeError(`${option} must be an object`);
  const { body, status, split, request, stream, headers } = recording;
  if (typeof body !== "string" && !(body instanceof Uint8Array))
    throw new TypeError(`${option}.body must be text or bytes`);
  if (status !== undefined && !(Number.isInteger(status) && Number(status) >= 200 && Number(status) <= 599))
    throw new TypeError(`${option}.status must be between 200 and 599, not ${JSON.stringify(status)}`);
  if (split !== undefined && !(Number.isInteger(split) && Number(split) >= 1))
    throw new TypeError(`${option}.split must be a whole number of bytes ≥ 1, not ${JSON.stringify(split)}`);
  if (stream !== undefined && typeof stream !== "boolean")
    throw new TypeError(`${option}.stream must be true or false`);
  if (headers !== undefined && !(isObject(headers) && Object.values(headers).every((one) => typeof one === "string")))
    throw new TypeError(`${option}.headers must be texts by name`);
  if (request !== undefined && request !== null && !isObject(request))
    throw new TypeError(`${option}.request must be an object`);
}

/** Whether the recorded body is a stream of events. */
export function isStream(recording: Recording): boolean {
  if (recording.stream !== undefined) return recording.stream;
  const start =
    typeof recording.body === "string"
      ? recording.body.slice(0, 16)
      : Buffer.from(recording.body.subarray(0, 16)).toString();
  return /^\s*(?:event|data|id|retry|):/.test(start);
}

/** The bytes in the writes that they are sent by. */
export function* recordedWrites(recording: Recording): Generator<Uint8Array> {
  const bytes = Buffer.from(recording.body);
  const size = recording.split ?? Math.max(1, bytes.length);
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

/** The events of a recorded stream, each with its own bytes: what a fault in the middle of it is counted by. */
export function recordedFrames(body: string): readonly Frame[] {
  const blocks = body.split(/(?<=\n\n|\r\n\r\n)/).filter((block) => block !== "");
  return blocks.map((raw) => ({ raw, data: "", tokens: 0 }));
}
