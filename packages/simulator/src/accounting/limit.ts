import type { Answer, AnswerPart, Question } from "../answer.ts";
import { countText, countValue, takeTokens } from "./tokens.ts";

/** Output tokens of one part. */
export function countPart(part: AnswerPart): number {
  switch (part.type) {
    case "tool-call":
      return countText(part.name) + countText(JSON.stringify(part.input)) + 8;
    case "search":
      return countText(part.query) + 8;
    case "native":
      return countValue(part.value);
    default:
      return countText(part.text);
  }
}

/** The answer as far as the token limit, the context (`room` tokens of it are left) and the stop sequences let it come. */
export function limitAnswer(answer: Answer, question: Question, room: number): Answer {
  const limit = Math.min(question.maxTokens ?? Infinity, room);
  const cut = withinTokens(answer, limit);
  const full = cut.finish === "length" && answer.finish !== "length" && room < (question.maxTokens ?? Infinity);
  return stopAt(full ? { ...cut, finish: "context" } : cut, question.stop);
}

function withinTokens(answer: Answer, maxTokens: number): Answer {
  const parts: AnswerPart[] = [];
  let left = maxTokens;
  for (const part of answer.parts) {
    const tokens = countPart(part);
    if (tokens <= left) {
      parts.push(part);
      left -= tokens;
      continue;
    }
    // A call that is cut has no JSON to show; texts end where the limit is.
    if ((part.type === "text" || part.type === "reasoning") && left > 0)
      parts.push({ ...part, text: takeTokens(part.text, left) });
    return { ...answer, parts, finish: "length" };
  }
  return answer;
}

function stopAt(answer: Answer, stops: readonly string[]): Answer {
  if (stops.length === 0) return answer;
  const parts: AnswerPart[] = [];
  for (const part of answer.parts) {
    const found =
      part.type === "text"
        ? stops
            .map((stop) => ({ stop, at: part.text.indexOf(stop) }))
            .filter(({ at }) => at >= 0)
            .sort((a, b) => a.at - b.at)[0]
        : undefined;
    if (!found || part.type !== "text") {
      parts.push(part);
      continue;
    }
    parts.push({ ...part, text: part.text.slice(0, found.at) });
    return { ...answer, parts, finish: "stop-sequence", stopSequence: found.stop };
  }
  return answer;
}
