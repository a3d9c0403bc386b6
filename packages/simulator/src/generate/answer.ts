import type { Answer, AnswerPart, Citation, Question, ToolSpec } from "../answer.ts";
import type { Json } from "../json.ts";
import { draw, random as seeded, type Distribution, type Random } from "../random.ts";
import { isObject } from "../json.ts";
import { cite } from "./citation.ts";
import { jsonValue } from "./json-value.ts";
import { pickLanguage, prose, topics, type Languages } from "./text.ts";

/** What generated answers are like. */
export interface Generation {
  readonly seed: string | number;
  /** Length of a text, in tokens. */
  readonly length: Distribution;
  readonly languages: Languages;
  /** The most tokens that an answer may have. */
  readonly most: number;
}

/** Tokens of thought by effort. */
const THOUGHT: Readonly<Record<string, number>> = { minimal: 8, low: 24, medium: 60, high: 120, xhigh: 240, max: 400 };

/** At most this many tools are called at once. */
const PARALLEL = 3;

/** How many words of the question a tool's name and description share. */
function relevance(tool: ToolSpec, words: readonly string[]): number {
  const own = new Set(
    topics(`${tool.name.replace(/[_-]|([a-z])(?=[A-Z])/g, "$1 ")} ${tool.description}`, 200).map((word) =>
      word.toLowerCase(),
    ),
  );
  return words.filter((word) => own.has(word.toLowerCase())).length;
}

/** The tools that are called: the forced one; else those that have to do with the question, best first. */
function chosen(question: Question, words: readonly string[]): readonly ToolSpec[] {
  const { tools, toolChoice } = question;
  if (toolChoice === "none" || tools.length === 0) return [];
  if (typeof toolChoice === "object") return tools.filter((tool) => tool.name === toolChoice.name);
  if (toolChoice === "auto" && question.toolResults) return [];
  const ranked = tools
    .map((tool) => ({ tool, score: relevance(tool, words) }))
    .sort((a, b) => b.score - a.score)
    .filter(({ score }) => score > 0)
    .map(({ tool }) => tool);
  const called = ranked.length || toolChoice === "auto" ? ranked : tools.slice(0, 1);
  return called.slice(0, question.parallelTools ? PARALLEL : 1);
}

function input(tool: ToolSpec, words: readonly string[], random: Random): Json {
  const value = jsonValue(tool.schema ?? { type: "object" }, { random, words });
  return isObject(value) ? value : {};
}

/** Pages that a search of the web may have found; none if there is nothing to look for. */
function search(words: readonly string[], random: Random): readonly Citation[] {
  return words.slice(0, 3).map((word) => ({
    title: `${word.charAt(0).toUpperCase()}${word.slice(1)}, an overview`,
    url: `https://example.com/${encodeURIComponent(word.toLowerCase())}/${random.integer(100, 999)}`,
    quote: prose([word], 8, "en", random),
  }));
}

/**
 * A plausible answer. It depends on the seed, the model and the conversation alone: asked again, streamed or not, it is
 * the same.
 */
export function generate(question: Question, options: Generation): Answer {
  const random = seeded(options.seed, question.model, question.key);
  const words = topics(question.text);
  const language = pickLanguage(options.languages, random);
  const parts: AnswerPart[] = [];

  const thought = THOUGHT[question.effort];
  if (thought) parts.push({ type: "reasoning", text: prose(words, thought, "en", random) });

  const tools = chosen(question, words);
  if (tools.length > 0) {
    for (const tool of tools) parts.push({ type: "tool-call", name: tool.name, input: input(tool, words, random) });
  } else if (question.schema !== undefined) {
    parts.push({ type: "text", text: JSON.stringify(jsonValue(question.schema, { random, words })) });
  } else if (question.json) {
    const text = prose(words, 20, language, random);
    parts.push({ type: "text", text: JSON.stringify({ topic: words[0] ?? "answer", answer: text }) });
  } else {
    const tokens = Math.min(options.most, Math.max(1, draw(options.length, random)));
    const lead = question.toolResults
      ? `According to the tools: ${question.toolResults.join("; ").slice(0, 400)}\n\n`
      : "";
    const sources = question.search ? search(words, random) : [];
    if (sources.length > 0) parts.push({ type: "search", query: words.join(" "), results: sources });
    const text = lead + prose(words, tokens, language, random);
    parts.push({ type: "text", text, ...(sources.length > 0 && { citations: sources.slice(0, 2) }) });
    for (const citation of cite(question.documents, words, random))
      parts.push({ type: "text", text: ` ${citation.quote}`, citations: [citation] });
  }
  return { parts };
}
