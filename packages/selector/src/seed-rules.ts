import type { Decision } from "./rules.ts";

/** How much a task asks of a model, by {@link seedRules}. */
export type Level = "simple" | "standard" | "complex";

/** The levels of {@link seedRules}, from the weakest to the strongest. */
export const levels: readonly Level[] = ["simple", "standard", "complex"];

/** A task of this many tokens is no longer simple. */
const SHORT = 100;

/** Any of these as whole words, in any case, with any blanks between two words. */
const saying = (...phrases: readonly string[]): RegExp =>
  new RegExp(
    String.raw`(?<![\p{L}\p{M}\p{N}_])(?:${phrases.join("|").replaceAll(" ", String.raw`\s+`)})(?![\p{L}\p{M}\p{N}_])`,
    "iu",
  );

const QUESTION = saying("what is", "define", "list");
const HARD = saying("analyze", "design", "architecture", "complex");

/** Where a task says it, as the rule has it. */
const said = (phrases: RegExp, task: string): string | undefined =>
  phrases.exec(task)?.[0].toLowerCase().replace(/\s+/g, " ");

/**
 * A rule of thumb, checked in this order: a task of fewer than 100 tokens that says "what is", "define" or "list" is
 * simple; one that says "analyze", "design", "architecture" or "complex" is complex; any other is standard. Whole words
 * only, in any case: "playlist" is no "list". A short question stays simple whatever it is about: "What is the
 * architecture of Rome?"
 *
 * It costs next to nothing and knows next to nothing: as a router between a weak and a strong model it did about as
 * well as chance on four benchmarks (APGR on MMLU 0.527, GSM8K 0.496, MT-Bench 0.467, RouterArena 0.488; chance is 0.5).
 * Where you know better, name the level with `request.task`.
 *
 * @example
 * ```ts
 * seedRules("What is a circuit breaker?", 7); // { level: "simple", why: '"what is" in 7 tokens' }
 * seedRules("Design a cache", 4); // { level: "complex", why: '"design"' }
 * ```
 */
export function seedRules(task: string, tokens: number): Decision<Level> {
  const question = tokens < SHORT ? said(QUESTION, task) : undefined;
  if (question !== undefined) return { level: "simple", why: `"${question}" in ${tokens} tokens` };
  const hard = said(HARD, task);
  if (hard !== undefined) return { level: "complex", why: `"${hard}"` };
  return { level: "standard", why: "no keyword" };
}
