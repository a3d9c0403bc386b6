import type Anthropic from "@anthropic-ai/sdk";
import type { Model } from "../provider.ts";
import type { ChatRequest, OutputMode } from "../request.ts";
import { fewerMarks, suitMarks } from "../vendor/cache-marks.ts";
import { defined, some } from "../defined.ts";
import { splitOptions, withOptions } from "../fields.ts";
import { effortFor } from "../vendor/effort.ts";
import { outputMode, outputName, outputSchema, outputWords, toolChoiceFor, toolsFor } from "../vendor/output.ts";
import { collectWarnings, type Warnings } from "../vendor/warnings.ts";
import type { Prepared } from "../sdk-wire.ts";
import { textBlock, toParams } from "./content.ts";

/** The output limit where the caller gives none: room for reasoning and a long answer, within every current model's limit. */
export const DEFAULT_MAX_TOKENS = 32_000;

/** The vendor's service tiers. */
const SERVED = ["auto", "standard_only"] as const;

/** What is sent. */
export type MessagesBody = Anthropic.MessageCreateParamsNonStreaming;

function toolChoice(
  request: ChatRequest,
  to: Model,
  mode: OutputMode | undefined,
  warnings: Warnings,
): Anthropic.ToolChoice | undefined {
  const choice = toolChoiceFor(request, to, mode, warnings);
  const alone = request.parallelTools === false && { disable_parallel_tool_use: true };
  if (choice === "none") return { type: "none" };
  if (choice === "required") return { type: "any", ...alone };
  if (typeof choice === "object") return { type: "tool", name: choice.tool, ...alone };
  return choice === undefined && !alone ? undefined : { type: "auto", ...alone };
}

function warnOfHints(request: ChatRequest, to: Model, warnings: Warnings): void {
  for (const field of ["temperature", "topP"] as const)
    if (request[field] !== undefined) warnings.unsupported(field, `${to.model} takes no sampling parameters`);
  if (request.tier !== undefined && !SERVED.some((tier) => tier === request.tier))
    warnings.unsupported("tier", `${to.vendor} has auto and standard_only`);
  if (request.seed !== undefined) warnings.unsupported("seed", `${to.vendor} has no seed`);
}

/**
 * A request in the words of Anthropic Messages.
 *
 * @throws LlmError `unsupported` under `request.strict`, for what the model cannot take
 */
export function toMessages(given: ChatRequest, to: Model): Prepared<MessagesBody> {
  const warnings = collectWarnings(given, to.vendor, to.model);
  const request = fewerMarks(suitMarks(given, to, ["5m", "1h"], warnings), warnings);
  warnOfHints(request, to, warnings);
  const { body: extra, headers } = splitOptions(request, "anthropic", to.vendor);
  const mode = outputMode(request, to);
  const effort = effortFor(request, to, warnings);

  const tools: Anthropic.ToolUnion[] = toolsFor(request, mode, "anthropic").map((tool) =>
    defined({
      name: tool.name,
      input_schema: tool.input as Anthropic.Tool.InputSchema, // an object schema, as the vendor demands
      description: tool.description,
      strict: tool.strict || undefined,
    }),
  );
  const choice = tools.length > 0 || extra["tools"] ? toolChoice(request, to, mode, warnings) : undefined;

  const told = outputWords(request, mode);
  const system = [
    ...(typeof request.system === "string"
      ? [{ type: "text", text: request.system } as const]
      : (request.system ?? [])),
    ...told.map((text) => ({ type: "text", text }) as const),
  ];
  const config = {
    ...(effort !== undefined && { effort }),
    ...(mode === "native" && { format: { type: "json_schema", schema: outputSchema(request, "anthropic") } }),
  } as Anthropic.OutputConfig; // efforts are those that the table names

  const body: MessagesBody = defined({
    model: to.model,
    max_tokens: request.maxTokens ?? Math.min(DEFAULT_MAX_TOKENS, to.can.maxOutput ?? DEFAULT_MAX_TOKENS),
    messages: toParams(request.messages, to),
    system: typeof request.system === "string" && told.length === 0 ? request.system : some(system.map(textBlock)),
    tools: some(tools),
    tool_choice: choice,
    stop_sequences: some(request.stop)?.slice(),
    output_config: Object.keys(config).length > 0 ? config : undefined,
    metadata: request.user === undefined ? undefined : { user_id: request.user },
    service_tier: SERVED.find((tier) => tier === request.tier),
  });
  return {
    body: withOptions(body, extra),
    headers,
    warnings,
    output: mode,
    outputTool: mode === "tool" ? outputName(request) : undefined,
  };
}

/** The part of a request that counting tokens takes. */
export function toCount(body: MessagesBody): Anthropic.MessageCountTokensParams {
  const { model, messages, system, tools, tool_choice, thinking, output_config } = body;
  return defined({ model, messages, system, tools, tool_choice, thinking, output_config });
}
