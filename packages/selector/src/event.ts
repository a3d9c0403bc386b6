/** A selector has chosen who answers. */
export interface SelectorDecided {
  /** The level that the task has. */
  readonly level: string;
  /** The name of the provider that is asked. */
  readonly to: string;
  /** The model that is expected to answer: the provider's first. */
  readonly model?: string;
  /** In a few words, without the task's text. */
  readonly why: string;
  /** The level's own provider, by name, which was not ready. */
  readonly insteadOf?: string;
}

declare module "@llm/core" {
  interface Events {
    "selector.decided": SelectorDecided;
  }
}
