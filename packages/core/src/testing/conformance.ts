import { newCall, type CallOptions } from "../call.ts";
import { collect } from "../collect.ts";
import { compose, wrap } from "../compose.ts";
import { isLlmError } from "../error.ts";
import type { Event } from "../event.ts";
import type { AssistantPart } from "../message.ts";
import type { Middleware, Provider } from "../provider.ts";
import { replay } from "../replay.ts";
import { toRequest, type Prompt } from "../request.ts";
import type { ChatResult } from "../result.ts";
import type { StreamPart } from "../stream-part.ts";
import { must, mustEqual, type Check } from "./check.ts";

/** What to check a provider with. */
export interface ConformanceOptions {
  /** What to ask: something that is answered in several parts. Default: a short question. */
  readonly prompt?: Prompt;
  /** Whether equal requests get equal answers, so that answers may be compared. Default true. */
  readonly deterministic?: boolean;
}

type Responses = Extract<Event, { type: "api.response" }>[];

const QUESTION = "What is a circuit breaker? Answer in two sentences.";

/** More parts than any answer to a short question has: a stream that goes on for ever must fail its check, not hang it. */
const MOST_PARTS = 100_000;

/** What of two answers must agree: not ids, nor what a vendor adds of its own. */
const essence = (result: ChatResult): unknown => ({
  vendor: result.vendor,
  model: result.model,
  text: result.text,
  finish: result.finish,
  rawFinish: result.rawFinish,
  finishDetails: result.finishDetails,
  degraded: result.degraded,
  output: result.output,
  warnings: result.warnings,
  content: result.content.filter((part) => part.type !== "opaque").map(plain),
  usage: { ...result.usage, raw: undefined },
});

const plain = (part: AssistantPart): unknown => {
  if (part.type === "tool-call") return { name: part.name, input: part.input };
  return part.type === "reasoning" ? { type: part.type, text: part.text } : part;
};

/**
 * The laws of a provider as checks with a name each, for any test runner. The provider must be able to answer: use a
 * mock server or the simulator.
 *
 * @param make a new provider for each check
 * @example
 * ```ts
 * for (const check of conformance(() => myProvider())) test(check.name, check.run);
 * ```
 */
