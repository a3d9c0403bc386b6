import type { FaultRule } from "../fault/rule.ts";
import type { Context } from "./context.ts";
import { readBody, type Exchange } from "./exchange.ts";
import { sendJson } from "./send.ts";

/** `/_faults`: GET shows the rules, POST adds one or puts a list in place of all, DELETE takes all away. */
export async function faultsRoute(x: Exchange, context: Context): Promise<void> {
  if (x.method === "DELETE") context.faults.clear();
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
  }
  sendJson(x, 200, { faults: context.faults.list() });
}

/** `/_journal`: GET shows the entries, DELETE forgets them. */
export function journalRoute(x: Exchange, context: Context): void {
  if (x.method === "DELETE") context.journal.clear();
  sendJson(x, 200, { entries: context.journal.entries() });
}

/** `/`: what this is. */
export function frontPage(x: Exchange, context: Context): void {
  sendJson(x, 200, {
    name: "@llm/simulator",
    about: "A simulator of the Anthropic and OpenAI APIs. No model answers here.",
    models: [...context.settings.models.keys()],
    control: ["/_faults", "/_journal"],
  });
}
