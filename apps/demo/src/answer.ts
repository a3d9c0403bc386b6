import { streamText } from "@llm/core";
import { generateObjectResult } from "@llm/structured";
import { z } from "zod";
import type { Stack } from "./stack.ts";
import { trace, type Trace } from "./trace.ts";

const show = (write: (text: string) => void, { lines }: Trace): void => {
  for (const [layer, did] of lines()) write(`  ${layer.padEnd(10)} ${did}\n`);
  write("\n");
};

/** Streams the answer to a question, and tells what each layer did. */
export async function answer(stack: Stack, question: string, write: (text: string) => void): Promise<void> {
  const seen = trace(stack);
  write(`> ${question}\n\n`);
  for await (const text of streamText(stack.llm, question, { onEvent: seen.onEvent })) {
    seen.text();
    write(text);
  }
  write("\n\n");
  show(write, seen);
}

const Topic = z.object({
  topic: z.string().describe("what the question is about, in a few words"),
  difficulty: z.enum(["easy", "medium", "hard"]),
  keywords: z.array(z.string()).max(5),
});

/** Asks for a typed answer: what the question is about. */
export async function classify(stack: Stack, question: string, write: (text: string) => void): Promise<void> {
  const seen = trace(stack);
  const prompt = `Classify this question: ${question}`;
  write(`> ${prompt}\n\n`);
  const { object, mode, attempts } = await generateObjectResult(stack.llm, Topic, prompt, { onEvent: seen.onEvent });
  write(`${JSON.stringify(object)}\n\n`);
  const asked = attempts === 1 ? "once" : `${attempts} times`;
  write(
    `  ${"structured".padEnd(10)} asked ${asked}, by ${mode === "native" ? "the model's own schema output" : mode}\n`,
  );
  show(write, seen);
}
