import type { ChatRequest } from "./request.ts";
import { isRecord, type JsonObject } from "./json.ts";

/** Reads fields of what a vendor sent, all of which may be missing or of another type than promised. */
export const record = (value: unknown, key: string): Record<string, unknown> => {
  const field = isRecord(value) ? value[key] : undefined;
  return isRecord(field) ? field : {};
};

/** A text field, or undefined. */
export const text = (value: unknown, key: string): string | undefined => {
  const field = isRecord(value) ? value[key] : undefined;
  return typeof field === "string" ? field : undefined;
};

/** A count: a number that is not negative, or undefined. */
export const count = (value: unknown, key: string): number | undefined => {
  const field = isRecord(value) ? value[key] : undefined;
  return typeof field === "number" && field >= 0 ? field : undefined;
};

/** A list field, empty where there is none. */
export const list = (value: unknown, key: string): readonly unknown[] => {
  const field = isRecord(value) ? value[key] : undefined;
  return Array.isArray(field) ? field : [];
};

/** What came as JSON from a vendor is JSON. */
export const asJson = (value: unknown): JsonObject => value as JsonObject;

/** The caller's options for a dialect and for the vendor that speaks it, without the headers, and those headers. */
export function splitOptions(
  { options = {} }: Pick<ChatRequest, "options">,
  dialect: string,
  vendor: string,
): { readonly body: JsonObject; readonly headers: Record<string, string> | undefined } {
  const { headers, ...body } = { ...options[dialect], ...options[vendor] };
  return {
    body,
    headers: isRecord(headers)
      ? Object.fromEntries(
          Object.entries(headers).map(([name, value]) => [
            name,
            typeof value === "string" ? value : JSON.stringify(value),
          ]),
        )
      : undefined,
  };
}

/** Lists that the caller's options add to, and objects that they add fields to; anything else they replace. */
const ADDED = new Set(["tools", "include", "text", "reasoning", "output_config", "metadata"]);

/** A body with the caller's own parameters, which win. */
export function withOptions<Body extends object>(body: Body, extra: JsonObject): Body {
  const merged = { ...body } as Record<string, unknown>; // read and written by key
  for (const [key, value] of Object.entries(extra)) {
    const known = ADDED.has(key) ? merged[key] : undefined;
    if (Array.isArray(known) && Array.isArray(value)) merged[key] = [...new Set([...known, ...value])];
    else merged[key] = isRecord(known) && isRecord(value) ? { ...known, ...value } : value;
  }
  return merged as Body; // the same fields, and what the caller says of them
}
