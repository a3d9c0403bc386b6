import { countTokens } from "../anthropic/count.ts";
import { listClaudes, showClaude } from "../anthropic/models.ts";
import { messagesWire } from "../anthropic/wire.ts";
import type { Vendor } from "../model.ts";
import { embeddings } from "../openai/embeddings.ts";
import { listGpts, showGpt } from "../openai/models.ts";
import { countResponseInput, storedResponse } from "../openai/responses-routes.ts";
import { chatWire, responsesWire } from "../openai/wire.ts";
import type { Context } from "./context.ts";
import { frontPage, faultsRoute, journalRoute } from "./control.ts";
import { header, type Exchange } from "./exchange.ts";
import { enter } from "./gate.ts";
import { answerText } from "./pipeline.ts";
import { sendFailure, setVendorHeaders } from "./send.ts";

type Handler = (x: Exchange, context: Context, params: Readonly<Record<string, string>>) => void | Promise<void>;

/** Whose API a request means, where the path does not tell: Anthropic's callers always send a version. */
export function vendorOf(x: Exchange): Vendor {
  const anthropic = header(x, "anthropic-version") !== undefined || header(x, "x-api-key") !== undefined;
  return anthropic || x.path.startsWith("/v1/messages") ? "anthropic" : "openai";
}

async function models(x: Exchange, context: Context, params: Readonly<Record<string, string>>): Promise<void> {
  const vendor = vendorOf(x);
  if (!(await enter(x, vendor, context))) return;
  const id = params["id"];
  if (id === undefined) return vendor === "anthropic" ? listClaudes(x, context) : listGpts(x, context);
  return vendor === "anthropic" ? showClaude(x, context, id) : showGpt(x, context, id);
}

/** Method, path with `{names}`, handler. The first that fits counts. */
const ROUTES: readonly (readonly [method: string, path: string, handler: Handler])[] = [
  ["POST", "/v1/messages", (x, context) => answerText(x, messagesWire, context)],
  ["POST", "/v1/messages/count_tokens", countTokens],
  ["POST", "/v1/chat/completions", (x, context) => answerText(x, chatWire, context)],
  ["POST", "/v1/responses", (x, context) => answerText(x, responsesWire, context)],
  ["POST", "/v1/responses/input_tokens", countResponseInput],
  ["GET", "/v1/responses/{id}", (x, context, { id = "" }) => storedResponse(x, context, id, undefined)],
  ["DELETE", "/v1/responses/{id}", (x, context, { id = "" }) => storedResponse(x, context, id, undefined)],
  ["GET", "/v1/responses/{id}/input_items", (x, context, { id = "" }) => storedResponse(x, context, id, "input_items")],
  ["POST", "/v1/responses/{id}/cancel", (x, context, { id = "" }) => storedResponse(x, context, id, "cancel")],
  ["POST", "/v1/embeddings", embeddings],
  ["GET", "/v1/models", models],
  ["GET", "/v1/models/{id}", models],
  ["GET", "/", frontPage],
  ["GET", "/_faults", faultsRoute],
  ["POST", "/_faults", faultsRoute],
  ["DELETE", "/_faults", faultsRoute],
  ["GET", "/_journal", journalRoute],
  ["DELETE", "/_journal", journalRoute],
];

const COMPILED = ROUTES.map(([method, path, handler]) => ({
  method,
  handler,
  pattern: new RegExp(`^${path.replaceAll(/\{(\w+)\}/g, "(?<$1>[^/]+)")}$`),
}));

/** Whether a request steers the simulator rather than the API that it plays. */
export function isControl(path: string): boolean {
  return path === "/" || path.startsWith("/_");
}

/** A part of a path as it was meant; as it stands if it is no sound URL. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Finds the handler of a request and lets it answer. */
export async function route(x: Exchange, context: Context): Promise<void> {
  for (const { method, pattern, handler } of COMPILED) {
    const found = method === x.method ? pattern.exec(x.path) : null;
    if (!found) continue;
    const params = Object.entries(found.groups ?? {}).map(([name, value]) => [name, decoded(value)]);
    return handler(x, context, Object.fromEntries(params) as Record<string, string>);
  }
  const vendor = vendorOf(x);
  setVendorHeaders(x, vendor, context.settings.clock.now());
  x.req.resume();
  const known = COMPILED.some(({ pattern }) => pattern.test(x.path));
  x.note.reason = `there is no route ${x.method} ${x.path}`;
  if (known && vendor === "openai")
    sendFailure(x, vendor, { kind: "method", message: `Not allowed to ${x.method} on ${x.path}.` });
  else if (known) sendFailure(x, vendor, { kind: "method", message: "Method Not Allowed" });
  else
    sendFailure(x, vendor, {
      kind: "not-found",
      message: vendor === "anthropic" ? "Not found" : `Invalid URL (${x.method} ${x.path})`,
    });
}
