import type { Event, Listener } from "../event.ts";
import { plain, withMessages, type PlainOptions } from "./plain.ts";

/** The part of a logger that is used: pino's, and of most others. */
export interface Logger {
  readonly debug: (fields: object, message: string) => void;
  readonly info: (fields: object, message: string) => void;
  readonly warn: (fields: object, message: string) => void;
}

/** Events that somebody should look at, by the last word of their name. */
const WARNING =
  /[._](?:opened|failed|error|denied|rejected|exceeded|exhausted|waiting|used|fired|refused|lost|store_failed|parse_error)$/;

function levelOf(event: Event): keyof Logger {
  if (event.type === "api.response")
    return event.outcome === "ok" || event.outcome === "left" || event.outcome === "aborted" ? "info" : "warn";
  return WARNING.test(event.type) ? "warn" : "debug";
}

/**
 * A listener that writes every event to a logger of pino's shape: the event's type is the message, its fields the fields
 * (under `llm`). Finished requests are `info`, failures and what the layers do about them `warn`, all else `debug`. No
 * text of prompts and answers unless `captureContent` asks for it: of errors their code, and the system's (`reason`) where
 * a connection or a store failed.
 *
 * @example
 * ```ts
 * import { pino } from "pino";
 * import { logTo } from "@llm/core/node";
 * const llm = compose(provider, observe(logTo(pino({ level: "silent" }))));
 * await generate(llm, "What is a circuit breaker?");
 * ```
 */
export const logTo =
  (logger: Logger, options: PlainOptions = {}): Listener =>
  (event) => {
    const { type, ...fields } = withMessages(plain(event, options)) as Event; // what is left out is never the type
    logger[levelOf(event)]({ llm: fields }, type);
  };
