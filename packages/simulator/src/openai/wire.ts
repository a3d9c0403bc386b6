import { invalid } from "../failure.ts";
import { objectOf, numberOf } from "../json.ts";
import type { WireFormat } from "../server/wire.ts";
import { chatQuestion, responsesQuestion } from "./question.ts";
import { checkChat } from "./check-chat.ts";
import { checkResponses } from "./check-responses.ts";
import { completion, completionChunks } from "./chat.ts";
import { responseEvents } from "./response-events.ts";
import { itemId, response } from "./response.ts";

/** `POST /v1/chat/completions`. */
export const chatWire: WireFormat = {
  wire: "openai-chat",
  vendor: "openai",
  expand: (body) => body,
  remember: () => {},
  check: (body, model) => checkChat(body, model),
  overflow: (tokens, _body, model) =>
    tokens > model.context
      ? invalid(
          `This model's maximum context length is ${model.context} tokens. However, your messages resulted in ${tokens} tokens. Please reduce the length of the messages.`,
          { param: "messages", code: "context_length_exceeded" },
        )
      : undefined,
  question: chatQuestion,
  count: (body) => numberOf(body["n"]) ?? 1,
  finished: (answers, bill, { question, body, created, random }) =>
    completion(answers, bill, {
      model: question.model,
      created,
      tier: bill.tier,
      ...(body["logprobs"] === true && { logprobs: numberOf(body["top_logprobs"]) ?? 0 }),
      random,
    }),
  frames: (finished, { body, random }) =>
    completionChunks(finished, { usage: objectOf(body["stream_options"])["include_usage"] === true, random }),
};

/** `POST /v1/responses`. */
export const responsesWire: WireFormat = {
  wire: "openai-responses",
  vendor: "openai",
  expand: (body, { store }) => store.expand(body),
  remember: (finished, body, { store }) => store.add(finished, body),
  check: (body, model, _x, context) => checkResponses(body, model, context.store),
  overflow: (tokens, body, model) =>
    tokens > model.context && body["truncation"] !== "auto"
      ? invalid("Your input exceeds the context window of this model. Please adjust your input and try again.", {
          param: "input",
          code: "context_length_exceeded",
        })
      : undefined,
  question: (body, model, context) =>
    responsesQuestion(body, model, context.store.history(body["previous_response_id"])),
  count: () => 1,
  finished: ([answer], bill, { body, question, model, created, random }) =>
    response(answer ?? { parts: [] }, bill, body, {
      id: itemId("resp", random),
      model: question.model,
      sealedFor: model.id,
      created,
      effort: question.effort,
      tier: bill.tier,
      random,
    }),
  frames: (finished, { random }) => responseEvents(finished, random),
};
