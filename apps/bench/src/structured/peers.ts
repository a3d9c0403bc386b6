import { parseJsonMarkdown } from "@langchain/core/output_parsers";
import { parsePartialJson } from "ai";
import { jsonrepair } from "jsonrepair";
import { parse as parsePartial } from "partial-json";

/** Reads a text without a schema: what the JavaScript peers do. */
export type ReadText = (text: string) => unknown;

/** The contents of the first fence, else the whole text. */
const unfenced = (text: string): string => /```(?:\w+)?\s*([\s\S]*?)```/.exec(text)?.[1] ?? text;

/** From the first bracket to the last one. */
function sliced(text: string): string {
  const start = text.search(/[[{]/);
  const end = Math.max(text.lastIndexOf("]"), text.lastIndexOf("}"));
  return start < 0 || end <= start ? text : text.slice(start, end + 1);
}

/** The peers for whole texts. */
export const readers: Readonly<Record<string, ReadText>> = {
  "fence, slice and jsonrepair": (text) => JSON.parse(jsonrepair(sliced(unfenced(text)))),
  jsonrepair: (text) => JSON.parse(jsonrepair(text)),
  "partial-json": (text) => parsePartial(text),
  "LangChain parseJsonMarkdown": (text) => parseJsonMarkdown(text),
  "JSON.parse": (text) => JSON.parse(text),
};

/** The AI SDK's, which answers with a promise. */
export async function aiSdk(text: string): Promise<unknown> {
  const { value, state } = await parsePartialJson(text);
  if (state !== "successful-parse" && state !== "repaired-parse") throw new Error(state);
  return value;
}
