import { layer } from "../compose.ts";
import type { Call } from "../call.ts";
import type { Middleware } from "../provider.ts";
import type { StreamPart } from "../stream-part.ts";
import { onEnd } from "../until.ts";

/**
 * What goes wrong in one call, after so many parts of it: it throws an error, ends without `finish`, or says nothing
 * more until the call is over.
 */
export type Fault =
  | { readonly after?: number; readonly error: Error }
  | { readonly after?: number; readonly cut: true }
  | { readonly after?: number; readonly stall: true };

const DONE: IteratorResult<StreamPart> = { done: true, value: undefined };

const stalled = (call: Call): Promise<never> =>
  new Promise((_resolve, reject) => {
    onEnd(call, reject);
  });

/**
 * A layer that fails by a script: the first entry is for the first call and so on; `undefined`, and every call after the
 * script's end, goes through.
 *
 * @example
 * ```ts
 * const flaky = compose(provider, retry(), faults({ error: new LlmError("overloaded", "busy") }));
 * ```
 */
export function faults(...script: readonly (Fault | undefined)[]): Middleware {
  let calls = 0;
  return layer((request, call, inner) => {
    let fault: Fault | undefined;
    let source: AsyncIterator<StreamPart> | undefined;
    let parts = 0;
    let over = false;
    const iterator: AsyncIterableIterator<StreamPart> = {
      [Symbol.asyncIterator]: () => iterator,
      next: async () => {
        if (over) return DONE;
        if (!source) {
          fault = script[calls++];
          source = inner.stream(request, call)[Symbol.asyncIterator]();
        }
        if (!fault || parts++ < (fault.after ?? 0)) return source.next();
        over = true;
        if ("stall" in fault) return stalled(call).finally(() => source?.return?.());
        await source.return?.();
        if ("error" in fault) throw fault.error;
        return DONE;
      },
      return: async () => {
        over = true;
        await source?.return?.();
        return DONE;
      },
    };
    return iterator;
  });
}
