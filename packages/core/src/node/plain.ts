import { defined } from "../defined.ts";
import { isLlmError, type ErrorCode, type LlmError } from "../error.ts";
import type { Event } from "../event.ts";
import { isRecord } from "../json.ts";

/** What may stand in what is told to others. */
export interface PlainOptions {
  /**
   * Tells events as they are: errors with the vendor's words and the partial answers that they carry, and the vendors' raw
   * usage. Default false.
   */
  readonly captureContent?: boolean;
}

/** What no vendor's answer is called: these are found out here, and said in our words. */
const OURS: readonly ErrorCode[] = ["malformed", "truncated", "unsupported"];

/** Whether what an error says are our words, which repeat nothing: not a vendor's, nor those of an error behind it. */
function saidByUs({ status, requestId, vendor, code, cause }: LlmError): boolean {
  // an answer of status 200 may be an error too, and not every server gives it an id
  if (status !== undefined || requestId !== undefined) return false;
  return (
    vendor === undefined || (OURS.includes(code) && (cause === undefined || (isLlmError(cause) && saidByUs(cause))))
  );
}

/** What went wrong as systems name it: the first code of an error and its causes, `ECONNREFUSED` for example. */
function reasonOf(error: unknown): string | undefined {
  for (let at = error, deep = 0; at instanceof Error && deep < 8; at = at.cause, deep++)
    if ("code" in at && typeof at.code === "string" && /^[A-Z\d_]+$/.test(at.code)) return at.code;
  return undefined;
}

/**
 * An error without what may hold text of a question or an answer: its partial result, its cause, a foreign error's
 * message, and the vendor's own words, which repeat what they complain about.
 */
function plainError(error: Error): object {
  if (!isLlmError(error)) return { name: error.name, ...defined({ reason: reasonOf(error) }) };
  const { name, code, message, retryable, retryAfterMs, status, vendor, model, requestId } = error;
  return {
    name,
    code,
    ...(saidByUs(error) && { message }),
    retryable,
    ...defined({
      reason: code === "network" ? reasonOf(error) : undefined,
      retryAfterMs,
      status,
      vendor,
      model,
      requestId,
    }),
  };
}

function plainValue(value: unknown): unknown {
  if (value instanceof Error || isLlmError(value)) return plainError(value);
  if (Array.isArray(value)) return value.map(plainValue);
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, field]) => (key === "raw" ? [] : [[key, plainValue(field)]])),
  );
}

/** An event without prompt, answer or raw data in it. */
export const plain = (event: Event, { captureContent = false }: PlainOptions): object =>
  captureContent ? event : (plainValue(event) as object); // an event is a record

/** An event whose errors keep their name and message in JSON too, which loggers write. */
export const withMessages = (event: object): object =>
  Object.fromEntries(
    Object.entries(event).map(([key, value]: [string, unknown]) => [
      key,
      value instanceof Error ? Object.assign({}, value, { name: value.name, message: value.message }) : value,
    ]),
  );
