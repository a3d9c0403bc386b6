import { estimateTokens } from "@llm/core";
import { describe, expect, test } from "vitest";
import { taskOf } from "./task.ts";

describe("taskOf", () => {
  test("is the last user message, without the context", () => {
    const text = "List the planets";
    const task = taskOf({
      system: "You design complex systems. ".repeat(50),
      messages: [
        { role: "user", content: "Design something" },
        { role: "assistant", content: "Done." },
        { role: "user", content: text },
        { role: "assistant", content: [{ type: "tool-call", id: "1", name: "planets", input: {} }] },
        { role: "tool", content: [{ type: "tool-result", id: "1", output: "Mars ".repeat(500) }] },
      ],
    });
    expect(task).toEqual({ text, tokens: estimateTokens(text) });
  });

  test("joins texts, and counts attachments", () => {
    const task = taskOf({
      messages: [
        {
          role: "user",
          content: [
            { type: "text", text: "What is" },
            { type: "file", source: { url: "https://example.com/a.pdf" } },
            { type: "text", text: "this?" },
          ],
        },
      ],
    });
    expect(task.text).toBe("What is\nthis?");
    expect(task.tokens).toBeGreaterThan(1_000);
  });

  test("is empty where nobody said anything", () => {
    expect(taskOf({ messages: [] })).toEqual({ text: "", tokens: 0 });
  });
});
