import { newCall, type CallOptions } from "./call.ts";
import { isLlmError, LlmError, withPartial } from "./error.ts";
import { newFold } from "./fold.ts";
import type { Provider } from "./provider.ts";
import { truncated } from "./watch.ts";
import { toRequest, type Prompt } from "./request.ts";
import type { ChatResult } from "./result.ts";

/** Text as it arrives. */
export interface TextStream extends AsyncIterable<string> {
  /**
   * The whole answer. Asking for it reads the stream to its end, beside whoever iterates; who stops iterating without
   * having asked for it ends the call, and it rejects as `aborted`.
   */
  readonly result: Promise<ChatResult>;
  /** The text as the body of a response, UTF-8, for a server to return. Cancelling the body ends the call. */
  readonly toResponse: (init?: ResponseInit) => Response;
}

/**
 * Asks, and hands out the text as it arrives. Lazy: nothing is asked before the first read. What goes wrong is thrown
 * where the text is read.
 *
 * @throws LlmError from the iteration and from `result`
 * @example
 * ```ts
 * const stream = streamText(provider, "What is a circuit breaker?");
 * for await (const text of stream) process.stdout.write(text);
 * const { usage } = await stream.result;
 * ```
 */
export function streamText(provider: Provider, prompt: Prompt, options: CallOptions = {}): TextStream {
  const fold = newFold();
  const source = provider.stream(toRequest(prompt), newCall(options))[Symbol.asyncIterator]();
  const texts: string[] = []; // all readers read from here; whoever is at the end pulls once for all
  let failure: { readonly error: unknown } | undefined;
  let pulling: Promise<void> | undefined;
  let readers = 0;
  let result: Promise<ChatResult> | undefined;

  const fail = (error: unknown): void => {
    failure ??= { error: isLlmError(error) ? withPartial(error, fold.partial()) : error };
  };
  const pull = (): Promise<void> => {
    pulling ??= source
      .next()
      .then((next) => {
        if (next.done) return fail(truncated());
        fold.add(next.value);
        if (next.value.type === "text" && next.value.delta !== "") texts.push(next.value.delta);
      }, fail)
      .finally(() => (pulling = undefined));
    return pulling;
  };
  const drain = async (): Promise<ChatResult> => {
    while (!fold.complete() && !failure) await pull();
    if (failure) throw failure.error;
    return fold.result();
  };
  const leave = async (): Promise<void> => {
    if (--readers > 0 || result || fold.complete() || failure) return;
    fail(new LlmError("aborted", "the reader left before the answer was complete"));
    await source.return?.();
  };

  const read = (): AsyncIterator<string> => {
    let at = 0;
    let over = false;
    readers++;
    return {
      next: async () => {
        while (!over) {
          const value = texts[at];
          if (value !== undefined) {
            at++;
            return { done: false, value };
          }
          if (fold.complete()) break;
          if (failure) {
            over = true;
            throw failure.error;
          }
          await pull();
        }
        return { done: true, value: undefined };
      },
      return: async () => {
        if (!over) {
          over = true;
          await leave();
        }
        return { done: true, value: undefined };
      },
    };
  };

  return {
    [Symbol.asyncIterator]: read,
    get result() {
      if (!result) {
        result = drain();
        result.catch(() => {}); // who asked for it hears of the error; nobody else needs to
      }
      return result;
    },
    toResponse: (init) => {
      const encoder = new TextEncoder();
      const reader = read();
      const body = new ReadableStream<Uint8Array>({
        pull: async (controller) => {
          const next = await reader.next();
          if (next.done) controller.close();
          else controller.enqueue(encoder.encode(next.value));
        },
        cancel: async () => {
          await reader.return?.();
        },
      });
      const headers = new Headers(init?.headers);
      if (!headers.has("content-type")) headers.set("content-type", "text/plain; charset=utf-8");
      return new Response(body, { ...init, headers });
    },
  };
}
