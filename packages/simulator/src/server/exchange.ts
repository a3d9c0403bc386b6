import type { IncomingMessage, ServerResponse } from "node:http";
import type { Clock } from "../clock.ts";
import type { FaultRule } from "../fault/rule.ts";
import type { JournalEntry } from "../journal.ts";
import type { Json } from "../json.ts";

/** What is found out about an exchange on its way, for the journal. */
export type Note = { -readonly [K in keyof JournalEntry]?: JournalEntry[K] };

/** One request with its answer. */
export interface Exchange {
  /** Counts up from 1. */
  readonly number: number;
  readonly requestId: string;
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  /** Aborts when the caller leaves or the simulator is closed. */
  readonly signal: AbortSignal;
  readonly note: Note;
  /** The fault that shall hit the body, once there is one. */
  bodyFault?: { readonly rule: FaultRule; readonly clock: Clock };
}

/** A header as one text. */
export function header(x: Exchange, name: string): string | undefined {
  const value = x.req.headers[name];
  return Array.isArray(value) ? value.join(", ") : value;
}

/** The largest request body that is read, in bytes: the limit of the Messages API. */
export const LARGEST_BODY: number = 32 * 1024 * 1024;

/** The body of a request as text; undefined if it is too large. */
export async function readBody(req: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of req as AsyncIterable<Buffer>) {
    size += chunk.length;
    // The rest is read and dropped, so that the caller can read the answer.
    if (size <= LARGEST_BODY) chunks.push(chunk);
    else chunks.length = 0;
  }
  return size <= LARGEST_BODY ? Buffer.concat(chunks).toString("utf8") : undefined;
}

/** A finished answer: a JSON body with its status. */
export interface JsonReply {
  readonly status: number;
  readonly body: Json;
  readonly headers?: Readonly<Record<string, string>>;
}
