import { estimateTokens } from "@llm/core";
import type { Decision, Rules } from "./rules.ts";
import { levels, seedRules, type Level } from "./seed-rules.ts";

/** How to choose. */
export interface SelectOptions<K extends string> {
  /** Default: `seedRules`, for the levels `simple`, `standard` and `complex`. */
  readonly rules?: Rules<K>;
}

/** What was chosen, and why. */
export interface Choice<K extends string, M> extends Decision<K> {
  readonly model: M;
}

/** Chooses among models: names, providers, or whatever stands for them. */
export interface Selector<K extends string, M> {
  /** All levels with their models, as they were given. */
  readonly models: ReadonlyMap<K, M>;
  /**
   * The model for a task. `tokens` defaults to an estimate of the text's.
   *
   * @throws TypeError if `task` is no text, `tokens` is negative or no number, or the rules answer with a level that
   * has no model
   */
  readonly select: (task: string, tokens?: number) => M;
  /** The same with the reason. A `hint` that names a level decides directly; any other is ignored. */
  readonly decide: (task: string, tokens?: number, hint?: string) => Choice<K, M>;
}

/**
 * A choice among models by level.
 *
 * @param models by level, from the weakest to the strongest
 * @throws TypeError for a bad option
 * @example
 * ```ts
 * const models = createSelector({ simple: "claude-haiku-5-5", standard: "claude-sonnet-5-5", complex: "claude-opus-5-5" });
 * models.select("What is a circuit breaker?"); // "claude-haiku-5-5"
 * models.decide("Design a cache").why; // '"design"'
 *
 * const own = createSelector({ short: "a", long: "b" }, { rules: (_task, tokens) => ({ level: tokens < 50 ? "short" : "long", why: "length" }) });
 * ```
 */
export function createSelector<M>(models: Readonly<Record<Level, M>>): Selector<Level, M>;
export function createSelector<K extends string, M>(
  models: Readonly<Record<K, M>>,
  options: { readonly rules: Rules<NoInfer<K>> },
): Selector<K, M>;
export function createSelector<M>(
  models: Readonly<Record<string, M>>,
  { rules = seedRules }: SelectOptions<string> = {},
): Selector<string, M> {
  if (typeof models !== "object" || models === null) throw new TypeError("models must be an object of models by level");
  if (typeof rules !== "function") throw new TypeError("rules must be a function");
  const all = new Map(Object.entries(models));
  for (const level of rules === seedRules ? levels : all.keys())
    if (all.get(level) === undefined) throw new TypeError(`models.${level} is missing`);
  if (all.size === 0) throw new TypeError("models must have at least one level");

  const decide: Selector<string, M>["decide"] = (task, tokens, hint) => {
    if (typeof task !== "string") throw new TypeError("task must be a text");
    if (tokens !== undefined && !(tokens >= 0)) throw new TypeError(`tokens must be 0 or more, not ${tokens}`);
    const hinted = hint === undefined ? undefined : all.get(hint);
    if (hint !== undefined && hinted !== undefined) return { level: hint, why: "task", model: hinted };
    const { level, why } = rules(task, tokens ?? estimateTokens(task));
    const model = all.get(level);
    if (model === undefined)
      throw new TypeError(
        `models.${level} is missing, and the rules ask for it; there is ${[...all.keys()].join(", ")}`,
      );
    return { level, why, model };
  };
  return { models: all, decide, select: (task, tokens) => decide(task, tokens).model };
}

/** One vendor's models for the levels of `seedRules`, as of November 2026. */
export const seedModels: Readonly<Record<Level, string>> = {
  simple: "claude-haiku-5-5",
  standard: "claude-sonnet-5-5",
  complex: "claude-opus-5-5",
};

/**
 * The name of the model for a task, by `seedRules`.
 *
 * @param tokens how many tokens the task has; default: an estimate
 * @param models names by level; default {@link seedModels}
 * @throws TypeError for a bad argument
 * @example
 * ```ts
 * select("What is a circuit breaker?", 7); // "claude-haiku-5-5"
 * select("Design a cache", 4, { simple: "s", standard: "m", complex: "l" }); // "l"
 * ```
 */
export const select = (task: string, tokens?: number, models: Readonly<Record<Level, string>> = seedModels): string =>
  createSelector(models).select(task, tokens);
