import type { Json, JsonObject } from "./json.ts";

/** How long a vendor keeps a prompt prefix: Anthropic takes 5m and 1h, OpenAI 30m and 12h. */
export type CacheTtl = "5m" | "30m" | "1h" | "12h";

/** Marks the end of a prompt prefix worth caching at the vendor; ignored where it has no such marks. */
interface Cacheable {
  readonly cache?: CacheTtl;
}

/** Text. */
export interface TextPart extends Cacheable {
  readonly type: "text";
  readonly text: string;
}

/** Where the bytes of an image or file are: a URL, base64 data with its media type, or a vendor's file id. */
export type Source =
  | { readonly url: string }
  | { readonly data: string; readonly mediaType: string }
  | { readonly fileId: string };

/** An image for the model to look at. */
export interface ImagePart extends Cacheable {
  readonly type: "image";
  readonly source: Source;
  /** How closely to look, where the vendor lets one choose. */
  readonly detail?: "low" | "high" | "auto";
}

/** A document for the model to read, a PDF for example. */
export interface FilePart extends Cacheable {
  readonly type: "file";
  readonly source: Source;
  readonly name?: string;
}

/** The model asks for a tool. */
export interface ToolCallPart extends Cacheable {
  readonly type: "tool-call";
  readonly id: string;
  readonly name: string;
  /** What the model passes. Text, as it came, when `malformed`. */
  readonly input: Json;
  /** The model's arguments were not JSON. */
  readonly malformed?: true;
  /** What a vendor adds and wants to see again, by vendor. */
  readonly data?: { readonly [vendor: string]: JsonObject };
}

/** What a tool answered. */
export interface ToolResultPart extends Cacheable {
  readonly type: "tool-result";
  /** The id of the tool call that it answers. */
  readonly id: string;
  readonly output: string | readonly (TextPart | ImagePart | FilePart)[];
  readonly isError?: boolean;
}

/**
 * The model's reasoning. `data` holds what the vendor wants to see again (signatures, encrypted content). It is bound
 * to the model that wrote it: adapters send it back to that model only and leave it out for any other.
 */
export interface ReasoningPart {
  readonly type: "reasoning";
  readonly text: string;
  readonly vendor: string;
  readonly model: string;
  readonly data?: JsonObject;
}

/**
 * Something that a vendor sends and we have no word for; it goes back to that vendor as it came. Citations are such:
 * they follow the text that they are about.
 */
export interface OpaquePart {
  readonly type: "opaque";
  readonly vendor: string;
  readonly value: Json;
}

/** What a person sends. */
export type UserPart = TextPart | ImagePart | FilePart;

/** What a model answers. */
export type AssistantPart = TextPart | ReasoningPart | ToolCallPart | OpaquePart;

/** Any part of a message. */
export type Part = UserPart | AssistantPart | ToolResultPart;

/** Instructions in the middle of a conversation. For those at its head use `request.system`. */
export interface SystemMessage {
  readonly role: "system";
  readonly content: string | readonly TextPart[];
}

/** What a person says. */
export interface UserMessage {
  readonly role: "user";
  readonly content: string | readonly UserPart[];
}

/** What a model said. A result's `message` is one. */
export interface AssistantMessage {
  readonly role: "assistant";
  readonly content: string | readonly AssistantPart[];
}

/** What tools answered, right after the message that called them. */
export interface ToolMessage {
  readonly role: "tool";
  readonly content: readonly ToolResultPart[];
}

/** One turn of a conversation. */
export type Message = SystemMessage | UserMessage | AssistantMessage | ToolMessage;
