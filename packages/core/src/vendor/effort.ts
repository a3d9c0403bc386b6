import { EFFORTS } from "../efforts.ts";
import type { Model } from "../provider.ts";
import type { ChatRequest, Effort } from "../request.ts";
import type { Warnings } from "./warnings.ts";

/** The effort to send: what was asked, else the next higher one that the model takes, else its highest. */
export function effortFor({ effort }: ChatRequest, to: Model, warnings: Warnings): Effort | undefined {
  const { efforts } = to.can;
  if (effort === undefined || efforts.includes(effort)) return effort;
  const higher = EFFORTS.slice(EFFORTS.indexOf(effort)).find((level) => efforts.includes(level));
  const sent = higher ?? EFFORTS.findLast((level) => efforts.includes(level));
  if (sent) warnings.changed("effort", `${to.model} takes no ${effort}; ${sent} was sent`);
  else warnings.unsupported("effort", `${to.model} takes no effort`);
  return sent;
}
