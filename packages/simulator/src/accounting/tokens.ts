import { isObject } from "../json.ts";

/** Tokens in a text before they are rounded, so that they can be added up. */
export function weighText(text: string): number {
  let other = 0;
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 127) other++;
  return (text.length - other) / 4 + other * 0.6;
}

/**
 * Tokens in a text, by the estimate that all counts of the simulator rest on: four ASCII characters a token, and
 * three fifths of a token for any other UTF-16 unit; rounded up. No vendor's tokenizer is imitated.
 */
export function countText(text: string): number {
  return Math.ceil(weighText(text));
}

/** The longest beginning of a text that has at most this many tokens; surrogate pairs stay whole. */
export function takeTokens(text: string, tokens: number): string {
  let sum = 0;
  for (let i = 0; i < text.length; i++) {
    sum += text.charCodeAt(i) > 127 ? 0.6 : 0.25;
    if (sum <= tokens) continue;
    const unit = text.charCodeAt(i);
    return text.slice(0, unit >= 0xdc00 && unit <= 0xdfff ? i - 1 : i);
  }
  return text;
}

/** What an image counts, whatever its size. */
const IMAGE = 1_200;
/** Characters of base64 data a token. */
const BASE64_PER_TOKEN = 40;

/** Keys that steer the API and are not read by the model. */
const UNREAD = new Set(["cache_control", "prompt_cache_breakpoint", "id", "type", "role", "status", "signature"]);

/**
 * Tokens in any part of a request (text, message, tool, content block): texts as they are, keys and numbers of
 * structured values as JSON, images at a flat 1,200, base64 data at 40 characters a token.
 */
export function countValue(value: unknown): number {
  if (typeof value === "string") return countText(value);
  if (typeof value === "number" || typeof value === "boolean") return 1;
  if (Array.isArray(value)) return value.reduce<number>((sum, item) => sum + countValue(item), 0);
  if (!isObject(value)) return 0;
  const type = value["type"];
  if (type === "image" || type === "image_url" || type === "input_image") return IMAGE;
  let sum = 0;
  for (const [key, item] of Object.entries(value)) {
    if (UNREAD.has(key)) continue;
    if (key === "encrypted_content" || key === "data" || key === "file_data")
      sum += typeof item === "string" ? Math.ceil(item.length / BASE64_PER_TOKEN) : countValue(item);
    else sum += countValue(item) + (key === "text" || key === "content" ? 0 : 1);
  }
  return sum;
}
