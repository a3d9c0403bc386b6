/** A text without the double quotes around it, the last of which may not have come yet; escapes are read. */
export function unquote(text: string): string {
  if (!text.startsWith('"')) return text;
  const closed = text.length > 1 && text.endsWith('"');
  if (text.includes("\\")) {
    try {
      const value: unknown = JSON.parse(closed ? text : `${text}"`);
      if (typeof value === "string") return value;
    } catch {
      // the quotes were not meant as JSON's
    }
  }
  return text.slice(1, closed ? -1 : undefined);
}
