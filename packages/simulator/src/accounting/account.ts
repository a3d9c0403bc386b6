import type { Answer, Question } from "../answer.ts";
import type { Json } from "../json.ts";
import type { Bill } from "./bill.ts";
import { countPart } from "./limit.ts";
import { countText, countValue } from "./tokens.ts";

/** What every request counts beside its parts. */
const PER_REQUEST = 3;
/** What every message counts beside its content. */
const PER_MESSAGE = 4;

/** The parts of a request that the model reads, in the order in which a cache sees them. */
export function readParts(question: Question): readonly unknown[] {
  const { body } = question;
  const list = (value: unknown): readonly unknown[] =>
    Array.isArray(value) ? value : value === undefined ? [] : [value];
  const format = question.schema === undefined ? [] : [question.schema];
  return [
    ...list(body["tools"]),
    ...format,
    ...list(body["system"] ?? body["instructions"]),
    ...list(body["messages"] ?? body["input"]),
  ];
}

/** Input tokens of a request. */
export function countInput(question: Question, history: readonly Json[] = []): number {
  const parts = [...readParts(question), ...history];
  return parts.reduce<number>((sum, part) => sum + countValue(part) + PER_MESSAGE, PER_REQUEST);
}

/** Output tokens of answers, and how many of them are thoughts. */
export function countOutput(answers: readonly Answer[]): { readonly output: number; readonly reasoning: number } {
  let output = 0;
  let reasoning = 0;
  for (const answer of answers)
    for (const part of answer.parts) {
      const tokens = countPart(part);
      output += tokens;
      if (part.type === "reasoning") reasoning += countText(part.text);
    }
  return { output, reasoning };
}

/** What answers used: counted, but for what an answer says itself. */
export function account(question: Question, answers: readonly Answer[], tier: string, speed: string): Bill {
  const own = answers[0]?.usage ?? {};
  const counted = countOutput(answers);
  return {
    input: own.input ?? countInput(question),
    cacheRead: own.cacheRead ?? 0,
    cacheWrite: { "5m": own.cacheWrite ?? 0, "1h": 0, "30m": 0, "12h": 0 },
    output: own.output ?? counted.output,
    reasoning: own.reasoning ?? counted.reasoning,
    tier,
    speed,
    ...(own.iterations && { iterations: own.iterations }),
  };
}
