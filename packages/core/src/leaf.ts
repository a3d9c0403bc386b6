import type { Call } from "./call.ts";
import { isLlmError, LlmError, withPartial, type ErrorCode } from "./error.ts";
import { estimateRequestTokens, quarterTokens } from "./estimate.ts";
import { emit, type Events } from "./event.ts";
import { DONE, done, type PartReader } from "./part-reader.ts";
import type { ChatRequest } from "./request.ts";
import { isContent, type StreamPart } from "./stream-part.ts";
import { systemClock } from "./time.ts";
import { onEnd } from "./until.ts";
import { noUsage, type Usage } from "./usage.ts";
import { truncated } from "./watch.ts";

/** One upstream request in a vendor's words. */
export interface Wire<E> {
  /**
   * Checks the request and puts it into the vendor's words, at the first read. What it throws is thrown before anything
   * is sent, so no event tells of it; what is no {@link LlmError} is `invalid-request`.
   */
  readonly prepare?: () => void;
  /**
   * Sends the request. Resolves, once it is accepted, with the vendor's events or, where the whole answer came at once,
   * with its parts. `signal` is aborted when nobody wants the answer any more.
   */
  readonly open: (signal: AbortSignal) => Promise<AsyncIterator<E> | readonly StreamPart[]>;
  /** The parts that an event stands for; none, one or more. `finish` stands for the wire's own terminal event. */
  readonly read: (event: E, push: (part: StreamPart) => void) => void;
  /** What is still to be said once the events have ended; without a `finish` by then the stream is `truncated`. */
  readonly end?: (push: (part: StreamPart) => void) => void;
  /** What the vendor's client threw, as one of ours. */
  readonly toError: (error: unknown) => LlmError;
}

type Response = { -readonly [K in keyof Events["api.response"]]: Events["api.response"][K] };

/** How long a body may go on after its terminal event before it is cut. */
const RELEASE_MS = 1_000;

/**
 * The stream of one upstream request: lazy, settled exactly once, ended at once by the call's signal, its deadline or a
 * reader that leaves, and `truncated` when the wire ends without its terminal event. Tells the call's listener
 * `api.request` and, exactly once, `api.response` with the usage to bill. Adapters are made with it.
 *
 * @example
 * ```ts
 * const stream: Provider["stream"] = (request, call) => leaf({ vendor, model }, request, call, myWire(request));
 * ```
 */
