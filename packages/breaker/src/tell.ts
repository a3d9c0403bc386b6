import { emit, notify } from "@llm/core";
import type { Call } from "@llm/core";
import type { BreakerEvent, BreakerEvents, EventName } from "./event.ts";

/** Tells the listener of a breaker, and that of the call that caused it. */
export function tell<K extends EventName>(
  listener: ((event: BreakerEvent) => void) | undefined,
  call: Call | undefined,
  at: number,
  event: K,
  data: BreakerEvents[K],
): void {
  const type: BreakerEvent["type"] = `circuit_breaker.${event}`;
  if (call) emit(call, type, data as never); // the type's own data: a union cannot be followed through the prefix
  if (!listener) return;
  const common = { call: call?.id ?? "", ...(call?.parent && { parent: call.parent }), at };
  notify(listener, { ...common, type, ...data } as unknown as BreakerEvent); // as above
}