export function conformance(make: () => Provider, options: ConformanceOptions = {}): readonly Check[] {
  const request = toRequest(options.prompt ?? QUESTION);
  const deterministic = options.deterministic ?? true;

  /** A call whose events are kept. */
  const heard = (more: CallOptions = {}) => {
    const events: Event[] = [];
    const call = newCall({ ...more, onEvent: (event) => events.push(event) });
    const responses = (): Responses =>
      events.filter((event): event is Responses[number] => event.type === "api.response");
    return { call, events, responses };
  };
  const read = async (source: AsyncIterable<StreamPart>): Promise<StreamPart[]> => {
    const parts: StreamPart[] = [];
    for await (const part of source) must(parts.push(part) < MOST_PARTS, "the stream does not end");
    return parts;
  };
  const whole = (provider: Provider): Promise<ChatResult> =>
    collect(provider.stream(request, newCall({ whole: true })));
  const streamed = (provider: Provider): Promise<ChatResult> => collect(provider.stream(request, newCall()));
  const errorOf = async (promise: Promise<unknown>): Promise<unknown> => {
    try {
      await promise;
    } catch (error) {
      return error;
    }
    throw new Error("it did not fail");
  };
  /** Reads up to the first part that is content; what comes before may be made up without an upstream. */
  const upToContent = async (iterator: AsyncIterator<StreamPart>): Promise<void> => {
    for (;;) {
      const next = await iterator.next();
      must(!next.done && next.value.type !== "finish", "the answer has no content to stop at");
      if (next.value.type === "text" || next.value.type === "tool-call" || next.value.type === "reasoning") return;
    }
  };

  const checks: Record<string, () => Promise<void>> = {
    "start comes first and finish last, once each": async () => {
      for (const call of [newCall(), newCall({ whole: true })]) {
        const types = (await read(make().stream(request, call))).map((part) => part.type);
        mustEqual([types[0], types.at(-1)], ["start", "finish"], "first and last part");
        mustEqual(types.filter((type) => type === "start" || type === "finish").length, 2, "starts and finishes");
      }
    },
    "it names itself, and the models that may answer": async () => {
      const provider = make();
      must(typeof provider.name === "string" && provider.name !== "", "it has no name");
      must(provider.models.length > 0, "it names no models");
      for (const { vendor, model } of provider.models) must(vendor !== "" && model !== "", "a model has no name");
    },
    "parts that were handed out do not change": async () => {
      const parts: StreamPart[] = [];
      const before: string[] = [];
      for await (const part of make().stream(request, newCall())) {
        parts.push(part);
        must(before.push(JSON.stringify(part)) < MOST_PARTS, "the stream does not end");
      }
      mustEqual(
        parts.map((part) => JSON.stringify(part)),
        before,
        "parts once the stream has ended",
      );
    },
    "nothing is asked before the first read": async () => {
      const { call, events } = heard();
      const iterator = make().stream(request, call)[Symbol.asyncIterator]();
      await new Promise((resolve) => setTimeout(resolve));
      mustEqual(events, [], "events before the first read");
      await iterator.return?.();
      mustEqual(events, [], "events of a stream that was never read");
    },
    "a stream that has ended stays ended": async () => {
      const iterator = make().stream(request, newCall())[Symbol.asyncIterator]();
      await drain(iterator);
      mustEqual(await iterator.next(), { done: true, value: undefined }, "a read after the end");
    },
    "the whole answer and the folded stream agree": async () => {
      if (!deterministic) return;
      mustEqual(essence(await streamed(make())), essence(await whole(make())), "streamed and whole");
    },
    "a replayed answer folds to itself": async () => {
      for (const result of [await whole(make()), await streamed(make())])
        mustEqual(await collect(replay(result)), result, "replayed");
    },
    "usage adds up, and is told once for each upstream request": async () => {
      const { call, events, responses } = heard();
      const parts = await read(make().stream(request, call));
      const last = parts.at(-1);
      must(last?.type === "finish", "there is no finish");
      const { usage } = last;
      for (const part of parts)
        if (part.type === "usage")
          must(part.usage.input <= usage.input && part.usage.output <= usage.output, "usage is not cumulative");
      must(usage.input >= usage.cacheRead + usage.cacheWrite, "input is less than its parts");
      must(usage.output >= usage.reasoning, "output is less than its reasoning");
      must(usage.input > 0 && usage.output > 0, "tokens of an answer are missing");
      const told = events.map(({ type }) => type).filter((type) => type === "api.request" || type === "api.response");
      mustEqual(told, ["api.request", "api.response"], "upstream requests told");
      mustEqual(responses()[0]?.usage, usage, "usage told and usage of the result");
      mustEqual(responses()[0]?.outcome, "ok", "outcome");
    },
    "an aborted signal ends the call before it is asked": async () => {
      const { call, events } = heard({ signal: AbortSignal.abort() });
      must(isLlmError(await errorOf(read(make().stream(request, call))), "aborted"), "not aborted");
      mustEqual(events, [], "events");
    },
    "an abort before the first part ends the call": async () => {
      const controller = new AbortController();
      const { call, responses } = heard({ signal: controller.signal });
      const iterator = make().stream(request, call)[Symbol.asyncIterator]();
      const first = errorOf(iterator.next());
      controller.abort();
      must(isLlmError(await first, "aborted"), "not aborted");
      must((await iterator.next()).done === true, "the stream goes on");
      must(
        responses().every(({ outcome }) => outcome === "aborted"),
        "a request was not told as aborted",
      );
    },
    "an abort while the answer comes ends it at once, and is billed": async () => {
      const controller = new AbortController();
      const { call, responses } = heard({ signal: controller.signal });
      const iterator = make().stream(request, call)[Symbol.asyncIterator]();
      await upToContent(iterator);
      controller.abort();
      const error = await errorOf(drain(iterator));
      must(isLlmError(error, "aborted"), `not aborted: ${String(error)}`);
      mustEqual(
        responses().map((response) => response.outcome),
        ["aborted"],
        "outcomes",
      );
      must((responses()[0]?.usage.input ?? 0) > 0, "the usage until then is missing");
      must((error.partial?.usage?.input ?? 0) > 0, "the error does not carry the usage until then");
      must((await iterator.next()).done === true, "the stream goes on");
    },
    "an abort while nobody reads ends it too": async () => {
      const controller = new AbortController();
      const { call, responses } = heard({ signal: controller.signal });
      const iterator = make().stream(request, call)[Symbol.asyncIterator]();
      await upToContent(iterator);
      controller.abort();
      await new Promise((resolve) => setTimeout(resolve));
      mustEqual(
        responses().map((response) => response.outcome),
        ["aborted"],
        "outcomes",
      );
      await iterator.return?.();
      mustEqual(responses().length, 1, "responses told");
    },
    "a deadline that has passed is a timeout": async () => {
      const { call, events } = heard({ deadline: Date.now() - 1 });
      must(isLlmError(await errorOf(read(make().stream(request, call))), "timeout"), "no timeout");
      must(!events.some(({ type }) => type === "api.request"), "it was asked all the same");
    },
    "a deadline that passes while the answer comes ends it": async () => {
      const { call, responses } = heard({ deadline: Date.now() + 50 });
      const iterator = make().stream(request, call)[Symbol.asyncIterator]();
      const slowly = async (): Promise<void> => {
        await upToContent(iterator);
        await new Promise((resolve) => setTimeout(resolve, 75));
        await drain(iterator);
      };
      must(isLlmError(await errorOf(slowly()), "timeout"), "no timeout");
      must(
        responses().every(({ outcome }) => outcome === "timeout"),
        "a request was not told as a timeout",
      );
    },
    "a reader that leaves ends the call, once": async () => {
      const { call, responses } = heard();
      const iterator = make().stream(request, call)[Symbol.asyncIterator]();
      await upToContent(iterator);
      await iterator.return?.();
      await iterator.return?.();
      must((await iterator.next()).done === true, "the stream goes on");
      mustEqual(
        responses().map((response) => response.outcome),
        ["left"],
        "outcomes",
      );
    },
    "two streams of one provider do not mix": async () => {
      if (!deterministic) return;
      const provider = make();
      const [first, second, alone] = await Promise.all([streamed(provider), streamed(provider), whole(make())]);
      mustEqual([essence(first), essence(second)], [essence(alone), essence(alone)], "answers");
    },
    "the request is left as it was": async () => {
      const before = JSON.stringify(request);
      await whole(make());
      await streamed(make());
      mustEqual(JSON.stringify(request), before, "the request");
    },
    "a listener that throws breaks nothing": async () => {
      const call = newCall({
        onEvent: () => {
          throw new Error("a listener's own");
        },
      });
      await collect(make().stream(request, call));
    },
    "layers that do nothing change nothing, however they are grouped": async () => {
      if (!deterministic) return;
      const none: Middleware = (inner) => wrap(inner, {});
      const bare = essence(await streamed(make()));
      mustEqual(essence(await streamed(compose(make(), none, none))), bare, "one after the other");
      mustEqual(essence(await streamed(compose(compose(make(), none), none))), bare, "one in the other");
    },
  };
  return Object.entries(checks).map(([name, run]) => ({ name, run }));
}

async function drain(iterator: AsyncIterator<StreamPart>): Promise<void> {
  for (let read = 0; !(await iterator.next()).done; read++) must(read < MOST_PARTS, "the stream does not end");
}
