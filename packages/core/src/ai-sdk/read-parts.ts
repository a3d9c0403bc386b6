import { LlmError } from "../error.ts";
import { isRecord, type JsonObject } from "../json.ts";
import type { StartPart, StreamPart, ToolCallDelta, Warning } from "../stream-part.ts";
import type { Origin } from "../api-error.ts";
import { truncated } from "../watch.ts";
import { foreign, OURS, THEIRS, toJson } from "./carried.ts";
import { fromAiSdkError } from "./error.ts";
import type { AiSdkMetadata, AiSdkStreamPart } from "./language-model.ts";
import { fromAiSdkFinish, fromAiSdkWarning } from "./usage.ts";

/** What the reader needs to know of the request and of the response's head. */
export interface Frame extends Origin {
  /** The AI SDK's name of who provides the model. */
  readonly provider: string;
  readonly outputTool: string | undefined;
  readonly strict: boolean;
  /** The answer comes in one piece: blocks of ours are not numbered there, and reasoning has its data at its end. */
  readonly whole: boolean;
  /** Ours, about what their interface has no word for. */
  readonly warnings: readonly Warning[];
  readonly start: Partial<StartPart>;
}

type Push = (part: StreamPart) => void;
type PartOf<T extends AiSdkStreamPart["type"]> = Extract<AiSdkStreamPart, { type: T }>;

interface Block {
  readonly block: number;
  readonly kind: "text" | "reasoning" | "tool-call" | "hosted";
  readonly name: string;
  /** The number of the text among the answer's texts. */
  readonly at: number;
  metadata: AiSdkMetadata | undefined;
  json: string;
  /** What a tool call of ours has beside, for its next piece. */
  data?: NonNullable<ToolCallDelta["data"]> | undefined;
}

/** What a tool call of ours has beside. */
const ownData = (own: unknown): ToolCallDelta["data"] => {
  const data = isRecord(own) ? own["data"] : undefined;
  return isRecord(data) ? (data as ToolCallDelta["data"]) : undefined; // put there as such
};

/** How many parts may come before it is clear who answers. */
const MOST_EARLY = 16;

