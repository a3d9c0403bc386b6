import { LlmError } from "./error.ts";
import { isRecord } from "./json.ts";

const MB = 1_048_576;
/** Longest line, in characters: a picture in base64 fits. */
const MAX_LINE = 16 * MB;
/** Most bytes of a whole stream: more than twice the longest answer that any model gives. */
const MAX_STREAM = 128 * MB;

/** Which model is asked, for errors. */
interface At {
  readonly vendor: string;
  readonly model: string;
}

/** Reads text as it comes and hands out the data of server-sent events, as JSON. */
export interface EventParser {
  /** The events that are complete with this piece of text. */
  readonly read: (text: string) => unknown[];
  /** The one that only lacked its empty line when the stream ended, if there is one. */
  readonly end: () => unknown[];
}

/**
 * Parses server-sent events (html.spec.whatwg.org, "Interpreting an event stream") whose data are JSON, as all three wires
 * have them. An event named `error` becomes `{ type: "error", error }`; `[DONE]` is none, unless a `closing` event is
 * given to stand for it.
 *
 * @throws SyntaxError from `read`, where data are not JSON, after the events before it have been handed out
 */
export function newEventParser(at?: At, closing?: unknown): EventParser {
  let rest = ""; // of a line that has not ended
  let wasReturn = false; // the last piece ended with a carriage return: a line feed right after it ends no second line
  let data: string | undefined;
  let name = "";
  let broken: { readonly error: unknown } | undefined;

  const dispatch = (events: unknown[]): void => {
    const text = data;
    const isError = name === "error";
    data = undefined;
    name = "";
    if (!text) return;
    const value: unknown = text.trim() === "[DONE]" ? closing : JSON.parse(text);
    if (value !== undefined)
      events.push(isError && isRecord(value) ? { type: "error", error: value["error"] ?? value } : value);
  };
  const take = (line: string, events: unknown[]): void => {
    if (line === "") dispatch(events);
    else if (line.startsWith("data:")) data = data === undefined ? line.slice(5) : `${data}\n${line.slice(5)}`;
    else if (line.startsWith("event:")) name = line.slice(6).trim();
  };

  return {
    read: (piece) => {
      if (broken) throw broken.error;
      let text = wasReturn && piece.startsWith("\n") ? piece.slice(1) : piece;
      wasReturn = piece.endsWith("\r");
      if (text.includes("\r")) text = text.replaceAll(/\r\n?/g, "\n");
      const events: unknown[] = [];
      let end = text.indexOf("\n");
      if (end === -1) {
        rest += text;
        if (rest.length > MAX_LINE) throw new LlmError("malformed", "the answer has a line of more than 16 MB", at);
        return events;
      }
      try {
        take(rest + text.slice(0, end), events);
        let from = end + 1;
        while ((end = text.indexOf("\n", from)) !== -1) {
          take(text.slice(from, end), events);
          from = end + 1;
        }
        rest = text.slice(from);
      } catch (error) {
        if (events.length === 0) throw error;
        broken = { error };
      }
      return events;
    },
    end: () => {
      if (broken) throw broken.error;
      const events: unknown[] = [];
      try {
        take(rest, events);
        dispatch(events);
      } catch {
        // it was cut
      }
      return events;
    },
  };
}

/**
 * The events of a body, as many at once as come in one piece.
 *
 * @throws SyntaxError for data that are not JSON; LlmError `malformed` for a line of more than 16 MB, or 128 MB in all
 * @example
 * ```ts
 * import { eventsOf } from "@llm/core/adapter";
 * const { body } = new Response('data: {"type":"ping"}\n\n');
 * const { value } = await eventsOf(body!).next(); // [{ type: "ping" }]
 * ```
 */
export function eventsOf(
  body: ReadableStream<Uint8Array>,
  at?: At,
  closing?: unknown,
): AsyncIterator<readonly unknown[]> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  const parser = newEventParser(at, closing);
  let bytes = 0;
  let over = false;
  const DONE = { done: true, value: undefined } as const;
  const see = ({ done, value }: ReadableStreamReadResult<Uint8Array>): IteratorResult<readonly unknown[]> => {
    if (done) {
      over = true;
      const last = [...parser.read(decoder.decode()), ...parser.end()];
      return last.length > 0 ? { done: false, value: last } : DONE;
    }
    bytes += value.length;
    if (bytes > MAX_STREAM) throw new LlmError("malformed", "the answer is larger than 128 MB", at);
    return { done: false, value: parser.read(decoder.decode(value, { stream: true })) };
  };
  return {
    next: () => (over ? Promise.resolve(DONE) : reader.read().then(see)),
    return: () => {
      over = true;
      return reader.cancel().then(() => DONE);
    },
  };
}
