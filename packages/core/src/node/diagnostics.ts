import { channel } from "node:diagnostics_channel";
import type { Event, Listener } from "../event.ts";
import { plain, type PlainOptions } from "./plain.ts";

/**
 * A listener that publishes every event to Node's `diagnostics_channel`: to `llm:<type>`, `llm:api.response` for example,
 * and to `llm:event`, which has all of them. Who subscribes gets the event, without text of prompts and answers unless
 * `captureContent` asks for it. Without subscribers it costs two look-ups an event.
 *
 * @example
 * ```ts
 * import { subscribe } from "node:diagnostics_channel";
 * import { toDiagnostics } from "@llm/core/node";
 * subscribe("llm:api.response", (event) => console.log(event));
 * const llm = compose(provider, observe(toDiagnostics()));
 * await generate(llm, "What is a circuit breaker?");
 * ```
 */
export function toDiagnostics(options: PlainOptions = {}): Listener {
  const all = channel("llm:event");
  return (event: Event) => {
    const one = channel(`llm:${event.type}`);
    if (!one.hasSubscribers && !all.hasSubscribers) return;
    const told = plain(event, options);
    one.publish(told);
    all.publish(told);
  };
}
