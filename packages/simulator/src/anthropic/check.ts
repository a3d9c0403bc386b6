import { invalid, type Failure } from "../failure.ts";
import { numberOf, type Json } from "../json.ts";
import type { ModelProfile } from "../model.ts";

/** What the Messages API would say is wrong with a request. */
export function checkMessages(body: Json, model: ModelProfile, current: boolean): Failure | undefined {
  const limit = numberOf(body["max_tokens"]);
  if (limit === undefined) return invalid("max_tokens: Field required");
  if (!Array.isArray(body["messages"])) return invalid("messages: Field required");
  if (body["messages"].length === 0) return invalid("messages: at least one message is required");
  for (const name of ["temperature", "top_p", "top_k"])
    if (body[name] !== undefined && (current || model.sampling === "never"))
      return invalid(`${name}: Extra inputs are not permitted`);
  return undefined;
}
