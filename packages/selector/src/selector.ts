import {
  abortError,
  child,
  deadlineError,
  emit,
  healthOf,
  mapStart,
  oneOf,
  watch,
  type Call,
  type Provider,
} from "@llm/core";
import "./event.ts";
import type { Rules } from "./rules.ts";
import type { Level } from "./seed-rules.ts";
import { createSelector, type Selector, type SelectOptions } from "./select.ts";
import { taskOf } from "./task.ts";

/**
 * A provider that asks one of several, by level. The rules see what the last user message says; `request.task`, where it
 * names a level, decides directly. When the provider of the level is not ready (an open circuit), the next stronger one
 * that is ready answers, else the nearest weaker one, and the answer is marked `degraded`. When none is ready, the
 * level's own is asked, and its error is the answer. Emits `selector.decided` at the first read.
 *
 * @param models providers by level, from the weakest to the strongest
 * @throws TypeError for a bad option; at the first read, when the rules answer with a level that has no provider
 * @example
 * ```ts
 * const llm = selector({
 *   simple: anthropic("claude-haiku-5-5"),
 *   standard: anthropic("claude-sonnet-5-5"),
 *   complex: anthropic("claude-opus-5-5"),
 * });
 * await generate(llm, "What is a circuit breaker?"); // asks claude-haiku-5-5
 * ```
 */
export function selector(models: Readonly<Record<Level, Provider>>): Provider;
export function selector<K extends string>(
  models: Readonly<Record<K, Provider>>,
  options: { readonly rules: Rules<NoInfer<K>> },
): Provider;
export function selector(models: Readonly<Record<string, Provider>>, options: SelectOptions<string> = {}): Provider {
  // the public overloads tie levels and rules; createSelector checks them at run time
  const engine = createSelector(models, options as { readonly rules: Rules<string> });
  return oneOf("selector", [...engine.models.values()], (request, call) => {
    let to: Provider | undefined;
    let degraded = false;
    const open = (): ReturnType<Provider["stream"]> => {
      if (!to) throw new RangeError("no provider was chosen"); // watch has called enter before
      const parts = to.stream(request, child(call));
      return degraded ? mapStart(parts, (start) => ({ ...start, degraded: true })) : parts;
    };
    return watch(open, () => {
      if (call.signal?.aborted) throw abortError(call.signal);
      if (call.deadline <= Date.now()) throw deadlineError();
      const task = taskOf(request);
      const { level, why, model: wanted } = engine.decide(task.text, task.tokens, request.task);
      to = ready(engine, level, call) ?? wanted;
      degraded = to !== wanted;
      const model = to.models[0]?.model;
      emit(call, "selector.decided", {
        level,
        to: to.name,
        ...(model !== undefined && { model }),
        why: degraded ? `${why}, but ${wanted.name} is not ready` : why,
        ...(degraded && { insteadOf: wanted.name }),
      });
      return {};
    });
  });
}

/** The provider of a level if it is ready, else the next stronger one that is, else the nearest weaker one. */
function ready(engine: Selector<string, Provider>, level: string, call: Call): Provider | undefined {
  const names = [...engine.models.keys()];
  const at = names.indexOf(level);
  return [...names.slice(at), ...names.slice(0, at).reverse()]
    .flatMap((name) => engine.models.get(name) ?? [])
    .find((provider) => healthOf(provider, call).ready);
}