/** Reads the parts of one answer of an AI SDK model. A new one for each answer. */
export function newPartReader(frame: Frame): (part: AiSdkStreamPart, push: Push) => void {
  const early: AiSdkStreamPart[] = [];
  const blocks = new Map<string, Block>(); // by kind and id: their ids are unique among their kind only
  const calls = { output: 0, other: 0 };
  let started = false;
  let bridged = false; // it is one of our own streams, come back
  let next = 0;
  let texts = 0;

  /** Their part as it is; with `block` as content of the answer. */
  const verbatim = (part: AiSdkStreamPart, push: Push, more: JsonObject = {}, block?: number): void =>
    push({
      type: "opaque",
      vendor: `${THEIRS}/${frame.provider}`,
      value: { part: toJson(part), ...more },
      ...(block !== undefined && { block }),
    });
  const content = (part: AiSdkStreamPart, push: Push): void => verbatim(part, push, { said: true }, next++);

  const begin = (push: Push): void => {
    if (started) return;
    started = true;
    const head = early.find((part): part is PartOf<"stream-start"> => part.type === "stream-start");
    const metadata = early.find((part): part is PartOf<"response-metadata"> => part.type === "response-metadata");
    const own = head && "llm" in head ? head.llm : undefined; // a stream of ours, bridged there and back
    if (isRecord(own)) {
      bridged = true;
      return push(own as unknown as StartPart);
    }
    const told = head?.warnings.map(fromAiSdkWarning) ?? [];
    const refused = frame.strict ? head?.warnings.find((warning) => warning.type === "unsupported") : undefined;
    if (refused)
      throw new LlmError("unsupported", `${refused.feature}: ${refused.details ?? "is not supported"}`, frame);
    const warnings = [...frame.warnings, ...told];
    push({
      type: "start",
      vendor: frame.vendor,
      model: metadata?.modelId ?? frame.model,
      ...(metadata?.id !== undefined && { id: metadata.id }),
      ...frame.start,
      ...(warnings.length > 0 && { warnings }),
    });
    if (early.length === 0) push({ type: "opaque", vendor: `${THEIRS}/${frame.provider}`, value: {} }); // whose stream it is
    for (const part of early) verbatim(part, push);
  };

  const open = (kind: Block["kind"], id: string, name = "", at?: unknown): Block => {
    const number = typeof at === "number" ? at : next;
    next = Math.max(next, number + 1);
    const block: Block = {
      kind,
      block: number,
      name,
      at: kind === "text" ? texts++ : 0,
      metadata: undefined,
      json: "",
    };
    blocks.set(`${kind === "hosted" ? "tool-call" : kind}:${id}`, block);
    return block;
  };
  const blockOf = (kind: "text" | "reasoning", id: string): Block => blocks.get(`${kind}:${id}`) ?? open(kind, id);
  const ownBlock = (part: AiSdkStreamPart): unknown =>
    "llm" in part && isRecord(part.llm) ? part.llm["block"] : undefined;

  const textPiece = (part: PartOf<"text-start" | "text-delta" | "text-end">, push: Push): void => {
    const block = part.type === "text-start" ? open("text", part.id, "", ownBlock(part)) : blockOf("text", part.id);
    block.metadata = foreign(part.providerMetadata) ?? block.metadata;
    if (part.type === "text-delta") {
      const { delta, ...rest } = part;
      if (part.providerMetadata && !bridged) verbatim(rest as AiSdkStreamPart, push); // completed by the text itself
      return push({ type: "text", block: block.block, delta });
    }
    if (!bridged) verbatim(part, push, { at: block.block });
    // what has to go back with the text in the next request
    if (part.type === "text-end" && block.metadata) decorate("text", block.at, block.metadata, push);
  };
  const decorate = (what: string, at: string | number, metadata: AiSdkMetadata, push: Push): void =>
    push({
      type: "opaque",
      vendor: `${THEIRS}/${frame.provider}`,
      block: next++,
      value: { decorates: what, at, providerMetadata: toJson(metadata) },
    });

  const reasoningPiece = (part: PartOf<"reasoning-start" | "reasoning-delta" | "reasoning-end">, push: Push): void => {
    const starts = part.type === "reasoning-start";
    const { block } = starts ? open("reasoning", part.id, "", ownBlock(part)) : blockOf("reasoning", part.id);
    const theirs = foreign(part.providerMetadata);
    const own = part.providerMetadata?.[OURS]?.["data"];
    const data = bridged
      ? isRecord(own) && { data: own as JsonObject } // ours, unchanged
      : theirs && { data: { [THEIRS]: toJson(theirs) } };
    if (part.type === "reasoning-delta") return push({ type: "reasoning", block, delta: part.delta, ...data });
    if (bridged) {
      if (frame.whole && data) push({ type: "reasoning", block, delta: "", ...data });
      return;
    }
    verbatim(part, push, { at: block, ...(data && { covers: true }) });
    if (data) push({ type: "reasoning", block, delta: "", ...data });
  };

  const inputPiece = (part: PartOf<"tool-input-start" | "tool-input-delta" | "tool-input-end">, push: Push): void => {
    if (part.type === "tool-input-start") {
      const { toolName } = part;
      if (toolName === frame.outputTool) return void open("text", `tool ${part.id}`);
      const at = ownBlock(part);
      const block = open(part.providerExecuted ? "hosted" : "tool-call", part.id, toolName, at);
      block.data = "llm" in part ? ownData(part.llm) : undefined;
      return bridged ? undefined : verbatim(part, push, { at: block.block });
    }
    const output = blocks.get(`text:tool ${part.id}`);
    if (output) {
      if (part.type === "tool-input-delta") push({ type: "text", block: output.block, delta: part.delta });
      return;
    }
    const block = blocks.get(`tool-call:${part.id}`);
    if (!block || block.kind === "hosted" || part.type === "tool-input-end") {
      if (!bridged) verbatim(part, push, block ? { at: block.block } : {});
      return;
    }
    const { delta, ...rest } = part;
    if (part.providerMetadata && !bridged) verbatim(rest as AiSdkStreamPart, push); // completed by the delta itself
    block.json += delta;
    const { data } = block;
    block.data = undefined;
    push({ type: "tool-call", block: block.block, id: part.id, name: block.name, delta, ...(data && { data }) });
  };

  const toolCall = (part: PartOf<"tool-call">, push: Push): void => {
    if (bridged && blocks.has(`tool-call:${part.toolCallId}`)) return; // its pieces came
    if (part.toolName === frame.outputTool) {
      calls.output++;
      if (!blocks.has(`text:tool ${part.toolCallId}`))
        push({ type: "text", block: open("text", part.toolCallId).block, delta: part.input });
      return;
    }
    if (part.providerExecuted) return content(part, push);
    calls.other++;
    const { input, ...rest } = part;
    const known = blocks.get(`tool-call:${part.toolCallId}`);
    const block = known ?? open("tool-call", part.toolCallId, part.toolName);
    const unsaid = known?.json === ""; // none of its arguments came in pieces: it has none, or they come only here
    const same = !known || block.json === input;
    const sent = same && !unsaid ? (rest as AiSdkStreamPart) : part; // what was left out, our own part completes
    if (!bridged) verbatim(sent, push, { at: block.block, ...(unsaid && { covers: true }) });
    const data = ownData(part.providerMetadata?.[OURS]);
    const { toolCallId: id, toolName: name } = part;
    if (!known || unsaid)
      push({ type: "tool-call", block: block.block, id, name, delta: input, ...(data && { data }) });
    const metadata = foreign(part.providerMetadata);
    if (metadata) decorate("tool-call", part.toolCallId, metadata, push);
  };

  const finish = (part: PartOf<"finish">, push: Push): void => {
    const own = part.providerMetadata?.[OURS]?.["finish"];
    if (bridged && isRecord(own)) return push(own as unknown as StreamPart); // ours, unchanged
    if (part.finishReason.unified === "interrupted") throw truncated(frame);
    if (part.finishReason.unified === "error") throw new LlmError("server", "the provider reports a failure", frame);
    verbatim(part, push);
    const finished = fromAiSdkFinish(part.finishReason, part.usage);
    const answered = finished.reason === "tool-calls" && calls.output > 0 && calls.other === 0;
    push(answered ? { ...finished, reason: "stop" } : finished);
  };

  return (part, push) => {
    if (!started) {
      if (
        part.type === "stream-start" ||
        part.type === "response-metadata" ||
        part.type === "raw" ||
        part.type === "ping"
      ) {
        early.push(part);
        if ("llm" in part || early.length >= MOST_EARLY) begin(push);
        return;
      }
      if (part.type !== "error") begin(push);
    }
    switch (part.type) {
      case "text-start":
      case "text-delta":
      case "text-end":
        return textPiece(part, push);
      case "reasoning-start":
      case "reasoning-delta":
      case "reasoning-end":
        return reasoningPiece(part, push);
      case "tool-input-start":
      case "tool-input-delta":
      case "tool-input-end":
        return inputPiece(part, push);
      case "tool-call":
        return toolCall(part, push);
      case "finish":
        return finish(part, push);
      case "error":
        throw fromAiSdkError(part.error, frame);
      case "custom": {
        const own = part.providerMetadata?.[OURS]?.["opaque"];
        if (!isRecord(own)) return content(part, push);
        return push({ ...own, ...(frame.whole && { block: next++ }) } as unknown as StreamPart); // ours, unchanged
      }
      case "ping":
        if ("llm" in part) return push(part.llm as StreamPart); // ours, unchanged
        return verbatim(part, push);
      case "file":
      case "reasoning-file":
      case "source":
      case "tool-result":
      case "tool-approval-request":
        return content(part, push);
      default:
        if (!bridged) verbatim(part, push); // raw chunks, late metadata, and what a later version may add
    }
  };
}
