import { isRecord, type Json, type JsonObject } from "../json.ts";
import type { Call } from "../call.ts";
import type { AiSdkMetadata, AiSdkRequestInfo } from "./language-model.ts";

/** Our key in the AI SDK's `providerOptions` and `providerMetadata`: what it has no word for travels there. */
export const OURS = "@llm/core";

/** Their name among our vendors: in `request.options`, as the vendor of opaque parts, and in reasoning's `data`. */
export const THEIRS = "ai-sdk";

/**
 * What the AI SDK says and we have no word for stands as `aiSdk` on the very part, message or tool that it belongs to:
 * plain JSON, so that it is part of the cache key and survives every layer that copies what it does not know.
 */
interface Carrying {
  readonly aiSdk?: JsonObject;
}

/** The same object with what it has to carry; itself if that is nothing. */
export const carry = <T extends object>(part: T, extra: { readonly [key: string]: unknown }): T => {
  const defined = Object.entries(extra).filter(([, value]) => value !== undefined);
  return defined.length === 0 ? part : { ...part, aiSdk: toJson(Object.fromEntries(defined)) };
};

/** What an object carries. */
export const carriedBy = (part: object): Readonly<Record<string, unknown>> => {
  const { aiSdk } = part as Carrying; // only `carry` sets it
  return aiSdk === undefined ? {} : (fromJson(aiSdk) as Record<string, unknown>); // what was a record is one again
};

/** Metadata without our own. */
export const foreign = (metadata: AiSdkMetadata | undefined): AiSdkMetadata | undefined => {
  if (!metadata) return undefined;
  const { [OURS]: _ours, ...rest } = metadata;
  return Object.keys(rest).length > 0 ? rest : undefined;
};

/** What travels with a call from one bridge to the other, and must not be part of the question. */
export interface Side {
  readonly headers: Record<string, string | undefined> | undefined;
  readonly includeRawChunks: boolean | undefined;
  /** What the last upstream request was and brought; set by the bridge below. */
  info?: {
    readonly request?: AiSdkRequestInfo;
    readonly response?: { readonly headers?: Record<string, string>; readonly body?: unknown };
  };
}

const SIDE = Symbol("@llm/core/ai-sdk");

/** A call with something aside: a symbol, which every copy of a call keeps and no record of it shows. */
export const withSide = (call: Call, side: Side): Call => ({ ...call, [SIDE]: side }) as Call;

/** What a call has aside. */
export const sideOf = (call: Call): Side | undefined => (call as { readonly [SIDE]?: Side })[SIDE];

/** Bytes as base64. */
export function toBase64(bytes: Uint8Array): string {
  let binary = "";
  for (let at = 0; at < bytes.length; at += 0x8000) binary += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  return btoa(binary);
}

/** A value of the AI SDK as JSON: dates, URLs and bytes become marked texts, what is undefined is left out. */
export function toJson(value: unknown): Json {
  if (value instanceof Date) return { $date: value.toISOString() };
  if (value instanceof URL) return { $url: value.href };
  if (value instanceof Uint8Array) return { $bytes: toBase64(value) };
  if (Array.isArray(value)) return value.map(toJson);
  if (isRecord(value))
    return Object.fromEntries(
      Object.entries(value).flatMap(([key, field]) => (field === undefined ? [] : [[key, toJson(field)]])),
    );
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? value : null;
}

/** What {@link toJson} made JSON of. */
export function fromJson(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(fromJson);
  if (!isRecord(value)) return value;
  const { $date, $url, $bytes } = value;
  if (Object.keys(value).length === 1) {
    if (typeof $date === "string") return new Date($date);
    if (typeof $url === "string") return new URL($url);
    if (typeof $bytes === "string") return Uint8Array.from(atob($bytes), (character) => character.charCodeAt(0));
  }
  return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, fromJson(field)]));
}

/** An object without the keys whose value is undefined. */
export const compact = <T extends object>(value: T): { [K in keyof T]: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>; // what was undefined is gone
  };
