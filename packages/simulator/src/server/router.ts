import { messagesWire } from "../anthropic/wire.ts";
import type { FaultRule } from "../fault/rule.ts";
import { chatWire, responsesWire } from "../openai/wire.ts";
import type { Vendor } from "../model.ts";
import type { Context } from "./context.ts";
import { header, readBody, type Exchange } from "./exchange.ts";
import { answerText } from "./pipeline.ts";
import { sendFailure, sendJson, setVendorHeaders } from "./send.ts";

type Handler = (x: Exchange, context: Context) => Promise<void>;

/** Whose API a request means, where the path does not tell: Anthropic's callers always send a version. */
export function vendorOf(x: Exchange): Vendor {
  const anthropic = header(x, "anthropic-version") !== undefined || header(x, "x-api-key") !== undefined;
  return anthropic || x.path.startsWith("/v1/messages") ? "anthropic" : "openai";
}

/** `/_faults`: GET shows the rules, POST adds one or puts a list in place of all, DELETE takes all away. */
async function faultsRoute(x: Exchange, context: Context): Promise<void> {
  if (x.method === "POST") {
    const text = await readBody(x.req);
    try {
      const body: unknown = JSON.parse(text ?? "");
      if (Array.isArray(body)) context.faults.set(body as readonly FaultRule[]);
      else context.faults.add(body as FaultRule);
    } catch (error) {
      sendJson(x, 400, { error: error instanceof Error ? error.message : String(error) });
      return;
    }
  } else if (x.method === "DELETE") context.faults.clear();
  sendJson(x, 200, { faults: context.faults.list() });
}

async function journalRoute(x: Exchange, context: Context): Promise<void> {
  if (x.method === "DELETE") context.journal.clear();
  sendJson(x, 200, { entries: context.journal.entries() });
}

async function frontPage(x: Exchange, context: Context): Promise<void> {
  sendJson(x, 200, {
    name: "@llm/simulator",
    about: "A simulator of the Anthropic and OpenAI APIs. No model answers here.",
    models: [...context.settings.models.keys()],
    routes: [...ROUTES.keys()],
  });
}

const ROUTES: ReadonlyMap<string, Handler> = new Map<string, Handler>([
  ["POST /v1/messages", (x, context) => answerText(x, messagesWire, context)],
  ["POST /v1/chat/completions", (x, context) => answerText(x, chatWire, context)],
  ["POST /v1/responses", (x, context) => answerText(x, responsesWire, context)],
  ["GET /", frontPage],
  ["GET /_faults", faultsRoute],
  ["POST /_faults", faultsRoute],
  ["DELETE /_faults", faultsRoute],
  ["GET /_journal", journalRoute],
  ["DELETE /_journal", journalRoute],
]);

/** Whether a request steers the simulator rather than the API that it plays. */
export function isControl(path: string): boolean {
  return path === "/" || path.startsWith("/_");
}

/** Finds the handler of a request and lets it answer. */
export async function route(x: Exchange, context: Context): Promise<void> {
  const handler = ROUTES.get(`${x.method} ${x.path}`);
  if (handler) return handler(x, context);
  const vendor = vendorOf(x);
  setVendorHeaders(x, vendor, context.settings.clock.now());
  x.req.resume();
  const message = vendor === "anthropic" ? "Not found" : `Invalid URL (${x.method} ${x.path})`;
  x.note.reason = `there is no route ${x.method} ${x.path}`;
  sendFailure(x, vendor, { kind: "not-found", message });
}
