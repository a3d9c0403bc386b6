import type { Json } from "./json.ts";

/** A source that a text leans on. */
export interface Citation {
  readonly title: string;
  readonly url: string;
  /** The words that are quoted. */
  readonly quote?: string;
  /** Where they stand in a document that the request brought; without it, on a page of the web. */
  readonly place?: CitedPlace;
}

/** A place in a document of the request. */
export interface CitedPlace {
  /** A text by its characters, a PDF by its pages (the first is 1), blocks and search results by their blocks. */
  readonly kind: "text" | "pages" | "blocks" | "search-result";
  /** Which of the documents (or of the search results) it is, from 0. */
  readonly index: number;
  readonly start: number;
  /** The first that is no longer part of it. */
  readonly end: number;
}

/** Something in a request that its answer may cite. */
export interface CitableDocument extends Pick<CitedPlace, "kind" | "index"> {
  readonly title: string;
  /** Where a search result is from; else empty. */
  readonly source: string;
  /** Its texts; none where they cannot be read (a PDF). */
  readonly blocks: readonly string[];
}

/** One piece of an answer, in the words of no vendor. */
export type AnswerPart =
  | { readonly type: "text"; readonly text: string; readonly citations?: readonly Citation[] }
  | { readonly type: "reasoning"; readonly text: string }
  | { readonly type: "tool-call"; readonly name: string; readonly input: Json; readonly id?: string }
  | { readonly type: "refusal"; readonly text: string; readonly category?: string }
  | {
      /** A search of the web that the vendor makes (nothing of it shows on Chat Completions). */
      readonly type: "search";
      readonly query: string;
      readonly results: readonly Citation[];
    }
  | {
      /** A content block (Anthropic), an output item (Responses) or fields of the message (Chat), sent as it is. */
      readonly type: "native";
      readonly value: Json;
    };

/** Why an answer ends. `stop` becomes `tool_use` and the like by itself where the answer calls tools. */
export type Finish =
  | "stop"
  | "length"
  | "stop-sequence"
  | "refusal"
  | "content-filter"
  | "pause"
  | "context"
  | "failed";

/** Token counts that an answer may set itself; what it leaves out is estimated. */
export interface AnswerUsage {
  readonly input?: number;
  readonly cacheRead?: number;
  readonly cacheWrite?: number;
  readonly output?: number;
  readonly reasoning?: number;
  /** Calls that came before the answer's own (Anthropic `usage.iterations`); they are not part of the other counts. */
  readonly iterations?: readonly SubCall[];
}

/** A call within a call: a compaction, an advisor, a model that declined, each perhaps by another model. */
export interface SubCall {
  /** `compaction`, `advisor_message`, `message`, `fallback_message`. */
  readonly type: string;
  readonly model?: string;
  readonly input: number;
  readonly cacheRead?: number;
  readonly cacheWrite?: number;
  readonly output: number;
}

/** A whole answer. */
export interface Answer {
  readonly parts: readonly AnswerPart[];
  readonly finish?: Finish;
  /** The stop sequence that ended it. */
  readonly stopSequence?: string;
  readonly usage?: AnswerUsage;
}

/** What a conversation asked, in the words of no vendor: scripts are matched and answers generated from it. */
export interface Question {
  readonly wire: Wire;
  readonly model: string;
  readonly stream: boolean;
  /** The body as it was sent. */
  readonly body: Json;
  /** Text of the system prompt. */
  readonly system: string;
  /** Text of the last user message. */
  readonly text: string;
  /** Text of the tool results that the conversation ends with; undefined when it does not end with any. */
  readonly toolResults?: readonly string[];
  readonly tools: readonly ToolSpec[];
  readonly toolChoice: "auto" | "none" | "required" | { readonly name: string };
  readonly parallelTools: boolean;
  /** JSON schema that the answer obeys. */
  readonly schema?: unknown;
  /** Whether the vendor's web search may be used. */
  readonly search: boolean;
  /** What the answer may cite (Anthropic). */
  readonly documents: readonly CitableDocument[];
  /** Whether the answer is any JSON object. */
  readonly json: boolean;
  readonly maxTokens?: number;
  readonly stop: readonly string[];
  /** Whether the model thinks first, and how hard. */
  readonly effort: string;
  /** Everything that decides what is answered. */
  readonly key: string;
}

/** A tool that the caller runs. */
export interface ToolSpec {
  readonly name: string;
  readonly description: string;
  readonly schema: unknown;
}

/** The wires that answer with an {@link Answer}. */
export type Wire = "anthropic" | "openai-chat" | "openai-responses";
