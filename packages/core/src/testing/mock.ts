import type { Call } from "../call.ts";
import { LlmError, isLlmError } from "../error.ts";
import { estimateRequestTokens, estimateTokens } from "../estimate.ts";
import type { Json } from "../json.ts";
import { leaf } from "../leaf.ts";
import type { Capabilities, Provider } from "../provider.ts";
import type { ChatRequest } from "../request.ts";
import type { FinishReason, StreamPart } from "../stream-part.ts";
import type { Usage } from "../usage.ts";
import { anyModel } from "../vendor/any-model.ts";

/** An answer in short: what is left out is made up. */
export interface MockAnswer {
  readonly text?: string;
  readonly reasoning?: string;
  readonly toolCalls?: readonly { readonly id?: string; readonly name: string; readonly input: Json }[];
  readonly finish?: FinishReason;
  readonly usage?: Partial<Usage>;
}

/**
 * What a mock answers: a text, an answer in short, the parts themselves, an error to throw (or to throw after the parts
 * before it), or a function of the request.
 */
export type MockReply =
  | string
  | Error
  | MockAnswer
  | readonly (StreamPart | Error)[]
  | ((request: ChatRequest, call: Call) => MockReply | Promise<MockReply>);

/** A model that answers by a script. */
export interface MockProvider extends Provider {
  /** What it was asked, in order. */
  readonly calls: readonly { readonly request: ChatRequest; readonly call: Call }[];
  /** How many streams are open now. */
  readonly active: () => number;
}

/** What a mock is. */
export interface MockOptions {
  /** Default `"mock"`. */
  readonly vendor?: string;
  /** Default `"model"`. */
  readonly model?: string;
  readonly can?: Partial<Capabilities>;
}

const { inferred: _, ...known } = anyModel;
const EVERYTHING: Capabilities = { ...known, prefill: true };

const isParts = (reply: MockReply): reply is readonly (StreamPart | Error)[] => Array.isArray(reply);

/**
 * A provider that answers by a script, without a network: the first reply to the first call and so on; the last one
 * stays. It behaves as a real leaf does: lazy, abortable, reporting its usage.
 *
 * @example
 * ```ts
 * const provider = mock(new LlmError("overloaded", "busy"), "Hello!");
 * const { text } = await generate(compose(provider, retry()), "Hi"); // "Hello!"
 * provider.calls.length; // 2
 * ```
 */
export function mock(...script: readonly MockReply[]): MockProvider {
  return mockModel({}, ...script);
}

/** Like {@link mock}, with a name and abilities of its own. */
export function mockModel(options: MockOptions, ...script: readonly MockReply[]): MockProvider {
  const { vendor = "mock", model = "model" } = options;
  const calls: { request: ChatRequest; call: Call }[] = [];
  let active = 0;

  const toParts = (answer: MockAnswer, request: ChatRequest): StreamPart[] => {
    const { text = "", reasoning, toolCalls = [] } = answer;
    const usage: Usage = {
      input: estimateRequestTokens(request),
      cacheRead: 0,
      cacheWrite: 0,
      output: estimateTokens(text + (reasoning ?? "") + JSON.stringify(toolCalls)),
      reasoning: estimateTokens(reasoning ?? ""),
      ...answer.usage,
    };
    let block = 0;
    return [
      { type: "start", vendor, model, id: `mock-${calls.length}` },
      ...(reasoning === undefined ? [] : [{ type: "reasoning", block: block++, delta: reasoning } as const]),
      // words, so that there is something to stream
      ...(text.match(/\s*\S+\s*$|\s*\S+|\s+/g) ?? []).map((delta) => ({ type: "text", block, delta }) as const),
      ...toolCalls.map(({ id, name, input }, i): StreamPart => ({
        type: "tool-call",
        block: ++block,
        id: id ?? `call-${i + 1}`,
        name,
        delta: JSON.stringify(input),
      })),
      { type: "finish", reason: answer.finish ?? (toolCalls.length > 0 ? "tool-calls" : "stop"), usage },
    ];
  };
  const resolve = async (
    reply: MockReply,
    request: ChatRequest,
    call: Call,
  ): Promise<readonly (StreamPart | Error)[]> => {
    if (typeof reply === "function") return resolve(await reply(request, call), request, call);
    if (reply instanceof Error) throw reply;
    if (isParts(reply)) return reply;
    return toParts(typeof reply === "string" ? { text: reply } : reply, request);
  };

  return {
    name: `${vendor}/${model}`,
    models: [{ vendor, model, can: { ...EVERYTHING, ...options.can } }],
    calls,
    active: () => active,
    countTokens: (request) => Promise.resolve(estimateRequestTokens(request)),
    stream: (request, call) =>
      leaf<StreamPart | Error>({ vendor, model }, request, call, {
        open: async (signal) => {
          const reply = script[Math.min(calls.length, script.length - 1)] ?? "";
          calls.push({ request, call });
          const parts = await resolve(reply, request, call);
          active++;
          signal.addEventListener("abort", () => active--, { once: true });
          return play(parts, () => {
            if (!signal.aborted) active--;
          });
        },
        read: (part, push) => {
          if (part instanceof Error) throw part;
          push(part);
        },
        toError: (error) => (isLlmError(error) ? error : new LlmError("server", String(error), { cause: error })),
      }),
  };
}

async function* play<T>(parts: readonly T[], done: () => void): AsyncGenerator<T, void, undefined> {
  yield* parts;
  done();
}
