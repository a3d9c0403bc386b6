import type { Event, Listener } from "./event.ts";

/** Everything about a call that is not part of the question. Made only by {@link newCall}, {@link child} and {@link amend}. */
export interface Call {
  /** One id for each attempt: events and spans line up by it. */
  readonly id: string;
  /** The id of the call that this one is part of. */
  readonly parent?: string;
  /** 1 for the first attempt. */
  readonly attempt: number;
  /** Nobody watches the parts: a leaf may use the vendor's non-streaming wire and hand them over at once. */
  readonly whole: boolean;
  readonly signal?: AbortSignal | undefined;
  /** When the answer must be complete, in milliseconds since 1970, or Infinity. */
  readonly deadline: number;
  /** Whose call it is: caches, budgets and limits never mix tenants. */
  readonly tenant: string;
  /** Labels for reports. */
  readonly tags: Readonly<Record<string, string>>;
  readonly listener?: Listener | undefined;
}

/** What a caller may say about a call. */
export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
  readonly deadline?: number | undefined;
  readonly tenant?: string | undefined;
  readonly tags?: Readonly<Record<string, string>> | undefined;
  readonly whole?: boolean | undefined;
  readonly onEvent?: ((event: Event) => void) | undefined;
}

const prefix = Math.random().toString(36).slice(2, 10).padEnd(8, "0");
let count = 0;
const newId = (): string => `${prefix}-${(++count).toString(36)}`;

/**
 * A call of its own.
 *
 * @example
 * ```ts
 * const parts = provider.stream(toRequest("Hello"), newCall({ signal: AbortSignal.timeout(5_000) }));
 * ```
 */
export function newCall(options: CallOptions = {}): Call {
  const { whole = false, signal, deadline = Infinity, tenant = "", tags = {}, onEvent: listener } = options;
  // a call without a signal or a listener has the shape of one with: calls are copied for each layer
  return { id: newId(), attempt: 1, whole, signal, deadline, tenant, tags, listener };
}

/**
 * A call within a call: an attempt, a candidate, a flight. What it emits carries its own id and its parent's.
 *
 * @example
 * ```ts
 * inner.stream(request, child(call, { attempt: 2 }));
 * ```
 */
export const child = (call: Call, change: Partial<Omit<Call, "id" | "parent">> = {}): Call => ({
  ...call,
  ...change,
  id: newId(),
  parent: call.id,
});

/**
 * The same call with other terms: another signal, an earlier deadline. It keeps its id; for a part of it with an id of
 * its own use {@link child}.
 *
 * @example
 * ```ts
 * inner.stream(request, amend(call, { deadline: Date.now() + 5_000 }));
 * ```
 */
export const amend = (call: Call, change: Partial<Omit<Call, "id" | "parent">>): Call => ({ ...call, ...change });
