import type { Model } from "../provider.ts";
import type { ChatRequest, Effort } from "../request.ts";
import type { Warnings } from "../vendor/warnings.ts";

/** Temperature and top-p, where the model takes them at this effort. */
export function samplingFor(
  request: ChatRequest,
  to: Model,
  effort: Effort | undefined,
  warnings: Warnings,
): { temperature?: number | undefined; top_p?: number | undefined } {
  const allowed = to.can.sampling === "always" || (to.can.sampling === "without-effort" && effort === "none");
  const { temperature, topP } = request;
  if (!allowed) {
    const why = `${to.model} takes no sampling parameters${to.can.sampling === "never" ? "" : " unless effort is none"}`;
    if (temperature !== undefined) warnings.unsupported("temperature", why);
    if (topP !== undefined) warnings.unsupported("topP", why);
    return {};
  }
  return { temperature, top_p: topP };
}
