import type { Model } from "../provider.ts";
import type { ChatRequest, Effort } from "../request.ts";
import type { Warnings } from "./warnings.ts";

/** The effort to send: what was asked, the least that the model takes where less was asked, or none. */
export function effortFor({ effort }: ChatRequest, to: Model, warnings: Warnings): Effort | undefined {
  if (effort === undefined || to.can.efforts.includes(effort)) return effort;
  const lowest = to.can.efforts[0];
  if (lowest !== undefined && (effort === "none" || effort === "minimal")) {
    warnings.changed("effort", `${to.model} takes no ${effort}; ${lowest} was sent`);
    return lowest;
  }
  warnings.unsupported("effort", `${to.model} takes no ${effort}`);
  return undefined;
}