export function leaf<E>(
  model: { readonly vendor: string; readonly model: string; readonly endpoint?: string },
  request: ChatRequest,
  call: Call,
  wire: Wire<E>,
): AsyncIterable<StreamPart> {
  const stop = new AbortController();
  const queue: StreamPart[] = [];
  let at = 0; // the first of the queue that has not been read
  let events: AsyncIterator<E> | undefined;
  let state: "new" | "open" | "over" = "new";
  let accepted = false;
  let started = false;
  let finished = false;
  let unhook = (): void => {};
  let resolve: ((result: IteratorResult<StreamPart>) => void) | undefined; // of the read that waits
  let reject: ((error: LlmError) => void) | undefined; // the same
  let broken: { readonly error: unknown } | undefined; // what reading threw: told once all before it has been read
  let failure: LlmError | undefined; // for the next read, when none waits
  let sentAt = 0;
  let firstPartMs: number | undefined;
  let answering = model.model;
  let requestId: string | undefined;
  let usage: Usage | undefined;
  let quarters = 0;

  /** The usage to bill: what the vendor said, completed by an estimate where it did not come to say it all. */
  const bill = (outcome: "ok" | "left" | ErrorCode, status?: number): Usage => {
    if (finished && usage && usage.input > 0) return usage; // no question is empty: zeros are a placeholder
    const given = outcome === "left" || outcome === "aborted" || outcome === "timeout"; // up by us: it may be at work
    if (!accepted && !usage && (!given || status !== undefined)) return noUsage;
    const known = usage ?? noUsage;
    const input = known.input || estimateRequestTokens(request);
    return { ...known, input, output: Math.max(known.output, Math.ceil(quarters / 4)), estimated: true };
  };
  const settle = (outcome: "ok" | "left" | ErrorCode, status?: number): Usage => {
    const final = bill(outcome, status);
    const was = state;
    state = "over";
    unhook();
    if (was !== "open") return final;
    if (call.listener) {
      const { vendor, endpoint } = model;
      const now = Date.now();
      const response: Response = { vendor, model: answering, usage: final, outcome, ms: now - sentAt };
      if (endpoint !== undefined) response.endpoint = endpoint;
      if (firstPartMs !== undefined) response.firstPartMs = firstPartMs;
      if (status !== undefined) response.status = status;
      if (requestId !== undefined) response.requestId = requestId;
      emit(call, "api.response", response, undefined, now);
    }
    return final;
  };
  const fail = (error: LlmError): LlmError => {
    const sent = state === "open";
    usage ??= error.partial?.usage; // of an answer that failed as a whole
    requestId ??= error.requestId;
    const final = settle(error.code, error.status);
    return sent && final !== noUsage ? withPartial(error, { usage: final }) : error;
  };
  const cancel = (reason = new LlmError("aborted", "nobody wants the answer any more")): void => {
    stop.abort(reason);
    events?.return?.().catch(() => {}); // it has been told; what it answers no longer matters
  };
  /** Ends it with an error: for the read that waits, else for the next one. */
  const give = (error: LlmError): void => {
    const failed = fail(error);
    const told = reject;
    resolve = reject = undefined;
    if (told) told(failed);
    else failure = failed;
    cancel(error);
  };
  /** The call is over before the answer is. */
  const end = (error: LlmError): void => {
    if (state !== "over") give(error);
  };

  const push = (part: StreamPart): void => {
    if (finished) return;
    if (!started && part.type !== "start") push({ type: "start", vendor: model.vendor, model: model.model });
    if (firstPartMs === undefined && isContent(part)) firstPartMs = Date.now() - sentAt;
    switch (part.type) {
      case "start":
        if (started) return; // some proxies send it twice
        started = true;
        answering = part.model;
        requestId = part.requestId;
        break;
      case "text":
      case "reasoning":
      case "tool-call":
        quarters += quarterTokens(part.delta);
        break;
      case "usage":
        usage = part.usage;
        break;
      case "finish":
        finished = true;
        usage = part.usage;
        if (usage.input === 0) part = { ...part, usage: (usage = bill("ok")) };
        break;
      case "opaque":
    }
    queue.push(part);
  };
  const shift = (): IteratorResult<StreamPart> | undefined => {
    const value = queue[at];
    if (!value) return undefined;
    if (++at === queue.length) queue.length = at = 0;
    if (value.type === "finish") {
      settle("ok");
      release();
    }
    return { done: false, value };
  };
  /** Reads the end of the body, so that its connection can be used again; one that does not end is cut. */
  const release = (): void => {
    if (!events) return;
    const stopTimer = systemClock.setTimeout(cancel, RELEASE_MS);
    events.next().then((next) => {
      stopTimer();
      if (!next.done) cancel();
    }, stopTimer);
  };

  const open = async (): Promise<void> => {
    try {
      wire.prepare?.();
    } catch (error) {
      throw isLlmError(error) ? error : new LlmError("invalid-request", `request: ${String(error)}`, model);
    }
    state = "open";
    sentAt = Date.now();
    if (call.listener) emit(call, "api.request", { vendor: model.vendor, model: model.model }, undefined, sentAt);
    const opened = await wire.open(stop.signal);
    if (state !== "open") {
      if (!Array.isArray(opened)) (opened as AsyncIterator<E>).return?.().catch(() => {}); // nobody wants it any more
      return;
    }
    accepted = true;
    if (Array.isArray(opened)) for (const part of opened as readonly StreamPart[]) push(part);
    else events = opened as AsyncIterator<E>;
  };
  // The read that waits is one promise, settled from here: an event costs no closure of its own.
  const hold = (resolveRead: NonNullable<typeof resolve>, rejectRead: NonNullable<typeof reject>): void => {
    resolve = resolveRead;
    reject = rejectRead;
  };
  const answer = (result: IteratorResult<StreamPart>): void => {
    const give = resolve;
    resolve = reject = undefined;
    give?.(result);
  };
  const refuse = (error: unknown): void => {
    if (state === "over") answer(DONE); // its end has been told already
    else give(isLlmError(error) ? error : wire.toError(error));
  };
  const see = (next: IteratorResult<E>): void => {
    if (state !== "open") return;
    try {
      if (!next.done) wire.read(next.value, push);
      else {
        events = undefined;
        wire.end?.(push);
      }
    } catch (error) {
      broken = { error };
    }
    step();
  };
  /** Answers the read that waits, or asks for the next event. */
  const step = (): void => {
    const ready = shift();
    if (ready) answer(ready);
    else if (state !== "open") answer(DONE);
    else if (broken) refuse(broken.error);
    else if (events) events.next().then(see, refuse);
    else refuse(truncated(model));
  };
  /** The first read: hooks the call's end, and asks unless that has come already. */
  const begin = (): void => {
    unhook = onEnd(call, end);
    if (state === "new") open().then(step, refuse);
  };

  const iterator: PartReader & AsyncIterable<StreamPart> = {
    [Symbol.asyncIterator]: () => iterator,
    next: () => {
      if (failure) {
        const error = failure;
        failure = undefined;
        return Promise.reject(error);
      }
      const ready = state === "over" ? DONE : shift();
      if (ready) return Promise.resolve(ready);
      const read = new Promise<IteratorResult<StreamPart>>(hold);
      if (state === "new") begin();
      else step();
      return read;
    },
    ready: () => (failure || state === "over" ? undefined : shift()?.value),
    return: () => {
      failure = undefined;
      if (state !== "over") {
        settle("left");
        queue.length = at = 0;
        answer(DONE);
        cancel();
      }
      return done();
    },
  };
  return iterator;
}
