import type { JsonObject } from "../json.ts";
import type { Model } from "../provider.ts";
import type { ChatRequest, OutputMode, Tool, ToolChoice } from "../request.ts";
import type { OutputUsed } from "../stream-part.ts";
import type { Warnings } from "./warnings.ts";

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

/** The tools to offer: the request's and, where the answer is to come by one, the tool that takes it. */
export const toolsFor = (request: ChatRequest, mode: OutputMode | undefined, dialect: string): readonly Tool[] =>
  (request.tools ?? []).concat(
    mode === "tool"
      ? {
          name: outputName(request),
          description: "Give the final answer.",
          input: outputSchema(request, dialect),
          strict: true,
        }
      : [],
  );

/** What `start` reports of it. */
export function outputUsed(
  request: ChatRequest,
  mode: OutputMode | undefined,
  dialect: string,
): OutputUsed | undefined {
  if (!mode) return undefined;
  return { mode, ...(mode !== "instructions" && request.output?.dialects?.[dialect] && { dialect }) };
}

/** The tool choice to send: the request's, or any tool where the answer is to come by one. */
export function toolChoiceFor(
  { toolChoice }: ChatRequest,
  to: Model,
  mode: OutputMode | undefined,
  warnings: Warnings,
): ToolChoice | undefined {
  if (toolChoice === undefined) return mode === "tool" && to.can.forcedTools ? "required" : undefined;
  if (toolChoice === "auto" || toolChoice === "none" || to.can.forcedTools) return toolChoice;
  warnings.changed("toolChoice", `${to.model} takes no forced tool; it was left to choose`);
  return "auto";
}

/** What the model is told in words of the answer's form, where the vendor's own way does not do: one text or none. */
export function outputWords({ output }: ChatRequest, mode: OutputMode | undefined): readonly string[] {
  if (!output || mode === "native") return [];
  if (output.instructions !== undefined) return [output.instructions];
  return mode === "tool"
    ? []
    : [`Answer with JSON alone. It must obey this JSON Schema:\n${JSON.stringify(output.schema)}`];
}
