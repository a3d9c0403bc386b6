import { OURS } from "./carried.ts";
import type { AiSdkContent, AiSdkGenerateResult, AiSdkMetadata, AiSdkStreamPart } from "./language-model.ts";

/** A whole answer of theirs as the parts of a stream. */
export function toStreamParts(result: AiSdkGenerateResult): AiSdkStreamPart[] {
  const { id, timestamp, modelId } = result.response ?? {};
  const start = result.providerMetadata?.[OURS]?.["start"];
  return [
    { type: "stream-start", warnings: result.warnings, ...(start !== undefined && { llm: start }) }, // an answer of ours, come back
    ...(id !== undefined || timestamp !== undefined || modelId !== undefined
      ? [
          {
            type: "response-metadata" as const,
            ...(id !== undefined && { id }),
            ...(timestamp !== undefined && { timestamp }),
            ...(modelId !== undefined && { modelId }),
          },
        ]
      : []),
    ...result.content.flatMap((part, at): AiSdkStreamPart[] => {
      if (part.type !== "text" && part.type !== "reasoning") return [part];
      const id = String(at);
      const { type, text, ...rest } = part;
      return [
        { type: `${type}-start`, id },
        { type: `${type}-delta`, id, delta: text },
        { type: `${type}-end`, id, ...rest },
      ];
    }),
    {
      type: "finish",
      finishReason: result.finishReason,
      usage: result.usage,
      ...(result.providerMetadata && { providerMetadata: result.providerMetadata }),
    },
  ];
}

interface Growing {
  readonly type: "text" | "reasoning";
  text: string;
  providerMetadata?: AiSdkMetadata;
}

/** The whole answer that the parts of a stream are, but for what came with the HTTP response. */
export function toWhole(parts: readonly AiSdkStreamPart[]): AiSdkGenerateResult {
  const content: AiSdkContent[] = [];
  const open = new Map<string, Growing>();
  let warnings: AiSdkGenerateResult["warnings"] = [];
  let response: AiSdkGenerateResult["response"];
  let last: Extract<AiSdkStreamPart, { type: "finish" }> | undefined;
  for (const part of parts)
    switch (part.type) {
      case "text-start":
      case "reasoning-start": {
        const type = part.type === "text-start" ? "text" : "reasoning";
        const block: Growing = {
          type,
          text: "",
          ...(part.providerMetadata && { providerMetadata: part.providerMetadata }),
        };
        open.set(`${type} ${part.id}`, block);
        content.push(block);
        break;
      }
      case "text-delta":
      case "reasoning-delta":
      case "text-end":
      case "reasoning-end": {
        const block = open.get(`${part.type.startsWith("text") ? "text" : "reasoning"} ${part.id}`);
        if (!block) break;
        if ("delta" in part) block.text += part.delta;
        if (part.providerMetadata) block.providerMetadata = part.providerMetadata;
        if ("citations" in part && part.citations) Object.assign(block, { citations: part.citations });
        break;
      }
      case "tool-call":
      case "tool-result":
      case "tool-approval-request":
      case "custom":
      case "file":
      case "reasoning-file":
      case "source":
        content.push(part);
        break;
      case "stream-start":
        ({ warnings } = part);
        break;
      case "response-metadata": {
        const { type: _type, ...metadata } = part;
        response = { ...response, ...metadata };
        break;
      }
      case "finish":
        last = part;
        break;
      default:
    }
  return {
    content,
    finishReason: last?.finishReason ?? { unified: "interrupted", raw: undefined },
    usage: last?.usage ?? {
      inputTokens: { total: undefined, noCache: undefined, cacheRead: undefined, cacheWrite: undefined },
      outputTokens: { total: undefined, text: undefined, reasoning: undefined },
    },
    ...(last?.providerMetadata && { providerMetadata: last.providerMetadata }),
    ...(response && { response }),
    warnings,
  };
}
