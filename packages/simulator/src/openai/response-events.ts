import { countText } from "../accounting/tokens.ts";
import type { Frame } from "../frame.ts";
import { slices } from "../generate/characters.ts";
import { pieces } from "../generate/text.ts";
import { objectsOf, textOf, type Json } from "../json.ts";
import type { Random } from "../random.ts";

/** An event without its number; the tokens it brings stand beside it. */
type Draft = readonly [event: Json, tokens?: number];

/** What the delta events of one item share. */
interface Place {
  readonly output_index: number;
  readonly item_id: unknown;
}

function* deltas(
  type: string,
  place: Json,
  parts: Iterable<string>,
  random: Random,
  more: Json = {},
): Generator<Draft> {
  // The padding hides from listeners on the line how long each token is.
  for (const delta of parts)
    yield [{ type, ...place, delta, ...more, obfuscation: random.token(16 - (delta.length % 16)) }, countText(delta)];
}

function* messageContent(item: Json, place: Place, random: Random): Generator<Draft> {
  for (const [content_index, part] of objectsOf(item["content"]).entries()) {
    const at = { ...place, content_index };
    if (part["type"] === "refusal") {
      const refusal = textOf(part["refusal"]);
      yield [{ type: "response.content_part.added", ...at, part: { ...part, refusal: "" } }];
      yield* deltas("response.refusal.delta", at, pieces(refusal, random), random);
      yield [{ type: "response.refusal.done", ...at, refusal }];
    } else {
      const text = textOf(part["text"]);
      const logprobs = part["logprobs"] ?? [];
      yield [
        { type: "response.content_part.added", ...at, part: { ...part, annotations: [], logprobs: [], text: "" } },
      ];
      yield* deltas("response.output_text.delta", at, pieces(text, random), random, { logprobs: [] });
      for (const [annotation_index, annotation] of objectsOf(part["annotations"]).entries())
        yield [{ type: "response.output_text.annotation.added", ...at, annotation_index, annotation }];
      yield [{ type: "response.output_text.done", ...at, text, logprobs }];
    }
    yield [{ type: "response.content_part.done", ...at, part }];
  }
}

function* reasoningContent(item: Json, place: Place, random: Random): Generator<Draft> {
  for (const [summary_index, part] of objectsOf(item["summary"]).entries()) {
    const at = { ...place, summary_index };
    const text = textOf(part["text"]);
    yield [{ type: "response.reasoning_summary_part.added", ...at, part: { ...part, text: "" } }];
    yield* deltas("response.reasoning_summary_text.delta", at, pieces(text, random), random);
    yield [{ type: "response.reasoning_summary_text.done", ...at, text }];
    yield [{ type: "response.reasoning_summary_part.done", ...at, part }];
  }
  for (const [content_index, part] of objectsOf(item["content"]).entries()) {
    const at = { ...place, content_index };
    const text = textOf(part["text"]);
    yield [{ type: "response.content_part.added", ...at, part: { ...part, text: "" } }];
    yield* deltas("response.reasoning_text.delta", at, pieces(text, random), random);
    yield [{ type: "response.reasoning_text.done", ...at, text }];
    yield [{ type: "response.content_part.done", ...at, part }];
  }
}

/** How hosted tools show their work: the states they pass, and the field that comes in deltas between them. */
interface HostedTool {
  readonly before: readonly string[];
  readonly field?: string;
  /** Name of the delta events, where it is not that of the field. */
  readonly delta?: string;
  readonly after: readonly string[];
}

const HOSTED: Readonly<Record<string, HostedTool>> = {
  web_search_call: { before: ["in_progress", "searching"], after: ["completed"] },
  file_search_call: { before: ["in_progress", "searching"], after: ["completed"] },
  image_generation_call: { before: ["in_progress", "generating"], after: ["completed"] },
  code_interpreter_call: {
    before: ["in_progress"],
    field: "code",
    delta: "code_interpreter_call_code",
    after: ["interpreting", "completed"],
  },
  mcp_list_tools: { before: ["in_progress"], after: ["completed"] },
  mcp_call: { before: ["in_progress"], field: "arguments", delta: "mcp_call_arguments", after: ["completed"] },
  function_call: { before: [], field: "arguments", delta: "function_call_arguments", after: [] },
  custom_tool_call: { before: [], field: "input", delta: "custom_tool_call_input", after: [] },
};

