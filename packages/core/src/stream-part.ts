import type { Json, JsonObject } from "./json.ts";
import type { OutputMode } from "./request.ts";
import type { Usage } from "./usage.ts";

/** Why a model stopped. `other` covers what vendors add; the vendor's word stands beside it as `raw`. */
export type FinishReason =
  | "stop"
  | "length"
  | "tool-calls"
  | "refusal"
  | "content-filter"
  | "context-length"
  | "pause"
  | "other";

/** Something that was asked and could not be done as asked. */
export interface Warning {
  /** `unsupported`: left out; `changed`: sent differently. */
  readonly code: "unsupported" | "changed";
  /** The field of the request. */
  readonly field: string;
  readonly message: string;
}

/** What is left of a vendor's rate limit. */
export interface RateLimit {
  /** The vendor's name: `requests`, `tokens`, `input-tokens`, … */
  readonly name: string;
  readonly limit?: number;
  readonly remaining?: number;
  /** When it is full again, in milliseconds since 1970. */
  readonly resetAt?: number;
}

/** How an output schema was sent, with the dialect of its lowering. */
export interface OutputUsed {
  readonly mode: OutputMode;
  /** The key of `output.dialects` that was used; absent when the schema went as it is. */
  readonly dialect?: string;
}

/** First of all parts: who answers. */
export interface StartPart {
  readonly type: "start";
  readonly vendor: string;
  /** The model that really answers, in the vendor's words. */
  readonly model: string;
  /** The vendor's id of the answer. */
  readonly id?: string;
  /** The vendor's id of the HTTP request: what its support asks for. */
  readonly requestId?: string;
  /** A fallback, or a choice forced by the state of the candidates, answered: not what was wanted. Not stored by caches. */
  readonly degraded?: true;
  readonly output?: OutputUsed;
  readonly warnings?: readonly Warning[];
  readonly rateLimits?: readonly RateLimit[];
}

/** A piece of text of the answer; pieces of one block belong together. */
export interface TextDelta {
  readonly type: "text";
  readonly block: number;
  readonly delta: string;
}

/** A piece of reasoning; `data` of later pieces is merged over that of earlier ones. */
export interface ReasoningDelta {
  readonly type: "reasoning";
  readonly block: number;
  readonly delta: string;
  readonly data?: JsonObject;
}

/** A piece of a tool call's arguments, which are JSON text. Each piece carries the id and the name. */
export interface ToolCallDelta {
  readonly type: "tool-call";
  readonly block: number;
  readonly id: string;
  readonly name: string;
  readonly delta: string;
  /** What a vendor adds and wants to see again, by vendor; on the first piece. */
  readonly data?: { readonly [vendor: string]: JsonObject };
}

/** The usage so far, at any time; cumulative. */
export interface UsagePart {
  readonly type: "usage";
  readonly usage: Usage;
}

/** What a vendor sends that we have no word for. With a `block` it belongs to the answer's content. */
export interface OpaqueDelta {
  readonly type: "opaque";
  readonly vendor: string;
  readonly value: Json;
  readonly block?: number;
}

/** Last of all parts: the answer is complete. A stream that ends without it was cut. */
export interface FinishPart {
  readonly type: "finish";
  readonly reason: FinishReason;
  /** The vendor's reason. */
  readonly raw?: string;
  /** What the vendor says about it, a refusal's category for example. */
  readonly details?: JsonObject;
  readonly usage: Usage;
}

/** One part of a streaming answer, immutable. `start` comes first, `finish` last, exactly once each. */
export type StreamPart = StartPart | TextDelta | ReasoningDelta | ToolCallDelta | UsagePart | OpaqueDelta | FinishPart;

/** Whether a part is content: something that its reader has seen, after which no layer may start anew. */
export const isContent = (part: StreamPart): boolean =>
  part.type === "text" ||
  part.type === "tool-call" ||
  part.type === "reasoning" ||
  (part.type === "opaque" && part.block !== undefined);
