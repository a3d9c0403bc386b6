import type { Json } from "../json.ts";
import type { TextPart } from "../message.ts";
import type { ChatRequest } from "../request.ts";
import type { OutputUsed } from "../stream-part.ts";
import { outputMode, outputName, outputSchema, outputUsed } from "../vendor/output.ts";
import type { Warnings } from "../vendor/warnings.ts";
import { carriedBy, compact, fromJson, OURS, THEIRS } from "./carried.ts";
import type { AiSdkCallOptions, AiSdkMessage, AiSdkMetadata, AiSdkTool } from "./language-model.ts";
import { metadata, optionsOf, toMessages, type Target } from "./to-prompt.ts";

/** What some of their providers call what their interface has no word for. */
const WORDS: Readonly<Record<string, Readonly<Record<string, (value: never) => { [key: string]: string | boolean }>>>> =
  {
    anthropic: { parallelTools: (parallel: boolean) => ({ disableParallelToolUse: !parallel }) },
    openai: {
      parallelTools: (parallel: boolean) => ({ parallelToolCalls: parallel }),
      tier: (tier: string) => ({ serviceTier: tier }),
      user: (user: string) => ({ safetyIdentifier: user }),
    },
  };

/** A request in the AI SDK's words. */
export interface Options {
  readonly options: AiSdkCallOptions;
  readonly output: OutputUsed | undefined;
  /** The name of the tool whose input is the answer, where the output goes by a tool. */
  readonly outputTool: string | undefined;
}

/**
 * What to ask a model of the AI SDK.
 *
 * @throws LlmError `unsupported` under `request.strict` for what their interface has no word for
 */
export function toOptions(request: ChatRequest, to: Target, warnings: Warnings): Options {
  const { system, output, tools = [], toolChoice, effort } = request;
  const extra = (fromJson(request.options?.[THEIRS]) ?? {}) as Record<string, unknown>; // it was put there as such
  const mode = outputMode(request, to);
  const prompt: AiSdkMessage[] = [];
  const systems: readonly TextPart[] = typeof system === "string" ? [{ type: "text", text: system }] : (system ?? []);
  for (const part of systems) prompt.push({ role: "system", content: part.text, ...optionsOf(part, carriedBy(part)) });
  if (output?.instructions !== undefined && mode !== "native")
    prompt.push({ role: "system", content: output.instructions });
  prompt.push(...toMessages(request.messages, to));

  const sent: AiSdkTool[] = tools.map((tool) => {
    const carried = carriedBy(tool);
    const { name, description, input: inputSchema, strict } = tool;
    return {
      type: "function",
      name,
      inputSchema,
      ...(description !== undefined && { description }),
      ...(strict !== undefined && { strict }),
      ...compact({
        inputExamples: carried["inputExamples"] as Extract<AiSdkTool, { type: "function" }>["inputExamples"], // put there as such
        providerOptions: metadata(carried),
      }),
    }; // compact leaves out what is undefined
  });
  for (const { at, tool } of (extra["tools"] ?? []) as readonly { at: number; tool: AiSdkTool }[])
    sent.splice(at, 0, tool); // put there as such
  const schema = outputSchema(request, to.vendor);
  if (mode === "tool")
    sent.push({
      type: "function",
      name: outputName(request),
      description: "Give the final answer.",
      inputSchema: schema,
      strict: true,
    });

  return {
    output: outputUsed(request, mode, to.vendor),
    outputTool: mode === "tool" ? outputName(request) : undefined,
    options: {
      prompt,
      ...(compact({
        maxOutputTokens: request.maxTokens,
        temperature: request.temperature,
        topP: request.topP,
        topK: extra["topK"],
        presencePenalty: extra["presencePenalty"],
        frequencyPenalty: extra["frequencyPenalty"],
        stopSequences: request.stop && [...request.stop],
        seed: request.seed,
        tools: sent.length > 0 ? sent : undefined,
        toolChoice:
          toolChoice &&
          (typeof toolChoice === "string" ? { type: toolChoice } : { type: "tool", toolName: toolChoice.tool }),
        reasoning: effort ?? extra["reasoning"],
        responseFormat:
          mode === "native"
            ? compact({ type: "json", schema, name: output?.name, description: extra["description"] })
            : extra["responseFormat"],
        providerOptions: providerOptions(request, to, warnings),
      }) as Partial<AiSdkCallOptions>), // each of the type that its option has
    },
  };
}

/** The vendors' own options, with what has a word with some of them. */
function providerOptions(request: ChatRequest, to: Target, warnings: Warnings): AiSdkMetadata | undefined {
  const { [THEIRS]: _extra, ...vendors } = request.options ?? {};
  const all: { [vendor: string]: { [key: string]: Json } } = {};
  for (const [vendor, options] of Object.entries(vendors)) all[vendor] = { ...options };
  const ours: { [key: string]: Json } = {};
  for (const field of ["parallelTools", "tier", "user"] as const) {
    const value = request[field];
    if (value === undefined) continue;
    ours[field] = value;
    const word = WORDS[to.vendor]?.[field];
    if (word) all[to.vendor] = { ...word(value as never), ...all[to.vendor] }; // of this field's type
    else if (to.provider !== OURS)
      warnings.unsupported(field, `the AI SDK has no word for it; say it in options.${to.vendor}`);
  }
  if (request.task !== undefined) ours["task"] = request.task;
  if (request.strict !== undefined) ours["strict"] = request.strict;
  const { schema: _schema, name: _name, ...rest } = request.output ?? { schema: {} };
  if (Object.keys(rest).length > 0) ours["output"] = rest; // JSON, like all of a request
  if (to.provider === OURS && Object.keys(ours).length > 0) all[OURS] = ours;
  return Object.keys(all).length > 0 ? all : undefined;
}
