import { LlmError } from "./error.ts";
import type { Json, JsonObject } from "./json.ts";
import type { AssistantPart, ToolCallPart } from "./message.ts";
import type { ChatResult } from "./result.ts";
import type { FinishPart, ReasoningDelta, StartPart, StreamPart, TextDelta, ToolCallDelta } from "./stream-part.ts";
import { noUsage, type Usage } from "./usage.ts";

type Block =
  | { readonly type: "text"; text: string }
  | { readonly type: "reasoning"; text: string; data?: JsonObject }
  | { readonly type: "tool-call"; readonly first: ToolCallDelta; json: string }
  | { readonly type: "opaque"; readonly vendor: string; readonly value: Json };

/** Something that parts are added to, and that tells the answer so far. */
export interface Fold {
  readonly add: (part: StreamPart) => void;
  /** What has arrived so far: what an error carries as `partial`. */
  readonly partial: () => Partial<ChatResult>;
  /** Whether `finish` has come. */
  readonly complete: () => boolean;
  /**
   * The whole answer.
   *
   * @throws LlmError `truncated` before `finish`, `malformed` if there was no `start`
   */
  readonly result: () => ChatResult;
}

const toolCall = ({ id, name, data }: ToolCallDelta, json: string): ToolCallPart => {
  const call = { type: "tool-call", id, name, ...(data && { data }) } as const;
  if (json.trim() === "") return { ...call, input: {} };
  try {
    return { ...call, input: JSON.parse(json) as Json };
  } catch {
    return { ...call, input: json, malformed: true };
  }
};

type Delta = TextDelta | ReasoningDelta | ToolCallDelta;

const newBlock = (part: Delta): Block =>
  part.type === "tool-call" ? { type: "tool-call", first: part, json: "" } : { type: part.type, text: "" };

/** The message parts that blocks have become; reasoning carries the model that wrote it. */
const toContent = (blocks: Iterable<Block>, vendor: string, model: string): AssistantPart[] => {
  const content: AssistantPart[] = [];
  for (const block of blocks)
    if (block.type === "tool-call") content.push(toolCall(block.first, block.json));
    else if (block.type === "reasoning") content.push({ ...block, vendor, model });
    else content.push({ ...block });
  return content;
};

/**
 * Folds parts into the answer that they stand for. {@link collect} does this for a whole stream; this is for layers that
 * look at one as it passes.
 *
 * @example
 * ```ts
 * const fold = newFold();
 * for await (const part of parts) fold.add(part);
 * console.log(fold.result().text);
 * ```
 */
export function newFold(): Fold {
  const blocks = new Map<number, Block>();
  let start: StartPart | undefined;
  let finish: FinishPart | undefined;
  let usage: Usage | undefined;
  let last = -1; // deltas come in runs: remember the block that the last one went to
  let open: Block | undefined;

  const blockFor = (part: Delta): Block => {
    if (part.block === last && open?.type === part.type) return open;
    const known = blocks.get(part.block);
    const block = known?.type === part.type ? known : newBlock(part);
    if (block !== known) blocks.set(part.block, block);
    last = part.block;
    open = block;
    return block;
  };

  const add = (part: StreamPart): void => {
    switch (part.type) {
      case "start":
        start ??= part;
        break;
      case "text":
      case "reasoning":
      case "tool-call": {
        const block = blockFor(part);
        if (block.type === "tool-call") block.json += part.delta;
        else if (block.type !== "opaque") block.text += part.delta;
        if (part.type === "reasoning" && part.data && block.type === "reasoning")
          block.data = { ...block.data, ...part.data };
        break;
      }
      case "usage":
        usage = part.usage;
        break;
      case "opaque":
        if (part.block === undefined) break;
        blocks.set(part.block, { type: "opaque", vendor: part.vendor, value: part.value });
        break;
      case "finish":
        finish ??= part;
        usage = part.usage;
    }
  };

  const partial = (): Partial<ChatResult> => {
    const content = toContent(blocks.values(), start?.vendor ?? "", start?.model ?? "");
    const text = content.reduce((all, part) => (part.type === "text" ? all + part.text : all), "");
    return {
      ...(start && { vendor: start.vendor, model: start.model }),
      ...(start?.id !== undefined && { id: start.id }),
      ...(start?.requestId !== undefined && { requestId: start.requestId }),
      ...(start?.degraded && { degraded: true }),
      ...(start?.output && { output: start.output }),
      ...(start?.rateLimits && { rateLimits: start.rateLimits }),
      warnings: start?.warnings ?? [],
      text,
      content,
      toolCalls: content.filter((part) => part.type === "tool-call"),
      message: { role: "assistant", content },
      ...(usage && { usage }),
    };
  };

  const result = (): ChatResult => {
    if (!finish) throw new LlmError("truncated", "the stream ended before the answer did");
    if (!start) throw new LlmError("malformed", "the stream has no start");
    return {
      ...partial(),
      finish: finish.reason,
      ...(finish.raw !== undefined && { rawFinish: finish.raw }),
      ...(finish.details && { finishDetails: finish.details }),
      usage: usage ?? noUsage,
    } as ChatResult; // partial() has all that a result needs once there was a start
  };

  return { add, partial, result, complete: () => finish !== undefined };
}
