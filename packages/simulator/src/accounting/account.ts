import type { Answer, Question } from "../answer.ts";
import { objectOf, textOf } from "../json.ts";
import type { ModelProfile } from "../model.ts";
import type { Bill, CacheTtl } from "./bill.ts";
import { countPart } from "./limit.ts";
import { countBlocks, type Block } from "./prompt.ts";
import type { CacheResult, PromptCache } from "./prompt-cache.ts";
import { countText } from "./tokens.ts";

/** What was read, before anything is written. */
export interface Reading extends CacheResult {
  readonly input: number;
}

/** Counts a prompt and looks what the vendor's cache has of it; `scope` keeps callers apart. */
export function read(
  question: Question,
  blocks: readonly Block[],
  model: ModelProfile,
  scope: string,
  cache: PromptCache,
): Reading {
  const input = countBlocks(blocks);
  if (question.wire === "anthropic")
    return { input, ...cache.marked(`${scope}\u0000${model.id}`, blocks, model.cacheMinimum) };
  const options = objectOf(question.body["prompt_cache_options"]);
  const ttl: CacheTtl = options["ttl"] === "12h" || question.body["prompt_cache_retention"] === "24h" ? "12h" : "30m";
  // Callers that name different keys are served by different machines, with a cache each.
  const space = `${scope}\u0000${model.id}\u0000${textOf(question.body["prompt_cache_key"])}`;
  if (options["mode"] === "explicit") return { input, ...cache.marked(space, blocks, model.cacheMinimum) };
  return { input, ...cache.automatic(space, blocks, model.cacheMinimum, ttl) };
}

/** Output tokens of answers, and how many of them are thoughts. */
function countOutput(answers: readonly Answer[]): { readonly output: number; readonly reasoning: number } {
  let output = 0;
  let reasoning = 0;
  for (const answer of answers)
    for (const part of answer.parts) {
      output += countPart(part);
      if (part.type === "reasoning") reasoning += countText(part.text);
    }
  return { output, reasoning };
}

/** The tier that serves a request: the one asked for, if the model is served by it. */
export function tierOf(question: Question, model: ModelProfile): string {
  const asked = textOf(question.body["service_tier"]);
  if (model.vendor === "anthropic")
    return asked !== "standard_only" && model.tiers.includes("priority") ? "priority" : "standard";
  return model.tiers.includes(asked) ? asked : "default";
}

/** What answers used: counted, but for what an answer says itself. */
export function account(question: Question, answers: readonly Answer[], reading: Reading, model: ModelProfile): Bill {
  const own = answers[0]?.usage ?? {};
  const counted = countOutput(answers);
  const ttl = model.vendor === "anthropic" ? "5m" : "30m";
  return {
    input: own.input ?? reading.input,
    cacheRead: own.cacheRead ?? reading.read,
    cacheWrite:
      own.cacheWrite === undefined ? reading.written : { "5m": 0, "1h": 0, "30m": 0, "12h": 0, [ttl]: own.cacheWrite },
    output: own.output ?? counted.output,
    reasoning: own.reasoning ?? counted.reasoning,
    searches: answers.flatMap(({ parts }) => parts).filter(({ type }) => type === "search").length,
    tier: tierOf(question, model),
    speed: question.body["speed"] === "fast" ? "fast" : "standard",
    ...(own.iterations && { subCalls: own.iterations }),
  };
}
