import {
  context,
  metrics,
  SpanKind,
  SpanStatusCode,
  trace,
  type Context,
  type Meter,
  type Span,
  type Tracer,
} from "@opentelemetry/api";
import type { Call } from "../call.ts";
import { layer } from "../compose.ts";
import { isLlmError } from "../error.ts";
import type { Event } from "../event.ts";
import { newFold } from "../fold.ts";
import { heardBy } from "../observe.ts";
import type { Middleware, Provider } from "../provider.ts";
import type { ChatRequest } from "../request.ts";
import { isContent, type FinishPart, type StartPart, type StreamPart } from "../stream-part.ts";
import { watch, type Outcome } from "../watch.ts";
import { asked, defined, errorType, fields, inference, server, used } from "./attributes.ts";
import { answer, question } from "./messages.ts";
import { newMeters, type Meters } from "./meters.ts";

/** What to make spans and measurements with, and what may stand in them. */
export interface TelemetryOptions {
  /** Default: the registered provider's. */
  readonly tracer?: Tracer;
  /** Default: the registered provider's. */
  readonly meter?: Meter;
  /** Puts prompts and answers into the spans. Default false. */
  readonly captureContent?: boolean;
}

type Response = Extract<Event, { type: "api.response" }>;

/** One upstream request of an operation. */
interface Attempt {
  readonly span: Span;
  readonly vendor: string;
  readonly model: string;
  /** Once it is done; its span ends with the answer's last part, which says how it finished. */
  response?: Response;
}

/** What the tracer and the meter are asked for by. */
export const NAME = "@llm/core";

/** Runs the first read within a context, so that what it starts (HTTP, stores) hangs below the operation; tells of each. */
function within(parent: Context, source: AsyncIterable<StreamPart>, read: () => void): AsyncIterable<StreamPart> {
  const inner = source[Symbol.asyncIterator]();
  let begun = false;
  const iterator: AsyncIterableIterator<StreamPart> = {
    [Symbol.asyncIterator]: () => iterator,
    next: () => {
      read();
      if (begun) return inner.next();
      begun = true;
      return context.with(parent, () => inner.next());
    },
    return: async () => {
      await inner.return?.();
      return { done: true, value: undefined };
    },
  };
  return iterator;
}

