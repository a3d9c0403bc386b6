import type { Source, TextPart } from "../message.ts";

/** Where a picture or file is, as a URL: its own, or its data in one. */
export const dataUrl = (source: Exclude<Source, { readonly fileId: string }>): string =>
  "url" in source ? source.url : `data:${source.mediaType};base64,${source.data}`;

/** The text of text parts. */
export const plainText = (content: string | readonly TextPart[]): string =>
  typeof content === "string" ? content : content.map((part) => part.text).join("\n\n");
