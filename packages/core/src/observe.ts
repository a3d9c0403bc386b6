import type { Call } from "./call.ts";
import { layer } from "./compose.ts";
import { notify, type Listener } from "./event.ts";
import type { Middleware } from "./provider.ts";

/** The same call, heard by one more listener. */
export const heardBy = (call: Call, listener: Listener): Call => {
  const { listener: other } = call;
  const both: Listener | undefined =
    other &&
    ((event) => {
      notify(other, event);
      notify(listener, event);
    });
  return { ...call, listener: both ?? listener };
};

/**
 * Attaches a listener to every call that passes. As the outermost layer it hears everything below, once.
 *
 * @example
 * ```ts
 * const llm = compose(provider, observe((event) => console.log(event.type)), retry());
 * ```
 */
export const observe = (listener: Listener): Middleware =>
  layer((request, call, inner) => inner.stream(request, heardBy(call, listener)));
