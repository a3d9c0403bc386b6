/** What a rule says of a task. */
export interface Decision<K extends string> {
  readonly level: K;
  /** In a few words, without the task's text: it goes into logs. */
  readonly why: string;
}

/**
 * Decides on a level from a task's text and how many tokens it has.
 *
 * @example
 * ```ts
 * const byLength: Rules<"small" | "large"> = (_task, tokens) =>
 *   tokens < 500 ? { level: "small", why: "short" } : { level: "large", why: "long" };
 * ```
 */
export type Rules<K extends string> = (task: string, tokens: number) => Decision<K>;
