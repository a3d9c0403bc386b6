/** A date or an alias, which leave a model what it is: `-20260901`, `-2026-09-01`, `@20260901`, `-latest`, `-v1:0`. */
const SUFFIX = /[-@](?:\d{8}|\d{4}-\d{2}-\d{2}|latest|v\d+:\d+)$/;

/**
 * A model's name without the date or alias at its end; undefined if it has none. Never a mere prefix: the next model of
 * a family often has the name of the last one and more (`claude-sonnet-5`, `claude-sonnet-5-5`), and its own price.
 *
 * @example
 * ```ts
 * withoutSuffix("gpt-5.5-2026-04-23"); // "gpt-5.5"
 * withoutSuffix("gpt-5.5-pro"); // undefined
 * ```
 */
export function withoutSuffix(model: string): string | undefined {
  const end = SUFFIX.exec(model)?.index;
  return end === undefined ? undefined : model.slice(0, end);
}
