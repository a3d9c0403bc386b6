import type { AssistantMessage, AssistantPart, ToolCallPart } from "./message.ts";
import type { FinishReason, OutputUsed, RateLimit, Warning } from "./stream-part.ts";
import type { JsonObject } from "./json.ts";
import type { Usage } from "./usage.ts";

/** A whole answer: the fold of a stream. Pure JSON. */
export interface ChatResult {
  readonly vendor: string;
  readonly model: string;
  readonly id?: string;
  readonly requestId?: string;
  readonly degraded?: true;
  readonly output?: OutputUsed;
  readonly warnings: readonly Warning[];
  readonly rateLimits?: readonly RateLimit[];
  /** All text of the answer. */
  readonly text: string;
  readonly content: readonly AssistantPart[];
  /** Of `content`: the tool calls. */
  readonly toolCalls: readonly ToolCallPart[];
  /** The answer as a message, ready to be appended to the next request's `messages`. */
  readonly message: AssistantMessage;
  readonly finish: FinishReason;
  readonly rawFinish?: string;
  readonly finishDetails?: JsonObject;
  readonly usage: Usage;
}
