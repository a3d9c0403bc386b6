import type { ToolSpec } from "./answer.ts";
import { isObject, objectOf, objectsOf, textOf } from "./json.ts";

/** The text of a content that is either text or parts of which some are text. */
export function contentText(content: unknown): string {
  if (typeof content === "string") return content;
  return objectsOf(content)
    .map((part) => textOf(part["text"] ?? part["refusal"]))
    .filter((text) => text !== "")
    .join("\n");
}

/** A tool as it is declared, where the function stands at the top (Anthropic, Responses) or inside (Chat). */
export function toolSpecs(tools: unknown, schemaKey: string, nested: boolean): readonly ToolSpec[] {
  return objectsOf(tools)
    .map((tool) => (nested ? objectOf(tool["function"]) : tool))
    .filter((tool) => typeof tool["name"] === "string" && (nested || isObject(tool[schemaKey])))
    .map((tool) => ({
      name: textOf(tool["name"]),
      description: textOf(tool["description"]),
      schema: tool[schemaKey],
    }));
}

/** Stop sequences, given as one text or as several. */
export function stopList(stop: unknown): readonly string[] {
  if (typeof stop === "string") return [stop];
  return Array.isArray(stop) ? stop.filter((one): one is string => typeof one === "string" && one !== "") : [];
}
