import type { JsonObject } from "./json.ts";
import type { Message, TextPart } from "./message.ts";

/** A tool that the model may call. */
export interface Tool {
  readonly name: string;
  readonly description?: string;
  /** JSON Schema of the input, an object. */
  readonly input: JsonObject;
  /** Ask the vendor to hold the model to the schema. */
  readonly strict?: boolean;
}

/** Which tool to use: the model's choice, none, any one, or the one named. */
export type ToolChoice = "auto" | "none" | "required" | { readonly tool: string };

/** How much thought a model gives before it answers. Each model takes some of these. */
export type Effort = "none" | "minimal" | "low" | "medium" | "high" | "xhigh" | "max";

/** An answer that obeys a JSON Schema. */
export interface Output {
  /** The schema as the user means it. */
  readonly schema: JsonObject;
  /** A short name for it: letters, digits, `_` and `-`. Default `"output"`. */
  readonly name?: string;
  /** The schema lowered to what a vendor's strict mode accepts, by dialect: `"anthropic"`, `"openai"`. */
  readonly dialects?: { readonly [dialect: string]: JsonObject };
  /** How to ask for it in words, for a model without a native way. */
  readonly instructions?: string;
  /** How to ask. Default: the best that the model has. */
  readonly mode?: OutputMode;
}

/** How an output schema reached the model: the vendor's own way, a strict tool, or instructions in words. */
export type OutputMode = "native" | "tool" | "instructions";

/** A question to a model: pure JSON, all of it part of the cache key. Nothing outside it may change an answer. */
export interface ChatRequest {
  readonly system?: string | readonly TextPart[];
  readonly messages: readonly Message[];
  readonly tools?: readonly Tool[];
  readonly toolChoice?: ToolChoice;
  /** Whether the model may call several tools at once. */
  readonly parallelTools?: boolean;
  /** Most tokens to answer with. Default: the vendor's, or the model's limit where the vendor wants one. */
  readonly maxTokens?: number;
  /** A hint: 0 to 2. Models that take no sampling parameters warn. */
  readonly temperature?: number;
  /** A hint: 0 to 1. */
  readonly topP?: number;
  /** A hint for repeatable sampling. */
  readonly seed?: number;
  /** Texts at which to stop. */
  readonly stop?: readonly string[];
  readonly effort?: Effort;
  readonly output?: Output;
  /** What kind of task this is: for selectors; leaves ignore it. */
  readonly task?: string;
  /** An id of the end user for the vendor's abuse checks; no name or address. */
  readonly user?: string;
  /** The vendor's name of a service tier. */
  readonly tier?: string;
  /** Throw `unsupported` instead of warning when the model cannot take something. */
  readonly strict?: boolean;
  /** Parameters in the vendor's own words, by vendor, merged into what is sent. `{ headers: … }` for beta headers. */
  readonly options?: { readonly [vendor: string]: JsonObject };
}

/** What callers may pass for a request: a text is one user message. */
export type Prompt = string | ChatRequest;

/**
 * The request that a prompt stands for.
 *
 * @example
 * ```ts
 * toRequest("Hello"); // { messages: [{ role: "user", content: "Hello" }] }
 * ```
 */
export const toRequest = (prompt: Prompt): ChatRequest =>
  typeof prompt === "string" ? { messages: [{ role: "user", content: prompt }] } : prompt;
