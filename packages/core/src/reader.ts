import type { Origin } from "./api-error.ts";
import type { StartPart, StreamPart } from "./stream-part.ts";

/** What is known of an answer before it comes. */
export interface Frame extends Origin {
  /** The tool whose input is the answer's text, where the output goes by a tool. */
  readonly outputTool: string | undefined;
  /** What the request and the response's headers add to `start`. */
  readonly start: Omit<StartPart, "type" | "vendor" | "model">;
}

/** Reads one answer of a vendor, on either of its wires. */
export interface Reader {
  /** One event of the stream. */
  readonly event: (event: unknown, push: (part: StreamPart) => void) => void;
  /** What is still to be said when the events have ended. */
  readonly end?: (push: (part: StreamPart) => void) => void;
  /** A whole message. */
  readonly message: (message: unknown) => StreamPart[];
}
