import { defined } from "./defined.ts";
import { LlmError } from "./error.ts";
import type { Json, JsonObject } from "./json.ts";
import type { AssistantPart, ToolCallPart } from "./message.ts";
import type { ChatResult } from "./result.ts";
import type {
  FinishPart,
  OpaqueDelta,
  ReasoningDelta,
  StartPart,
  StreamPart,
  TextDelta,
  ToolCallDelta,
} from "./stream-part.ts";
import { truncated } from "./watch.ts";
import { noUsage, type Usage } from "./usage.ts";

type Delta = TextDelta | ReasoningDelta | ToolCallDelta;

/** A block of the answer: its first part, and what has come of it. */
interface Block {
  readonly first: Delta | OpaqueDelta;
  text: string;
  data?: JsonObject;
}

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

/** The message parts that blocks have become; reasoning carries the model that wrote it. */
const toContent = ({ first, text, data }: Block, vendor: string, model: string): AssistantPart => {
  switch (first.type) {
    case "text":
      return { type: "text", text };
    case "reasoning":
      return defined({ type: "reasoning", text, data, vendor, model });
    case "tool-call":
      return toolCall(first, text);
    case "opaque":
      return { type: "opaque", vendor: first.vendor, value: first.value };
  }
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

  const blockFor = (first: Delta): Block => {
    if (first.block === last && open?.first.type === first.type) return open;
    const known = blocks.get(first.block);
    open = known?.first.type === first.type ? known : { first, text: "" };
    blocks.set(first.block, open);
    last = first.block;
    return open;
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
        block.text += part.delta;
        if (part.type === "reasoning" && part.data) block.data = { ...block.data, ...part.data };
        break;
      }
      case "usage":
        usage = part.usage;
        break;
      case "opaque":
        if (part.block !== undefined) blocks.set(part.block, { first: part, text: "" });
        break;
      case "finish":
        finish ??= part;
        usage = part.usage;
    }
  };

  const partial = (): Partial<ChatResult> => {
    const content = [...blocks.values()].map((block) => toContent(block, start?.vendor ?? "", start?.model ?? ""));
    const text = content.reduce((all, part) => (part.type === "text" ? all + part.text : all), "");
    const { type: _, warnings = [], ...head } = start ?? ({} as Partial<StartPart>);
    return {
      ...head,
      warnings,
      text,
      content,
      toolCalls: content.filter((part) => part.type === "tool-call"),
      message: { role: "assistant", content },
      ...(usage && { usage }),
    };
  };

  const result = (): ChatResult => {
    if (!finish) throw truncated();
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