/** Fields that an item has only when it is done. */
const RESULTS = new Set(["action", "sources", "results", "result"]);

/** The item as `response.output_item.added` shows it. */
function added(item: Json): Json {
  const out: Json = { ...item };
  if ("status" in item) out["status"] = "in_progress";
  const type = textOf(item["type"]);
  if (type === "message") return { ...out, content: [] };
  if (type === "reasoning") return { ...out, summary: [], ...("content" in item && { content: [] }) };
  if (type === "mcp_list_tools") return { ...out, tools: [] };
  if (type === "web_search_call" || type === "file_search_call")
    return Object.fromEntries(Object.entries(out).filter(([key]) => !RESULTS.has(key)));
  const field = HOSTED[type]?.field;
  if (field) out[field] = "";
  if (type === "mcp_call") return { ...out, output: null, error: null };
  if (type === "code_interpreter_call") return { ...out, outputs: [] };
  return out;
}

function* hosted(tool: HostedTool, item: Json, place: Place, random: Random): Generator<Draft> {
  const type = textOf(item["type"]);
  for (const state of tool.before) yield [{ type: `response.${type}.${state}`, ...place }];
  if (tool.field) {
    const value = textOf(item[tool.field]);
    yield* deltas(`response.${tool.delta}.delta`, { ...place }, slices(value, 2, 14, random), random);
    yield [{ type: `response.${tool.delta}.done`, ...place, [tool.field]: value }];
  }
  const failed = item["status"] === "failed" || (type === "mcp_call" && item["error"]);
  for (const state of tool.after)
    yield [{ type: `response.${type}.${failed && state === "completed" ? "failed" : state}`, ...place }];
}

function* outputItem(item: Json, output_index: number, random: Random): Generator<Draft> {
  const place: Place = { output_index, item_id: item["id"] };
  yield [{ type: "response.output_item.added", output_index, item: added(item) }];
  const type = textOf(item["type"]);
  const tool = HOSTED[type];
  if (type === "message") yield* messageContent(item, place, random);
  else if (type === "reasoning") yield* reasoningContent(item, place, random);
  else if (tool) yield* hosted(tool, item, place, random);
  yield [{ type: "response.output_item.done", output_index, item }];
}

function* drafts(response: Json, random: Random): Generator<Draft> {
  const open: Json = {
    ...response,
    status: "in_progress",
    completed_at: null,
    error: null,
    incomplete_details: null,
    output: [],
    usage: null,
  };
  if (!("completed_at" in response)) delete open["completed_at"];
  if (response["background"] === true) {
    yield [{ type: "response.created", response: { ...open, status: "queued" } }];
    yield [{ type: "response.queued", response: { ...open, status: "queued" } }];
  } else yield [{ type: "response.created", response: open }];
  yield [{ type: "response.in_progress", response: open }];
  for (const [index, item] of objectsOf(response["output"]).entries()) yield* outputItem(item, index, random);
  yield [{ type: `response.${textOf(response["status"])}`, response }];
}

const TERMINAL = new Set(["response.completed", "response.incomplete", "response.failed"]);

/**
 * The events that bring a response, numbered: whatever items stand in its output, hosted tools' too; folded again they
 * give the same response.
 */
export function* responseEvents(response: Json, random: Random): Generator<Frame> {
  let sequence_number = 0;
  for (const [event, tokens = 0] of drafts(response, random)) {
    const { type, ...rest } = event;
    const name = textOf(type);
    const data = { type, sequence_number: sequence_number++, ...rest };
    yield { name, data, tokens, ...(TERMINAL.has(name) && { terminal: true }) };
  }
}
