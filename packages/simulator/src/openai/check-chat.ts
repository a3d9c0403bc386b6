import { invalid, type Failure } from "../failure.ts";
import type { Json } from "../json.ts";
import type { ModelProfile } from "../model.ts";

/** What Chat Completions would say is wrong with a request. */
export function checkChat(body: Json, model: ModelProfile): Failure | undefined {
  if (!Array.isArray(body["messages"]))
    return invalid("Missing required parameter: 'messages'.", {
      param: "messages",
      code: "missing_required_parameter",
    });
  if (body["max_tokens"] !== undefined && !model.legacyChat)
    return invalid(
      "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
      {
        param: "max_tokens",
        code: "unsupported_parameter",
      },
    );
  return undefined;
}
