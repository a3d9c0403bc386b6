import { invalid } from "../failure.ts";
import type { WireFormat } from "../server/wire.ts";
import { header, type Exchange } from "../server/exchange.ts";
import { checkMessages, type CheckContext } from "./check.ts";
import { messageEvents } from "./events.ts";
import { message } from "./message.ts";
import { anthropicQuestion, showsThinking } from "./question.ts";

/** The API version without sampling parameters. */
export const CURRENT_VERSION = "2026-10-21";

/** Whether the caller speaks the current version of the API. */
export function isCurrent(x: Exchange): boolean {
  return header(x, "anthropic-version") === CURRENT_VERSION;
}

/** What a check needs to know of how a request was sent. */
export function howSent(x: Exchange): CheckContext {
  return { current: isCurrent(x), beta: header(x, "anthropic-beta") !== undefined };
}

/** `POST /v1/messages`. */
export const messagesWire: WireFormat = {
  wire: "anthropic",
  vendor: "anthropic",
  expand: (body, { threads }) => threads.expand(body),
  remember: (finished, body, { threads }) => threads.add(finished, body),
  check: (body, model, x, { threads }) => threads.check(body) ?? checkMessages(body, model, howSent(x)),
  overflow: (tokens, _body, model) =>
    tokens > model.context ? invalid(`prompt is too long: ${tokens} tokens > ${model.context} maximum`) : undefined,
  question: anthropicQuestion,
  count: () => 1,
  finished: ([answer], bill, asked) =>
    message(answer ?? { parts: [] }, bill, {
      model: asked.question.model,
      sealedFor: asked.model.id,
      current: isCurrent(asked.x),
      showThinking: showsThinking(asked.body, asked.model),
      random: asked.random,
    }),
  frames: (finished, asked) => messageEvents(finished, asked.random),
};
