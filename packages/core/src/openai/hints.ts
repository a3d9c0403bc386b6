import type { Model } from "../provider.ts";
import type { ChatRequest, Effort } from "../request.ts";
import type { Warnings } from "../vendor/warnings.ts";

/** The effort to send: what was asked, the nearest that the model takes, or none. */
export function effortFor(request: ChatRequest, to: Model, warnings: Warnings): Effort | undefined {
  const { effort } = request;
  if (effort === undefined || to.can.efforts.includes(effort)) return effort;
  const lowest = to.can.efforts[0];
  if (lowest !== undefined && (effort === "none" || effort === "minimal")) {
    warnings.changed("effort", `${to.model} takes no ${effort}; ${lowest} was sent`);
    return lowest;
  }
  warnings.unsupported("effort", `${to.model} takes no ${effort}`);
  return undefined;
}

/** Temperature and top-p, where the model takes them at this effort. */
export function samplingFor(
  request: ChatRequest,
  to: Model,
  effort: Effort | undefined,
  warnings: Warnings,
): { temperature?: number; top_p?: number } {
  const allowed = to.can.sampling === "always" || (to.can.sampling === "without-effort" && effort === "none");
  const { temperature, topP } = request;
  if (!allowed) {
    const why = `${to.model} takes no sampling parameters${to.can.sampling === "never" ? "" : " unless effort is none"}`;
    if (temperature !== undefined) warnings.unsupported("temperature", why);
    if (topP !== undefined) warnings.unsupported("topP", why);
    return {};
  }
  return { ...(temperature !== undefined && { temperature }), ...(topP !== undefined && { top_p: topP }) };
}
