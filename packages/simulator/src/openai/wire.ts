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
  check: (body, model) => checkChat(body, model),
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
  check: (body, model, _x, context) => checkResponses(body, model, context.store),
  question: (body, model, context) =>
    responsesQuestion(body, model, context.store.history(body["previous_response_id"])),
  count: () => 1,
  finished: ([answer], bill, { body, question, created, random }) =>
    response(answer ?? { parts: [] }, bill, body, {
      id: itemId("resp", random),
      model: question.model,
      created,
      effort: question.effort,
      tier: bill.tier,
      encrypted: Array.isArray(body["include"]) && body["include"].includes("reasoning.encrypted_content"),
      random,
    }),
  frames: (finished, { random }) => responseEvents(finished, random),
};
