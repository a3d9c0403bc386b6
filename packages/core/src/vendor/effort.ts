import type { Model } from "../provider.ts";
import type { ChatRequest, Effort } from "../request.ts";
import type { Warnings } from "./warnings.ts";

const LEVELS: readonly Effort[] = ["none", "minimal", "low", "medium", "high", "xhigh", "max"];

/** The effort to send: what was asked, else the next higher one that the model takes, else its highest. */
export function effortFor({ effort }: ChatRequest, to: Model, warnings: Warnings): Effort | undefined {
  const { efforts } = to.can;
  if (effort === undefined || efforts.includes(effort)) return effort;
  const higher = LEVELS.slice(LEVELS.indexOf(effort)).find((level) => efforts.includes(level));
  const sent = higher ?? LEVELS.findLast((level) => efforts.includes(level));
  if (sent) warnings.changed("effort", `${to.model} takes no ${effort}; ${sent} was sent`);
  else warnings.unsupported("effort", `${to.model} takes no effort`);
  return sent;
}
