import type { Call } from "./call.ts";
import type { ChatRequest, Effort } from "./request.ts";
import type { StreamPart } from "./stream-part.ts";
import type { Usage } from "./usage.ts";

/** What a model can do. */
export interface Capabilities {
  /** Answers that obey a JSON Schema, by the vendor's own means. */
  readonly schema: boolean;
  readonly tools: boolean;
  /** A tool choice of `required` or a named tool. */
  readonly forcedTools: boolean;
  readonly images: boolean;
  readonly files: boolean;
  /** Temperature and top-p: taken, taken only with effort `none`, or refused. */
  readonly sampling: "always" | "without-effort" | "never";
  /** Stop sequences. */
  readonly stop: boolean;
  readonly efforts: readonly Effort[];
  /** Continues an answer that the request begins. */
  readonly prefill: boolean;
  /** Marks of prompt prefixes worth caching (`cache` on parts). */
  readonly cacheMarks?: true;
  /** Function tools on Chat Completions while the model reasons; absent: yes. */
  readonly chatTools?: "without-effort" | "never";
  /** Most tokens to read, and to write. */
  readonly context?: number;
  readonly maxOutput?: number;
  /** The model is not in the table: these are its newest family's. */
  readonly inferred?: true;
}

/** A leaf that may answer. */
export interface Model {
  readonly vendor: string;
  readonly model: string;
  readonly endpoint?: string;
  readonly can: Capabilities;
}

/** Whether a provider is worth asking now. */
export interface Health {
  readonly ready: boolean;
  /** When to ask again, in milliseconds since 1970. */
  readonly until?: number;
  readonly reason?: string;
  /** Share of recent calls that failed, 0 to 1. */
  readonly errorRate?: number;
  /** Recent time to the first part, in milliseconds: median, and 95th percentile. */
  readonly firstPartMs?: number;
  readonly firstPartP95Ms?: number;
}

/**
 * A model, or anything that can stand in for one: a cache, a breaker, a choice among several. A plain object; its
 * functions never use `this`.
 */
export interface Provider {
  /** Says what it is made of, such as `"anthropic/claude-opus-5-5"` or `"fallback(a,b)"`; part of every cache key. */
  readonly name: string;
  /** Every leaf that may answer, with what it can do. */
  readonly models: readonly Model[];
  /** The answer, part by part. Lazy: nothing is asked before the first `next()`. Errors are thrown. */
  readonly stream: (request: ChatRequest, call: Call) => AsyncIterable<StreamPart>;
  /** Local and synchronous. Absent: ready. */
  readonly health?: (call?: Call) => Health;
  /** What a usage costs in US dollars at a time (milliseconds since 1970, default now); undefined when unknown. */
  readonly price?: (usage: Usage, at?: number) => number | undefined;
  /** How many tokens the model would read. */
  readonly countTokens?: (request: ChatRequest, call?: Call) => Promise<number>;
}

/** A layer: takes a provider and returns one that does more. */
export type Middleware = (inner: Provider) => Provider;
