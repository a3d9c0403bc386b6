import { readJson } from "./json.ts";

/** A text without the double quotes around it, the last of which may not have come yet; escapes are read. */
export function unquote(text: string): string {
  if (!text.startsWith('"')) return text;
  const closed = text.endsWith('"');
  if (text.includes("\\")) {
    const open = `${text}"`;
    // an escape of which a part is missing still is left out
    const found = readJson(closed ? text : open) ?? readJson(open.replace(/\\(u[\da-f]{0,3})?"$/i, '"'));
    const value = found?.value;
    if (typeof value === "string") return value; // else the quotes were not meant as JSON's
  }
  return text.slice(1, closed ? -1 : undefined);
}
