import { LlmError } from "./error.ts";

/** The part of `fetch` that the SDKs use. */
export type Fetch = (input: string | URL | Request, init?: RequestInit) => Promise<Response>;

/** Which model is asked, for errors. */
interface At {
  readonly vendor: string;
  readonly model: string;
}

const MB = 1_048_576;
/** Most bytes of an answer in one piece, decompressed. */
const MAX_WHOLE = 64 * MB;
const MAX_HOPS = 3;

/** The adapters say last in a request that they want a stream. Where a client says it otherwise, the smaller bound holds. */
const asksForStream = (body: unknown): boolean => typeof body === "string" && body.slice(-80).includes('"stream":true');

/** The same response with a body that fails as soon as it is larger than any real one. Streams have bounds where they are read. */
function bounded(response: Response, streams: boolean, at: At): Response {
  const { body, ok } = response;
  if (!body || (ok && streams)) return response;
  let bytes = 0;
  const count = new TransformStream<Uint8Array, Uint8Array>({
    transform: (chunk, controller) => {
      bytes += chunk.length;
      if (bytes > MAX_WHOLE) throw new LlmError("malformed", `the answer is larger than ${MAX_WHOLE / MB} MB`, at);
      controller.enqueue(chunk);
    },
  });
  return new Response(body.pipeThrough(count), response);
}

/**
 * A fetch for upstreams that may be hostile: a body without end, or one that a few bytes decompress to, fails within
 * bounded memory, and nothing (prompts and keys least of all) follows a redirect to another host.
 *
 * Bounds: 64 MB a body that is no stream of events, 3 redirects; for streams see sse.ts.
 */
export const boundedFetch =
  (inner: Fetch, at: At): Fetch =>
  async (input, init) => {
    let url = input instanceof Request ? input.url : String(input);
    for (let hops = 0; ; hops++) {
      const response = await inner(hops === 0 ? input : url, { ...init, redirect: "manual" });
      const { status, type } = response;
      const location = response.headers.get("location");
      if (type !== "opaqueredirect" && !(status >= 300 && status < 400 && location !== null))
        return bounded(response, asksForStream(init?.body), at);
      await response.body?.cancel();
      const next = location === null ? undefined : new URL(location, url);
      // only these two keep the method and the body
      if ((status !== 307 && status !== 308) || next?.origin !== new URL(url).origin || hops === MAX_HOPS)
        throw new LlmError(
          "not-found",
          `the endpoint redirects${next ? ` to ${next.host}` : ""}, which is not followed`,
          at,
        );
      url = next.href;
    }
  };

/** What both SDKs' clients have, in part kept private. */
interface Configurable {
  readonly fetch?: Fetch;
  readonly withOptions?: (options: object) => unknown;
}

/** A copy of a client that fetches with bounds, where it lets itself be copied; else the client itself. */
export function boundedClient<C extends object>(client: C, at: At, options: object = {}): C {
  const { fetch } = client as Configurable;
  try {
    const copy = fetch && (client as Configurable).withOptions?.({ ...options, fetch: boundedFetch(fetch, at) });
    return copy ? (copy as C) : client; // it says so of itself
  } catch {
    return client; // one with a transport of its own
  }
}

/** The machine's fetch, as it is at the time of the call. */
export const ownFetch: Fetch = (input, init) => fetch(input, init);
