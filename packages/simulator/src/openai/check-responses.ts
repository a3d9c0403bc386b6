import { invalid, type Failure } from "../failure.ts";
import { textOf, type Json } from "../json.ts";
import type { ModelProfile } from "../model.ts";
import type { ResponseStore } from "./store.ts";

/** What the Responses API would say is wrong with a request. */
export function checkResponses(body: Json, _model: ModelProfile, store: ResponseStore): Failure | undefined {
  const previous = body["previous_response_id"];
  if (body["input"] === undefined && previous === undefined)
    return invalid("Missing required parameter: 'input'.", { param: "input", code: "missing_required_parameter" });
  if (typeof previous === "string" && !store.get(previous))
    return invalid(`Previous response with id '${textOf(previous)}' not found.`, {
      param: "previous_response_id",
      code: "previous_response_not_found",
    });
  return undefined;
}
