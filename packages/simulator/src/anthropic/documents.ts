import type { CitableDocument } from "../answer.ts";
import { invalid, type Failure } from "../failure.ts";
import { isObject, objectOf, objectsOf, textOf, type Json } from "../json.ts";

function cites(block: Json): boolean {
  return objectOf(block["citations"])["enabled"] === true;
}

/** The documents and search results of all messages, those in tool results too, in their order. */
function blocksOf(body: Json, type: string): readonly Json[] {
  const contents = objectsOf(body["messages"]).flatMap((message) => objectsOf(message["content"]));
  return contents
    .flatMap((block) => (block["type"] === "tool_result" ? objectsOf(block["content"]) : [block]))
    .filter((block) => block["type"] === type);
}

function texts(content: unknown): readonly string[] {
  return typeof content === "string" ? [content] : objectsOf(content).map((block) => textOf(block["text"]));
}

function documentOf(block: Json, index: number): CitableDocument {
  const source = objectOf(block["source"]);
  const base = { index, title: textOf(block["title"]), source: "" };
  if (source["type"] === "text") return { ...base, kind: "text", blocks: texts(source["data"]) };
  if (source["type"] === "content") return { ...base, kind: "blocks", blocks: texts(source["content"]) };
  return { ...base, kind: "pages", blocks: [] };
}

/** What a request brings that its answer may cite; nothing where citations are not enabled. */
export function citableDocuments(body: Json): readonly CitableDocument[] {
  const results = blocksOf(body, "search_result").map(
    (block, index): CitableDocument & { readonly cites: boolean } => ({
      kind: "search-result",
      index,
      title: textOf(block["title"]),
      source: textOf(block["source"]),
      blocks: texts(block["content"]),
      cites: cites(block),
    }),
  );
  return [
    ...blocksOf(body, "document").flatMap((block, index) => (cites(block) ? [documentOf(block, index)] : [])),
    ...results.flatMap(({ cites, ...result }) => (cites ? [result] : [])),
  ];
}

/** Citations are enabled on all documents or on none, and not together with a schema for the output. */
export function checkCitations(body: Json): Failure | undefined {
  for (const type of ["document", "search_result"]) {
    const enabled = blocksOf(body, type).map(cites);
    if (enabled.includes(true) && enabled.includes(false))
      return invalid(`messages: citations must be enabled on all or none of the ${type.replace("_", " ")} blocks`);
  }
  return citableDocuments(body).length > 0 && isObject(objectOf(body["output_config"])["format"])
    ? invalid("output_config.format: structured outputs are not supported together with citations")
    : undefined;
}
