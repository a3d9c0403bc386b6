import { newCall, type Call } from "./call.ts";
import { defined } from "./defined.ts";
import { isLlmError, LlmError, withPartial, type ErrorCode } from "./error.ts";
import { estimateTokens } from "./estimate.ts";
import { emit } from "./event.ts";
import type { JsonObject } from "./json.ts";
import { until } from "./until.ts";
import { addUsage, noUsage, type Usage } from "./usage.ts";

/** Texts to turn into vectors: pure JSON. */
export interface EmbedRequest {
  readonly texts: readonly string[];
  /** How long the vectors are to be, where the model lets one choose. */
  readonly dimensions?: number;
  /** An id of the end user for the vendor's abuse checks; no name or address. */
  readonly user?: string;
  /** Parameters in the vendor's own words, by vendor. */
  readonly options?: { readonly [vendor: string]: JsonObject };
}

/** The vectors of some texts. Pure JSON. */
export interface EmbedResult {
  readonly vendor: string;
  readonly model: string;
  /** One for each text, in their order, all of one length. */
  readonly vectors: readonly (readonly number[])[];
  /** Of all upstream requests together. */
  readonly usage: Usage;
}

/** A model that turns texts into vectors. A plain object; its functions never use `this`. */
export interface Embedder {
  /** `"openai/text-embedding-3-small"`; part of every cache key. */
  readonly name: string;
  readonly vendor: string;
  readonly model: string;
  readonly endpoint?: string;
  /** Rejects with an LlmError; what has been used until then is in its `partial.usage`. */
  readonly embed: (request: EmbedRequest, call?: Call) => Promise<EmbedResult>;
}

/** How much one upstream request may hold. */
export interface EmbedLimits {
  readonly texts: number;
  /** Tokens of all texts together, by {@link estimateTokens}. */
  readonly tokens: number;
}

/** What one upstream request answered. */
export interface EmbedAnswer {
  readonly vectors: readonly (readonly number[])[];
  readonly usage: Usage;
  readonly model?: string;
  readonly requestId?: string;
}

/** One upstream request for vectors. */
export interface EmbedWire {
  /** Throws what is wrong with a request, before anything is sent. */
  readonly prepare?: (request: EmbedRequest) => void;
  readonly send: (texts: readonly string[], request: EmbedRequest, signal: AbortSignal) => Promise<EmbedAnswer>;
  readonly toError: (error: unknown) => LlmError;
}

/** The texts in batches that keep to the limits, in order. A text that is too long alone is a batch of its own. */
export function batches(texts: readonly string[], limits: EmbedLimits): string[][] {
  const all: string[][] = [];
  let batch: string[] = [];
  let tokens = 0;
  for (const text of texts) {
    const more = estimateTokens(text);
    if (batch.length > 0 && (batch.length >= limits.texts || tokens + more > limits.tokens)) {
      all.push(batch);
      batch = [];
      tokens = 0;
    }
    batch.push(text);
    tokens += more;
  }
  return batch.length > 0 ? [...all, batch] : all;
}

function check({ texts, dimensions }: EmbedRequest, at: { readonly vendor: string; readonly model: string }): void {
  const wrong = (field: string, must: string): never => {
    throw new LlmError("invalid-request", `${field}: must be ${must}`, { vendor: at.vendor, model: at.model });
  };
  if (!Array.isArray(texts)) wrong("texts", "a list");
  texts.forEach((text, i) =>
    typeof text === "string" && text !== "" ? undefined : wrong(`texts[${i}]`, "text that is not empty"),
  );
  if (dimensions !== undefined && !(Number.isInteger(dimensions) && dimensions > 0))
    wrong("dimensions", "a whole number above 0");
}

/**
 * An embedder from one upstream request: batches by the vendor's limits, one after the other, keeps the order, sums the
 * usage, ends at once with the call's signal or deadline, and tells the call's listener `api.request` and `api.response`
 * for each upstream request. Adapters are made with it.
 *
 * @example
 * ```ts
 * const embedder = newEmbedder({ vendor: "me", model: "lengths" }, { texts: 100, tokens: 10_000 }, {
 *   send: async (texts) => ({ vectors: texts.map((text) => [text.length]), usage: noUsage }),
 *   toError: (error) => new LlmError("server", String(error)),
 * });
 * (await embedder.embed({ texts: ["one", "three"] })).vectors; // [[3], [5]]
 * ```
 */
export function newEmbedder(
  at: { readonly vendor: string; readonly model: string; readonly endpoint?: string; readonly name?: string },
  limits: EmbedLimits,
  wire: EmbedWire,
): Embedder {
  /** One batch; `before`: what the ones before it have used, for the error; `length`: of their vectors. */
  const ask = async (
    texts: readonly string[],
    request: EmbedRequest,
    call: Call,
    before: Usage | undefined,
    length: number | undefined,
  ): Promise<EmbedAnswer> => {
    const stop = new AbortController();
    const malformed = (message: string): LlmError =>
      new LlmError("malformed", message, { vendor: at.vendor, model: at.model });
    const began = Date.now();
    let answer: EmbedAnswer | undefined;
    const tell = (outcome: "ok" | ErrorCode, usage: Usage, error?: LlmError): void => {
      const requestId = answer?.requestId ?? error?.requestId;
      emit(call, "api.response", {
        vendor: at.vendor,
        model: answer?.model ?? at.model,
        usage,
        outcome,
        ms: Date.now() - began,
        ...defined({ endpoint: at.endpoint, status: error?.status, requestId }),
      });
    };
    emit(call, "api.request", { vendor: at.vendor, model: at.model });
    try {
      answer = await until(wire.send(texts, request, stop.signal), call);
      const { vectors } = answer;
      if (vectors.length !== texts.length) throw malformed(`${vectors.length} vectors came for ${texts.length} texts`);
      const size = length ?? vectors[0]?.length;
      if (!vectors.every((vector) => vector.length > 0 && vector.length === size && vector.every(Number.isFinite)))
        throw malformed("the vectors are not of one length, or hold what is no number");
    } catch (thrown) {
      stop.abort(thrown);
      const error = isLlmError(thrown) ? thrown : wire.toError(thrown);
      const givenUp = error.status === undefined && (error.code === "aborted" || error.code === "timeout");
      const usage = answer?.usage ?? (givenUp ? estimated(texts) : noUsage);
      tell(error.code, usage, error);
      const all = before ? addUsage(before, usage) : usage;
      throw all === noUsage ? error : withPartial(error, { usage: all });
    }
    const usage = answer.usage.input === 0 ? estimated(texts) : answer.usage;
    tell("ok", usage);
    return { ...answer, usage };
  };

  const embed = async (request: EmbedRequest, call: Call = newCall()): Promise<EmbedResult> => {
    check(request, at);
    wire.prepare?.(request);
    const vectors: (readonly number[])[] = [];
    let usage: Usage | undefined;
    let { model } = at;
    for (const texts of batches(request.texts, limits)) {
      await until(Promise.resolve(), call); // not one more request once the call is over
      const answer = await ask(texts, request, call, usage, vectors[0]?.length);
      vectors.push(...answer.vectors);
      usage = usage ? addUsage(usage, answer.usage) : answer.usage;
      model = answer.model ?? model;
    }
    return { vendor: at.vendor, model, vectors, usage: usage ?? noUsage };
  };
  return { name: at.name ?? `${at.vendor}/${at.model}`, ...at, embed };
}

const estimated = (texts: readonly string[]): Usage => ({
  ...noUsage,
  input: texts.reduce((sum, text) => sum + estimateTokens(text), 0),
  estimated: true,
});
