import { countBlocks, promptBlocks } from "../accounting/prompt.ts";
import type { Context } from "../server/context.ts";
import type { Exchange } from "../server/exchange.ts";
import { enter } from "../server/gate.ts";
import { modelOf } from "../server/pipeline.ts";
import { sendAnswer, sendFailure } from "../server/send.ts";
import { checkMessages } from "./check.ts";
import { anthropicQuestion } from "./question.ts";
import { howSent } from "./wire.ts";

/** `POST /v1/messages/count_tokens`: the number that the message itself would be billed for as input. */
export async function countTokens(x: Exchange, context: Context): Promise<void> {
  const body = await enter(x, "anthropic", context, "anthropic");
  if (!body) return;
  const model = modelOf(body, "anthropic", context);
  if (!("id" in model)) return sendFailure(x, "anthropic", model);
  // A count needs no limit; everything else is checked as for a message.
  const wrong = checkMessages({ ...body, max_tokens: body["max_tokens"] ?? 1 }, model, howSent(x));
  if (wrong) return sendFailure(x, "anthropic", wrong);
  return sendAnswer(x, { input_tokens: countBlocks(promptBlocks(anthropicQuestion(body, model))) });
}
