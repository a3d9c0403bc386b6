import { estimateRequestTokens } from "@llm/core";
import type { ChatRequest, UserMessage } from "@llm/core";

/** A task as rules see it. */
export interface Task {
  readonly text: string;
  readonly tokens: number;
}

/** What a message costs without content, which is not the task's. */
const EMPTY = estimateRequestTokens({ messages: [{ role: "user", content: "" }] });

/**
 * The task of a request: what its last user message says, and about how many tokens that is, attachments included. The
 * conversation before it and the system prompt are context, not task.
 */
export function taskOf({ messages }: ChatRequest): Task {
  const last = messages.findLast((message): message is UserMessage => message.role === "user");
  if (!last) return { text: "", tokens: 0 };
  const { content } = last;
  const text =
    typeof content === "string"
      ? content
      : content.flatMap((part) => (part.type === "text" ? [part.text] : [])).join("\n");
  return { text, tokens: estimateRequestTokens({ messages: [last] }) - EMPTY };
}
