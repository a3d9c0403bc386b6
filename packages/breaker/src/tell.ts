import { emit, notify } from "@llm/core";
import type { Call, Events } from "@llm/core";
import type { BreakerEvent } from "./event.ts";

/** Tells the listener of a breaker, and that of the call that caused it. */
export function tell<K extends BreakerEvent["type"]>(
  listener: ((event: BreakerEvent) => void) | undefined,
  call: Call | undefined,
  at: number,
  type: K,
  data: Events[K],
): void {
  if (call) emit(call, type, data);
  if (!listener) return;
  const common = { call: call?.id ?? "", ...(call?.parent !== undefined && { parent: call.parent }), at };
  notify(listener, { ...common, type, ...data } as unknown as BreakerEvent); // a union over K cannot be built generically
}
