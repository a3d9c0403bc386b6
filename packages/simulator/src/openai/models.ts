import type { Json } from "../json.ts";
import type { ModelProfile } from "../model.ts";
import type { Context } from "../server/context.ts";
import type { Exchange } from "../server/exchange.ts";
import { sendAnswer, sendFailure } from "../server/send.ts";

function modelObject(model: ModelProfile): Json {
  return {
    id: model.id,
    object: "model",
    created: model.created,
    owned_by: "system",
    shutdown_date: model.shutdown ?? null,
  };
}

function gpts(context: Context): readonly ModelProfile[] {
  return [...context.settings.models.values()].filter((model) => model.vendor === "openai");
}

/** `GET /v1/models`. */
export function listGpts(x: Exchange, context: Context): void | Promise<void> {
  return sendAnswer(x, { object: "list", data: gpts(context).map(modelObject) });
}

/** `GET /v1/models/{id}`. */
export function showGpt(x: Exchange, context: Context, id: string): void | Promise<void> {
  const model = gpts(context).find((one) => one.id === id);
  if (model) return sendAnswer(x, modelObject(model));
  sendFailure(x, "openai", {
    kind: "not-found",
    message: `The model '${id}' does not exist`,
    param: "model",
    code: "model_not_found",
  });
}
