import type { Json } from "./json.ts";

/** One event of a stream before it is written down as bytes. */
export interface Frame {
  /** The SSE event name; Chat Completions has none. */
  readonly name?: string;
  /** The event, or text that is no JSON (`[DONE]`). */
  readonly data: Json | string;
  /** The bytes themselves, where they were recorded; `data` is not looked at then. */
  readonly raw?: string;
  /** Output tokens that it brings: what the pace is kept by. */
  readonly tokens: number;
  /** Whether the stream is complete with it. */
  readonly terminal?: boolean;
}

/** The bytes of a frame as server-sent events. */
export function encodeFrame(frame: Frame): string {
  if (frame.raw !== undefined) return frame.raw;
  const data = typeof frame.data === "string" ? frame.data : JSON.stringify(frame.data);
  return frame.name === undefined ? `data: ${data}\n\n` : `event: ${frame.name}\ndata: ${data}\n\n`;
}
