import type { JsonObject } from "../json.ts";
import type { Model } from "../provider.ts";
import type { ChatRequest, OutputMode } from "../request.ts";
import type { OutputUsed } from "../stream-part.ts";

/** How an output schema goes to a model: as the request says, else by the best way that the model has. */
export function outputMode(request: ChatRequest, to: Model): OutputMode | undefined {
  if (!request.output) return undefined;
  if (request.output.mode) return request.output.mode;
  if (to.can.schema) return "native";
  return to.can.tools && !request.tools?.length ? "tool" : "instructions";
}

/** The name that a schema goes by. */
export const outputName = (request: ChatRequest): string => request.output?.name ?? "output";

/** The schema in a dialect, as lowered for it or as it is. */
export const outputSchema = (request: ChatRequest, dialect: string): JsonObject =>
  request.output?.dialects?.[dialect] ?? request.output?.schema ?? {};

/** What `start` reports of it. */
export function outputUsed(
  request: ChatRequest,
  mode: OutputMode | undefined,
  dialect: string,
): OutputUsed | undefined {
  if (!mode) return undefined;
  return { mode, ...(mode !== "instructions" && request.output?.dialects?.[dialect] && { dialect }) };
}
