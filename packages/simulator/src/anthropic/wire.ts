import type { WireFormat } from "../server/wire.ts";
import { header, type Exchange } from "../server/exchange.ts";
import { checkMessages } from "./check.ts";
import { messageEvents } from "./events.ts";
import { message } from "./message.ts";
import { anthropicQuestion, showsThinking } from "./question.ts";

/** The API version without sampling parameters. */
export const CURRENT_VERSION = "2026-10-21";

/** Whether the caller speaks the current version of the API. */
export function isCurrent(x: Exchange): boolean {
  return header(x, "anthropic-version") === CURRENT_VERSION;
}

/** `POST /v1/messages`. */
export const messagesWire: WireFormat = {
  wire: "anthropic",
  vendor: "anthropic",
  check: (body, model, x) => checkMessages(body, model, isCurrent(x)),
  question: anthropicQuestion,
  count: () => 1,
  finished: ([answer], bill, asked) =>
    message(answer ?? { parts: [] }, bill, {
      model: asked.question.model,
      current: isCurrent(asked.x),
      showThinking: showsThinking(asked.body, asked.model),
      random: asked.random,
    }),
  frames: (finished, asked) => messageEvents(finished, asked.random),
};