/** The span of one call, and those of its upstream requests. */
function operation(
  tracer: Tracer,
  meters: Meters,
  { name, models }: Provider,
  request: ChatRequest,
  call: Call,
  capture: boolean,
) {
  const span = tracer.startSpan(`llm ${name}`, {
    kind: SpanKind.INTERNAL,
    attributes: defined({ "llm.provider": name, "llm.task": request.task }),
  });
  const parent = trace.setSpan(context.active(), span);
  const attempts = new Map<string, Attempt>();
  const fold = capture ? newFold() : undefined;
  let start: StartPart | undefined;
  let finish: FinishPart | undefined;
  let over = false;
  let readAt = 0; // when the last read began
  let waited = 0; // by all reads since the last piece of content: what the reader does in between is not the model's time
  const chunks = { count: -1, ms: 0, attributes: {} }; // behind the first

  /** The time that a piece was waited for, and who answers. */
  const chunk = (): void => {
    if (++chunks.count === 0) {
      const { vendor = "", model = "" } = start ?? {};
      const asked = [...attempts.values()].findLast((attempt) => attempt.vendor === vendor)?.model ?? model;
      const at = models.find((each) => each.vendor === vendor && each.model === asked)?.endpoint;
      chunks.attributes = { ...inference(vendor, asked), "gen_ai.response.model": model, ...server(at) };
    } else {
      chunks.ms += waited;
      meters.chunk(waited, chunks.attributes);
    }
    waited = 0;
  };
  const begin = (event: Extract<Event, { type: "api.request" }>): void => {
    const { vendor, model, at } = event;
    const attributes = {
      ...inference(vendor, model),
      ...asked(request, call.whole),
      ...(capture && question(request)),
    };
    const options = { kind: SpanKind.CLIENT, attributes, startTime: at };
    attempts.set(event.call, { span: tracer.startSpan(`chat ${model}`, options, parent), vendor, model });
  };
  const respond = (event: Response): void => {
    const attempt = attempts.get(event.call);
    if (!attempt) return;
    attempt.response = event;
    const failed = event.outcome !== "ok" && event.outcome !== "left" && event.outcome !== "aborted";
    const common = {
      ...inference(attempt.vendor, attempt.model),
      "gen_ai.response.model": event.model,
      ...server(event.endpoint),
      ...(failed && { "error.type": event.outcome }),
    };
    const { usage, ms, firstPartMs } = event;
    meters.done({ attributes: common, usage, ms, firstPartMs, streamed: !call.whole });
    attempt.span.setAttributes({
      ...common,
      ...used(usage),
      ...defined({
        "llm.outcome": event.outcome,
        "http.response.status_code": event.status,
        "llm.request_id": event.requestId,
        "gen_ai.client.operation.duration": ms / 1_000,
        "gen_ai.client.operation.time_to_first_chunk":
          call.whole || firstPartMs === undefined ? undefined : firstPartMs / 1_000,
      }),
    });
    if (failed) attempt.span.setStatus({ code: SpanStatusCode.ERROR, message: event.outcome });
    if (over || event.outcome !== "ok") end(event.call, attempt);
  };
  const end = (id: string, attempt: Attempt): void => {
    attempts.delete(id);
    attempt.span.end(attempt.response?.at);
  };
  /** Whose answer it was: the last that is complete, of the model that the stream named. */
  const answered = (): Attempt | undefined =>
    [...attempts.values()].findLast(
      ({ response }) => response && (start?.requestId ?? response.requestId) === response.requestId,
    );

  return {
    parent,
    read: (): void => {
      readAt = performance.now();
    },
    hear: (event: Event): void => {
      if (event.type === "api.request") begin(event);
      else if (event.type === "api.response") respond(event);
      else span.addEvent(event.type, fields(event), event.at);
    },
    part: (part: StreamPart): void => {
      fold?.add(part);
      if (part.type === "start") start = part;
      if (part.type === "finish") finish = part;
      if (call.whole) return;
      waited += performance.now() - readAt;
      if (isContent(part)) chunk();
    },
    end: (outcome: Outcome): void => {
      const finished = finish && { "gen_ai.response.finish_reasons": [finish.reason] };
      answered()?.span.setAttributes({
        ...finished,
        ...defined({
          "gen_ai.response.id": start?.id,
          "gen_ai.client.operation.time_per_output_chunk":
            chunks.count > 0 ? chunks.ms / chunks.count / 1_000 : undefined,
        }),
        ...(fold && answer(finish ? fold.result() : fold.partial())),
      });
      over = true;
      const aborted = outcome.type === "failed" && isLlmError(outcome.error, "aborted"); // the caller's own wish
      for (const [id, attempt] of attempts) if (attempt.response) end(id, attempt); // others may still be on their way
      span.setAttributes(
        defined({
          "llm.outcome": aborted ? "aborted" : outcome.type,
          "llm.degraded": start?.degraded,
          "gen_ai.response.model": start?.model,
          ...finished,
        }),
      );
      if (outcome.type === "failed" && !aborted) {
        span.setAttribute("error.type", errorType(outcome.error));
        span.setStatus({ code: SpanStatusCode.ERROR, message: errorType(outcome.error) });
      }
      span.end();
    },
  };
}

/**
 * Spans and measurements by OpenTelemetry's semantic conventions for generative AI: a span for each call that passes,
 * below it one of kind client for each upstream request (retries, hedges and losers too) with the conventions'
 * `gen_ai.*` attributes; what the layers do stands as events on the former. Tokens are counted once, on the latter.
 * Best the outermost layer. No text of prompts and answers stands in any of it unless `captureContent` asks for it.
 *
 * @example
 * ```ts
 * import { telemetry } from "@llm/core/otel";
 * const llm = compose(provider, telemetry(), retry());
 * await generate(llm, "What is a circuit breaker?");
 * ```
 */
export function telemetry(options: TelemetryOptions = {}): Middleware {
  const { captureContent = false } = options;
  let meters: Meters | undefined;
  return layer((request, call, inner) => {
    let running: ReturnType<typeof operation> | undefined;
    // looked up at the first call: what the program registers at its start may come after this layer was made
    const known = (meters ??= newMeters(options.meter ?? metrics.getMeter(NAME)));
    const heard = heardBy(call, (event) => running?.hear(event));
    return watch(
      () => {
        const source = inner.stream(request, heard);
        return running ? within(running.parent, source, running.read) : source;
      },
      () => {
        const tracer = options.tracer ?? trace.getTracer(NAME);
        running = operation(tracer, known, inner, request, call, captureContent);
        return running;
      },
    );
  });
}
