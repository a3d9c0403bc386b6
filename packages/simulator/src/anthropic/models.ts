import type { Json } from "../json.ts";
import { findModel, type ModelProfile } from "../model.ts";
import type { Context } from "../server/context.ts";
import type { Exchange } from "../server/exchange.ts";
import { sendAnswer, sendFailure } from "../server/send.ts";

const LINES: ReadonlySet<string> = new Set(["haiku", "sonnet", "opus", "fable", "mythos"]);

function supported(is: boolean): Json {
  return { supported: is };
}

function displayName(id: string): string {
  return id
    .replace(/-(\d)-(\d)/, " $1.$2")
    .replace(/(?:^|-)(\w)/g, (_, letter: string) => ` ${letter.toUpperCase()}`)
    .trim();
}

function modelInfo(model: ModelProfile): Json {
  const effort = (name: string): Json => supported(model.efforts.includes(name));
  const thinking = (name: string): Json => supported(model.thinking.includes(name));
  const [, line = ""] = model.id.split("-");
  const created = new Date(model.created * 1_000).toISOString().replace(".000", "");
  return {
    type: "model",
    id: model.id,
    display_name: displayName(model.id),
    created_at: created,
    lifecycle: model.shutdown ? "deprecated" : "active",
    deprecated_at: model.shutdown ? created : null,
    retires_at: model.shutdown ? `${model.shutdown}T00:00:00Z` : null,
    line: LINES.has(line) ? line : null,
    max_input_tokens: model.context,
    max_tokens: model.maxOutput,
    capabilities: {
      batch: supported(true),
      citations: supported(true),
      code_execution: supported(true),
      context_management: {
        supported: true,
        clear_thinking_20251015: supported(true),
        clear_tool_uses_20250919: supported(true),
        compact_20260112: supported(true),
      },
      effort: {
        supported: model.efforts.length > 0,
        low: effort("low"),
        medium: effort("medium"),
        high: effort("high"),
        xhigh: effort("xhigh"),
        max: effort("max"),
      },
      image_input: supported(true),
      pdf_input: supported(true),
      server_tools: { supported: true, code_execution: supported(true), web_search: supported(true) },
      structured_outputs: supported(model.structured),
      thinking: {
        supported: model.thinking.some((type) => type !== "disabled"),
        types: {
          adaptive: thinking("adaptive"),
          between_tools: thinking("between_tools"),
          disabled: thinking("disabled"),
          enabled: thinking("enabled"),
        },
      },
    },
  };
}

function claudes(context: Context): readonly ModelProfile[] {
  return [...context.settings.models.values()].filter((model) => model.vendor === "anthropic");
}

/** `GET /v1/models`, page by page: `limit` (1 to 1000, default 20), `after_id`, `before_id`, `lifecycle`. */
export function listClaudes(x: Exchange, context: Context): void | Promise<void> {
  const limit = Number(x.query.get("limit") ?? 20);
  if (!Number.isInteger(limit) || limit < 1 || limit > 1_000)
    return sendFailure(x, "anthropic", { kind: "invalid", message: "limit: Input should be between 1 and 1000" });
  const lifecycles = [...x.query.getAll("lifecycle"), ...x.query.getAll("lifecycle[]")];
  const all = claudes(context)
    .map(modelInfo)
    .filter((model) => lifecycles.length === 0 || lifecycles.includes(String(model["lifecycle"])));
  const at = (name: string): number => all.findIndex((model) => model["id"] === x.query.get(name));
  const before = at("before_id");
  const from = before >= 0 ? Math.max(0, before - limit) : at("after_id") + 1;
  const data = all.slice(from, before >= 0 ? before : from + limit);
  return sendAnswer(x, {
    data,
    has_more: before >= 0 ? from > 0 : from + limit < all.length,
    first_id: data[0]?.["id"] ?? null,
    last_id: data.at(-1)?.["id"] ?? null,
  });
}

/** `GET /v1/models/{id}`. */
export function showClaude(x: Exchange, context: Context, id: string): void | Promise<void> {
  const model = findModel(context.settings.models, id);
  if (model?.vendor === "anthropic") return sendAnswer(x, modelInfo(model));
  sendFailure(x, "anthropic", { kind: "not-found", message: `model: ${id}` });
}
