import type { Usage } from "@llm/core";

/** What a request used: core's `Usage`, of which only `input` and `output` must be known. */
export interface Spent extends Partial<Omit<Usage, "input" | "output" | "iterations">> {
  readonly input: number;
  readonly output: number;
  readonly iterations?: readonly Iteration[];
}

/** A sub-call that the vendor made, possibly on another model. */
export interface Iteration extends Spent {
  readonly model?: string;
  readonly kind?: string;
}
