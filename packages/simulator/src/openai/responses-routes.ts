import { countBlocks, promptBlocks } from "../accounting/prompt.ts";
import type { Context } from "../server/context.ts";
import type { Exchange } from "../server/exchange.ts";
import { enter } from "../server/gate.ts";
import { modelOf } from "../server/pipeline.ts";
import { sendAnswer, sendFailure } from "../server/send.ts";
import { checkResponses } from "./check-responses.ts";
import { responsesQuestion } from "./question.ts";

/** `POST /v1/responses/input_tokens`: the number that the response itself would be billed for as input. */
export async function countResponseInput(x: Exchange, context: Context): Promise<void> {
  const entered = await enter(x, "openai", context, "openai-responses");
  if (!entered) return;
  const body = context.store.expand(entered);
  const model = modelOf(body, "openai", context);
  if (!("id" in model)) return sendFailure(x, "openai", model);
  const wrong = checkResponses(body, model, context.store);
  if (wrong) return sendFailure(x, "openai", wrong);
  const history = context.store.history(body["previous_response_id"]);
  const input_tokens = countBlocks(promptBlocks(responsesQuestion(body, model, history), history));
  return sendAnswer(x, { object: "response.input_tokens", input_tokens });
}

/** `GET` and `DELETE /v1/responses/{id}`, `GET /v1/responses/{id}/input_items`, `POST /v1/responses/{id}/cancel`. */
export async function storedResponse(
  x: Exchange,
  context: Context,
  id: string,
  action: string | undefined,
): Promise<void> {
  if (!(await enter(x, "openai", context, "openai-responses"))) return;
  const stored = context.store.get(id);
  if (!stored) return sendFailure(x, "openai", { kind: "not-found", message: `Response with id '${id}' not found.` });
  if (action === "input_items") {
    const data = stored.input.map((item, index) => ({ id: `msg_${index}_${id.slice(5)}`, ...item })).reverse();
    return sendAnswer(x, {
      object: "list",
      data,
      first_id: data[0]?.id ?? null,
      last_id: data.at(-1)?.id ?? null,
      has_more: false,
    });
  }
  if (x.method === "DELETE") {
    context.store.delete(id);
    return sendAnswer(x, { id, object: "response", deleted: true });
  }
  if (action === "cancel" && stored.response["background"] !== true)
    return sendFailure(x, "openai", { kind: "invalid", message: "Cannot cancel a synchronous response." });
  return sendAnswer(x, stored.response);
}
