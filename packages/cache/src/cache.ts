import { child, emit, layer, truncated, type ChatRequest, type Middleware } from "@llm/core";
import { guardStore, isPromise } from "./guarded-store.ts";
import { requestKey } from "./key.ts";
import type { CacheOptions } from "./options.ts";
import { readRecording, record, type Recording } from "./recording.ts";
import { newReader, type Source } from "./reader.ts";
import type { MaybePromise } from "./store.ts";
import { newTape, type Tape } from "./tape.ts";

/** Equal calls that are under way together: first they wait for one look into the store, then for one answer. */
interface Flight {
  readonly found: MaybePromise<Recording | undefined>;
  readers: number;
  /** Set once nothing was found: what goes on upstream, and the id of the call that does. */
  upstream?: { readonly tape: Tape; readonly id: string };
}

/**
 * Answers equal requests of a tenant with one answer, for as long as the TTL says. Only complete answers are kept: those
 * that ended with `stop` or `tool-calls` and are not `degraded`. A hit plays the parts as they came, with the usage as it
 * was; it tells `cache.hit` and no `api.response`, so it costs nothing. Equal calls at the same time share one upstream
 * stream, which goes on while at least one of them reads.
 *
 * @throws TypeError for a bad option
 * @example
 * ```ts
 * const llm = compose(provider, cache({ ttl: "10m" }));
 * await generate(llm, "Hello");
 * await generate(llm, "Hello", { onEvent: (event) => console.log(event.type) }); // cache.hit
 * ```
 */
export function cache(options: CacheOptions = {}): Middleware {
  const store = guardStore(options);
  const { clock } = store;
  const flights = new Map<string, Flight>();

  const land = (key: string, flight: Flight): void => {
    if (flights.get(key) === flight) flights.delete(key);
  };

  return layer((request, call, inner) => {
    let key: string;
    try {
      key = requestKey(request, inner.name, call.tenant);
    } catch (error) {
      emit(call, "cache.error", { operation: "key", error });
      return inner.stream(request, call);
    }

    const launch = (flight: Flight): NonNullable<Flight["upstream"]> => {
      const stop = new AbortController();
      // it outlives its first caller: it has neither that one's signal and deadline nor its request, which may change
      const upstream = child(call, { signal: stop.signal, deadline: Infinity });
      const own = JSON.parse(JSON.stringify(request)) as ChatRequest; // it is JSON: it has a key
      const tape = newTape({
        open: () => inner.stream(own, upstream),
        abort: (reason) => stop.abort(reason),
        end: (parts) => {
          const stored = parts && store.set(key, upstream, () => record(parts, clock.now()));
          if (isPromise(stored)) void stored.then(() => land(key, flight)); // until then it stands in for the entry
          else land(key, flight);
        },
      });
      return { tape, id: upstream.id };
    };
    const replay = (recording: Recording): Source => {
      const { vendor, model } = recording.start;
      const ageMs = Math.max(0, clock.now() - recording.at);
      emit(call, "cache.hit", { key, ageMs, vendor, model, usage: recording.finish.usage });
      return { take: recording.play(), more: () => Promise.reject(truncated()) };
    };
    const share = (flight: Flight): Source => {
      if (flight.upstream) emit(call, "cache.coalesced", { key, flight: flight.upstream.id });
      else {
        emit(call, "cache.miss", { key });
        flight.upstream = launch(flight);
      }
      const { tape } = flight.upstream;
      let at = 0;
      return { take: () => (at < tape.parts.length ? tape.parts[at++] : undefined), more: tape.pull };
    };

    let boarded: Flight | undefined;
    return newReader(call, {
      clock,
      open: async () => {
        let flight = flights.get(key);
        if (!flight) {
          const found = store.get(key, call, readRecording);
          if (found && !isPromise(found)) return replay(found);
          flight = { found, readers: 0 };
          flights.set(key, flight);
        }
        flight.readers++;
        boarded = flight;
        const recording = isPromise(flight.found) ? await flight.found : flight.found;
        if (!boarded) return undefined; // the reader has left
        if (!recording) return share(flight);
        land(key, flight);
        return replay(recording);
      },
      close: (reason) => {
        const flight = boarded;
        boarded = undefined;
        if (!flight || --flight.readers > 0) return undefined;
        if (flight.upstream) return flight.upstream.tape.stop(reason);
        land(key, flight);
        return undefined;
      },
    });
  });
}
